"""``fuzzy check`` and ``fuzzy evaluate`` as processes, against values computed here from the sample files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib

from ktrdr_app.core.paths import shipped
from tests.cli.conftest import STRATEGY


@pytest.fixture(scope="module")
def rsi() -> np.ndarray:
    bars = pd.read_csv(shipped("resources") / "sample" / "AAPL_1d.csv", index_col=0)
    return talib.RSI(bars["close"].to_numpy(), 14)


def test_shapes_alone_are_checked_without_data(cli, tmp_path):
    document = cli("fuzzy", "check", STRATEGY, json=True, cwd=tmp_path).document
    assert document["timeframe"] is None
    assert [entry["input"] for entry in document["inputs"]] == ["rsi", "sma", "lower_band", "macd"]
    assert all(entry["problems"] == [] and entry["symbols"] == {} for entry in document["inputs"])


def test_activity_per_symbol_is_counted(cli, rsi):
    document = cli("fuzzy", "check", STRATEGY, "--symbols", "AAPL,IBM", "--timeframe", "1d", json=True).document
    found = next(entry for entry in document["inputs"] if entry["input"] == "rsi")["symbols"]
    assert list(found) == ["AAPL", "IBM"]
    known = rsi[np.isfinite(rsi)]
    oversold = np.where(known <= 25, 1.0, skfuzzy.trapmf(known, [0, 10, 25, 40]))
    first = found["AAPL"]["sets"][0]
    assert (first["name"], found["AAPL"]["values"]) == ("oversold", len(known))
    assert first["strong"] == pytest.approx(np.mean(oversold >= 0.5))
    assert found["AAPL"]["median"] == pytest.approx(np.median(known))


def test_the_check_for_people_shows_a_table_per_input_and_every_doubt(cli):
    shown = cli("fuzzy", "check", STRATEGY, "--timeframe", "1d").out
    assert all(symbol in shown for symbol in ("AAPL", "GOOG", "IBM", "MSFT"))
    assert "oversold ≥ 0.5" in shown
    assert "rsi: share of bars in each set" in shown


def test_memberships_are_those_of_scikit_fuzzy(cli, rsi):
    document = cli("fuzzy", "evaluate", STRATEGY, "AAPL", "1d", json=True).document
    expected = skfuzzy.trimf(rsi[14:], [25, 50, 75])
    assert document["values"]["rsi_neutral"][14:] == pytest.approx(expected.tolist(), abs=1e-6)
    assert document["values"]["rsi_neutral"][:14] == [None] * 14
    assert f"last 10 of {document['rows']:,} rows" in cli("fuzzy", "evaluate", STRATEGY, "AAPL", "1d").out


def test_symbols_without_a_time_frame_are_a_usage_error(cli):
    ended = cli("fuzzy", "check", STRATEGY, "--symbols", "AAPL", json=True)
    assert ended.code == 2
    assert "--timeframe" in ended.document["error"]["hint"]
