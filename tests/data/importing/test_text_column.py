"""Columns of text as bytes: whatever the cells are, they read as Python's own text functions read them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.text_column import LONGEST, TextColumn

CELLS = st.lists(
    st.text(st.characters(exclude_characters="\0\n\r,", codec="utf-8"), max_size=12), min_size=1, max_size=9
)
BLANKS = " \t\v\f"


def cut(cells: list[str], quoted: bool = False) -> TextColumn:
    """Return the second column of rows ``x,cell,y``."""
    rows = [f"x,{cell},y\n".encode() for cell in cells]
    ends = np.cumsum([len(row) for row in rows]) - 3
    starts = ends - np.array([len(cell.encode()) for cell in cells])
    return TextColumn.cut(np.frombuffer(b"".join(rows), dtype=np.uint8), starts, ends, quoted)


@given(CELLS)
def test_cells_are_cut_without_the_blanks_around_them(cells: list[str]) -> None:
    assert cut(cells).texts() == [cell.strip(BLANKS) for cell in cells]


@given(CELLS)
def test_texts_come_back(cells: list[str]) -> None:
    column = TextColumn.of(cells)
    assert column.texts() == cells
    assert column.texts(2) == cells[:2]
    assert column.lengths.tolist() == [len(cell.encode()) for cell in cells]
    assert len(column) == len(cells)


@given(st.lists(st.sampled_from(["", "a", "b", "ab", "abcdefgh", "abcdefghi", "abcdefgh1", "é"]), min_size=1))
def test_equal_cells_have_one_code(cells: list[str]) -> None:
    codes, texts = TextColumn.of(cells).distinct()
    assert texts == list(dict.fromkeys(cells))
    assert [texts[code] for code in codes] == cells


@given(CELLS)
def test_cells_are_parted_at_the_first_space(cells: list[str]) -> None:
    before, behind = TextColumn.of(cells).partition(" ")
    assert before.texts() == [cell.partition(" ")[0] for cell in cells]
    assert behind.texts() == [cell.partition(" ")[2] for cell in cells]


def test_parts_and_selections() -> None:
    column = TextColumn.of(["2020-01-02 03:04", "2020-01-02  5:06", "x"])
    assert column.part(0, 10).texts() == ["2020-01-02", "2020-01-02", "x"]
    assert column.part(11).texts() == ["03:04", "5:06", ""]
    assert column.select(np.array([False, True, True])).texts() == ["2020-01-02  5:06", "x"]


def test_quotation_marks_around_a_cell_are_left_out() -> None:
    assert cut(['"1"', '" 2 "', "3"], quoted=True).texts() == ["1", "2", "3"]


@pytest.mark.parametrize("size", [LONGEST + 1, 10 * LONGEST])
def test_a_cell_that_is_too_long_equals_no_stamp(size: int) -> None:
    long, short = cut(["2020-01-01" + " " * size + "x", "2020-01-01"]).texts()
    assert short == "2020-01-01"
    assert long.strip() != short
    assert len(long) == LONGEST


def test_a_column_of_empty_cells() -> None:
    column = cut(["", "  ", ""])
    assert column.texts() == ["", "", ""]
    assert column.partition(" ")[1].texts() == ["", "", ""]
    assert column.lengths.tolist() == [0, 0, 0]
