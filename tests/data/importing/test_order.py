"""The order of columns without names: settled by highs, lows and continuity, or left open."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from ktrdr_app.data.importing.order import by_content, stamp_columns, with_its_date
from tests.data.importing.variants import Style

TABLE = [row.split(",") for row in Style().rows()]
NUMBERS = np.array([[np.nan, *map(float, row[1:])] for row in TABLE])


@pytest.mark.parametrize("order", list(permutations([1, 2, 3, 4])))
@pytest.mark.parametrize("newest_first", [False, True])
def test_every_order_of_the_four_prices_is_told(order: tuple[int, ...], newest_first: bool) -> None:
    places = [0, *order, 5]
    step = -1 if newest_first else 1
    rows = [[row[place] for place in places] for row in TABLE[::step]]
    found = by_content(rows, NUMBERS[::step, places], newest_first)
    assert found is not None
    assert found.stamp == (0,)
    assert [places[place] for place in found.prices] == [1, 2, 3, 4]
    assert found.volumes == (5,)


@pytest.mark.parametrize("same", [(1, 2), (3, 4), (1, 2, 3, 4)])
def test_columns_that_are_equal_leave_it_open(same: tuple[int, ...]) -> None:
    numbers = NUMBERS.copy()
    for place in same:
        numbers[:, place] = numbers[:, same[0]]
    assert by_content(TABLE, numbers) is None


@pytest.mark.parametrize("rows", [1, 2])
def test_a_row_or_two_leave_it_open(rows: int) -> None:
    assert by_content(TABLE[:rows], NUMBERS[:rows]) is None


def test_a_second_set_of_prices_leaves_it_open() -> None:
    rows = [[*row[:5], *row[1:5]] for row in TABLE]
    assert by_content(rows, np.hstack([NUMBERS[:, :5], NUMBERS[:, 1:5] * 2])) is None


def test_rows_without_a_stamp_are_no_table() -> None:
    rows = [["x", *row[1:]] for row in TABLE]
    assert stamp_columns(rows) == ()
    assert by_content(rows, NUMBERS) is None


@pytest.mark.parametrize(
    ("cells", "places"),
    [
        (["2018-02-01", "10:00"], (0, 1)),
        (["20180201", "1000"], (0, 1)),
        (["2018-02-01 10:00", "5"], (0,)),
        (["1517443200", "1000"], (0,)),
        (["EURUSD", "2018-02-01"], (1,)),
    ],
)
def test_stamps_are_one_column_or_two(cells: list[str], places: tuple[int, ...]) -> None:
    assert stamp_columns([cells, cells]) == places


def test_hours_beside_dates_that_come_again_are_times() -> None:
    rows = [[f"2018-02-0{1 + n // 24}", str(n % 24)] for n in range(72)]
    assert stamp_columns(rows) == (0, 1)
    assert stamp_columns(rows[::24]) == (0,)


def test_times_under_a_name_for_moments_get_their_dates() -> None:
    names = ("Date", "Timestamp", "Open")
    assert with_its_date((1,), names, [["2018-02-01", "10:00", "1"]]) == (0, 1)
    assert with_its_date((1,), names, [["2018-02-01", "2018-02-01 10:00", "1"]]) == (1,)
    assert with_its_date((1,), ("Symbol", "Timestamp", "Open"), [["A", "10:00", "1"]]) == (1,)


@pytest.mark.parametrize("price", [10.0, 0.5])
def test_prices_that_never_move_leave_the_order_open(price: float) -> None:
    numbers = np.column_stack([np.full(20, np.nan), np.full((20, 4), price)])
    cells = [[f"2020-01-{day + 1:02d}", *[str(price)] * 4] for day in range(20)]
    assert by_content(cells, numbers) is None
