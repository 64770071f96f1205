"""Longer bars against pandas and a slow loop; the join by closing time against one question asked bar by bar."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import COLUMNS, check_bars, close_times, nanoseconds
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.resample import as_of_close, longer_than, resample_bars, taken
from tests.conftest import make_bars
from tests.shared_data import shared_path

PANDAS = {"5m": "5min", "15m": "15min", "30m": "30min", "1h": "1h", "4h": "4h", "1d": "1D", "1w": "W-MON"}
RULES = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
PAIRS = [(short, longer) for short, longer in itertools.combinations(NANOSECONDS, 2)]


def _by_pandas(bars: pd.DataFrame, longer: str) -> pd.DataFrame:
    groups = bars.resample(PANDAS[longer], label="left", closed="left")
    made = groups.agg({name: rule for name, rule in RULES.items() if name != "volume"})
    made["volume"] = groups["volume"].sum(min_count=1)
    return made[groups["close"].count() > 0]


def _by_hand(bars: pd.DataFrame, timeframe: str, longer: str) -> list[tuple[object, ...]]:
    """Return start, five columns, known time and wholeness of each window, by the definition."""
    length, monday = NANOSECONDS[longer], pd.Timestamp("1970-01-05").value
    rows: dict[int, list[int]] = {}
    opens = [stamp.value for stamp in bars.index.as_unit("ns")]
    for row, stamp in enumerate(opens):
        rows.setdefault(math.floor((stamp - monday) / length) * length + monday, []).append(row)
    made = []
    for start, inside in rows.items():
        part = bars.iloc[inside]
        volume = part["volume"].dropna()
        last = opens[inside[-1]] + NANOSECONDS[timeframe]
        whole = (inside[0] > 0 or opens[0] == start) and (inside[-1] < len(bars) - 1 or last >= start + length)
        total = sum(volume) if len(volume) else math.nan
        prices = part["open"].iloc[0], part["high"].max(), part["low"].min(), part["close"].iloc[-1]
        made.append((start, *prices, total, max(start + length, last), whole))
    return made


def _holed(bars: pd.DataFrame, seed: int, share: float) -> pd.DataFrame:
    """Take bars out, and volumes away."""
    random = np.random.default_rng(seed)
    kept = bars[random.random(len(bars)) < share].copy()
    kept.loc[random.random(len(kept)) < 0.3, "volume"] = np.nan
    return kept


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("timeframe", "longer"), PAIRS)
def test_equals_pandas_and_the_definition_with_holes_in_prices_and_volume(
    timeframe: str, longer: str, seed: int
) -> None:
    frequency = {"1m": "1min", "1w": "7D"}.get(timeframe, PANDAS.get(timeframe))
    start = "2020-01-06 00:00" if timeframe == "1w" else "2020-03-05 09:00" if timeframe != "1d" else "2020-03-05"
    bars = _holed(make_bars(250, seed, start, str(frequency)), seed, 0.7 if seed else 0.02)
    made = resample_bars(bars, timeframe, longer)
    pd.testing.assert_frame_equal(made.bars, _by_pandas(bars, longer), check_freq=False, rtol=1e-12)
    for row, (stamp, *prices, known, whole) in enumerate(_by_hand(bars, timeframe, longer)):
        assert nanoseconds(made.bars.index)[row] == stamp
        np.testing.assert_allclose(made.bars.iloc[row], prices, rtol=1e-12)
        assert (made.known[row], made.whole[row]) == (known, whole)


@pytest.mark.parametrize(("series", "longer"), [("EURUSD_1h", "4h"), ("EURUSD_1h", "1d"), ("AAPL_1d", "1w")])
def test_equals_pandas_on_real_bars(series: str, longer: str) -> None:
    symbol, timeframe = series.split("_")
    bars = CSVDataSource(shipped("resources") / "sample").load(symbol, timeframe)
    made = resample_bars(bars, timeframe, longer)
    pd.testing.assert_frame_equal(made.bars, _by_pandas(bars, longer), check_freq=False, rtol=1e-12)
    check_bars(made.bars, series)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["EURUSD_1h.csv", "AAPL_1h.csv", "BTCUSD_1h.csv"])
def test_equals_pandas_on_markets_with_other_hours(name: str) -> None:
    path = shared_path(f"data/dev/{name}")
    bars = CSVDataSource(path.parent).load(*path.stem.split("_"))
    for longer in ("4h", "1d", "1w"):
        made = resample_bars(bars, "1h", longer).bars
        pd.testing.assert_frame_equal(made, _by_pandas(bars, longer), check_freq=False, rtol=1e-12)


def test_first_and_last_window_are_whole_only_if_the_data_hold_all_of_them() -> None:
    cut = resample_bars(make_bars(10, start="2020-01-01 02:00"), "1h", "4h")
    assert cut.whole.tolist() == [False, True, True]
    assert [stamp.hour for stamp in cut.bars.index] == [0, 4, 8]
    longer = resample_bars(make_bars(9, start="2020-01-01 04:00"), "1h", "4h")
    assert longer.whole.tolist() == [True, True, False]
    assert len(longer.complete().bars) == len(longer.complete().known) == 2


def test_a_bar_that_reaches_over_the_end_of_its_window_is_waited_for() -> None:
    bars = make_bars(9, start="2020-01-01 09:30")
    made = resample_bars(bars, "1h", "4h")
    ends = pd.DatetimeIndex(made.known, tz="UTC").strftime("%H:%M").tolist()
    assert ends == ["12:30", "16:30", "20:00"]
    place = as_of_close(close_times(bars.index, "1h"), made.known)
    assert place.tolist() == [-1, -1, 0, 0, 0, 0, 1, 1, 1]


def test_bars_that_overlap_are_not_seen_early() -> None:
    stamps = pd.DatetimeIndex(["2020-01-01 03:00", "2020-01-01 03:30", "2020-01-01 04:30"], tz="UTC", name="timestamp")
    bars = make_bars(3).set_axis(stamps)
    made = resample_bars(bars, "1h", "4h")
    assert as_of_close(close_times(stamps, "1h"), made.known).tolist() == [-1, 0, 0]


def test_weeks_begin_on_monday_and_days_at_midnight_utc() -> None:
    bars = make_bars(24 * 15, start="2024-03-30")
    assert set(resample_bars(bars, "1h", "1w").bars.index.day_name()) == {"Monday"}
    assert set(resample_bars(bars, "1h", "1d").bars.index.strftime("%H:%M")) == {"00:00"}


def test_bars_before_1970_lie_on_the_same_grid() -> None:
    bars = make_bars(60, start="1969-11-20", frequency="1D")
    made = resample_bars(bars, "1d", "1w").bars
    pd.testing.assert_frame_equal(made, _by_pandas(bars, "1w"), check_freq=False, rtol=1e-12)


def test_no_bars_make_no_windows() -> None:
    made = resample_bars(make_bars(0), "1h", "1d")
    assert (len(made.bars), len(made.known), len(made.whole)) == (0, 0, 0)
    assert list(made.bars.columns) == list(COLUMNS)


def test_the_bars_themselves_are_left_as_they_are() -> None:
    bars = make_bars(50)
    before = bars.copy()
    resample_bars(bars, "1h", "4h")
    pd.testing.assert_frame_equal(bars, before)


def test_every_longer_time_frame_is_a_multiple_of_every_shorter_one() -> None:
    assert all(NANOSECONDS[longer] % NANOSECONDS[short] == 0 for short, longer in PAIRS)


@pytest.mark.parametrize("longer", ["1h", "30m"])
def test_a_time_frame_that_is_not_longer_is_refused(longer: str) -> None:
    with pytest.raises(InvalidValue, match=longer) as caught:
        resample_bars(make_bars(5), "1h", longer)
    assert "longer than the 1h bars" in caught.value.hint
    assert "4h, 1d, 1w" in caught.value.hint


def test_unknown_time_frames_name_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        longer_than("4hh", "1h")
    assert caught.value.hint == "did you mean '4h'?"
    with pytest.raises(InvalidValue, match="1d") as none:
        longer_than("1d", "1w")
    assert "there is none" in none.value.hint


@given(
    base=st.lists(st.integers(0, 200), max_size=40).map(sorted),
    high=st.lists(st.integers(0, 200), max_size=20).map(sorted),
)
def test_join_takes_the_newest_longer_bar_that_is_not_later(base: list[int], high: list[int]) -> None:
    place = as_of_close(np.array(base, np.int64), np.array(high, np.int64))
    for moment, row in zip(base, place, strict=True):
        assert row == sum(known <= moment for known in high) - 1
    values = np.arange(len(high), dtype=np.float64)
    for row, found in zip(place, taken(values, place), strict=True):
        assert math.isnan(found) if row < 0 else found == values[row]


@given(seed=st.integers(0, 1000), keep=st.floats(0.1, 1.0), cut=st.integers(1, 119))
def test_appended_bars_change_no_whole_window_and_no_join(seed: int, keep: float, cut: int) -> None:
    bars = _holed(make_bars(120, seed, "2021-05-01 03:00"), seed, keep)
    if len(bars) < 2:
        return
    part = bars.iloc[: min(cut, len(bars) - 1)]
    short, long = (resample_bars(frame, "1h", "4h").complete() for frame in (part, bars))
    pd.testing.assert_frame_equal(short.bars, long.bars.iloc[: len(short.bars)], check_freq=False)
    closes = close_times(bars.index, "1h")
    np.testing.assert_array_equal(as_of_close(closes[: len(part)], short.known),
                                  as_of_close(closes, long.known)[: len(part)])  # fmt: skip


def test_a_window_worked_out_by_hand() -> None:
    stamps = pd.to_datetime([f"2020-01-01 0{hour}:00" for hour in (1, 3, 4, 5, 8)], utc=True).rename("timestamp")
    prices = {
        "open": [10.0, 12.0, 11.0, 9.0, 7.0],
        "high": [13.0, 15.0, 12.0, 9.5, 8.0],
        "low": [9.0, 11.0, 8.0, 8.5, 6.0],
        "close": [12.0, 11.0, 9.0, 9.2, 7.5],
        "volume": [5.0, 7.0, math.nan, 0.0, math.nan],
    }
    made = resample_bars(pd.DataFrame(prices, index=stamps), "1h", "4h")
    np.testing.assert_array_equal(
        made.bars.to_numpy(),
        [[10, 15, 9, 11, 12], [11, 12, 8, 9.2, 0], [7, 8, 6, 7.5, math.nan]],  # no volume at all is not a volume of 0
    )
    assert [stamp.hour for stamp in made.bars.index] == [0, 4, 8]
    assert pd.DatetimeIndex(made.known, tz="UTC").strftime("%H:%M").tolist() == ["04:00", "08:00", "12:00"]
    assert made.whole.tolist() == [False, True, False]


@pytest.mark.parametrize(("between", "longest"), [("4h", "1d"), ("1d", "1w"), ("4h", "1w")])
@pytest.mark.parametrize("seed", range(3))
def test_two_steps_lead_to_the_same_bars_as_one(between: str, longest: str, seed: int) -> None:
    bars = _holed(make_bars(800, seed, "2020-02-27 00:00"), seed, 0.6)
    middle = resample_bars(bars, "1h", between)
    stepwise = resample_bars(middle.bars, between, longest)
    direct = resample_bars(bars, "1h", longest)
    pd.testing.assert_frame_equal(stepwise.bars, direct.bars, check_freq=False, rtol=1e-12)
    np.testing.assert_array_equal(stepwise.known, direct.known)


@given(
    minutes=st.lists(st.integers(0, 60 * 60), min_size=1, max_size=40, unique=True).map(sorted),
    longer=st.sampled_from(["4h", "1d"]),
)
def test_a_bar_sees_the_newest_window_that_has_ended_and_whose_bars_have_all_closed(
    minutes: list[int], longer: str
) -> None:
    hour, length = NANOSECONDS["1h"], NANOSECONDS[longer]
    start = pd.Timestamp("2021-03-01", tz="UTC")  # a Monday; bars may overlap and lie anywhere in their windows
    index = pd.DatetimeIndex([start + pd.Timedelta(minutes=minute) for minute in minutes], name="timestamp")
    bars = make_bars(len(minutes)).set_axis(index)
    made = resample_bars(bars, "1h", longer)
    closes = close_times(index, "1h")
    seen = taken(made.bars["close"].to_numpy(), as_of_close(closes, made.known))
    opens, prices = [stamp.value for stamp in index.as_unit("ns")], bars["close"].tolist()
    for now, found in zip(closes.tolist(), seen.tolist(), strict=True):
        windows: dict[int, list[int]] = {}
        for row, stamp in enumerate(opens):
            windows.setdefault(stamp // length, []).append(row)
        over = [
            rows for window, rows in windows.items() if (window + 1) * length <= now and opens[rows[-1]] + hour <= now
        ]
        assert math.isnan(found) if not over else found == prices[over[-1][-1]]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_stamps_may_be_kept_in_any_unit(unit: str) -> None:
    bars = make_bars(60)
    coarse = bars.set_axis(pd.DatetimeIndex(bars.index).as_unit(unit))  # type: ignore[arg-type]
    found, expected = (resample_bars(frame, "1h", "4h") for frame in (coarse, bars))
    pd.testing.assert_frame_equal(found.bars, expected.bars)
    np.testing.assert_array_equal(found.known, expected.known)


def test_columns_may_lie_anywhere_in_memory_and_hold_whole_numbers() -> None:
    bars = make_bars(120)
    expected = resample_bars(bars, "1h", "4h").bars
    strided = make_bars(120).iloc[::-1].iloc[::-1][list(reversed(COLUMNS))]
    pd.testing.assert_frame_equal(resample_bars(strided, "1h", "4h").bars, expected)
    whole = bars.assign(volume=bars["volume"].astype(np.int64))
    pd.testing.assert_frame_equal(resample_bars(whole, "1h", "4h").bars, expected)


def test_values_that_were_taken_are_a_copy() -> None:
    values = np.array([1.0, 2.0])
    found = taken(values, np.array([-1, 0, 1], np.intp))
    np.testing.assert_array_equal(found, [math.nan, 1.0, 2.0])
    assert values.tolist() == [1.0, 2.0]
    assert np.isnan(taken(np.array([]), np.array([-1, -1], np.intp))).all()


def test_whole_windows_keep_their_times() -> None:
    made = resample_bars(make_bars(26, start="2020-01-01 03:00"), "1h", "4h")
    whole = made.complete()
    assert made.whole.tolist() == [False, *[True] * 6, False]
    assert whole.bars.index.equals(made.bars.index[1:-1])
    np.testing.assert_array_equal(whole.known, made.known[1:-1])
    assert whole.whole.all()
