"""What the symbol list says of a series: bars, years, and the quality that is known of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.gui.panels.training.data_state import data_state, series_line
from ktrdr_app.workflows.data_inventory import InventoryEntry

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"
SERIES = SeriesInfo("AAPL", "1d", 2015, "2005-03-31T00:00:00Z", "2013-03-28T00:00:00Z", Path("AAPL_1d.csv"))
QUALITY = QualityFigures("AAPL", "1d", "stock", "nyse", "clean", 2015, 2015, 2015, 90, 0, "")


def test_a_line_has_bars_and_years() -> None:
    assert series_line(SERIES) == f"AAPL   2{THIN}015 bars   2005 – 2013"


def test_a_series_without_bars_has_no_years() -> None:
    assert series_line(replace(SERIES, rows=0, first="", last="")) == "AAPL   0 bars"


def test_before_the_inventory_is_read_nothing_is_known() -> None:
    assert data_state(None) == ("", "")


def test_quality_that_was_not_looked_at_is_no_good_news() -> None:
    sign, words = data_state(InventoryEntry(SERIES, "stock", None))
    assert sign == ""
    assert words == "last bar 2013-03-28 00:00; its quality has not been looked at: the data station does that"


@pytest.mark.parametrize(
    ("verdict", "sign"), [("clean", "success"), ("warning", "warning"), ("error", "danger"), ("unreadable", "danger")]
)
def test_each_verdict_has_its_sign(verdict: str, sign: str) -> None:
    assert data_state(InventoryEntry(SERIES, "stock", replace(QUALITY, verdict=verdict)))[0] == sign


def test_gaps_and_the_gravest_finding_are_told() -> None:
    found = replace(QUALITY, verdict="warning", present=2005, gaps_unexpected=3, worst="a gap of 8 days")
    words = data_state(InventoryEntry(SERIES, "stock", found))[1]
    assert words == (
        f"last bar 2013-03-28 00:00; 99.5{THIN}% of the bars that are due; 3 unexpected gaps; a gap of 8 days"
    )
    assert data_state(InventoryEntry(SERIES, "stock", QUALITY))[1].endswith("; no unexpected gap")
