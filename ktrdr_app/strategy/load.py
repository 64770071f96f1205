"""Reads strategy files and documents; every problem is reported at once, with its place."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ktrdr_app.core.errors import Problem, StorageProblem, StrategyNotFound, StrategyProblem, Suggests
from ktrdr_app.core.paths import Workspace, shipped_strategies
from ktrdr_app.core.words import closest
from ktrdr_app.strategy.marks import Marks, place_of, read_with_doubles
from ktrdr_app.strategy.schema import IndicatorSpec, Strategy

FIRST = "neuro_mean_reversion"
"""Shipped strategy that the demo takes, and that lists begin with."""


class LoadedStrategy:
    """A valid strategy with the text it came from.

    Parameters
    ----------
    strategy : Strategy
        The content.
    where : str
        File name, or a word for its origin.
    text : str
        The YAML text; empty for a document.
    marks : dict
        Places of its entries.
    """

    def __init__(self, strategy: Strategy, where: str, text: str = "", marks: Marks | None = None) -> None:
        self.strategy = strategy
        self.where = where
        self.text = text
        self.marks = marks or {}

    def problem(
        self, path: tuple[str, ...], found: str, expected: str, suggestion: str = "", suggests: Suggests = "value"
    ) -> StrategyProblem:
        """Return the error for one entry of this strategy.

        Parameters
        ----------
        path : tuple of str
            Keys down to the entry.
        found, expected : str
            What stands there, what is allowed.
        suggestion : str
            Nearest valid word.
        suggests : str
            What that word is to take the place of, as `Problem` names it.
        """
        return StrategyProblem(
            self.where, [Problem(".".join(path), *place_of(path, self.marks), found, expected, suggestion, suggests)]
        )


def strategy_files(workspace: Workspace) -> dict[str, Path]:
    """Return strategy files by stem: the shipped ones, `FIRST` in front, then the workspace's own, which win.

    Parameters
    ----------
    workspace : Workspace
        Where the user's strategies lie.
    """
    found: dict[str, Path] = {}
    for folder in (shipped_strategies(), workspace.strategies):
        for path in sorted(folder.glob("*.y*ml"), key=lambda file: (file.stem != FIRST, file.name)):
            if path.is_file():
                found[path.stem] = path
    return found


def find_strategy(name: str, workspace: Workspace) -> Path:
    """Return the file of a strategy given by name or by path.

    Parameters
    ----------
    name : str
        File stem, or a path that ends in ``.yaml`` or ``.yml``.
    workspace : Workspace
        Where the user's strategies lie.

    Raises
    ------
    StrategyNotFound
        If there is no such file.
    """
    files = strategy_files(workspace)
    if name in files:
        return files[name]
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        return path
    raise StrategyNotFound(name, sorted(files))


def load_strategy(name: str, workspace: Workspace) -> LoadedStrategy:
    """Find, read and check a strategy.

    Parameters
    ----------
    name : str
        File stem or path.
    workspace : Workspace
        Where the user's strategies lie.

    Raises
    ------
    StrategyNotFound
        If there is no such file.
    StrategyProblem
        If it does not follow the grammar; all problems are listed.
    StorageProblem
        If the disk does not let it be read.
    """
    return parse_strategy(*read_strategy(name, workspace))


def read_strategy(name: str, workspace: Workspace) -> tuple[str, str]:
    """Find and read a strategy's text.

    Parameters
    ----------
    name : str
        File stem or path.
    workspace : Workspace
        Where the user's strategies lie.

    Returns
    -------
    text : str
        The YAML.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyNotFound
        If there is no such file.
    StrategyProblem
        If it is not UTF-8.
    StorageProblem
        If the disk does not let it be read.
    """
    path = find_strategy(name, workspace)
    try:
        return path.read_text(encoding="utf-8"), workspace.relative(path)
    except UnicodeDecodeError as error:
        fault = Problem("file", 0, 0, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        raise StrategyProblem(str(path), [fault]) from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error


def parse_strategy(text: str, where: str) -> LoadedStrategy:
    """Check a strategy's YAML text.

    Parameters
    ----------
    text : str
        The YAML.
    where : str
        File name for messages.

    Raises
    ------
    StrategyProblem
        If it does not follow the grammar.
    """
    content, marks, doubles = read_with_doubles(text, where)
    return LoadedStrategy(_validated(content, where, marks, doubles), where, text, marks)


def from_document(document: dict[str, Any], where: str) -> LoadedStrategy:
    """Check a strategy that was stored as JSON, as in a model's ``config.json``.

    Parameters
    ----------
    document : dict
        What `Strategy.document` returned.
    where : str
        File name for messages.

    Raises
    ------
    StrategyProblem
        If it does not follow the grammar.
    """
    return LoadedStrategy(_validated(document, where, {}, []), where)


def _validated(content: Any, where: str, marks: Marks, problems: list[Problem]) -> Strategy:
    if not isinstance(content, dict):
        kind = "empty" if content is None else f"a {type(content).__name__}"
        raise StrategyProblem(where, [Problem("file", 1, 1, f"the file is {kind}", "expected keys such as name:")])
    found = [*problems, *_dangling_inputs(content, marks)]
    try:
        strategy = Strategy.model_validate(content)
    except ValidationError as error:
        found += [_as_problem(detail, marks) for detail in error.errors()]
        raise StrategyProblem(where, in_file_order(found)) from error
    if found:
        raise StrategyProblem(where, in_file_order(found))
    return strategy


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems as they stand in the file, each once.

    Parameters
    ----------
    problems : iterable of Problem
        In any order.
    """
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))


