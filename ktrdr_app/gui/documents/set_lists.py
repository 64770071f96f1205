"""What can be done to the list of an input's sets: add, take out, rename, move. Plain functions, new dicts."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy.spans import corners
from ktrdr_app.gui.documents.set_handles import snapped
from ktrdr_app.strategy.schema import FuzzySet

Sets = dict[str, FuzzySet]

LONGEST_NAME = 40
"""Letters in the name of a set: it becomes part of a feature's name."""


def added(sets: Mapping[str, FuzzySet], x: float, width: float, grain: float) -> tuple[Sets, str]:
    """Return the sets with a new triangle among them, and its name.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    x : float
        Where its peak stands.
    width : float
        How far each foot reaches where no neighbour stands nearer.
    grain : float
        Rounding of its numbers.
    """
    middles = {key: sum(corners(entry)) / 2 for key, entry in sets.items()}
    low = max((middle for middle in middles.values() if middle < x - grain), default=x - width)
    high = min((middle for middle in middles.values() if middle > x + grain), default=x + width)
    numbers = [snapped(value, grain) for value in (low, x, high)]
    entry = FuzzySet(type="triangular", parameters=[min(numbers[0], numbers[1] - grain), numbers[1], numbers[2]])
    name = next(name for number in itertools.count(1) if (name := f"set_{number}") not in sets)
    at = sum(1 for middle in middles.values() if middle <= x)
    listed = list(sets.items())
    return dict([*listed[:at], (name, entry), *listed[at:]]), name


def removed(sets: Mapping[str, FuzzySet], key: str) -> Sets:
    """Return the sets without one of them.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    key : str
        The one to go.

    Raises
    ------
    InvalidValue
        If it is the only one: an input needs a set.
    """
    if len(sets) <= 1:
        raise InvalidValue("sets", list(sets), QCoreApplication.translate("fuzzy", "at least one set for each input"))
    return {name: entry for name, entry in sets.items() if name != key}


def usable_name(name: str) -> bool:
    """Return whether a new set may be called so.

    Parameters
    ----------
    name : str
        A word of letters, digits and underscores.
    """
    return name.isidentifier() and len(name) <= LONGEST_NAME


def renamed(sets: Mapping[str, FuzzySet], key: str, name: str) -> Sets:
    """Return the sets with another name for one of them, in its place.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    key : str
        The old name.
    name : str
        The new one; spaces around it are left out.

    Raises
    ------
    InvalidValue
        If it is empty, too long, no word of letters, digits and underscores, or another set's.
    """
    wanted = name.strip()
    if not usable_name(wanted):
        words = QCoreApplication.translate("fuzzy", "letters, digits and underscores, a letter first, {0} at most")
        expected = words.format(LONGEST_NAME)
        raise InvalidValue("name of a set", name, expected)
    if wanted != key and wanted in sets:
        raise InvalidValue(
            "name of a set", wanted, QCoreApplication.translate("fuzzy", "a name that no other set of this input has")
        )
    return {wanted if other == key else other: entry for other, entry in sets.items()}


def shuffled(sets: Mapping[str, FuzzySet], key: str, step: int) -> Sets:
    """Return the sets with one of them moved up or down the list; at the end it stays.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        From low to high.
    key : str
        The one that moves.
    step : int
        Places, below 0 upwards.
    """
    names = [name for name in sets if name != key]
    at = list(sets).index(key) + step
    names.insert(min(max(at, 0), len(names)), key)
    return {name: sets[name] for name in names}


def named_alike(sets: Mapping[str, FuzzySet], before: Mapping[str, FuzzySet]) -> Sets:
    """Return new sets under the names of old ones where there are as many, so that features keep their names.

    Parameters
    ----------
    sets, before : mapping of str to FuzzySet
        New and old sets, from low to high.
    """
    names = before if len(before) == len(sets) else sets
    return dict(zip(names, sets.values(), strict=True))
