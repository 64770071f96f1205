"""Findings of a quality report in plain words, short enough for a table."""

from __future__ import annotations

from ktrdr_app.data.quality.findings import Finding
from ktrdr_app.gui.panels.data.series_row import say

WORDS = {
    "closed_market": "Bars while the market is closed",
    "conflicting_duplicates": "Repeated stamps, other values",
    "duplicates": "Repeated rows",
    "extended_hours": "Bars outside the session",
    "flat_bars": "Bars without any movement",
    "flat_runs": "Prices that stand still",
    "gaps_expected": "Gaps while the market is closed",
    "gaps_unexpected": "Unexpected gaps",
    "infinite_prices": "Infinite prices",
    "missing_prices": "Missing prices",
    "missing_volume": "Missing volume",
    "mixed_timeframes": "Two bar lengths in one file",
    "negative_volume": "Negative volume",
    "no_volume": "No volume at all",
    "nonpositive_prices": "Prices of 0 or below",
    "not_numbers": "Cells that are no numbers",
    "ohlc_violations": "High or low inside the body",
    "overlapping_bars": "Bars that overlap",
    "spikes": "Spikes",
    "stray_stamps": "Stamps far from all others",
    "sunday_bars": "Short Sunday bars",
    "suspected_splits": "Suspected splits",
    "unreadable_stamps": "Stamps that are no date",
    "unsorted": "Rows out of order",
    "volume_scale_breaks": "Another unit of volume",
    "weekly_closure": "Other hours than the calendar",
    "wrong_time_zone": "Probably a wrong time zone",
    "wrong_timeframe": "Another bar length than the name",
    "zero_volume": "Bars without volume",
    "constant_volume": "Volume that counts no units",
}
"""Every finding that the checks can make."""
TONES = {"info": "", "warning": "warning", "error": "danger"}


def finding_words(found: Finding) -> str:
    """Return the kind of a finding in plain words; one that has none here is named by its code.

    Parameters
    ----------
    found : Finding
        The finding.
    """
    return say(WORDS[found.code]) if found.code in WORDS else found.code.replace("_", " ").capitalize()