def written_source(key: str, entry: Any) -> str:
    """Return what an entry under ``fuzzy_sets`` reads, as it is written: ``id`` or ``id.output``.

    Parameters
    ----------
    key : str
        Name of the entry.
    entry : object
        Its content, checked or not.
    """
    written = entry.get("input") if isinstance(entry, dict) else None
    return written if isinstance(written, str) and written else key


def _dangling_inputs(content: dict[Any, Any], marks: Marks) -> Iterator[Problem]:
    indicators, inputs = content.get("indicators"), content.get("fuzzy_sets")
    if not isinstance(indicators, dict) or not isinstance(inputs, dict) or not indicators:
        return
    known = [str(name) for name in indicators]
    for key, entry in inputs.items():
        source = written_source(str(key), entry).partition(".")[0]
        if source not in known:
            named = isinstance(entry, dict) and entry.get("input")
            path = ("fuzzy_sets", str(key), "input") if named else ("fuzzy_sets", str(key))
            expected = f"indicators here: {', '.join(known)}"
            found = f"reads {source!r}, which is not under indicators"
            near = closest(source, known)
            yield Problem(".".join(path), *place_of(path, marks), found, expected, near, "indicator")


def _as_problem(detail: ErrorDetails, marks: Marks) -> Problem:
    path = tuple(str(part) for part in detail["loc"])
    place = place_of(path, marks)
    shown = ".".join(path) or "strategy"
    if detail["type"] == "extra_forbidden":
        allowed = allowed_keys(path[:-1])
        near = closest(path[-1], allowed)
        return Problem(shown, *place, f"unknown key {path[-1]!r}", f"allowed: {', '.join(allowed)}", near, "key")
    if detail["type"] == "missing":
        near = closest(path[-1], [str(key) for key in detail["input"]])
        return Problem(
            shown, *place, "is missing", f"rename {near}: to {path[-1]}:" if near else f"add {path[-1]}: to it"
        )
    if detail["type"] == "literal_error":
        allowed_words = str(detail.get("ctx", {}).get("expected", ""))
        near = closest(str(detail["input"]), re.findall(r"'([^']*)'", allowed_words))
        return Problem(shown, *place, f"is {detail['input']!r}", f"allowed: {allowed_words}", near)
    if detail["type"] == "value_error":
        return Problem(shown, *place, "does not fit", detail["msg"].removeprefix("Value error, "))
    if detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        keys = ", ".join(allowed_keys(path)) or "name: and more"
        return Problem(shown, *place, f"is {_short(detail['input'])}", f"keys and values: {keys}")
    return Problem(shown, *place, f"is {_short(detail['input'])}", _lower_first(detail["msg"]))


def allowed_keys(path: tuple[str, ...]) -> list[str]:
    """Return the keys allowed below a path of the grammar, in its order; none where any key is.

    Parameters
    ----------
    path : tuple of str
        Keys from the top; ids of indicators and the like stand for themselves.
    """
    kind: Any = Strategy
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[part].annotation if part in kind.model_fields else None
        elif typing.get_origin(kind) is dict:
            kind = typing.get_args(kind)[1]
        if isinstance(kind, types.UnionType):
            kind = typing.get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not IndicatorSpec:
        return list(kind.model_fields)
    return []


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
