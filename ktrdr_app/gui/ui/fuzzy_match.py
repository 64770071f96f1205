"""Fuzzy search over short texts: every typed letter in order, best where words begin and letters stand together."""

from __future__ import annotations

from functools import cache

_START, _RUN, _PLAIN, _GAP = 8.0, 5.0, 1.0, 0.1


def score(query: str, text: str) -> float | None:
    """Return how well a text answers what was typed; the higher, the better.

    Case and spaces of the query do not count. The letters must stand in the text in the same order. Among all
    ways to place them, the best is taken: a letter at the start of a word earns 8, one that follows its predecessor
    at once 5, any other 1; each letter of the text costs 0.1, so that short texts win.

    Parameters
    ----------
    query : str
        What was typed.
    text : str
        What is searched.

    Returns
    -------
    float or None
        None if the letters are not there.
    """
    wanted, held = "".join(query.lower().split()), text.lower()

    @cache
    def best(typed: int, place: int, adjacent: bool) -> float | None:
        if typed == len(wanted):
            return 0.0
        if place == len(held):
            return None
        skipped = best(typed, place + 1, False)
        if held[place] != wanted[typed]:
            return skipped
        starts = place == 0 or not held[place - 1].isalnum()
        rest = best(typed + 1, place + 1, True)
        if rest is None:
            return skipped
        taken = rest + (_START if starts else _RUN if adjacent else _PLAIN)
        return taken if skipped is None else max(taken, skipped)

    if len(wanted) > len(held):
        return None
    found = best(0, 0, False)
    return None if found is None else found - _GAP * len(held)
