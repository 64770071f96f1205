"""Lines, delimiters, prefaces and headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import EmptyData, MalformedBars
from ktrdr_app.data.importing.lines import split_lines
from ktrdr_app.data.importing.table import cut_cells, find_delimiter, lay_out

HEAD = "timestamp,open,high,low,close,volume"
ROW = "2021-01-01T00:00:00Z,1.5,1.6,1.4,1.5,10"


@given(
    lines=st.lists(st.text(st.sampled_from("ab,# \t"), max_size=6), max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_lines_keep_their_numbers(lines: list[str], end: str) -> None:
    found = split_lines((end.join(lines) + end).encode())
    wanted = [(place, text) for place, text in enumerate(lines, 1) if text.strip() and not text.strip().startswith("#")]
    assert [(int(number), found.text(place)) for place, number in enumerate(found.numbers)] == wanted
    assert found.block().decode() == "".join(f"{text}\n" for _, text in wanted)


@given(
    cells=st.lists(st.lists(st.sampled_from(["a", "1.5", '"x,y"', '""', '"a""b"']), min_size=1, max_size=5), min_size=1)
)
def test_delimiters_in_quotes_do_not_count(cells: list[list[str]]) -> None:
    found = split_lines("\n".join(",".join(row) for row in cells).encode())
    marks = found.marks(",")
    count, closed = marks.count, marks.closed
    assert count.tolist() == [len(row) - 1 for row in cells]
    assert closed.all()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert find_delimiter([line.replace(",", delimiter) for line in (HEAD, ROW, ROW, ROW)]) == delimiter


def test_spaces_are_a_delimiter_where_nothing_else_is() -> None:
    assert find_delimiter(["2021.01.01 00:00 1.5 1.6 1.4 1.5 10"] * 5) == " "
    assert find_delimiter(["just a sentence"] * 5) == ""


def test_what_stands_before_the_table_is_the_preface() -> None:
    found = lay_out(f"Made by us\nTimestamps are UTC,now\n{HEAD}\n{ROW}\n{ROW}\n".encode(), "file")
    assert found.preface == ("Made by us", "Timestamps are UTC,now")
    assert found.names == tuple(HEAD.split(","))
    assert found.rows == 2
    assert found.lines.numbers.tolist() == [4, 5]


def test_rows_of_another_width_are_named() -> None:
    found = lay_out(f"{HEAD}\n{ROW}\n{ROW},7\n{ROW}\nshort,1\n{ROW}\n2021-01".encode(), "file")
    assert found.broken.tolist() == [3, 5]
    assert found.cut == 7
    assert found.rows == 6
    assert len(found.lines) == 3


def test_a_quote_that_is_not_closed_breaks_its_line_alone() -> None:
    found = lay_out(f'{HEAD}\n{ROW}\n"{ROW}\n{ROW}\n'.encode(), "file")
    assert found.broken.tolist() == [3]
    assert len(found.lines) == 2


def test_an_empty_cell_at_the_end_of_each_row_is_no_column_too_many() -> None:
    found = lay_out(f"{HEAD}\n{ROW},\n{ROW},\n".encode(), "file")
    assert found.names == (*HEAD.split(","), "")


def test_headings_alone_are_no_series() -> None:
    with pytest.raises(EmptyData) as raised:
        lay_out(f"{HEAD}\n".encode(), "file.csv")
    assert "no rows" in raised.value.hint


def test_a_letter_is_no_table() -> None:
    with pytest.raises(MalformedBars, match="no table"):
        lay_out(b"Dear Sir or Madam\nyour order has shipped\n", "file.csv")


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b", ["a", "b"]),
        (" a , b ", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"7,189.43", "5"', ["7,189.43", "5"]),
        ("", [""]),
    ],
)
def test_cells(line: str, cells: list[str]) -> None:
    assert cut_cells(line, ",", "file") == cells
