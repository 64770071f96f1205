"""Memberships over several time frames: names, the join by closing time, and a planted leak that it does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.data.bars import close_times
from ktrdr_app.data.resample import resample_bars
from ktrdr_app.fuzzy import FuzzyEngine, MultiTimeframeFuzzyEngine
from tests.conftest import make_bars
from tests.fuzzy.shapes import by_scikit_fuzzy

LOW = {"type": "trapezoidal", "parameters": [0, 10, 25, 50], "shoulder": "left"}
HIGH = {"type": "trapezoidal", "parameters": [50, 75, 90, 100], "shoulder": "right"}
SETS: dict[str, Any] = {
    "rsi": {"low": LOW, "high": HIGH},
    "rsi_4h": {"input": "rsi", "timeframe": "4h", "sets": {"low": LOW, "high": HIGH}},
    "trend": {"timeframe": "1d", "sets": {"low": LOW}},
}
NAMES = ("rsi_low", "rsi_high", "rsi_low_4h", "rsi_high_4h", "trend_low_1d")


def _frame(index: pd.DatetimeIndex, name: str, seed: int) -> pd.DataFrame:
    return pd.DataFrame({name: np.random.default_rng(seed).uniform(0, 100, len(index))}, index=index)


def _hours(n: int, frequency: str, start: str = "2022-01-03") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=n, freq=frequency, tz="UTC", name="timestamp")


def test_names_carry_the_time_frame_once_and_only_for_longer_bars() -> None:
    engine = MultiTimeframeFuzzyEngine(SETS, "1h")
    assert engine.names == NAMES
    assert engine.timeframes == ("4h", "1d")
    assert FuzzyEngine(SETS).names == NAMES


def test_memberships_equal_scikit_fuzzy_of_the_newest_closed_bar_looked_up_one_by_one() -> None:
    values = {
        "1h": _frame(_hours(200, "1h"), "rsi", 1),
        "4h": _frame(_hours(60, "4h", "2022-01-02 20:00"), "rsi_4h", 2).drop(index=_hours(3, "4h", "2022-01-05")),
        "1d": _frame(_hours(7, "1D", "2022-01-04"), "trend", 3),
    }
    made = MultiTimeframeFuzzyEngine(SETS, "1h").evaluate_batch(values)
    assert list(made.columns) == list(NAMES)
    assert made.index.equals(values["1h"].index)
    assert set(made.dtypes) == {np.dtype(np.float32)}
    for column, frame, name, length in (
        ("rsi_low_4h", "4h", "rsi_4h", pd.Timedelta("4h")),
        ("trend_low_1d", "1d", "trend", pd.Timedelta("1D")),
    ):
        for stamp, found in made[column].items():
            closed = [opened for opened in values[frame].index if opened + length <= stamp + pd.Timedelta("1h")]
            x = values[frame][name][closed[-1]] if closed else math.nan
            expected = by_scikit_fuzzy("trapezoidal", [0, 10, 25, 50], np.array([x]), "left")[0]
            assert found == pytest.approx(expected, abs=1e-7, nan_ok=True)
    own = FuzzyEngine({"rsi": SETS["rsi"]}).evaluate_batch(values["1h"])
    pd.testing.assert_frame_equal(made[["rsi_low", "rsi_high"]], own)


def test_a_column_of_longer_values_may_leave_the_time_frame_out_of_its_name() -> None:
    base, longer = _frame(_hours(20, "1h"), "rsi", 1), _frame(_hours(5, "4h"), "rsi", 2)
    engine = MultiTimeframeFuzzyEngine({name: SETS[name] for name in ("rsi", "rsi_4h")}, "1h")
    short = engine.evaluate_batch({"1h": base, "4h": longer})
    pd.testing.assert_frame_equal(short, engine.evaluate_batch({"1h": base, "4h": longer.add_suffix("_4h")}))


def test_writes_into_part_of_a_block_and_touches_nothing_else() -> None:
    base, longer = _frame(_hours(40, "1h"), "rsi", 1), _frame(_hours(10, "4h"), "rsi", 2)
    engine = MultiTimeframeFuzzyEngine({name: SETS[name] for name in ("rsi", "rsi_4h")}, "1h")
    block = np.full((40, 9), -1.0, np.float32)
    values = {"rsi": base["rsi"].to_numpy(), "rsi_4h": longer["rsi"].to_numpy()}
    known = {name: close_times(frame.index, name) for name, frame in (("1h", base), ("4h", longer))}
    engine.evaluate_into(values, known, block[:, 3:7])
    assert (block[:, [0, 1, 2, 7, 8]] == -1).all()
    np.testing.assert_array_equal(block[:, 3:7], engine.evaluate_batch({"1h": base, "4h": longer}).to_numpy())
    assert np.isnan(block[:3, 5]).all()
    assert np.isfinite(block[3:, 5]).all()


def test_nothing_is_known_without_longer_bars() -> None:
    engine = MultiTimeframeFuzzyEngine({"rsi_4h": SETS["rsi_4h"]}, "1h")
    made = engine.evaluate_batch({"1h": pd.DataFrame(index=_hours(5, "1h")), "4h": _frame(_hours(0, "4h"), "rsi", 0)})
    assert made.shape == (5, 2)
    assert made.isna().all(axis=None)


@given(seed=st.integers(0, 1000), t=st.integers(60, 299), factor=st.sampled_from([0.5, 1.3, 20.0]))
def test_no_price_after_t_changes_a_membership_known_at_t(seed: int, t: int, factor: float) -> None:
    bars = make_bars(320, seed, "2022-01-03 05:00")
    changed = bars.copy()
    changed.iloc[t + 1 :] *= factor
    before, after = (_rsi_memberships(frame) for frame in (bars, changed))
    pd.testing.assert_frame_equal(before.iloc[: t + 1], after.iloc[: t + 1])


def test_a_fill_by_open_stamps_is_caught_by_the_same_change_of_later_prices() -> None:
    """The original filled longer bars forward from their opens, which shows a close hours before it happens."""
    bars = make_bars(320, 4, "2022-01-03 05:00")
    flagged = {"by open": 0, "by close": 0}
    for t in range(60, 300, 4):
        changed = bars.copy()
        changed.iloc[t + 1 :] *= 1.3
        flagged["by open"] += not _filled_by_open(bars).iloc[: t + 1].equals(_filled_by_open(changed).iloc[: t + 1])
        flagged["by close"] += not _rsi_memberships(bars).iloc[: t + 1].equals(_rsi_memberships(changed).iloc[: t + 1])
    assert flagged["by open"] > 20
    assert flagged["by close"] == 0


def test_a_fill_by_open_stamps_foretells_the_next_bar_and_the_join_does_not() -> None:
    """The direction of the day's bar against the next hour's return, on prices that nothing can foretell."""
    bars = make_bars(24 * 600, 11)
    day = resample_bars(bars, "1h", "1d")
    rising = pd.DataFrame({"day": np.where(day.bars["close"] > day.bars["open"], 1.0, -1.0)}, index=day.bars.index)
    future = np.sign(np.diff(bars["close"].to_numpy()))
    cheat = rising["day"].reindex(bars.index, method="ffill").to_numpy()[:-1]
    up = {"timeframe": "1d", "sets": {"up": {"type": "triangular", "parameters": [-1, 1, 2]}}}
    joined = MultiTimeframeFuzzyEngine({"day": up}, "1h").evaluate_batch({"1h": bars, "1d": rising})["day_up_1d"]
    honest = 2.0 * joined.to_numpy()[:-1] - 1.0
    known = np.isfinite(honest)
    assert np.mean(cheat == future) > 0.55
    assert abs(np.mean(honest[known] == future[known]) - 0.5) < 0.02


def _rsi_memberships(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the memberships of RSI on the bars, on four hours and on days, as a user would compute them."""
    values = {"1h": pd.DataFrame({"rsi": talib.RSI(bars["close"].to_numpy(), 5)}, index=bars.index)}
    for longer, name in (("4h", "rsi"), ("1d", "trend")):
        made = resample_bars(bars, "1h", longer).bars
        values[longer] = pd.DataFrame({name: talib.RSI(made["close"].to_numpy(), 3)}, index=made.index)
    return MultiTimeframeFuzzyEngine(SETS, "1h").evaluate_batch(values)


