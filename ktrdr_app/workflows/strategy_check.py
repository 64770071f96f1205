"""Holds a strategy's text to grammar and catalogue at once, so that no problem hides another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ktrdr_app.core.errors import BadInput, Problem, StrategyProblem
from ktrdr_app.core.words import closest
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.indicators.definition import Parameters
from ktrdr_app.indicators.registry import available, get_indicator, parameters_of
from ktrdr_app.labels.labelers import LABELERS, settings_without_effect
from ktrdr_app.strategy.load import LoadedStrategy, in_file_order, parse_strategy, written_source
from ktrdr_app.strategy.marks import Marks, place_of, read_with_doubles


def check_text(text: str, where: str) -> LoadedStrategy:
    """Return a strategy that can be trained, or every reason why it cannot.

    Parameters
    ----------
    text : str
        The YAML.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyProblem
        With all problems of grammar and catalogue, in file order.
    """
    content, marks, _ = read_with_doubles(text, where)
    found = list(catalogue_problems(content, marks)) if isinstance(content, dict) else []
    try:
        loaded = parse_strategy(text, where)
    except StrategyProblem as error:
        raise StrategyProblem(where, in_file_order([*error.problems, *found])) from error
    if found:
        raise StrategyProblem(where, in_file_order(found))
    FeaturePlan.of(loaded)
    return loaded


def catalogue_problems(content: Mapping[str, Any], marks: Marks) -> Iterator[Problem]:
    """Yield what a strategy asks for and the catalogue does not have: indicators, parameters, outputs, labels.

    Parameters
    ----------
    content : mapping
        The YAML's content, which need not follow the grammar: what cannot be read is passed over.
    marks : dict
        Places of its entries.
    """
    indicators = _mapping(content.get("indicators"))
    for key, spec in indicators.items():
        yield from _indicator_problems(str(key), _mapping(spec), marks)
    for key, entry in _mapping(content.get("fuzzy_sets")).items():
        indicator, _, output = written_source(str(key), entry).partition(".")
        name = _mapping(indicators.get(indicator)).get("name")
        if output and name in _names():
            outputs = [line.name for line in get_indicator(name).outputs]
            if output not in outputs:
                path = ("fuzzy_sets", str(key), "input")
                expected = f"outputs of {name}: {', '.join(outputs)}"
                near = closest(output, outputs)
                found = f"there is no output {output!r}"
                yield Problem(".".join(path), *place_of(path, marks), found, expected, near, "output")
    yield from _label_problems(_mapping(content.get("labels")), marks)


def _label_problems(labels: Mapping[str, Any], marks: Marks) -> Iterator[Problem]:
    method = labels.get("method", "zigzag")
    if isinstance(method, str) and method not in LABELERS:
        words = LABELERS.names()
        expected = f"allowed: {', '.join(words)}"
        yield _problem(("labels", "method"), marks, f"is {method!r}", expected, closest(method, words))
    for key in settings_without_effect(labels):
        unit = " with threshold_unit: fraction" if key == "atr_period" else f" with method: {method}"
        yield _problem(("labels", key), marks, f"has no effect{unit}", "leave it out")


def _indicator_problems(key: str, spec: Mapping[str, Any], marks: Marks) -> Iterator[Problem]:
    name = spec.get("name")
    path = ("indicators", key)
    if not isinstance(name, str):
        return
    if name in {info.name for info in available(charts=True)} - set(_names()):
        words = "is for charts only: bars to come change its past values"
        yield _problem((*path, "name"), marks, f"{name} {words}", f"known: {', '.join(sorted(_names()))}", "")
        return
    if name not in _names():
        expected = f"known: {', '.join(sorted(_names()))}"
        yield _problem((*path, "name"), marks, f"there is no indicator {name!r}", expected, closest(name, _names()))
        return
    model = get_indicator(name).parameters
    allowed = list(model.model_fields)
    given = {str(word): value for word, value in spec.items() if word != "name"}
    for word in [word for word in given if word not in allowed]:
        del given[word]
        found = f"unknown parameter {word!r} of {name}"
        expected = f"allowed: {', '.join(allowed) or 'none'}"
        at = (*path, word)
        yield Problem(".".join(at), *place_of(at, marks), found, expected, closest(word, allowed), "key")
    faulty = [word for word, value in given.items() if isinstance(value, bool) or _refused(model, word, given)]
    for word in faulty:
        yield from _value_problem(name, {word: given[word]}, (*path, word), marks)
    if not faulty:
        yield from _value_problem(name, given, path, marks)


def _refused(model: type[Parameters], word: str, given: Mapping[str, Any]) -> bool:
    """Return whether a value is wrong by itself, not only beside the others."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        return any(detail["loc"][:1] == (word,) for detail in error.errors())
    return False


def _value_problem(name: str, params: dict[str, Any], path: tuple[str, ...], marks: Marks) -> Iterator[Problem]:
    try:
        parameters_of(name, params)
    except BadInput as error:
        yield _problem(path, marks, error.message, error.hint)


def _problem(path: tuple[str, ...], marks: Marks, found: str, expected: str, near: str = "") -> Problem:
    return Problem(".".join(path), *place_of(path, marks), found, expected, near)


def _names() -> tuple[str, ...]:
    return tuple(info.name for info in available())


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
