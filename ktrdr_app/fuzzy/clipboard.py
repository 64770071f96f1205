"""The sets of one input as YAML text to copy and paste; what cannot be read says where and why."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.strategy.edit import set_text
from ktrdr_app.strategy.marks import Marks, place_of, read_marked
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.strategy.yaml_text import word

CLIPBOARD = "clipboard"
"""What messages call the text."""
MOST_LETTERS = 100_000
"""Longer text is no copy of some sets."""

_EXPECTED = "sets such as low: {type: triangular, parameters: [0, 1, 2]}, alone or under the name of their input"


def sets_to_yaml(name: str, sets: Mapping[str, FuzzySet]) -> str:
    """Return the sets of an input as they may stand under ``fuzzy_sets`` in a strategy file.

    Parameters
    ----------
    name : str
        The input.
    sets : mapping of str to FuzzySet
        Its sets, from low to high.
    """
    lines = [f"{word(name)}:", "  sets:", *(f"    {word(key)}: {set_text(entry)}" for key, entry in sets.items())]
    return "\n".join(lines) + "\n"


def sets_from_yaml(text: str, name: str = "") -> dict[str, FuzzySet]:
    """Read the sets of one input from text.

    Parameters
    ----------
    text : str
        Sets by name, or what stands around them in a strategy file: ``sets``, the input's name, ``fuzzy_sets``.
        Comments and indentation do not matter.
    name : str
        Input that is meant where the text has several.

    Returns
    -------
    dict of str to FuzzySet
        In the text's order.

    Raises
    ------
    StrategyProblem
        With line and column of everything that is no set.
    """
    if len(text) > MOST_LETTERS:
        raise _fault("text", f"it has {len(text)} letters", f"at most {MOST_LETTERS}")
    content, marks = read_marked(textwrap.dedent(text.expandtabs(2)), CLIPBOARD)
    path: tuple[str, ...] = ()
    for _ in range(4):
        step = _inner(content, name)
        if step is None:
            break
        content, path = content[step], (*path, step)
    if not isinstance(content, Mapping) or not content:
        found = "empty" if content is None or content == {} else f"a {type(content).__name__}"
        raise _fault(".".join(path) or "text", f"it is {found}", _EXPECTED)
    sets: dict[str, FuzzySet] = {}
    problems = _odd_names(content, path, marks)
    for key, entry in content.items():
        try:
            sets[str(key)] = FuzzySet.model_validate(entry)
        except ValidationError as error:
            problems += [_problem((*path, str(key)), detail, marks) for detail in error.errors()]
    if problems:
        raise StrategyProblem(CLIPBOARD, problems)
    return sets


def _inner(content: Any, name: str) -> str | None:
    """Return the key under which the sets lie, None where they lie here."""
    if not isinstance(content, Mapping):
        return None
    for key in ("fuzzy_sets", "sets"):
        if isinstance(content.get(key), Mapping) and not _is_set(content[key]):
            return key
    holders = [key for key, entry in content.items() if isinstance(key, str) and _holds_sets(entry)]
    if name in holders:
        return name
    return holders[0] if len(holders) == 1 and len(content) == 1 else None


def _is_set(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "parameters" in entry


def _holds_sets(entry: Any) -> bool:
    inner = entry.get("sets", entry) if isinstance(entry, Mapping) else None
    return isinstance(inner, Mapping) and bool(inner) and any(_is_set(value) for value in inner.values())


def _odd_names(content: Mapping[Any, Any], path: tuple[str, ...], marks: Marks) -> list[Problem]:
    """Return the names that YAML reads as something else than text, such as ``on``, as they are written."""
    odd = [key for key in content if not isinstance(key, str)]
    here = [mark[-1] for mark in marks if mark and mark[:-1] == path]
    written = [name for name in here if name not in (*content, "<<")]
    names = zip(odd, (*written, *map(str, odd)), strict=False)
    return [
        Problem(".".join((*path, name)), *place_of((*path, name), marks), f"YAML reads {name} as {key!r}", f'"{name}"')
        for key, name in names
    ]


def _problem(path: tuple[str, ...], detail: Mapping[str, Any], marks: Marks) -> Problem:
    whole = (*path, *map(str, detail["loc"]))
    known = next((whole[:end] for end in range(len(whole), 0, -1) if whole[:end] in marks), ())
    line, column = marks.get(known, (0, 0))
    return Problem(
        ".".join(whole), line, column, f"{detail['input']!r}"[:60], detail["msg"].removeprefix("Value error, ")
    )


def _fault(path: str, found: str, expected: str) -> StrategyProblem:
    return StrategyProblem(CLIPBOARD, [Problem(path, 0, 0, found, expected)])
