"""What the checks look at: each stamp once, sound prices, expected bars on the right grid, the usual change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from tests.data.quality.planted import clean, context

HOUR = NANOSECONDS["1h"]


def test_each_stamp_is_there_once_and_the_first_row_counts() -> None:
    frame = clean().iloc[:50]
    doubled = pd.concat([frame, frame.iloc[[7]].assign(close=1.0)]).sort_index(kind="stable")
    looked = context(doubled)
    assert (len(looked.rows), len(looked.every_bar), len(looked.bars)) == (51, 50, 50)
    assert looked.bars.prices[7, 3] == frame["close"].iloc[7]
    assert looked.bars.line.tolist() == [*range(2, 10), *range(11, 53)]


def test_sound_bars_have_four_finite_prices_above_zero() -> None:
    frame = clean().iloc[:50].copy()
    frame.iloc[3, 0] = np.nan
    frame.iloc[4, 1] = np.inf
    frame.iloc[5, 2] = 0.0
    frame.iloc[6, 3] = -1.0
    frame.iloc[7, 4] = np.nan
    looked = context(frame)
    assert len(looked.bars) == 50
    assert looked.sound.line.tolist() == [line for line in range(2, 52) if line not in (5, 6, 7, 8)]


@pytest.mark.parametrize("minutes", [0, 30, 15])
def test_the_grid_of_the_bars_decides_what_is_expected(minutes: int) -> None:
    own = clean("XNYS", "1h")
    frame = own.set_axis(own.index - pd.Timedelta(minutes=30 - minutes))
    looked = context(frame, "XNYS")
    assert set((looked.expected % HOUR // NANOSECONDS["1m"]).tolist()) == {minutes}
    assert looked.present.all()
    assert len(looked.expected) == len(frame)


def test_expected_bars_lie_between_the_first_and_the_last() -> None:
    frame = clean("forex").iloc[30:400]
    looked = context(frame, "forex")
    assert looked.expected.tolist() == frame.index.asi8.tolist()
    assert (looked.length, looked.steps.min()) == (HOUR, HOUR)


def test_a_bar_on_another_grid_stands_for_the_one_that_is_due() -> None:
    frame = clean().iloc[:100]
    index = frame.index.to_list()
    index[40] += pd.Timedelta(minutes=15)
    looked = context(frame.set_axis(pd.DatetimeIndex(index)))
    assert looked.present.all()
    gone = context(frame.drop(frame.index[40]))
    assert np.flatnonzero(~gone.present).tolist() == [40]


def test_the_usual_change_against_a_slow_mean() -> None:
    frame = clean().iloc[:300]
    looked = context(frame)
    change = np.abs(np.diff(np.log(frame["close"].to_numpy())))
    usual = np.quantile(change, 0.9)
    for row in (0, 1, 30, 150, 298, 299):
        own = {row - 1, row}
        around = [change[at] for at in range(max(row - 26, 0), min(row + 26, 299)) if at not in own]
        assert looked.unusual_scale[row] == pytest.approx(max(np.mean(np.minimum(around, 20 * usual)), usual / 2))


def test_a_spike_does_not_excuse_itself() -> None:
    frame = clean().iloc[:300].copy()
    before = context(frame).unusual_scale[150]
    frame.iloc[150, 3] *= 10
    frame.iloc[150, 1] = frame.iloc[150, 3]
    assert context(frame).unusual_scale[150] == pytest.approx(before, rel=0.2)


@pytest.mark.parametrize("bars", [1, 2, 3])
def test_few_bars_have_a_scale_too(bars: int) -> None:
    looked = context(clean().iloc[:bars])
    assert looked.unusual_scale.shape == (bars,)
    assert np.isfinite(looked.unusual_scale).all()
    assert not looked.stray.any()


@pytest.mark.parametrize(("moved", "stray"), [([0], [0]), ([99], [99]), ([0, 99], [0, 99]), ([], [])])
def test_stray_bars_are_those_beyond_a_year(moved: list[int], stray: list[int]) -> None:
    frame = clean().iloc[:100]
    index = frame.index.to_list()
    for row in moved:
        index[row] = pd.Timestamp("1970-01-01" if row == 0 else "2099-01-01", tz="UTC")
    looked = context(frame.set_axis(pd.DatetimeIndex(index)))
    assert np.flatnonzero(looked.stray).tolist() == stray
    assert len(looked.bars) == 100 - len(stray)


def test_half_a_series_beyond_a_year_is_not_stray() -> None:
    frame = clean().iloc[:100]
    later = [stamp + pd.Timedelta(days=800) if row >= 50 else stamp for row, stamp in enumerate(frame.index)]
    assert not context(frame.set_axis(pd.DatetimeIndex(later))).stray.any()
