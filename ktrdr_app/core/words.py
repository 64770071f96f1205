"""Words that are near, for hints at what was meant, words that are free, and values as sentences show them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

MOST_SHOWN = 200
"""Signs of a value that a sentence shows."""


def closest(word: str, allowed: Iterable[str]) -> str:
    """Return the allowed word nearest to ``word``, or an empty string when none is near.

    Parameters
    ----------
    word : str
        What was written.
    allowed : iterable of str
        The words that would have been right.
    """
    spelt = {entry.lower(): entry for entry in sorted(allowed, reverse=True)}
    near = difflib.get_close_matches(word.lower(), sorted(spelt), n=1, cutoff=0.6)
    return spelt[near[0]] if near else ""


def unused(wish: str, taken: Callable[[str], bool]) -> str:
    """Return the wished word, or the first of ``wish_2``, ``wish_3`` and so on that is not taken.

    Parameters
    ----------
    wish : str
        A word.
    taken : callable
        Says whether a word is taken.
    """
    free, number = wish, 2
    while taken(free):
        free = f"{wish}_{number}"
        number += 1
    return free


def shown(value: object) -> str:
    """Return a value as Python writes it, cut after `MOST_SHOWN` signs: who sent a megabyte need not read it again.

    Parameters
    ----------
    value : object
        Anything.
    """
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deep; a whole number of more than 4300 digits
        return "a value that is too large to show"
    return cut(text)


def cut(text: str) -> str:
    """Return a text, its end taken off after `MOST_SHOWN` signs.

    Parameters
    ----------
    text : str
        Any.
    """
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."