def _filled_by_open(bars: pd.DataFrame) -> pd.DataFrame:
    made = resample_bars(bars, "1h", "4h").bars
    rsi = pd.DataFrame({"rsi": talib.RSI(made["close"].to_numpy(), 3)}, index=made.index)
    return FuzzyEngine({"rsi": SETS["rsi"]}).evaluate_batch(rsi.reindex(bars.index, method="ffill"))


@pytest.mark.parametrize("timeframe", ["4h", "1d"])
def test_bars_as_long_as_an_input_are_refused_with_its_place(timeframe: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        MultiTimeframeFuzzyEngine(SETS, timeframe)
    assert caught.value.where == "fuzzy_sets.rsi_4h.timeframe"
    assert f"longer than the {timeframe} bars" in caught.value.hint


def test_unknown_time_frames_and_missing_values_are_named() -> None:
    with pytest.raises(UnknownName, match="1hour"):
        MultiTimeframeFuzzyEngine(SETS, "1hour")
    with pytest.raises(InvalidValue) as caught:
        MultiTimeframeFuzzyEngine({"rsi": {"timeframe": "7h", "sets": {"low": LOW}}}, "1h")
    assert caught.value.where == "fuzzy_sets.rsi.timeframe"
    engine = MultiTimeframeFuzzyEngine(SETS, "1h")
    base = _frame(_hours(8, "1h"), "rsi", 0)
    with pytest.raises(UnknownName, match="4h"):
        engine.evaluate_batch({"1h": base})
    longer = {"4h": _frame(_hours(2, "4h"), "rsj", 0), "1d": _frame(_hours(1, "1D"), "trend", 0)}
    with pytest.raises(UnknownName, match="rsi_4h"):
        engine.evaluate_batch({"1h": base, **longer})
    with pytest.raises(UnknownName, match="1d"):
        engine.evaluate_into({}, {"1h": np.zeros(8, np.int64), "4h": np.zeros(2, np.int64)}, np.empty((8, 5), "f4"))


def test_the_same_input_twice_on_one_time_frame_is_refused() -> None:
    twice = {"rsi": {"timeframe": "4h", "sets": {"low": LOW}}, "rsi_4h": {"timeframe": "4h", "sets": {"low": LOW}}}
    with pytest.raises(InvalidValue, match="rsi_low_4h"):
        MultiTimeframeFuzzyEngine(twice, "1h")
