"""The words of the choices, and what a choice does to a series that is there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.options import ASSET_CLASSES, CONFLICTS, DATE_ORDERS, DECIMALS
from ktrdr_app.data.importing.options import ROLES as CORE_ROLES
from ktrdr_app.data.importing.preview import Conflict
from ktrdr_app.gui.panels.data.importing.choices import (
    ROLES,
    SETTINGS,
    all_zones,
    answers_to,
    choices,
    column_words,
    consequence,
    delimiter_words,
    is_clock,
    role_words,
    sure_words,
    title_of,
)

pytestmark = pytest.mark.gui

THERE = Conflict(
    Path("ABC_1h.csv"),
    rows=1500,
    first=pd.Timestamp("2020-01-01", tz="UTC"),
    last=pd.Timestamp("2020-03-03 11:00", tz="UTC"),
    new=20,
    same=70,
    other=10,
)


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("asset_class", ASSET_CLASSES),
        ("on_conflict", CONFLICTS),
        ("date_order", DATE_ORDERS),
        ("decimal", DECIMALS),
        ("timeframe", tuple(NANOSECONDS)),
    ],
)
def test_every_value_of_the_core_has_words(key: str, allowed: tuple[str, ...]) -> None:
    assert tuple(value for _, value in choices(key)) == allowed
    assert len({words for words, _ in choices(key)}) == len(allowed)


def test_everything_has_a_name() -> None:
    assert all(title_of(key) for key in (*SETTINGS, "on_conflict", "columns"))
    assert all(role_words(role) for role in ROLES)
    assert set(ROLES) <= set(CORE_ROLES)
    assert all(sure_words(sure) for sure in ("given", "told", "inferred", "open"))
    assert [delimiter_words(sign) for sign in "\t;,|x"] == ["tab", "semicolon", "comma", "bar (|)", "x"]


def test_the_consequences_count_the_bars() -> None:
    thin = "\N{NARROW NO-BREAK SPACE}"
    assert consequence(THERE, "").startswith(f"It holds 1{thin}500 bars, 2020-01-01 00:00 to 2020-03-03 11:00.")
    assert "20 bars are added" in consequence(THERE, "append")
    assert f"1{thin}420 bars that the file lacks are gone, 10 get other numbers" in consequence(THERE, "replace")
    assert consequence(THERE, "skip") == "Nothing is written."
    broken = Conflict(Path("ABC_1h.csv"), problem="nonsense in line 2")
    assert "nonsense in line 2" in consequence(broken, "append")


def test_words_that_answer_nothing_are_not_offered() -> None:
    zone = Question("timezone", "?", ("America/New_York+7", "UTC", "any IANA zone or offset"), "--timezone")
    assert [value for _, value in answers_to(zone)] == ["America/New_York+7", "UTC"]
    symbol = Question("symbol", "?", ("the name of the series, such as EURUSD",), "--symbol")
    assert answers_to(symbol) == []
    assert answers_to(Question("symbol", "?", ("AAA", "BBB"), "--symbol")) == [("AAA", "AAA"), ("BBB", "BBB")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTC", True),
        ("+02:00", True),
        ("Europe/Athens", True),
        ("America/New_York+7", True),
        ("Atlantis", False),
        ("", False),
    ],
)
def test_a_clock_is_told_from_a_word(name: str, expected: bool) -> None:
    assert is_clock(name) is expected


def test_every_zone_to_search_is_a_clock() -> None:
    zones = all_zones()
    assert zones[0] == "UTC"
    assert {"Asia/Tokyo", "Europe/Berlin", "America/Chicago"} <= set(zones)
    assert len(zones) == len(set(zones))
    assert all(map(is_clock, zones[::40]))


def test_a_column_is_told_by_number_heading_and_cell() -> None:
    assert column_words(("Date", ""), ("2020", "1.5"), 0) == "1. Date  (2020)"
    assert column_words(("Date", ""), ("2020", "1.5"), 1) == "2. 1.5"
    assert column_words(("Date", ""), (), 0) == "1. Date"
