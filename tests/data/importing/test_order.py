"""Columns without headings: told by what highs and lows must be, or left open."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.data.importing.order import by_content


def rows_of(numbers: np.ndarray) -> tuple[list[list[str]], np.ndarray]:
    stamps = [f"2020-01-{day + 1:02d}" for day in range(len(numbers))]
    cells = [[stamp, *map(str, row)] for stamp, row in zip(stamps, numbers.tolist(), strict=True)]
    return cells, np.column_stack([np.full(len(numbers), np.nan), numbers])


def test_the_high_and_the_low_are_told_by_enclosing_the_others() -> None:
    random = np.random.default_rng(1)
    close = 100 + np.cumsum(random.normal(0, 0.5, 20))
    opened = np.append(100.0, close[:-1])
    high, low = np.maximum(opened, close) + 0.3, np.minimum(opened, close) - 0.3
    cells, numbers = rows_of(np.round(np.column_stack([close, low, high, opened]), 4))
    found = by_content(cells, numbers)
    assert found is not None
    assert found.prices == (4, 3, 2, 1)


@pytest.mark.parametrize("price", [10.0, 0.5])
def test_prices_that_never_move_leave_the_order_open(price: float) -> None:
    cells, numbers = rows_of(np.full((20, 4), price))
    assert by_content(cells, numbers) is None
