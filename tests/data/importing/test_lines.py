"""Lines of a text and their delimiters, as Python's splitlines and csv module see them."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.lines import split_lines

WORDS = st.text("ab1,.; ", max_size=8)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(lines=st.lists(WORDS, max_size=8))
def test_lines_are_those_that_hold_something(end: str, lines: list[str]) -> None:
    found = split_lines((end.join(lines) + end).encode())
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    assert found.texts(0, 99) == [line for _, line in kept]
    assert found.numbers.tolist() == [number for number, _ in kept]
    assert not found.unfinished
    assert found.block().decode() == "".join(f"{line}\n" for _, line in kept)


@given(lines=st.lists(st.lists(st.text('ab" ,', max_size=4), min_size=2, max_size=4), min_size=1, max_size=6))
def test_delimiters_within_quotation_marks_part_nothing(lines: list[list[str]]) -> None:
    written = [",".join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in lines]
    found = split_lines("\n".join(written).encode())
    marks = found.marks(",")
    assert marks.closed.all()
    assert (marks.count + 1).tolist() == [len(row) for row in csv.reader(written)]


def test_cells_lie_between_the_delimiters() -> None:
    found = split_lines(b"a,bb,ccc\nno\n1,22,333\n")
    marks = found.marks(",")
    kept = marks.count == 2
    lines = found.select(kept)
    for column, wanted in enumerate([["a", "1"], ["bb", "22"], ["ccc", "333"]]):
        starts, ends = marks.select(kept).cells(lines, column)
        assert [bytes(lines.data[a:b]).decode() for a, b in zip(starts, ends, strict=True)] == wanted


def test_a_nul_or_an_open_quotation_mark_makes_a_line_unsure() -> None:
    assert split_lines(b'1,2\n1,\0\n"1,2\n3,4\n').marks(",").closed.tolist() == [True, False, False, True]


def test_comments_are_left_out_and_a_last_line_without_end_is_known() -> None:
    found = split_lines(b"# a\nx,y\n  # b\n1,2")
    assert found.texts(0, 9) == ["x,y", "1,2"]
    assert found.numbers.tolist() == [2, 4]
    assert found.unfinished
