"""Files spoilt in ways that whole tables are spoilt in: cells, columns and lines lost, doubled, swapped, spliced."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Lines = list[str]
DELIMITERS = ",;\t| "


def _place(count: int, random: np.random.Generator) -> int:
    return int(random.integers(0, max(count, 1)))


def drop_line(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Take one line out."""
    place = _place(len(lines), random)
    return lines[:place] + lines[place + 1 :]


def double_lines(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Put a run of lines in again somewhere else."""
    begin, place = _place(len(lines), random), _place(len(lines), random)
    return lines[:place] + lines[begin : begin + 1 + _place(20, random)] + lines[place:]


def swap_lines(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Exchange two lines, the headings perhaps among them."""
    if len(lines) < 2:
        return lines
    one, two = _place(len(lines), random), _place(len(lines), random)
    lines = list(lines)
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def splice(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Go on with another vendor's lines."""
    return lines[: _place(len(lines), random)] + other[_place(len(other), random) :]


def weave(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Put lines of another vendor between."""
    place = _place(len(lines), random)
    return lines[:place] + other[: 1 + _place(4, random)] + lines[place:]


def change_delimiter(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
    """Change the delimiter from some line on."""
    old, new = (DELIMITERS[_place(len(DELIMITERS), random)] for _ in range(2))
    place = _place(len(lines), random)
    return lines[:place] + [line.replace(old, new) for line in lines[place:]]


def on_columns(change: Callable[[list[str], int, int], list[str]]) -> Callable[..., Lines]:
    """Return a mutation that changes the cells of all lines from some line on."""

    def mutate(lines: Lines, other: Lines, random: np.random.Generator) -> Lines:
        delimiter = max(DELIMITERS[:-1], key=lambda sign: sum(line.count(sign) for line in lines))
        begin = _place(len(lines), random) if random.random() < 0.3 else 0
        width = max((line.count(delimiter) + 1 for line in lines), default=1)
        one, two = _place(width, random), _place(width, random)
        changed = [delimiter.join(change(line.split(delimiter), one, two)) for line in lines[begin:]]
        return lines[:begin] + changed

    return mutate


def _drop(cells: list[str], one: int, two: int) -> list[str]:
    return cells[:one] + cells[one + 1 :]


def _double(cells: list[str], one: int, two: int) -> list[str]:
    return cells[:two] + cells[one : one + 1] + cells[two:]


def _swap(cells: list[str], one: int, two: int) -> list[str]:
    cells = list(cells)
    if max(one, two) < len(cells):
        cells[one], cells[two] = cells[two], cells[one]
    return cells


def _empty(cells: list[str], one: int, two: int) -> list[str]:
    return ["" if place == one else cell for place, cell in enumerate(cells)]


def _quoted(cells: list[str], one: int, two: int) -> list[str]:
    return [f'"{cell}"' if place == one else cell for place, cell in enumerate(cells)]


MUTATIONS: tuple[Callable[..., Lines], ...] = (
    *(drop_line, double_lines, swap_lines, splice, weave, change_delimiter),
    *map(on_columns, (_drop, _double, _swap, _empty, _quoted)),
)


def restructured(text: str, other: str, random: np.random.Generator) -> str:
    """Return a text with one to four such changes.

    Parameters
    ----------
    text, other : str
        Two vendors' files.
    random : Generator
        Chooses the changes.
    """
    lines, others = text.split("\n"), other.split("\n")
    for _ in range(int(random.integers(1, 5))):
        lines = MUTATIONS[_place(len(MUTATIONS), random)](lines, others, random)
    return ["\n", "\r\n", "\r"][_place(3, random)].join(lines)
