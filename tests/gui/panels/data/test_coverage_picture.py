"""Colours of pixels against a slow count over every bar and every pixel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.coverage import CoverageMap, coverage_map
from ktrdr_app.data.quality.raw import RawSeries
from tests.conftest import make_bars

pytestmark = pytest.mark.gui
HOUR = 3_600_000_000_000


def covered(keep: np.ndarray, calendar: str = "24/7", frame: pd.DataFrame | None = None) -> CoverageMap:
    bars = make_bars(len(keep)) if frame is None else frame
    return coverage_map(Context(RawSeries.of(bars[keep]), "1h", calendar_named(calendar)), "TEST")


@given(
    kept=st.lists(st.booleans(), min_size=5, max_size=60),
    width=st.integers(1, 80),
    begin=st.integers(-20, 20),
    bars=st.integers(1, 90),
)
def test_every_pixel_shows_the_share_of_its_bars(kept: list[bool], width: int, begin: int, bars: int) -> None:
    from ktrdr_app.gui.panels.data import coverage_picture as picture

    found = covered(np.array([True, *kept, True]))
    start, end = found.start + begin * HOUR, found.start + (begin + bars) * HOUR
    shades = picture.shade_pixels(found, start, end, width)
    at = picture.edges(start, end, width)
    assert (int(at[0]), int(at[-1])) == (start, end)
    for pixel, shade in enumerate(shades.tolist()):
        left, right = int(at[pixel]), int(at[pixel + 1])
        due = [row for row, open_ in enumerate(found.opens.tolist()) if open_ < right and open_ + HOUR > left]
        if right <= found.start or left >= found.end:
            assert shade == picture.OUTSIDE
        elif not due:
            assert shade == picture.CLOSED
        else:
            share = sum(bool(found.present[row]) for row in due) / len(due)
            wanted = picture.ALL if share == 1 else picture.MOST if share >= 0.95 else picture.SOME
            wanted = wanted if share >= 0.5 else picture.FEW if share > 0 else picture.NONE
            assert shade == wanted


def test_a_weekend_is_closed_not_a_hole() -> None:
    from ktrdr_app.gui.panels.data import coverage_picture as picture

    hours = pd.date_range("2024-03-04", periods=24 * 21, freq="1h", tz="UTC")
    local = hours.tz_convert("America/New_York")
    open_ = (local.day_of_week < 4) | ((local.day_of_week == 4) & (local.hour < 17))
    open_ |= (local.day_of_week == 6) & (local.hour >= 17)
    frame = make_bars(int(open_.sum())).set_axis(hours[open_])
    found = covered(np.ones(len(frame), dtype=bool), "forex", frame)
    shades = picture.shade_pixels(found, found.start, found.end, (found.end - found.start) // HOUR)
    assert set(shades.tolist()) == {picture.ALL, picture.CLOSED}
    assert (shades == picture.CLOSED).sum() == (~open_)[: len(shades)].sum()


@given(kept=st.lists(st.booleans(), min_size=5, max_size=80), width=st.integers(1, 60))
def test_every_hole_in_view_has_a_mark_and_the_largest_one_speaks(kept: list[bool], width: int) -> None:
    from ktrdr_app.gui.panels.data.coverage_picture import hole_pixels

    found = covered(np.array([True, *kept, True]))
    pixels, holes = hole_pixels(found, found.start, found.end, width)
    assert (np.diff(pixels) > 0).all()
    best: dict[int, int] = {}
    for hole in range(len(found.holes)):
        middle = (int(found.holes.start[hole]) + int(found.holes.end[hole])) / 2
        pixel = min(int((middle - found.start) * (width / (found.end - found.start))), width - 1)
        best[pixel] = max(best.get(pixel, 0), int(found.holes.missing[hole]))
    assert dict(zip(pixels.tolist(), found.holes.missing[holes].tolist(), strict=True)) == best


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
def test_what_is_there_and_what_is_not_can_be_told_apart(name: str) -> None:
    from ktrdr_app.gui.panels.data import coverage_picture as picture
    from ktrdr_app.gui.ui.tokens import THEMES, luminance

    colours = [f"#{int(each) & 0xFFFFFF:06x}" for each in picture.palette(THEMES[name])]
    assert len(set(colours)) == len(colours)

    def ratio(one: int, other: int) -> float:
        low, high = sorted((luminance(colours[one]), luminance(colours[other])))
        return (high + 0.05) / (low + 0.05)

    assert ratio(picture.ALL, picture.OUTSIDE) >= 3
    assert ratio(picture.NONE, picture.OUTSIDE) >= 3
    assert ratio(picture.CLOSED, picture.ALL) >= 1.5
