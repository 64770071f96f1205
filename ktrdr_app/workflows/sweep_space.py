"""Holds what a sweep varies against the strategy and the catalogue before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ktrdr_app.core.errors import FileMissing, Problem, StorageProblem, StrategyProblem
from ktrdr_app.indicators.registry import parameters_of
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.marks import place_of
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.strategy.space import Dimension, Keys, applied, found_at, read_space
from ktrdr_app.strategy.text_edit import with_value
from ktrdr_app.workflows.strategy_check import catalogue_problems

_FIXED: dict[Keys, str] = {
    ("name",): "the name of the strategy is the same in all trials",
    ("description",): "a description changes no model",
    ("training", "split"): "trials must be judged on the same rows",
    ("backtest",): "costs are what they are: vary what can be chosen",
}
_MONEY = ("decision",)


@dataclass(frozen=True)
class Space:
    """What is varied, and what it is varied in.

    Attributes
    ----------
    dimensions : tuple of Dimension
        In the file's order.
    base : dict
        Content of the strategy with every default, those of its indicators included.
    text : str
        The strategy's own text.
    where : str
        The strategy's file, for messages.
    """

    dimensions: tuple[Dimension, ...]
    base: dict[str, Any]
    text: str
    where: str

    def content(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the strategy's content with a trial's values.

        Parameters
        ----------
        values : mapping of str to object
            Values by the dimension's ``path``.
        """
        return applied(self.base, {each.keys: values[each.path] for each in self.dimensions})

    def as_it_is(self) -> dict[str, Any] | None:
        """Return the strategy's own values by path, as they are drawn; None where one lies outside its range."""
        own = {each.path: each.drawn(found_at(self.base, each.keys)) for each in self.dimensions}
        return None if None in own.values() else own

    def written(self, values: Mapping[str, Any]) -> str:
        """Return the strategy's text with a trial's values; comments and layout stay.

        Parameters
        ----------
        values : mapping of str to object
            Values by the dimension's ``path``.

        Raises
        ------
        StrategyProblem
            If the text shares parts, so that one of them cannot be changed alone.
        """
        content, text = self.content(values), self.text
        for dimension in self.dimensions:
            keys = dimension.keys
            while keys[-1].isdecimal() and isinstance(found_at(content, keys[:-1]), list):
                keys = keys[:-1]
            text = with_value(text, keys, found_at(content, keys), self.where)
        return text


def load_space(path: Path, loaded: LoadedStrategy, objective: str) -> Space:
    """Read what is varied, and check every end of it.

    Parameters
    ----------
    path : Path
        The YAML file.
    loaded : LoadedStrategy
        The strategy with every override applied.
    objective : str
        What trials are ranked by: some settings have no effect on it.

    Raises
    ------
    FileMissing
        If there is no such file.
    StrategyProblem
        With every problem, its line and column: unknown paths, impossible ranges, values that the grammar or an
        indicator does not allow, settings that must not or need not be varied.
    StorageProblem
        If the disk does not let it be read.
    """
    where = str(path)
    base = _with_defaults(loaded.strategy)
    dimensions, marks = read_space(_text(path), where, base)
    problems = []
    for dimension in dimensions:
        place = place_of((dimension.path,), marks)
        for found, expected in _faults(dimension, base, objective):
            problems.append(Problem(dimension.path, *place, found, expected))
    if problems:
        raise StrategyProblem(where, problems)
    return Space(dimensions, base, loaded.text, loaded.where)


def _text(path: Path) -> str:
    if not path.is_file():
        raise FileMissing(str(path), "a YAML file of what is varied")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        fault = Problem("file", 0, 0, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        raise StrategyProblem(str(path), [fault]) from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error


def _with_defaults(strategy: Strategy) -> dict[str, Any]:
    content = strategy.document()
    for key, spec in strategy.indicators.items():
        content["indicators"][key] = {"name": spec.name, **parameters_of(spec.name, spec.params).model_dump()}
    return content


def _faults(dimension: Dimension, base: Mapping[str, Any], objective: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a dimension by itself; values that only do not fit together are for the trials."""
    for keys, reason in _FIXED.items():
        if dimension.keys[: len(keys)] == keys:
            yield "cannot be varied", reason
            return
    if dimension.keys[: len(_MONEY)] == _MONEY and objective != "val_sharpe":
        yield f"has no effect on {objective}", "rank the trials by --objective val_sharpe, or leave it out"
    told = set()
    for value in dimension.ends():
        content = applied(base, {dimension.keys: value})
        for fault in (*_grammar(dimension, content), *_catalogue(dimension, content)):
            if fault not in told:
                told.add(fault)
                yield fault


def _grammar(dimension: Dimension, content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        Strategy.model_validate(content)
    except ValidationError as error:
        for detail in error.errors():
            if tuple(map(str, detail["loc"][: len(dimension.keys)])) == dimension.keys:
                expected = detail["msg"].removeprefix("Value error, ")
                yield f"{found_at(content, dimension.keys)!r} is not allowed", expected[:1].lower() + expected[1:]


def _catalogue(dimension: Dimension, content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for problem in catalogue_problems(content, {}):
        if problem.path == ".".join(dimension.keys):
            yield problem.found, problem.expected
