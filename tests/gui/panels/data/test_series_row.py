"""Words and figures of a series in the list: no share is rounded up to all, and the worst sorts first."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.gui.panels.data import series_row
from ktrdr_app.gui.ui.tokens import DARK
from ktrdr_app.workflows.data_inventory import InventoryEntry

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


def entry(
    expected: int = 1000,
    present: int = 1000,
    *,
    gaps: int = 0,
    worst: str = "",
    verdict: str = "clean",
    known: bool = True,
) -> InventoryEntry:
    series = SeriesInfo("ACME", "1h", present, "2024-03-01T14:30:00Z", "2024-04-01T14:30:00Z", Path("ACME_1h.csv"))
    figures = QualityFigures("ACME", "1h", "stock", "XNYS", verdict, present, expected, present, 5, gaps, worst)
    return InventoryEntry(series, "stock", figures if known else None)


def test_a_series_is_known_by_symbol_and_bar_length() -> None:
    assert series_row.key_of(entry()) == ("ACME", "1h")


@pytest.mark.parametrize("timeframe", NANOSECONDS)
def test_bars_of_a_day_or_longer_need_no_hour(timeframe: str) -> None:
    daily = timeframe in ("1d", "1w")
    assert series_row.is_daily(timeframe) is daily
    shown = series_row.short_moment(timeframe, "2024-03-01T14:30:00Z")
    assert shown == ("2024-03-01" if daily else "2024-03-01 14:30")


@given(expected=st.integers(1, 5_000_000), data=st.data())
def test_a_share_is_all_only_when_nothing_is_missing(expected: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, expected))
    words = series_row.share_text(present / expected)
    assert (words == f"100.0{THIN}%") is (present == expected)
    assert float(words.split(THIN)[0]) <= 100 * present / expected + 1e-9, "never rounded up"


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "100.0"), (0.99999, "99.99"), (0.5, "50.00"), (0.0, "0.00"), (0.123456, "12.34")],
)
def test_shares_as_they_are_written(share: float, words: str) -> None:
    assert series_row.share_text(share) == f"{words}{THIN}%"


def test_where_nothing_is_expected_there_is_no_share() -> None:
    assert series_row.share_text(float("nan")) == "–"


def test_the_quality_column_in_each_state() -> None:
    assert series_row.quality_text(entry(known=False)) == "…"
    assert series_row.quality_text(entry(verdict="unreadable", worst="no header")) == "unreadable"
    assert series_row.quality_text(entry(1000, 990)) == f"99.00{THIN}%"


def test_the_tip_says_what_the_figure_means_and_the_worst_finding() -> None:
    assert "counted in the background" in series_row.quality_tip(entry(known=False))
    assert series_row.quality_tip(entry(verdict="unreadable", worst="no header")) == "no header"
    there = f"1{THIN}999 of 2{THIN}000 bars that the calendar XNYS expects are there."
    assert series_row.quality_tip(entry(2000, 1999)) == f"{there}\nNothing was found."
    assert series_row.quality_tip(entry(2000, 1999, worst="1 hole")) == f"{there}\n1 hole"


def test_the_worst_sorts_first_and_the_unknown_last() -> None:
    unreadable = entry(0, 0, verdict="unreadable", worst="no header")
    poor, torn, one_gap = entry(1000, 500), entry(1000, 990, gaps=9), entry(1000, 990, gaps=1)
    whole, unknown = entry(), entry(known=False)
    wanted = [unreadable, poor, torn, one_gap, whole, unknown]
    shuffled = [wanted[place] for place in (4, 1, 5, 0, 3, 2)]
    assert sorted(shuffled, key=series_row.quality_key) == wanted


def test_every_verdict_has_a_colour_of_the_theme() -> None:
    assert set(series_row.TONES) == {"clean", "warning", "error", "unreadable"}
    assert all(hasattr(DARK, token) for token in series_row.TONES.values())
