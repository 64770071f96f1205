"""Inventory, indicators, features, labels and fuzzy views, with the files they write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.workflows.inspect_series import (
    compute_indicator,
    features,
    labels,
    list_data,
    list_indicators,
    load_fuzzy_view,
)
from ktrdr_app.workflows.requests import FuzzyViewRequest, IndicatorRequest, SeriesRequest
from tests.reference import features as slow
from tests.workflows.quick import NAME, TEXT, with_strategy

FIRST_SET = {"sma", "ema", "rsi", "macd", "atr", "bollinger_bands", "roc", "obv"}


def _closes(workspace: Workspace, symbol: str = "AAPL") -> np.ndarray:
    return pd.read_csv(workspace.data / f"{symbol}_1d.csv")["close"].to_numpy()


def test_the_inventory_lists_every_series(sample_workspace: Workspace) -> None:
    assert {info.symbol for info in list_data(sample_workspace)} == {"AAPL", "IBM", "MSFT", "GOOG", "EURUSD"}
    assert list_data(Workspace(sample_workspace.root / "empty")) == []


def test_the_catalogue_holds_the_first_indicators() -> None:
    assert {info.name for info in list_indicators()} >= FIRST_SET


def test_an_indicator_goes_to_a_file_with_bar_opens_first(sample_workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "rsi.csv"
    heard: list[object] = []
    request = IndicatorRequest(sample_workspace, "rsi", "AAPL", "1d", {"period": 9}, out)
    frame = compute_indicator(request, heard.append)
    written = pd.read_csv(out)
    assert list(written.columns) == ["timestamp", "rsi"]
    assert written["timestamp"].iloc[0] == "2005-03-01T00:00:00Z"
    np.testing.assert_array_equal(written["rsi"], frame["rsi"])
    np.testing.assert_allclose(frame["rsi"], talib.RSI(_closes(sample_workspace), 9))
    assert heard == [SymbolDone("AAPL", 1, 1)]


def test_features_are_those_after_the_warm_up(sample_workspace: Workspace, tmp_path: Path) -> None:
    workspace = with_strategy(sample_workspace)
    result = features(SeriesRequest(workspace, NAME, "AAPL", "1d", tmp_path / "features.csv"))
    assert result.dropped_rows == 20
    assert len(result.frame) == 2015 - 20
    assert not result.frame.isna().any().any()
    written = pd.read_csv(tmp_path / "features.csv")
    assert list(written.columns) == ["timestamp", *result.frame.columns]
    rsi = talib.RSI(_closes(workspace), 14)[20:]
    low = np.interp(rsi, [30, 50], [1.0, 0.0])
    np.testing.assert_allclose(written["rsi_low"], low, atol=1e-6)


def test_labels_are_words_with_their_ends(sample_workspace: Workspace, tmp_path: Path) -> None:
    fixed = TEXT.replace("threshold: 1.5, threshold_unit: atr", "threshold: 0.04")
    workspace = with_strategy(sample_workspace, fixed)
    result = labels(SeriesRequest(workspace, NAME, "AAPL", "1d", tmp_path / "labels.csv"))
    written = pd.read_csv(tmp_path / "labels.csv", keep_default_na=False)
    expected = slow.first_touch(_closes(workspace).tolist(), 0.04, 10)
    assert written["label"].tolist() == [["BUY", "HOLD", "SELL", ""][label] for label in expected]
    assert written["label_end"].iloc[0] == "2005-03-16T00:00:00Z"
    assert (written["label_end"].iloc[-10:] == "").all()
    counted = written["label"][written["label"] != ""].value_counts(normalize=True)
    assert result.report.pooled.balance == pytest.approx({word: counted[word] for word in ("BUY", "HOLD", "SELL")})


def test_a_fuzzy_view_shows_the_values_in_the_inputs_form(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace)
    heard: list[object] = []
    view = load_fuzzy_view(FuzzyViewRequest(workspace, NAME, "mean", ("AAPL", "IBM"), "1d"), heard.append)
    assert view.inputs == ("rsi", "mean")
    assert list(view.fuzzy_input.sets) == ["below", "above"]
    table = pd.read_csv(workspace.data / "IBM_1d.csv")
    close, high, low = (table[name].to_numpy() for name in ("close", "high", "low"))
    distance = (close - talib.SMA(close, 20)) / talib.ATR(high, low, close, 14)
    np.testing.assert_allclose(view.values["IBM"], distance[np.isfinite(distance)])
    assert [event.symbol for event in heard] == ["AAPL", "IBM"]


def test_unknown_inputs_and_suffixes_are_named(sample_workspace: Workspace, tmp_path: Path) -> None:
    workspace = with_strategy(sample_workspace)
    with pytest.raises(UnknownName, match="rsy") as caught:
        load_fuzzy_view(FuzzyViewRequest(workspace, NAME, "rsy", ("AAPL",), "1d"))
    assert "rsi" in caught.value.hint
    with pytest.raises(InvalidValue, match=r"rsi\.xls"):
        compute_indicator(IndicatorRequest(workspace, "rsi", "AAPL", "1d", out=tmp_path / "rsi.xls"))
    with pytest.raises(UnknownName, match="rsj"):
        compute_indicator(IndicatorRequest(workspace, "rsj", "AAPL", "1d"))


@pytest.mark.parametrize("function", [features, labels])
def test_a_raised_token_stops_it(function: object, sample_workspace: Workspace) -> None:
    token = CancelToken("looking")
    token.cancel()
    with pytest.raises(Cancelled):
        function(SeriesRequest(with_strategy(sample_workspace), NAME, "AAPL", "1d"), cancel=token)
