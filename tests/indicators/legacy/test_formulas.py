"""The original's 29 indicators against the values that it computed itself, and what sets them apart from ours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app import indicators
from ktrdr_app.core.errors import InvalidValue, MalformedBars, UnknownName
from ktrdr_app.indicators.legacy import FORMULAS
from ktrdr_app.indicators.legacy.trend import turning_points
from ktrdr_app.strategy.legacy_names import TYPES
from tests.legacy_reference import table
from tests.reference.legacy_indicators import SLOW

GOLDEN = "indicators_golden__default_params"
INPUT = "indicators_golden__input_MSFT_1h_15000_16500"


@pytest.fixture(scope="module")
def golden() -> tuple[pd.DataFrame, pd.DataFrame]:
    return table(INPUT), table(GOLDEN)


def bars_of(closes: list[float], volume: float = 10.0) -> pd.DataFrame:
    close = np.array(closes)
    index = pd.date_range("2020-01-01", periods=len(close), freq="h", tz="UTC")
    columns = {"open": close, "high": close + 1.0, "low": close - 1.0, "close": close, "volume": volume}
    return pd.DataFrame(columns, index=index).astype(np.float64)


def line(type_name: str, bars: pd.DataFrame, column: int = 0, **params: object) -> np.ndarray:
    return list(FORMULAS.get(type_name).columns(bars, type_name.lower(), params).values())[column].to_numpy()


def test_every_class_of_the_original_is_there() -> None:
    assert sorted(FORMULAS.names()) == sorted(TYPES)


@pytest.mark.shared
@pytest.mark.parametrize("type_name", TYPES)
def test_columns_and_values_are_the_originals(type_name: str, golden: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    bars, reference = golden
    names = [str(key) for key in reference]
    expected = {key.split("::")[1]: reference[key] for key in names if key.startswith(f"{type_name}::")}
    name = "value" if type_name in ("CCI", "MFI") else type_name  # unnamed lines take the YAML's name
    found = FORMULAS.get(type_name).columns(bars, name, {})
    assert list(found) == list(expected)
    for column, values in expected.items():
        np.testing.assert_allclose(
            found[column].to_numpy(dtype=float), values.to_numpy(dtype=float), rtol=1e-9, atol=1e-9, err_msg=column
        )


@pytest.mark.parametrize("type_name", SLOW)
@pytest.mark.parametrize("seed", [1, 2])
def test_values_for_other_parameters_against_plain_loops(type_name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    close = 50 + np.cumsum(rng.normal(size=90)).round(1)  # equal closes occur
    spread = rng.random(90).round(2)
    rows = np.column_stack([close - spread / 2, close + spread, close - spread, close, rng.integers(0, 9, 90)])
    bars = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"])
    params, slow = SLOW[type_name]
    expected = slow([tuple(row) for row in rows.tolist()])
    found = next(iter(FORMULAS.get(type_name).columns(bars, "x", params).values()))
    np.testing.assert_allclose(found.to_numpy(), expected, rtol=1e-9, atol=1e-9)


def test_they_are_not_in_the_catalogue() -> None:
    assert not {info.name for info in indicators.available()} & set(TYPES)
    with pytest.raises(UnknownName):
        indicators.get_indicator("ATR")


def test_atr_is_a_plain_mean_of_the_true_range() -> None:
    bars = bars_of([10.0, 14.0, 13.0, 20.0])
    # ranges: 2 · max(2, 5, 3) = 5 · max(2, 0, 2) = 2 · max(2, 8, 6) = 8
    np.testing.assert_allclose(line("ATR", bars, period=2), [np.nan, 3.5, 3.5, 5.0])


def test_the_exponential_mean_has_no_warm_up() -> None:
    a = 2 / 3  # span 2
    expected = [1.0, (2 + 1 / 3) / (1 + 1 / 3), (4 + 2 / 3 + 1 / 9) / (1 + 1 / 3 + 1 / 9)]
    np.testing.assert_allclose(line("EMA", bars_of([1.0, 2.0, 4.0]), period=2), expected)
    np.testing.assert_allclose(
        line("EMA", bars_of([1.0, 2.0]), period=2, adjust=False), [1.0, a * 2 + (1 - a) * 1], rtol=1e-12
    )


def test_aroon_is_never_zero() -> None:
    falling = line("Aroon", bars_of([9.0, 8.0, 7.0, 6.0, 5.0, 4.0]), period=4)
    np.testing.assert_allclose(falling, [np.nan, np.nan, np.nan, 25.0, 25.0, 25.0])
    both = FORMULAS.get("Aroon").columns(bars_of([1.0] * 6), "aroon", {"period": 4, "include_oscillator": True})
    assert list(both) == ["Aroon_4_Up", "Aroon_4_Down", "Aroon_4_Oscillator"]
    assert both["Aroon_4_Up"].iloc[-1] == 25.0  # the first of equal highs counts


def test_warm_ups_are_filled_where_the_original_filled_them() -> None:
    bars = bars_of([5.0] * 3)
    assert line("Stochastic", bars).tolist() == [50.0] * 3
    assert line("WilliamsR", bars).tolist() == [-50.0] * 3
    assert line("BollingerBandWidth", bars).tolist() == [0.0] * 3
    assert line("VolumeRatio", bars).tolist() == [1.0] * 3
    assert line("VolumeRatio", bars_of([5.0] * 30, volume=0.0)).tolist() == [1.0] * 30
    assert line("CMF", bars_of([5.0] * 30, volume=0.0))[-1] == 0.0


def test_a_price_that_does_not_move_has_an_rsi_of_fifty_and_one_that_only_rises_a_hundred() -> None:
    assert line("RSI", bars_of([5.0] * 20))[14:].tolist() == [50.0] * 6
    assert line("RSI", bars_of([float(i) for i in range(1, 21)]))[14:].tolist() == [100.0] * 6
    assert np.isnan(line("RSI", bars_of([1.0, 2.0]))).all()


def test_money_that_only_rises_or_only_falls() -> None:
    assert line("MFI", bars_of([float(i) for i in range(1, 20)]))[-1] == 100.0
    assert line("MFI", bars_of([float(i) for i in range(20, 1, -1)]))[-1] == 0.0
    with pytest.raises(MalformedBars, match="below 0"):
        line("MFI", bars_of([1.0] * 20, volume=-1.0))


def test_a_vwap_of_no_bars_runs_from_the_first_on() -> None:
    bars = bars_of([1.0, 2.0, 6.0])
    np.testing.assert_allclose(line("VWAP", bars, period=0), [1.0, 1.5, 3.0])
    assert list(FORMULAS.get("VWAP").columns(bars, "x", {"period": 0, "use_typical_price": False})) == [
        "VWAP_cumulative_close"
    ]
    assert np.isnan(line("VWAP", bars_of([1.0, 2.0], volume=0.0))).all()


def test_turning_points_need_the_whole_swing() -> None:
    assert turning_points(np.array([100.0, 101, 104, 106, 105, 99, 98, 104]), 0.05) == [0, 3, 6, 7]
    assert turning_points(np.array([100.0, 101, 102]), 0.05) == [0]
    assert turning_points(np.array([100.0, 94, 90, 95]), 0.05) == [0, 2, 3]
    assert turning_points(np.array([]), 0.05) == []


def test_stop_and_reverse_turns_on_the_extreme() -> None:
    bars = bars_of([10.0, 11.0, 12.0, 13.0, 5.0])
    # rising from bar 1: stop 9, extreme 12; held to the two lows before, after the test; then it breaks
    stops = line("ParabolicSAR", bars)
    np.testing.assert_allclose(stops, [np.nan, 9.0, 9.0, 9.16, 14.0])
    assert np.isnan(line("ParabolicSAR", bars_of([1.0]))).all()


@pytest.mark.parametrize(
    ("type_name", "params", "error"),
    [
        ("RSI", {"perod": 14}, UnknownName),
        ("BollingerBands", {"std_dev": 2.0}, UnknownName),  # YAML files say so, the class never had it
        ("RSI", {"period": 0}, InvalidValue),
        ("RSI", {"period": 3.5}, InvalidValue),
        ("RSI", {"period": True}, InvalidValue),
        ("RSI", {"source": "closing"}, InvalidValue),
        ("RSI", {"source": 3}, InvalidValue),
        ("SuperTrend", {"multiplier": 0.0}, InvalidValue),
        ("Aroon", {"include_oscillator": 1}, InvalidValue),
    ],
)
def test_parameters_that_the_class_does_not_take(type_name: str, params: dict[str, object], error: type) -> None:
    with pytest.raises(error):
        FORMULAS.get(type_name).columns(bars_of([1.0, 2.0]), "x", params)


def test_optional_lines_and_other_settings() -> None:
    bars = bars_of([float(i % 7 + 5) for i in range(60)])
    assert "AD_Line_SMA_21" in FORMULAS.get("ADLine").columns(bars, "x", {"use_sma_smoothing": True})
    assert "DC_Middle_20" not in FORMULAS.get("DonchianChannels").columns(bars, "x", {"include_middle": False})
    opens = FORMULAS.get("SMA").columns(bars.assign(open=1.0), "x", {"source": "open", "period": 3})
    assert opens["x_3"].dropna().tolist() == [1.0] * 58
