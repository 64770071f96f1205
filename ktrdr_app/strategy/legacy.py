"""Reads the original's strategy grammar, as its model folders keep it in ``config.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.core.words import closest
from ktrdr_app.strategy.marks import Marks, place_of
from ktrdr_app.strategy.schema import PARAMETER_NAMES

_HONOURED = ("name", "type", "params")
_BY_COUNT = {len(names): kind for kind, names in PARAMETER_NAMES.items()}


@dataclass(frozen=True)
class LegacyIndicator:
    """One entry of ``indicators``.

    Attributes
    ----------
    name : str
        What its column is called, and what its class was looked up by where ``type`` is not given.
    type : str
        Class; empty if not given.
    params : mapping
        What the original handed to the class.
    ignored : mapping
        Keys beside ``name``, which it dropped without a word.
    """

    name: str
    type: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    ignored: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LegacySet:
    """One membership function.

    Attributes
    ----------
    name : str
        Its name; the membership is called ``{indicator}_{set}``.
    kind : str
        triangular, trapezoidal or gaussian.
    parameters : tuple of float
        Its numbers.
    listed : bool
        Whether it was written as a bare list, which the original could not load.
    """

    name: str
    kind: str
    parameters: tuple[float, ...]
    listed: bool = False


@dataclass(frozen=True)
class LegacyFeatureSettings:
    """``model.features`` with the original's defaults.

    Attributes
    ----------
    include_price_context, include_volume_context, include_raw_indicators, scale_features : bool
        Groups, and whether they are scaled.
    lookback_periods : int
        Read, but no lag was ever made of it.
    scaling_method : str
        ``minmax``; any other word means ``standard``.
    """

    include_price_context: bool = True
    include_volume_context: bool = True
    include_raw_indicators: bool = False
    scale_features: bool = True
    lookback_periods: int = 1
    scaling_method: str = "standard"


@dataclass(frozen=True)
class LegacyStrategy:
    """What training in the original read of a strategy.

    Attributes
    ----------
    name : str
        Folder of its models.
    indicators : tuple of LegacyIndicator
        In file order.
    fuzzy_sets : mapping of str to tuple of LegacySet
        By indicator name.
    features : LegacyFeatureSettings
        Feature groups.
    document : mapping
        The whole file.
    """

    name: str
    indicators: tuple[LegacyIndicator, ...]
    fuzzy_sets: Mapping[str, tuple[LegacySet, ...]]
    features: LegacyFeatureSettings
    document: Mapping[str, Any]


def read_legacy(document: Any, where: str, marks: Marks | None = None) -> LegacyStrategy:
    """Return what the original read of a strategy.

    Parameters
    ----------
    document : object
        Its YAML or JSON content.
    where : str
        File, for messages.
    marks : dict, optional
        Places of its entries.

    Raises
    ------
    StrategyProblem
        If it is not a strategy of the original; every problem is listed.
    """
    reader = _Reader(marks or {})
    if not isinstance(document, Mapping):
        raise StrategyProblem(where, [Problem("file", 1, 1, "holds no keys", "a strategy of the original")])
    indicators = tuple(reader.indicators(document.get("indicators")))
    sets = dict(reader.fuzzy_sets(document.get("fuzzy_sets")))
    model = reader.mapping(document.get("model", {}), ("model",))
    features = reader.features(model.get("features", {}))
    if reader.problems:
        raise StrategyProblem(where, sorted(reader.problems, key=lambda problem: (problem.line, problem.column)))
    return LegacyStrategy(str(document.get("name", "")), indicators, sets, features, document)


class _Reader:
    """Takes the sections apart and collects what is wrong with them."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.problems: list[Problem] = []

    def fault(self, path: tuple[str, ...], found: str, expected: str, near: str = "") -> None:
        self.problems.append(Problem(".".join(path), *place_of(path, self.marks), found, expected, near))

    def mapping(self, value: Any, path: tuple[str, ...]) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self.fault(path, f"is {value!r}"[:80], "keys and values")
        return {}

    def indicators(self, section: Any) -> Iterator[LegacyIndicator]:
        if not isinstance(section, list) or not section:
            self.fault(("indicators",), "is not a list of indicators", "- name: rsi, one entry per indicator")
            return
        for index, entry in enumerate(section):
            path = ("indicators", str(index))
            found = self.mapping(entry, path)
            name = found.get("name") or found.get("type")
            if not isinstance(name, str):
                self.fault(path, "has no name", "name: and the indicator's name")
                continue
            params = self.mapping(found.get("params") or {}, (*path, "params"))
            ignored = {str(key): value for key, value in found.items() if key not in _HONOURED}
            yield LegacyIndicator(name, str(found.get("type") or ""), dict(params), ignored)

    def fuzzy_sets(self, section: Any) -> Iterator[tuple[str, tuple[LegacySet, ...]]]:
        for key, entries in self.mapping(section or {}, ("fuzzy_sets",)).items():
            path = ("fuzzy_sets", str(key))
            sets = [
                self.fuzzy_set(str(name), entry, (*path, str(name)))
                for name, entry in self.mapping(entries, path).items()
            ]
            yield str(key), tuple(entry for entry in sets if entry is not None)

    def fuzzy_set(self, name: str, entry: Any, path: tuple[str, ...]) -> LegacySet | None:
        numbers = entry if isinstance(entry, list) else self.mapping(entry, path).get("parameters")
        if not isinstance(numbers, list) or not all(_is_number(value) for value in numbers):
            self.fault(path, "has no list of numbers", "parameters: [a, b, c]")
            return None
        kind = _BY_COUNT.get(len(numbers), "triangular") if entry is numbers else str(entry.get("type", "")).lower()
        if kind not in PARAMETER_NAMES:
            self.fault((*path, "type"), f"is {kind!r}", ", ".join(PARAMETER_NAMES), closest(kind, PARAMETER_NAMES))
            return None
        return LegacySet(name, kind, tuple(float(value) for value in numbers), entry is numbers)

    def features(self, section: Any) -> LegacyFeatureSettings:
        found = self.mapping(section or {}, ("model", "features"))
        known = LegacyFeatureSettings.__dataclass_fields__
        given = {key: value for key, value in found.items() if key in known}
        for key, value in given.items():
            kind = type(known[key].default)
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                self.fault(("model", "features", key), f"is {value!r}", f"a value such as {known[key].default!r}")
        return LegacyFeatureSettings(**given)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
