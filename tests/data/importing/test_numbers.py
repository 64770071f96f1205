"""Numbers as vendors write them, exact to the last digit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.numbers import MISSING, NumberStyle, is_number, parse_numbers, style_of


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1.25", "1.26"], NumberStyle(".", "")),
        (["1,25", "1,26"], NumberStyle(",", "")),
        (["7,189.43"], NumberStyle(".", ",")),
        (["7.189,43"], NumberStyle(",", ".")),
        (["1,234,567"], NumberStyle(".", ",")),
        (["100,12", "8.123"], NumberStyle(",", ".")),
        (["100.12", "8,123"], NumberStyle(".", ",")),
        (["13,250", "14,100"], None),
        (["13,250", "0,125"], NumberStyle(",", "")),
        (["13,250", "1,25"], NumberStyle(",", "")),
        (["13,250", "1.234"], None),
        (["$1,234.50"], NumberStyle(".", ",")),
        (["1 234,50"], NumberStyle(",", " ")),
        (["12", "13"], NumberStyle(".", "")),
        ([], NumberStyle(".", "")),
    ],
)
def test_the_marks_are_told_by_the_cells(cells: list[str], style: NumberStyle | None) -> None:
    assert style_of(cells) == style


@given(values=st.lists(st.floats(1e-9, 1e12), min_size=1, max_size=20))
def test_numbers_come_back_to_the_last_digit(values: list[float]) -> None:
    cells = np.array([repr(value) for value in values], dtype=object)
    found, bad = parse_numbers(cells, NumberStyle())
    assert found.tolist() == values
    assert not bad.any()


@given(value=st.floats(0.01, 1e9))
def test_thousands_marks_of_either_custom_are_read(value: float) -> None:
    english = f"{value:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    wanted = float(f"{value:.2f}")
    assert parse_numbers(np.array([english], dtype=object), NumberStyle(".", ","))[0][0] == wanted
    assert parse_numbers(np.array([german], dtype=object), NumberStyle(",", "."))[0][0] == wanted


@pytest.mark.parametrize("word", [*MISSING, "NaN", "NULL", "N/A", " ", "None"])
def test_words_for_nothing_are_missing_not_wrong(word: str) -> None:
    values, bad = parse_numbers(np.array([word], dtype=object), NumberStyle())
    assert math.isnan(values[0])
    assert not bad[0]


@pytest.mark.parametrize("word", ["abc", "1.2.3", "0x10", "1_000", "True", "12:00", "1,5", "--1", "1e99999", "1.5MM"])
def test_what_is_no_number_is_told(word: str) -> None:
    values, bad = parse_numbers(np.array([word], dtype=object), NumberStyle())
    assert math.isnan(values[0])
    assert bad[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.25M", 1_250_000.0),
        ("3.7k", 3_700.0),
        ("2B", 2e9),
        ("$150.82", 150.82),
        ("150.82 €", 150.82),
        ("+1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E3", 1000.0),
        ("1 234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("-inf", -math.inf),
        ("1e400", math.inf),
    ],
)
def test_spellings_of_a_number(text: str, value: float) -> None:
    assert parse_numbers(np.array([text], dtype=object), NumberStyle())[0][0] == value


def test_a_dot_under_a_decimal_comma_is_not_read_as_one() -> None:
    _, bad = parse_numbers(np.array(["1.25"], dtype=object), NumberStyle(","))
    assert bad[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.5", True),
        ("1,5", True),
        ("1,234.5", True),
        ("1.234,5", True),
        ("-3e5", True),
        ("$1.5", True),
        ("", False),
        ("abc", False),
        ("2021-01-01", False),
        ("12:00", False),
    ],
)
def test_which_cells_are_numbers(text: str, wanted: bool) -> None:
    assert is_number(text) is wanted
