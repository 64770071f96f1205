"""Cells of a table against Python's csv, float and Decimal, on the fast way and on the slow one."""

from __future__ import annotations

import csv
import io
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.importing.cells import Cells, read_cells
from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.numbers import NumberStyle
from ktrdr_app.data.importing.table import lay_out
from ktrdr_app.data.importing.text_column import TextColumn

HEAD = "timestamp,open,high,low,close,volume,symbol"
COLUMNS = Columns((0,), (1, 2, 3, 4), (5,), 6)
GOOD = "2020-01-01,1.5,2.5,0.5,1.25,10,A"


def cells_of(text: str, columns: Columns = COLUMNS, style: NumberStyle | None = None) -> Cells:
    """Return what is read of a text."""
    return read_cells(lay_out(text.encode(), "X.csv"), columns, style or NumberStyle(), "X.csv")


def table(*rows: str, head: str = HEAD) -> Cells:
    """Return what is read of rows under headings."""
    return cells_of("\n".join([head, *rows]) + "\n")


def texts(cells: Cells) -> list[list[str]]:
    """Return the stamps, column by column."""
    assert isinstance(cells.stamps, tuple)
    return [column.texts() for column in cells.stamps]


PRICE = st.decimals(Decimal("0.00001"), Decimal(999_999), allow_nan=False, places=5)


@given(st.lists(st.tuples(PRICE, PRICE, PRICE, PRICE), min_size=1, max_size=15), st.booleans(), st.booleans())
def test_numbers_are_the_doubles_nearest_to_what_is_written(
    rows: list[tuple[Decimal, ...]], quoted: bool, slow: bool
) -> None:
    body = [[f"2020-01-{day + 1:02d}", *map(str, row), "", "A"] for day, row in enumerate(rows)]
    extra = [["2020-02-01", "n/a", "$1", "1 000.5", "2%", "7", "A"]] if slow else []
    written = io.StringIO()
    written_by = csv.writer(written, csv.unix_dialect if quoted else csv.excel, lineterminator="\n")
    written_by.writerows([HEAD.split(","), *body, *extra])
    cells = cells_of(written.getvalue())
    wanted = [[float(value) for value in row] for row in rows]
    assert cells.prices[: len(rows)].tolist() == wanted
    assert not cells.unreadable.any()
    if slow:
        assert math.isnan(cells.prices[-1, 0])
        assert cells.prices[-1, 1:].tolist() == [1.0, 1000.5, 2.0]


def test_columns_are_taken_by_their_place_and_not_by_their_order() -> None:
    text = "a,low,b,close,high,open,when\nx,1,y,2,3,2.5,2020-01-01\nx,4,y,5,6,5.5,2020-01-02\n"
    cells = cells_of(text, Columns((6,), (5, 4, 1, 3)))
    assert cells.prices.tolist() == [[2.5, 3, 1, 2], [5.5, 6, 4, 5]]
    assert texts(cells) == [["2020-01-01", "2020-01-02"]]
    assert (cells.volumes, cells.symbols) == ((), None)
    assert cells.bad_volume.tolist() == [False, False]


def test_a_word_marks_the_row_whichever_price_it_stands_for() -> None:
    rows = [GOOD.split(",") for _ in range(6)]
    for row, place in ((0, 1), (2, 2), (3, 3), (5, 4)):
        rows[row][place] = "high"
    cells = table(*(",".join(row) for row in rows))
    assert cells.unreadable.tolist() == [True, False, True, True, False, True]
    assert np.isnan(cells.prices).sum() == 4
    assert not cells.bad_volume.any()


@pytest.mark.parametrize("word", ["", "NaN", "null", "N/A", "#VALUE!", "-", "?"])
def test_a_word_for_no_value_is_missing_and_no_fault(word: str) -> None:
    cells = table(f"2020-01-01,1,2,1,{word},{word},A", GOOD, GOOD)
    assert math.isnan(cells.prices[0, 3])
    assert math.isnan(cells.volumes[0][0])
    assert not cells.unreadable.any()
    assert not cells.bad_volume.any()
    assert cells.prices[1:].tolist() == [[1.5, 2.5, 0.5, 1.25]] * 2


