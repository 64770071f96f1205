"""What a sweep may vary: a YAML file of strategy paths, each with a range or with values to choose from."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.core.words import closest
from ktrdr_app.strategy.marks import Marks, place_of, read_with_doubles

Keys = tuple[str, ...]
Kind = Literal["float", "int", "choice"]

RANGE_KEYS = ("low", "high", "log", "step")
DIGITS = 6
"""Significant digits of a drawn number: the strategy that is written holds exactly what was tried."""
_PART = re.compile(r"([^.\[\]]+)((?:\[\d+\])*)")
_RANGE = "{low: 1, high: 9}, with log: true or step: where wanted, or a list of values"


@dataclass(frozen=True)
class Dimension:
    """One value of a strategy that is varied.

    Attributes
    ----------
    path : str
        As it is written: ``fuzzy_sets.rsi.sets.low.parameters[2]``.
    keys : tuple of str
        The same in parts; places in a list are digits.
    kind : str
        ``float``, ``int`` or ``choice``.
    low, high : float
        Ends of a range, both included.
    log : bool
        Whether the range is walked in equal ratios.
    step : float, optional
        Distance of neighbouring values.
    choices : tuple
        Values to choose from.
    """

    path: str
    keys: Keys
    kind: Kind
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    choices: tuple[Any, ...] = ()

    def ends(self) -> tuple[Any, ...]:
        """Return what must be allowed by itself: both ends of a range, or every choice."""
        return self.choices if self.kind == "choice" else (self.value(self.low), self.value(self.high))

    def value(self, drawn: Any) -> Any:
        """Return what the strategy is given.

        Parameters
        ----------
        drawn : float, int or str
            A number of the range, or a choice as `label` writes it.
        """
        if self.kind == "choice":
            return next(choice for choice in self.choices if label(choice) == drawn)
        if self.kind == "int":
            return int(drawn)
        return min(max(float(f"{drawn:.{DIGITS}g}"), self.low), self.high)

    def drawn(self, value: Any) -> Any:
        """Return what a value would be drawn as; None where it cannot be drawn.

        Parameters
        ----------
        value : object
            What a strategy has.
        """
        if self.kind == "choice":
            return next((label(choice) for choice in self.choices if choice == value), None)
        if value is None or not self.low <= value <= self.high:
            return None
        steps = 0.0 if self.step is None else (value - self.low) / self.step
        return value if abs(steps - round(steps)) < 1e-9 else None

    def document(self) -> dict[str, Any]:
        """Return the JSON form."""
        if self.kind == "choice":
            return {"choices": list(self.choices)}
        ends: dict[str, Any] = {"low": self.value(self.low), "high": self.value(self.high), "log": self.log}
        return ends if self.step is None else ends | {"step": self.step}


def label(choice: Any) -> str:
    """Return a choice as text, by which it is told from the others.

    Parameters
    ----------
    choice : object
        A scalar or a list of numbers.
    """
    return json.dumps(choice)


def read_space(text: str, where: str, base: Mapping[str, Any]) -> tuple[tuple[Dimension, ...], Marks]:
    """Read what is varied, and hold it against the strategy.

    Parameters
    ----------
    text : str
        The YAML.
    where : str
        File name, for messages.
    base : mapping
        The strategy's content with every default, those of its indicators included.

    Returns
    -------
    dimensions : tuple of Dimension
        In the file's order.
    marks : dict
        Place of each path.

    Raises
    ------
    StrategyProblem
        With every problem: paths that are not in the strategy, ranges that are none, paths that overlap.
    """
    content, marks, problems = read_with_doubles(text, where)
    if not isinstance(content, dict) or not content:
        fault = Problem("file", 1, 1, "names nothing to vary", f"lines such as training.learning_rate: {_RANGE}")
        raise StrategyProblem(where, [fault])
    found: list[Dimension] = []
    for written, entry in content.items():
        place = place_of((str(written),), marks)
        try:
            dimension = _dimension(str(written), entry, base)
            _demand_apart(dimension, found)
            found.append(dimension)
        except _Fault as fault:
            problems.append(Problem(str(written), *place, fault.found, fault.expected, fault.near))
    if problems:
        raise StrategyProblem(where, sorted(problems, key=lambda each: (each.line, each.column)))
    return tuple(found), marks


def applied(base: Mapping[str, Any], values: Mapping[Keys, Any]) -> dict[str, Any]:
    """Return a strategy's content with some values replaced.

    Parameters
    ----------
    base : mapping
        The content; it stays as it is.
    values : mapping of tuple of str to object
        New values by their keys.
    """
    content = copy.deepcopy(dict(base))
    for keys, value in values.items():
        holder: Any = content
        for key in keys[:-1]:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        last: Any = int(keys[-1]) if isinstance(holder, list) else keys[-1]
        holder[last] = copy.deepcopy(value)
    return content


def found_at(base: Mapping[str, Any], keys: Keys) -> Any:
    """Return what stands under some keys.

    Parameters
    ----------
    base : mapping
        A strategy's content.
    keys : tuple of str
        Where; it is there.
    """
    holder: Any = base
    for key in keys:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]
    return holder


class _Fault(Exception):
    """What is wrong with one line."""

    def __init__(self, found: str, expected: str, near: str = "") -> None:
        super().__init__(found)
        self.found, self.expected, self.near = found, expected, near


def _dimension(written: str, entry: Any, base: Mapping[str, Any]) -> Dimension:
    keys = tuple(_keys(written))
    standing = _walked(keys, base)
    if isinstance(standing, dict):
        raise _Fault("is a section", f"go on to one of {', '.join(standing)}", "")
    if isinstance(entry, list):
        return Dimension(written, keys, "choice", choices=_choices(entry))
    if not isinstance(entry, dict):
        raise _Fault(f"is {entry!r}", _RANGE)
    if isinstance(standing, (bool, str, list)):
        raise _Fault(f"is {standing!r} in the strategy, which no range can vary", "a list of values to choose from")
    return _range(written, keys, entry, whole=isinstance(standing, int))


def _keys(written: str) -> Iterator[str]:
    for part in written.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise _Fault("is no path", "keys with dots between, and places of a list such as parameters[2]")
        yield match[1]
        yield from re.findall(r"\d+", match[2])


def _walked(keys: Keys, base: Mapping[str, Any]) -> Any:
    """Return what stands there, or say at which key the path leaves the strategy."""
    standing: Any = base
    for depth, key in enumerate(keys):
        above = ".".join(keys[:depth])
        if isinstance(standing, list):
            if not key.isdecimal() or int(key) >= len(standing):
                raise _Fault(f"there is no {above}[{key}]", f"a place from 0 to {len(standing) - 1}")
            standing = standing[int(key)]
        elif isinstance(standing, dict):
            if key not in standing:
                known = [str(name) for name in standing]
                there = f"under {above}" if above else "in a strategy"
                near = closest(key, known)
                expected = "take a name that the strategy has" if near else f"known: {', '.join(known)}"
                raise _Fault(f"there is no {key!r} {there}", expected, near)
            standing = standing[key]
        else:
            raise _Fault(f"there is nothing below {above}", f"write {above}")
    return standing


def _choices(entry: Sequence[Any]) -> tuple[Any, ...]:
    if len({label(choice) for choice in entry if not isinstance(choice, dict)}) < max(2, len(entry)):
        raise _Fault(f"has {len(entry)} choices", "two different values or more, each once")
    return tuple(entry)


def _range(written: str, keys: Keys, entry: Mapping[Any, Any], *, whole: bool) -> Dimension:
    for key in entry:
        if key not in RANGE_KEYS:
            raise _Fault(f"unknown key {key!r}", f"allowed: {', '.join(RANGE_KEYS)}", closest(str(key), RANGE_KEYS))
    low, high = (_number(entry, name, whole) for name in ("low", "high"))
    log, step = entry.get("log", False), None if "step" not in entry else _number(entry, "step", whole)
    if not isinstance(log, bool):
        raise _Fault(f"log is {log!r}", "true or false")
    if not low < high:
        raise _Fault(f"low is {low:g} and high {high:g}", "a low below the high")
    if log and low <= 0:
        raise _Fault(f"low is {low:g} with log: true", "a low above 0")
    if step is not None and (log or not 0 < step <= high - low):
        raise _Fault(f"step is {step:g}", "a step within the range, without log")
    return Dimension(written, keys, "int" if whole else "float", low, high, log, step)


def _number(entry: Mapping[Any, Any], name: str, whole: bool) -> float:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _Fault(f"{name} is {value!r}" if name in entry else f"{name} is missing", "a number")
    if whole and value != int(value):
        raise _Fault(f"{name} is {value:g}", "a whole number, as the strategy wants one here")
    return value


def _demand_apart(dimension: Dimension, others: Sequence[Dimension]) -> None:
    for other in others:
        shorter, longer = sorted((dimension.keys, other.keys), key=len)
        if longer[: len(shorter)] == shorter:
            raise _Fault(f"overlaps with {other.path}", "keep one of the two")
