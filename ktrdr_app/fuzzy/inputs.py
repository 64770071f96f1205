"""Fuzzy inputs as programs write them, plain dicts included, and the names of their memberships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.strategy.schema import FuzzyInput

FuzzySets = Mapping[str, FuzzyInput | Mapping[str, Any]]
"""Fuzzy inputs by name, as a strategy declares them or as its YAML reads."""


def fuzzy_inputs_of(fuzzy_sets: FuzzySets) -> dict[str, FuzzyInput]:
    """Return fuzzy inputs, made from plain dicts where they are given.

    Parameters
    ----------
    fuzzy_sets : mapping of str to FuzzyInput or mapping
        By name. A mapping is what stands under the name in a strategy file (``{"sets": {...}}``) or just the sets
        (``{"low": {"type": "triangular", "parameters": [0, 1, 2]}}``).

    Raises
    ------
    InvalidValue
        For the first entry that makes no set.
    """
    return {name: _input(name, entry) for name, entry in fuzzy_sets.items()}


def _input(name: str, entry: FuzzyInput | Mapping[str, Any]) -> FuzzyInput:
    if isinstance(entry, FuzzyInput):
        return entry
    content = entry if isinstance(entry, Mapping) and "sets" in entry else {"sets": entry}
    try:
        return FuzzyInput.model_validate(content)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(("fuzzy_sets", name, *map(str, fault["loc"])))
        expected = fault["msg"].removeprefix("Value error, ")
        raise InvalidValue(where, fault["input"], f"what fits the grammar: {expected}", where=where) from error


def stem(name: str, timeframe: str) -> str:
    """Return the name of an input without the time frame that it may end in.

    Parameters
    ----------
    name : str
        Fuzzy input.
    timeframe : str
        Its time frame; empty for the bars' own.

    Examples
    --------
    >>> stem("rsi_4h", "4h"), stem("rsi", "4h"), stem("rsi_4h", "")
    ('rsi', 'rsi', 'rsi_4h')
    """
    return name.removesuffix(f"_{timeframe}") if timeframe else name


def membership_names(name: str, fuzzy_input: FuzzyInput) -> tuple[str, ...]:
    """Return what the memberships of an input are called.

    Parameters
    ----------
    name : str
        Fuzzy input.
    fuzzy_input : FuzzyInput
        Its sets.

    Returns
    -------
    tuple of str
        ``{input}_{set}``, and ``{input}_{set}_{timeframe}`` for an input on longer bars; an input whose own name
        ends in its time frame does not carry it twice (``rsi_4h`` gives ``rsi_oversold_4h``).
    """
    timeframe = fuzzy_input.timeframe
    tail = f"_{timeframe}" if timeframe else ""
    return tuple(f"{stem(name, timeframe)}_{key}{tail}" for key in fuzzy_input.sets)