def test_only_the_first_volume_column_can_be_bad() -> None:
    head = "timestamp,open,high,low,close,volume,ticks"
    text = f"{head}\n2020-01-01,1,2,1,2,many,5\n2020-01-02,1,2,1,2,6,many\n2020-01-03,1,2,1,2,1.5M,2k\n"
    cells = cells_of(text, Columns((0,), (1, 2, 3, 4), (5, 6)))
    assert cells.bad_volume.tolist() == [True, False, False]
    assert [volume.tolist()[2] for volume in cells.volumes] == [1_500_000.0, 2000.0]
    assert np.isnan(cells.volumes[0]).tolist() == [True, False, False]
    assert np.isnan(cells.volumes[1]).tolist() == [False, True, False]


def test_one_column_may_stand_for_two_prices() -> None:
    cells = cells_of("day,price,volume\n2020-01-01,1.5,4\n2020-01-02,2.5,5\n", Columns((0,), (1, 1, 1, 1), (2,)))
    assert cells.prices.tolist() == [[1.5] * 4, [2.5] * 4]


@pytest.mark.parametrize(
    ("row", "style"),
    [
        ("2020-01-01;1234,5;1235,25;1233,125;1234,0;1000;A", NumberStyle(",", ".")),
        ("2020-01-01;1.234,5;1.235,25;1.233,125;1.234;1.000;A", NumberStyle(",", ".")),
        ("2020-01-01;1,234.5;1,235.25;1,233.125;1,234;1,000;A", NumberStyle(".", ",")),
        ("2020-01-01;1 234,5;1 235,25;1 233,125;1 234;1 000;A", NumberStyle(",", " ")),
    ],
)
def test_marks_of_a_style_are_read_as_that_style_has_them(row: str, style: NumberStyle) -> None:
    cells = cells_of("\n".join([HEAD.replace(",", ";"), row, row]) + "\n", style=style)
    assert cells.prices.tolist() == [[1234.5, 1235.25, 1233.125, 1234.0]] * 2
    assert cells.volumes[0].tolist() == [1000.0] * 2


def test_lines_keep_their_numbers_over_blank_broken_and_preface_lines() -> None:
    text = f"Exported by X\n{HEAD}\n{GOOD}\n\n# note\n{GOOD}\n1,2\n{GOOD}\n{GOOD}\n"
    cells = cells_of(text)
    assert cells.line.tolist() == [3, 6, 8, 9]
    assert len(cells.prices) == 4


def test_texts_in_quotation_marks_may_hold_the_delimiter() -> None:
    row = '"2020-01-01 10:00", "1,234.5" ,1235,1233,1234,"1,000","A, Inc."'
    cells = cells_of(f"{HEAD}\n{row}\n{row}\n", style=NumberStyle(".", ","))
    (line,) = csv.reader([row], skipinitialspace=True)
    assert cells.prices[0, 0] == 1234.5
    assert cells.volumes[0].tolist() == [1000.0, 1000.0]
    assert cells.symbols is not None
    assert cells.symbols.texts() == [line[6]] * 2
    assert texts(cells) == [["2020-01-01 10:00"] * 2]


def test_huge_and_endless_numbers_are_numbers() -> None:
    cells = table(f"2020-01-01,1e300,inf,{'9' * 30},1e-300,18446744073709551616,A", GOOD)
    assert cells.prices[0].tolist() == [1e300, math.inf, float("9" * 30), 1e-300]
    assert cells.volumes[0][0] == float(2**64)
    assert not cells.unreadable.any()


def test_rows_are_chosen_in_every_column_at_once() -> None:
    rows = [GOOD.replace("-01,", f"-{day:02d},").replace("10,A", f"{day},S{day}") for day in range(1, 6)]
    cells = table(*rows[:3], rows[3].replace(",4,S4", ",many,S4"), "2020-01-05,x,1,1,1,5,S5")
    kept = np.array([True, False, False, True, True])
    some = cells.select(kept)
    assert texts(some) == [["2020-01-01", "2020-01-04", "2020-01-05"]]
    assert some.line.tolist() == [2, 5, 6]
    assert some.symbols is not None
    assert some.symbols.texts() == ["S1", "S4", "S5"]
    assert some.volumes[0][[0, 2]].tolist() == [1.0, 5.0]
    assert some.unreadable.tolist() == [False, False, True]
    assert some.bad_volume.tolist() == [False, True, False]
    assert len(some.prices) == 3
    assert isinstance(some.stamps, tuple)
    assert all(isinstance(column, TextColumn) for column in some.stamps)
