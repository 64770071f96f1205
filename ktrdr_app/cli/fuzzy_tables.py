"""What ``fuzzy check`` shows for people: a table of activity per input, and every doubt in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.workflows.wording import percent

if TYPE_CHECKING:
    from ktrdr_app.fuzzy.universality import Universality
    from ktrdr_app.workflows.fuzzy_run import InputCheck


def fuzzy_check(found: Sequence[InputCheck]) -> list[Part]:
    """Return activity and doubts of every fuzzy input.

    Parameters
    ----------
    found : sequence of InputCheck
        In declared order.
    """
    parts: list[Part] = []
    for entry in found:
        if entry.symbols:
            parts.append(_table(entry))
        if entry.universality is not None:
            parts.append(_alike(entry.name, entry.universality))
        said = [f"{entry.name}: {problem.message}" for problem in entry.problems]
        said += [f"{entry.name}, {use.symbol}: {problem.message}" for use in entry.symbols for problem in use.problems]
        parts += said or [f"{entry.name}: nothing is doubtful"]
    return parts


def _alike(name: str, found: Universality) -> str:
    words = "symbols use its sets alike" if found.alike else "symbols use its sets differently"
    return f"{name}: universality {found.figure:.2f}, {words}; least alike: {' and '.join(found.farthest)}"


def _table(entry: InputCheck) -> Part:
    columns = [f"{each.name} ≥ 0.5" for each in entry.symbols[0].activity.sets]
    rows = []
    for use in entry.symbols:
        figures = use.activity
        spread = (f"{figures.low:.4g}", f"{figures.median:.4g}", f"{figures.high:.4g}")
        shares = [percent(each.strong) for each in figures.sets]
        rows.append((use.symbol, *spread, *shares, percent(figures.uncovered), f"{figures.sum_mean_deviation:.3f}"))
    heads = ("Symbol", "1 %", "median", "99 %", *columns, "in no set", "|sum - 1|")
    return words_table(f"{entry.name}: share of bars in each set", heads, rows, figures=len(heads) - 1)
