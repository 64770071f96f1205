"""Nearest words, for hints at what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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
