"""Sets looked at per symbol, and memberships of a series, against TA-Lib and scikit-fuzzy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import check_fuzzy, evaluate_fuzzy
from ktrdr_app.workflows.requests import FuzzyCheckRequest, SeriesRequest
from tests.features.test_higher import TEXT_LONGER
from tests.workflows.quick import NAME, TEXT, with_strategy

BAD = TEXT.replace("[50, 70, 90, 100], shoulder: right", "[97, 98, 99, 100], shoulder: right")


def _close(workspace: Workspace, name: str) -> np.ndarray:
    return pd.read_csv(workspace.data / f"{name}.csv")["close"].to_numpy()


def test_without_a_time_frame_only_shapes_are_looked_at(sample_workspace: Workspace) -> None:
    found = check_fuzzy(FuzzyCheckRequest(with_strategy(sample_workspace, BAD), NAME))
    assert [(entry.name, [p.code for p in entry.problems], entry.symbols) for entry in found] == [
        ("rsi", ["gap"], ()),
        ("mean", ["gap"], ()),
    ]


def test_every_symbol_of_the_time_frame_is_looked_at_with_its_own_figures(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace, BAD)
    told: list[object] = []
    rsi, _ = check_fuzzy(FuzzyCheckRequest(workspace, NAME, timeframe="1d"), told.append)
    assert [use.symbol for use in rsi.symbols] == ["AAPL", "GOOG", "IBM", "MSFT"]
    assert len(told) == 4
    for use in rsi.symbols:
        values = talib.RSI(_close(workspace, f"{use.symbol}_1d"), 14)[14:]
        low = np.where(values <= 30, 1.0, skfuzzy.trapmf(values, [0, 10, 30, 50]))
        assert use.activity.values == len(values)
        assert use.activity.sets[0].strong == pytest.approx(np.mean(low >= 0.5))
        assert use.activity.uncovered == pytest.approx(np.mean((values >= 50) & (values <= 97)))
        assert {"dead", "uncovered"} <= {problem.code for problem in use.problems}


def test_chosen_symbols_and_longer_bars(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace, TEXT_LONGER)
    found = check_fuzzy(FuzzyCheckRequest(workspace, NAME, ("EURUSD",), "1h"))
    assert {entry.name: [use.symbol for use in entry.symbols] for entry in found}["rsi_4h"] == ["EURUSD"]
    with pytest.raises(InvalidValue, match="timeframe"):
        check_fuzzy(FuzzyCheckRequest(workspace, NAME, ("AAPL",), "1d"))


def test_what_cannot_be_looked_at_is_refused(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace)
    with pytest.raises(InvalidValue, match="timeframe"):
        check_fuzzy(FuzzyCheckRequest(workspace, NAME, ("AAPL",)))
    with pytest.raises(DataNotFound):
        check_fuzzy(FuzzyCheckRequest(workspace, NAME, ("NONE",), "1d"))
    token = CancelToken("the check")
    token.cancel()
    with pytest.raises(Cancelled):
        check_fuzzy(FuzzyCheckRequest(workspace, NAME, ("AAPL",), "1d"), cancel=token)


def test_memberships_of_a_series_are_those_of_scikit_fuzzy(sample_workspace: Workspace, tmp_path: Path) -> None:
    workspace = with_strategy(sample_workspace)
    out = tmp_path / "memberships.csv"
    frame = evaluate_fuzzy(SeriesRequest(workspace, NAME, "AAPL", "1d", out))
    assert list(frame.columns) == ["rsi_low", "rsi_high", "mean_below", "mean_above"]
    rsi = talib.RSI(_close(workspace, "AAPL_1d"), 14)
    expected = np.where(rsi >= 70, 1.0, skfuzzy.trapmf(rsi, [50, 70, 90, 100]))
    np.testing.assert_allclose(frame["rsi_high"], np.where(np.isnan(rsi), np.nan, expected), atol=1e-6)
    written = pd.read_csv(out)
    assert list(written.columns) == ["timestamp", *frame.columns]
    np.testing.assert_allclose(written[frame.columns], frame, rtol=1e-6)


def test_universality_compares_the_symbols_and_needs_two(sample_workspace: Workspace) -> None:
    request = FuzzyCheckRequest(sample_workspace, "neuro_mean_reversion", ("AAPL", "IBM", "GOOG"), "1d")
    for entry in check_fuzzy(request):
        assert entry.universality is not None
        assert 0.8 < entry.universality.figure <= 1
        assert list(entry.universality.shares) == ["AAPL", "IBM", "GOOG"]
        assert entry.to_document()["universality"]["figure"] == entry.universality.figure
    (alone, *_) = check_fuzzy(FuzzyCheckRequest(sample_workspace, "neuro_mean_reversion", ("AAPL",), "1d"))
    assert alone.universality is None
