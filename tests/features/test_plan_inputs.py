"""Inputs of a bar: the features that other values would make, against figures by hand and bars built anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.features.build import build_features, fuzzy_inputs
from ktrdr_app.features.forms import rolling_zscore
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.plan_inputs import PlanInputs
from ktrdr_app.features.raw_inputs import RawInput
from ktrdr_app.fuzzy.engine import FuzzyEngine
from ktrdr_app.strategy.load import parse_strategy
from tests.conftest import make_bars
from tests.features.strategies import TEXT

EVERY_FORM = TEXT.replace(
    "features:",
    """\
  ratio:
    input: mean
    form: ratio_to_price
    sets:
      lower: {type: trapezoidal, parameters: [0.9, 0.95, 0.99, 1.0], shoulder: left}
      upper: {type: trapezoidal, parameters: [1.0, 1.01, 1.05, 1.1], shoulder: right}
  speed:
    input: macd
    form: zscore
    window: 60
    sets:
      slow: {type: triangular, parameters: [-2, -1, 0], shoulder: left}
      quick: {type: triangular, parameters: [0, 1, 2], shoulder: right}
  hist:
    input: macd.histogram
    form: atr
    sets:
      flat: {type: gaussian, parameters: [0, 0.2]}
  rsi_4h:
    input: rsi
    timeframe: 4h
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}
  trend:
    input: mean
    form: atr_distance
    timeframe: 1d
    sets:
      above: {type: triangular, parameters: [0, 2, 4], shoulder: right}
