"""The contract of bars: stamps, close times, fingerprints, and what breaks it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import EmptyData, MalformedBars
from ktrdr_app.data.bars import PriceArrays, check_bars, close_times, fingerprint, nanoseconds
from tests.conftest import make_bars


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_stamps_are_nanoseconds_whatever_the_unit(unit: str) -> None:
    index = pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC").as_unit(unit)
    first = int(pd.Timestamp("2020-01-01", tz="UTC").timestamp()) * 10**9
    assert nanoseconds(index).tolist() == [first, first + 3600 * 10**9, first + 7200 * 10**9]


@pytest.mark.parametrize(("timeframe", "minutes"), [("1m", 1), ("1h", 60), ("4h", 240), ("1d", 1440), ("1w", 10080)])
def test_a_bar_is_known_one_bar_length_after_its_open(timeframe: str, minutes: int) -> None:
    index = make_bars(4).index
    expected = [(stamp + pd.Timedelta(minutes=minutes)).value for stamp in index]
    assert close_times(index, timeframe).tolist() == expected


def test_arrays_are_contiguous_floats_in_order() -> None:
    bars = make_bars(5)
    prices = PriceArrays.of(bars[["volume", "close", "low", "high", "open"]])
    assert len(prices) == 5
    for name in ("open", "high", "low", "close", "volume"):
        column = getattr(prices, name)
        assert column.flags["C_CONTIGUOUS"]
        assert column.dtype == np.float64
        assert not column.flags.writeable
        np.testing.assert_array_equal(column, bars[name])


def test_strided_columns_are_read_only_too_and_the_frame_stays_writable() -> None:
    block = np.ones((6, 5))
    bars = pd.DataFrame(block, columns=["open", "high", "low", "close", "volume"], copy=False)
    assert not PriceArrays.of(bars).close.flags.writeable
    bars.iloc[2, 3] = 7.0
    assert PriceArrays.of(bars).close[2] == 7.0


def test_arrays_know_when_each_bar_opens_if_the_frame_does() -> None:
    bars = make_bars(5)
    assert PriceArrays.of(bars).opens.tolist() == [stamp.value for stamp in bars.index.as_unit("ns")]
    assert PriceArrays.of(bars.reset_index(drop=True)).opens is None


def test_good_bars_pass_and_come_back_as_arrays() -> None:
    bars = make_bars(50)
    prices = check_bars(bars, "probe")
    for name in bars.columns:
        np.testing.assert_array_equal(getattr(prices, name), bars[name])
    assert prices.opens is not None
    assert prices.opens.tolist() == [stamp.value for stamp in bars.index]


@pytest.mark.parametrize(
    ("spoil", "error", "word"),
    [
        (lambda bars: bars.iloc[:0], EmptyData, "not one bar"),
        (lambda bars: bars.drop(columns="low"), MalformedBars, "columns"),
        (lambda bars: bars.rename(columns={"close": "last"}), MalformedBars, "last"),
        (lambda bars: bars.tz_localize(None), MalformedBars, "UTC"),
        (lambda bars: bars.tz_convert("America/New_York"), MalformedBars, "UTC"),
        (lambda bars: bars.reset_index(drop=True), MalformedBars, "UTC"),
        (lambda bars: bars.iloc[::-1], MalformedBars, "after"),
        (lambda bars: pd.concat([bars, bars.iloc[-1:]]), MalformedBars, "after"),
        (lambda bars: bars.assign(close=np.nan), MalformedBars, "close nan"),
        (lambda bars: bars.assign(open=0.0), MalformedBars, "open 0"),
        (lambda bars: bars.assign(volume=-1.0), MalformedBars, "volume -1"),
    ],
)
def test_broken_bars_are_refused(spoil: object, error: type, word: str) -> None:
    with pytest.raises(error, match=word):
        check_bars(spoil(make_bars(10)), "probe")


def test_fingerprints_depend_on_every_number_and_nothing_else() -> None:
    bars = make_bars(20)
    same = bars.copy()
    same.index = same.index.as_unit("us")
    assert fingerprint(same) == fingerprint(bars)
    moved = bars.set_axis(bars.index + pd.Timedelta(1, unit="ns"))
    assert fingerprint(moved) != fingerprint(bars)
    for column in bars.columns:
        changed = bars.copy()
        changed.loc[changed.index[7], column] = np.nextafter(changed[column].iloc[7], np.inf)
        assert fingerprint(changed) != fingerprint(bars), column
