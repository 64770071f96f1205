"""Repairs done slowly, row by row, on plain lists: the definitions that the fast ones are held against."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan, nan

YEAR_HOURS = 366 * 24
Row = tuple[int | None, float, float, float, float, float]
"""Stamp in hours since 1970, or None; open, high, low, close, volume."""


def cells(row: Row) -> tuple[str, ...]:
    """Return a row in a form in which NaN equals NaN."""
    return tuple(map(repr, row))


def slow_sort(rows: list[Row]) -> list[Row]:
    """Insert each row behind those that are not later."""
    done: list[Row] = []
    for row in rows:
        place = len(done)
        while place and _later(done[place - 1], row):
            place -= 1
        done.insert(place, row)
    return done


def _later(one: Row, other: Row) -> bool:
    if other[0] is None:
        return False
    return one[0] is None or one[0] > other[0]


def slow_duplicates(rows: list[Row]) -> list[Row]:
    """Keep a row unless an equal one came before; rows without a stamp all stay."""
    kept: list[Row] = []
    for row in rows:
        if row[0] is None or cells(row) not in [cells(old) for old in kept]:
            kept.append(row)
    return kept


def slow_first(rows: list[Row]) -> list[Row]:
    """Keep the first row of each stamp."""
    kept: list[Row] = []
    for row in rows:
        if row[0] is None or row[0] not in [old[0] for old in kept]:
            kept.append(row)
    return kept


def slow_last(rows: list[Row]) -> list[Row]:
    """Keep the last row of each stamp."""
    return slow_first(rows[::-1])[::-1]


def slow_stray(rows: list[Row]) -> list[Row]:
    """Cut off the rows at either end that a hole of over a year parts from the others, if they are few."""
    known = sorted({row[0] for row in rows if row[0] is not None})
    few = min(max(len(known) // 100, 1), 10)
    stray: set[int] = set()
    if len(known) >= 10:
        for place in range(1, len(known)):
            if known[place] - known[place - 1] > YEAR_HOURS:
                if place <= few:
                    stray |= set(known[:place])
                if len(known) - place <= few:
                    stray |= set(known[place:])
    return [row for row in rows if row[0] not in stray]


def _wrong(row: Row) -> bool:
    opened, high, low, close = row[1:5]
    return any(price > high for price in (opened, low, close)) or any(price < low for price in (opened, high, close))


def _clipped(row: Row) -> Row:
    stamp, opened, high, low, close, volume = row
    if not _wrong(row):
        return row
    known = [price for price in (opened, high, low, close) if not isnan(price)]
    return stamp, opened, high if isnan(high) else max(known), low if isnan(low) else min(known), close, volume


SLOW: dict[str, Callable[[list[Row]], list[Row]]] = {
    "drop_unreadable": lambda rows: [row for row in rows if row[0] is not None],
    "sort_rows": slow_sort,
    "drop_duplicates": slow_duplicates,
    "keep_first_of_conflicts": slow_first,
    "keep_last_of_conflicts": slow_last,
    "drop_stray_stamps": slow_stray,
    "drop_missing": lambda rows: [row for row in rows if all(-inf < price < inf for price in row[1:5])],
    "drop_nonpositive": lambda rows: [row for row in rows if not any(price <= 0 for price in row[1:5])],
    "drop_crossed": lambda rows: [row for row in rows if not _wrong(row)],
    "clip_ohlc": lambda rows: [_clipped(row) for row in rows],
    "blank_bad_volume": lambda rows: [(*row[:5], nan) if row[5] < 0 or row[5] == inf else row for row in rows],
}
