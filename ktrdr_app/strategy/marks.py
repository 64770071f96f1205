"""Where each key and value of a YAML text stands, so that a problem can be shown with its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ktrdr_app.core.errors import Problem, StrategyProblem

Place = tuple[int, int]
Marks = dict[tuple[str, ...], Place]

MOST_ENTRIES = 20_000
"""Keys and list entries that a strategy may have, so that aliases of aliases cannot grow without end."""
DEEPEST = 30
"""Levels that keys and lists may be nested."""
_TOO_LARGE = "nested too deep, or too long"
_SIZE = f"at most {DEEPEST} levels and {MOST_ENTRIES} entries, counting each use of an alias"


class _Loader(yaml.SafeLoader):
    """YAML's own loader; a value that does not fit its tag (``2020-13-45``, ``!!int x``) is an error with its place."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, OverflowError) as error:
            tag = node.tag.rpartition(":")[2]
            found, hint = f"{str(node.value)[:40]!r} is no {tag}", "if it is text, put it in quotes"
            raise yaml.constructor.ConstructorError(hint, None, found, node.start_mark) from error


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
        For a syntax error, a key that is given twice, or content beyond `MOST_ENTRIES` or `DEEPEST`.
    """
    content, marks, doubles = read_with_doubles(text, where)
    if doubles:
        raise StrategyProblem(where, doubles)
    return content, marks


def read_with_doubles(text: str, where: str) -> tuple[Any, Marks, list[Problem]]:
    """Parse YAML as `read_marked` does, and return keys that are given twice beside the content.

    Parameters
    ----------
    text : str
        The file's text.
    where : str
        Its name, for messages.

    Returns
    -------
    content : object
        As ``yaml.safe_load`` gives it; of a key that is given twice it has the last value.
    marks : dict
        Path of keys to 1-based line and column.
    doubles : list of Problem
        One for each key that was there already.

    Raises
    ------
    StrategyProblem
        For a syntax error, or content beyond `MOST_ENTRIES` or `DEEPEST`.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        marks: Marks = {}
        doubles = [] if node is None else list(_walk(node, (), marks))
        return yaml.load(text, Loader=_Loader), marks, doubles  # a safe loader by its base class
    except yaml.MarkedYAMLError as error:
        raise StrategyProblem(where, [_syntax_problem(error)]) from error
    except yaml.reader.ReaderError as error:
        raise StrategyProblem(where, [_character_problem(error, text)]) from error
    except RecursionError as error:
        raise StrategyProblem(where, [Problem("file", 0, 0, f"not valid YAML: {_TOO_LARGE}", _SIZE)]) from error
    except (ValueError, OverflowError) as error:  # the scanner makes a character of any number after \\U
        found = "not valid YAML: a \\U escape that is no character"
        raise StrategyProblem(where, [Problem("file", 0, 0, found, "the last one is \\U0010FFFF")]) from error


def place_of(path: tuple[str, ...], marks: Marks) -> Place:
    """Return the place of an entry or, where it is not in the file, of its nearest parent.

    Parameters
    ----------
    path : tuple of str
        Keys down to the entry.
    marks : dict
        Places of what is in the file; (0, 0) is returned where there are none.
    """
    for length in range(len(path), -1, -1):
        if path[:length] in marks:
            return marks[path[:length]]
    return (0, 0)


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return Problem("file", line, column, f"not valid YAML: {error.problem}", error.context or "check the indentation")


def _character_problem(error: yaml.reader.ReaderError, text: str) -> Problem:
    before = text[: error.position]
    line, column = before.count("\n") + 1, error.position - before.rfind("\n")
    found = f"not valid YAML: the character {chr(int(error.character))!r}"
    return Problem("file", line, column, found, "take it out")


def _walk(node: yaml.Node, path: tuple[str, ...], marks: Marks) -> Iterator[Problem]:
    marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if len(path) > DEEPEST or len(marks) > MOST_ENTRIES:
        raise yaml.MarkedYAMLError(context=_SIZE, problem=_TOO_LARGE, problem_mark=node.start_mark)
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