features:""",
)
BARS = make_bars(700, seed=11)
BAR = 640
OWN = ("rsi", "mean", "macd", "macd.signal", "macd.histogram")


def opened(text: str = EVERY_FORM, bars: pd.DataFrame = BARS) -> PlanInputs:
    plan = FeaturePlan.of(parse_strategy(text, "probe.yaml"))
    return PlanInputs(bars, plan, build_features(bars, plan, timeframe="1h"), "1h")


@pytest.fixture(scope="module")
def inputs() -> PlanInputs:
    return opened()


def by_key(inputs: PlanInputs, bar: int = BAR) -> dict[str, RawInput]:
    return {entry.key: entry for entry in inputs.raw_inputs(bar)}


def changed(inputs: PlanInputs, key: str, value: float, bar: int = BAR) -> dict[str, float]:
    """Return the features that another value changes, with what they become."""
    row, before = by_key(inputs, bar)[key].rows(np.array([value]))[0], inputs.features(bar)
    return {inputs.names[place]: float(row[place]) for place in np.flatnonzero(row != before)}


@pytest.mark.parametrize("bar", [BAR, BAR + 1, BAR + 2, 699, 500])
def test_the_values_at_hand_make_the_features_at_hand_to_the_last_bit(inputs: PlanInputs, bar: int) -> None:
    for entry in inputs.raw_inputs(bar):
        rows = entry.rows(np.array([entry.value, entry.value]))
        assert rows.dtype == np.float32
        for row in rows:
            np.testing.assert_array_equal(row, inputs.features(bar), err_msg=entry.key)


def test_every_indicator_value_is_there_once(inputs: PlanInputs) -> None:
    keys = [entry.key for entry in inputs.raw_inputs(BAR)]
    assert len(keys) == len(set(keys))
    assert {*OWN, *(f"{name}-1" for name in OWN), *(f"{name}-2" for name in OWN)} <= set(keys)
    assert {"roc_5", "roc_10", "roc_20", "daily_position", "volatility_20", "volume_ratio_20"} <= set(keys)
    assert "rsi@4h" in keys
    assert "mean@1d" in keys
    backs = [entry.back for entry in inputs.raw_inputs(BAR) if entry.column in OWN]
    assert backs == sorted(backs), "this bar's values come first"


def test_a_longer_bar_that_two_bars_know_is_one_input(inputs: PlanInputs) -> None:
    """Bars 640 to 642 of an hour that begin at midnight: the 4h bar changes after every fourth close."""
    seen = {bar: {key for key in by_key(inputs, bar) if "@4h" in key} for bar in range(600, 608)}
    counts = [len(keys) for keys in seen.values()]
    assert sorted(set(counts)) == [1, 2], "with lags of two bars at most two of them are known"
    moved = changed(inputs, "rsi@4h", 20.0, bar=603)
    now, before = moved["rsi_low_4h"], moved.get("rsi_low_4h_lag1")
    assert now == 1.0
    assert before in (None, 1.0)


def test_memberships_follow_by_hand(inputs: PlanInputs) -> None:
    moved = changed(inputs, "rsi", 35.0)
    assert moved["rsi_low"] == pytest.approx(0.75)
    assert moved["rsi_normalized"] == pytest.approx(0.35)
    assert set(moved) <= {"rsi_low", "rsi_high", "rsi_normalized"}
    assert "rsi_low_lag1" not in moved
    before = changed(inputs, "rsi-2", 35.0)
    assert before["rsi_low_lag2"] == pytest.approx(0.75)
    assert set(before) <= {"rsi_low_lag2", "rsi_high_lag2"}


def test_forms_follow_by_hand(inputs: PlanInputs) -> None:
    close = float(BARS["close"].iloc[BAR])
    atr = talib.ATR(BARS["high"].to_numpy(), BARS["low"].to_numpy(), BARS["close"].to_numpy(), 14)[BAR]
    moved = changed(inputs, "mean", close - atr)
    triangle = skfuzzy.trimf(np.array([1.0]), [0, 2, 4])[0]
    assert moved["mean_above"] == pytest.approx(triangle, abs=1e-6)
    assert moved["ratio_upper"] == pytest.approx(min(1.0, (close / (close - atr) - 1.0) / 0.01), abs=1e-4)
    assert moved["price_to_mean_ratio"] == pytest.approx(close / (close - atr))
    flat = changed(inputs, "macd.signal", 0.005 * close)["signal_flat"]
    assert flat == pytest.approx(np.exp(-0.5 * 0.5**2), abs=1e-6), "half a percent"
    assert changed(inputs, "macd.histogram", 0.2 * atr)["hist_flat"] == pytest.approx(np.exp(-0.5), abs=1e-6)


def test_a_z_score_follows_by_hand_where_the_moved_value_is_in_its_window(inputs: PlanInputs) -> None:
    line = talib.EMA(BARS["close"].to_numpy(), 3) - talib.EMA(BARS["close"].to_numpy(), 6)
    own = by_key(inputs)["macd"].value
    seen = np.append(line[BAR - 59 : BAR], own + 0.3)
    score = (seen[-1] - seen.mean()) / seen.std()
    assert changed(inputs, "macd", own + 0.3)["speed_quick"] == pytest.approx(np.clip(score, 0, 1), abs=2e-3)
    before = changed(inputs, "macd-1", by_key(inputs)["macd-1"].value + 0.3)
    assert {"macd_zscore", "speed_quick_lag1"} <= set(before), "the bar before is in the window of this one too"
    assert not any(name.endswith("_lag2") for name in before), "and not in that of the bar before it"


def test_context_moves_alone(inputs: PlanInputs) -> None:
    for name, value in (("roc_5", 0.02), ("daily_position", 0.25), ("volume_change_5", -0.5)):
        assert changed(inputs, name, value) == {name: pytest.approx(value)}


def test_readings_tell_what_the_features_hold(inputs: PlanInputs) -> None:
    table = dict(zip(inputs.names, inputs.features(BAR).tolist(), strict=True))
    found = {reading.name: reading for reading in inputs.readings(BAR)}
    assert list(found) == ["rsi", "mean", "signal", "ratio", "speed", "hist", "rsi_4h", "trend"]
    assert dict(found["rsi"].grades) == {"low": table["rsi_low"], "high": table["rsi_high"]}
    assert dict(found["rsi_4h"].grades) == {"low": table["rsi_low_4h"], "high": table["rsi_high_4h"]}
    close = float(BARS["close"].iloc[BAR])
    assert found["ratio"].formed == close / found["ratio"].value
    assert found["ratio"].value == pytest.approx(BARS["close"].iloc[BAR - 7 : BAR + 1].mean())
    assert (found["ratio"].unit, found["rsi"].unit, found["rsi"].form) == ("price", "oscillator", "raw")
    assert found["rsi"].formed == found["rsi"].value
    assert (found["trend"].timeframe, found["trend"].column) == ("1d", "mean")
    assert found["rsi"].strongest == max(found["rsi"].grades, key=lambda pair: pair[1])


def test_groups_hold_every_column_once(inputs: PlanInputs) -> None:
    columns = [column for group in inputs.groups.values() for column in group]
    assert sorted(columns) == list(range(len(inputs.names)))
    assert set(inputs.groups) == {"rsi", "mean", "macd", "rsi@4h", "mean@1d", "price", "volume"}
    assert {entry.group for entry in inputs.raw_inputs(BAR)} == set(inputs.groups)
    for entry in inputs.raw_inputs(BAR):
        rows = entry.rows(np.linspace(entry.spread.low, entry.spread.high, 7))
        moved = np.flatnonzero((rows != inputs.features(BAR)).any(axis=0))
        assert set(moved.tolist()) <= set(inputs.groups[entry.group]), entry.key


class TestSpread:
    def test_an_oscillator_keeps_to_its_bounds(self, inputs: PlanInputs) -> None:
        spread = by_key(inputs)["rsi"].spread
        values = talib.RSI(BARS["close"].to_numpy(), 5)[: BAR + 1]
        assert spread.deviation == pytest.approx(np.nanstd(values))
        assert spread.low == max(0.0, np.nanmin(values) - 3 * np.nanstd(values))
        assert spread.high == min(100.0, np.nanmax(values) + 3 * np.nanstd(values))

    def test_a_price_is_measured_by_its_distance_from_the_close(self, inputs: PlanInputs) -> None:
        close, high, low = (BARS[name].to_numpy() for name in ("close", "high", "low"))
        atr = talib.ATR(high, low, close, 14)
        distance = ((close - talib.SMA(close, 8)) / atr)[: BAR + 1]
        spread = by_key(inputs)["mean"].spread
        assert spread.deviation == pytest.approx(np.nanstd(distance) * atr[BAR], rel=1e-6)
        farthest = np.nanmax(distance) + 3 * np.nanstd(distance)
        assert spread.low == pytest.approx(close[BAR] - farthest * atr[BAR], rel=1e-6)
        assert spread.high > spread.low

    def test_an_average_that_no_set_reads_is_measured_by_the_ratio(self) -> None:
        text = TEXT.replace("  mean:\n    form: atr_distance", "  other:\n    input: mean\n    form: percent")
        spread = by_key(opened(text))["mean"].spread
        percent = (100 * talib.SMA(BARS["close"].to_numpy(), 8) / BARS["close"].to_numpy())[: BAR + 1]
        assert spread.deviation == pytest.approx(np.nanstd(percent) * BARS["close"].iloc[BAR] / 100, rel=1e-6)
        plain = text.replace("    input: mean\n    form: percent", "    input: rsi")
        ratio = (BARS["close"].to_numpy() / talib.SMA(BARS["close"].to_numpy(), 8))[: BAR + 1]
        found = by_key(opened(plain))["mean"]
        aside = BARS["close"].iloc[BAR] / (ratio[BAR] + np.nanstd(ratio))
        assert found.spread.deviation == pytest.approx(abs(aside - found.value), rel=1e-6)

    def test_a_z_score_is_measured_over_its_window(self, inputs: PlanInputs) -> None:
        line = talib.EMA(BARS["close"].to_numpy(), 3) - talib.EMA(BARS["close"].to_numpy(), 6)
        assert by_key(inputs)["macd"].spread.deviation == pytest.approx(line[BAR - 59 : BAR + 1].std(), rel=2e-2)

    def test_context_features_keep_to_theirs(self, inputs: PlanInputs) -> None:
        found = by_key(inputs)
        assert (found["daily_position"].spread.low, found["daily_position"].spread.high) == (0.0, 1.0)
        assert found["volume_change_5"].spread.high <= 10.0
        assert found["roc_5"].spread.low > -1.0
        assert found["volatility_20"].spread.low >= 0.0

    def test_nothing_later_is_looked_at(self, inputs: PlanInputs) -> None:
        cut = opened(bars=BARS.iloc[: BAR + 1])
        for now, then in zip(inputs.raw_inputs(BAR), cut.raw_inputs(BAR), strict=True):
            assert (now.key, now.value, now.spread) == (then.key, then.value, then.spread)


def test_without_context_and_lags_only_indicators_are_inputs() -> None:
    text = TEXT.replace("price_context: true", "price_context: false").replace(
        "volume_context: true, raw_indicators: true, lookback_periods: 3",
        "volume_context: false, raw_indicators: false, lookback_periods: 1",
    )
    small = opened(text)
    assert [entry.key for entry in small.raw_inputs(BAR)] == ["rsi", "mean", "macd.signal"]
    assert set(small.groups) == {"rsi", "mean", "macd"}


@pytest.fixture(scope="module")
def ground() -> tuple[FeaturePlan, PriceArrays, dict[str, np.ndarray]]:
    plan = FeaturePlan.of(parse_strategy(EVERY_FORM, "probe.yaml"))
    prices = PriceArrays.of(BARS)
    return plan, prices, plan.indicators.calculate(prices)


class TestBuiltAnew:
    """The features of a whole series whose indicator has another value at one row, built by the steps of a training."""

    def built(
        self, ground: tuple[FeaturePlan, PriceArrays, dict[str, np.ndarray]], column: str, row: int, value: float
    ) -> dict[str, float]:
        """Return those features of the bar that read own indicators."""
        plan, prices, columns = ground
        moved = columns | {column: columns[column].copy()}
        moved[column][row] = value
        formed = fuzzy_inputs(prices, moved, plan)
        own = {source.name for source in plan.sources if not source.timeframe}
        engine = FuzzyEngine({name: entry for name, entry in plan.strategy.fuzzy_sets.items() if name in own})
        grades = engine.evaluate_batch(pd.DataFrame(formed))
        found = {name: float(grades[name].iloc[BAR]) for name in engine.names}
        for lag in (1, 2):
            found |= {f"{name}_lag{lag}": float(grades[name].iloc[BAR - lag]) for name in engine.names}
        for source in plan.raw:
            line = moved[source.column]
            bounded = source.low is not None
            found[source.name] = (
                float((line[BAR] - source.low) / (source.high - source.low))
                if bounded
                else float(rolling_zscore(line, plan.strategy.features.zscore_window)[BAR])
            )
        found["price_to_mean_ratio"] = float(prices.close[BAR] / moved["mean"][BAR])
        return found

    @given(
        st.sampled_from(["rsi", "mean", "macd", "macd.signal", "macd.histogram"]), st.integers(0, 2), st.floats(0, 1)
    )
    def test_rows_are_those_of_the_changed_series(
        self,
        inputs: PlanInputs,
        ground: tuple[FeaturePlan, PriceArrays, dict[str, np.ndarray]],
        column: str,
        back: int,
        place: float,
    ) -> None:
        entry = by_key(inputs)[f"{column}-{back}" if back else column]
        value = entry.spread.low + place * (entry.spread.high - entry.spread.low)
        row = entry.rows(np.array([value]))[0]
        table = dict(zip(inputs.names, row.tolist(), strict=True))
        for name, expected in self.built(ground, column, BAR - back, value).items():
            assert table[name] == pytest.approx(expected, rel=1e-6, abs=1e-6), name
        untouched = [name for name in inputs.names if name.startswith(("roc_", "vol", "daily", "obv"))]
        before = dict(zip(inputs.names, inputs.features(BAR).tolist(), strict=True))
        assert {name: table[name] for name in untouched} == {name: before[name] for name in untouched}

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
    def test_values_do_not_depend_on_those_that_are_asked_together(
        self, inputs: PlanInputs, places: list[float]
    ) -> None:
        for key in ("macd", "mean-1", "rsi@4h"):
            entry = by_key(inputs)[key]
            values = entry.spread.low + np.array(places) * (entry.spread.high - entry.spread.low)
            together = entry.rows(values)
            for value, row in zip(values, together, strict=True):
                np.testing.assert_array_equal(entry.rows(np.array([value]))[0], row)
