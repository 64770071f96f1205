"""What is typed into a field: read with point or comma, held to the bounds, and written so that it reads back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.workflows.strategy_fields import INTEGER, INTEGERS, NUMBER, TEXT, FormField, read_field, write_field

COUNT = FormField(("s", "count"), "Count", "", INTEGER, 5, 1, 100)
SHARE = FormField(("s", "share"), "Share", "", NUMBER, 0.5, 0, 1, open_low=True, open_high=True)
LAYERS = FormField(("s", "layers"), "Layers", "", INTEGERS, [3], 1, 4096)
LIMIT = FormField(("s", "limit"), "Limit", "", NUMBER, None, 0, optional=True)
WORDS = FormField(("s", "words"), "Words", "", TEXT, "")
NAME = FormField(("name",), "Name", "", TEXT, required=True)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (COUNT, "7", 7),
        (COUNT, " 100 ", 100),
        (SHARE, "0.25", 0.25),
        (SHARE, "0,25", 0.25),
        (SHARE, "1e-3", 0.001),
        (LAYERS, "30, 15, 8", [30, 15, 8]),
        (LAYERS, "[30 15;8]", [30, 15, 8]),
        (LIMIT, "", None),
        (LIMIT, "0", 0.0),
        (WORDS, " as it is ", " as it is "),
        (WORDS, "", ""),
        (NAME, "mine", "mine"),
    ],
)
def test_what_is_typed_is_read(field: FormField, text: str, value: Any) -> None:
    found = read_field(field, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *((COUNT, text) for text in ("", "x", "1.5", "0", "101", "\N{MINUS SIGN}3")),
        *((SHARE, text) for text in ("", "0", "1", "nan", "inf", "half", "0.5.5")),
        *((LAYERS, text) for text in ("", "[]", "a, b", "0", "3, 5000", "1.5")),
        (LIMIT, "-1"),
        (NAME, "  "),
    ],
)
def test_what_is_none_or_out_of_bounds_is_refused(field: FormField, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_field(field, text)
    assert caught.value.hint.startswith("give ")
    assert caught.value.where == field.key


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    assert read_field(SHARE, write_field(value)) == value


@given(st.lists(st.integers(1, 4096), min_size=1, max_size=8))
def test_a_list_is_read_as_it_was_written(value: list[int]) -> None:
    assert read_field(LAYERS, write_field(value)) == value


@pytest.mark.parametrize(
    ("field", "words"), [(COUNT, "from 1 to 100"), (SHARE, "above 0 below 1"), (LIMIT, "from 0"), (WORDS, "")]
)
def test_bounds_in_words(field: FormField, words: str) -> None:
    assert field.range_words == words


@settings(max_examples=150)
@given(
    st.sampled_from([COUNT, SHARE, LAYERS, LIMIT]),
    st.text(max_size=8)
    | st.text("0123456789.,-+e_ []\u2212\u0661\u00a0", max_size=10)
    | st.sampled_from(["1" * 5000, "1e999", "nan", "0x10"]),
)
def test_whatever_is_typed_is_refused_or_within_the_bounds(field: FormField, text: str) -> None:
    try:
        value = read_field(field, text)
    except InvalidValue as error:
        where = error.where
    else:
        where = field.key
        for number in value if isinstance(value, list) else [value]:
            if number is not None:
                assert isinstance(number, float if field.kind == NUMBER else int)
                assert field.low is None or number >= field.low
                assert field.high is None or number <= field.high
        assert read_field(field, write_field(value)) == value, "what was taken is shown so that it is taken again"
    assert where == field.key
