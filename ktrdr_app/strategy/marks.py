"""Where each key and value of a YAML text stands, so that a problem can be shown with its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ktrdr_app.core.errors import Problem, StrategyProblem

Place = tuple[int, int]
Marks = dict[tuple[str, ...], Place]


def read_marked(text: str, where: str) -> tuple[Any, Marks]:
    """Parse YAML safely and return its content with the place of every entry.

    Parameters
    ----------
    text : str
        The file's text.
    where : str
        Its name, for messages.

    Returns
    -------
    content : object
        As ``yaml.safe_load`` gives it.
    marks : dict
        Path of keys (list positions as text) to 1-based line and column.

    Raises
    ------
    StrategyProblem
        For a syntax error or a key that is given twice.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise StrategyProblem(where, [_syntax_problem(error)]) from error
    except yaml.YAMLError as error:
        raise StrategyProblem(where, [Problem("file", 0, 0, "not readable as YAML", str(error))]) from error
    marks: Marks = {}
    problems = [] if node is None else list(_walk(node, (), marks))
    if problems:
        raise StrategyProblem(where, problems)
    return content, marks


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return Problem("file", line, column, f"not valid YAML: {error.problem}", error.context or "check the indentation")


def _walk(node: yaml.Node, path: tuple[str, ...], marks: Marks) -> Iterator[Problem]:
    marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            yield from _walk(entry, (*path, str(index)), marks)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        place = (key.start_mark.line + 1, key.start_mark.column + 1)
        here = (*path, name)
        if name in seen:
            first = marks[here][0]
            yield Problem(".".join(here), *place, "given twice", f"it is already on line {first}; keep one")
        seen.add(name)
        marks.setdefault(here, place)
        yield from _walk(value, here, marks)
