"""Compares two models: only what differs is told, with what makes their figures incomparable said first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.compare_facts import (
    DATA_OF,
    HASH,
    METRICS,
    SECTIONS,
    SETTINGS,
    TRAINING,
    Facts,
    facts_of,
    translated,
)
from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.wording import number, percent

_SHARES = ("accuracy", "skill")
_DIGITS, _DIGEST = 4, 12
"""Digits after the point of a figure, characters of a hash that are shown."""
_BOTH_LOOK_AHEAD = "are models of the original, whose features look ahead"
_MIDNIGHT = "T00:00:00+00:00"
_LINE = ("path", "kind", "strategy_name", "symbol", "timeframe", "version", "created_at", "look_ahead")


@dataclass(frozen=True)
class Difference:
    """One thing in which two models differ.

    Attributes
    ----------
    section : str
        ``training``, ``settings``, ``fuzzy sets``, ``metrics`` or ``contract``.
    name : str
        What differs.
    first, second : object
        Number, text, list or None for what the model does not have.
    """

    section: str
    name: str
    first: Any
    second: Any

    @property
    def words(self) -> tuple[str, str]:
        """Both values as they are shown; a dash for what a model does not have."""
        return self._worded(self.first), self._worded(self.second)

    @property
    def change(self) -> str:
        """How much the second is more than the first, for figures; empty for others."""
        values = (self.first, self.second)
        if self.section != METRICS or not all(isinstance(value, (int, float)) for value in values):
            return ""
        step = self.second - self.first
        if self.name.endswith(_SHARES):
            return percent(step, signed=True)
        return f"{step:+,.{0 if isinstance(step, int) else _DIGITS}f}"

    def _worded(self, value: Any) -> str:
        if value is None:
            return "–"
        if self.section == METRICS and self.name.endswith(_SHARES):
            return percent(value)
        if self.section == METRICS and isinstance(value, float):
            return number(value, _DIGITS)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(map(str, value)) or "none"
        if self.name == HASH or self.name.startswith(DATA_OF):
            return str(value)[:_DIGEST]
        return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(_MIDNIGHT)


@dataclass(frozen=True)
class ModelComparison:
    """Two models beside each other.

    Attributes
    ----------
    first, second : dict
        What ``models list`` says of each.
    differences : tuple of Difference
        By section.
    equal : dict
        How many things of each section are alike.
    cautions : tuple of str
        What keeps their figures from being held against each other, in words.
    """

    first: dict[str, Any]
    second: dict[str, Any]
    differences: tuple[Difference, ...]
    equal: dict[str, int]
    cautions: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``models compare --json`` prints."""
        return asdict(self) | {
            "differences": [asdict(entry) for entry in self.differences],
            "cautions": list(self.cautions),
        }


def compare_models(workspace: Workspace, first: Path | str, second: Path | str) -> ModelComparison:
    """Return in what two models differ.

    If one is the original's and the other ours, the original's settings are read in our grammar, as ``strategies
    upgrade`` translates them.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder.
    first, second : Path or str
        The folders, or their ``_latest``.

    Raises
    ------
    ModelNotFound
        If one is not there.
    ModelRejected
        If one must not be used.
    """
    shown = (show_model(workspace, first), show_model(workspace, second))
    strategies = [each["strategy"] for each in shown]
    cautions = []
    if shown[0]["look_ahead"] != shown[1]["look_ahead"]:
        place = 0 if shown[0]["look_ahead"] else 1
        ours = translated(strategies[place], shown[place]["path"])
        said = "are compared as `strategies upgrade` translates them" if ours else "cannot be translated, and differ"
        cautions.append(f"The settings of {_name(shown[place])}, a model of the original, {said}.")
        strategies[place] = ours or strategies[place]
    one, other = (facts_of(each, strategy) for each, strategy in zip(shown, strategies, strict=True))
    differences, equal = _differences(one, other)
    lines = [{key: each[key] for key in _LINE} for each in shown]
    return ModelComparison(lines[0], lines[1], differences, equal, (*_incomparable(shown, one, other), *cautions))


def _name(shown: dict[str, Any]) -> str:
    return Path(shown["path"]).name


def _differences(one: Facts, other: Facts) -> tuple[tuple[Difference, ...], dict[str, int]]:
    found, equal = [], {}
    for section in SECTIONS:
        names = dict.fromkeys((*one[section], *other[section]))
        entries = [Difference(section, name, one[section].get(name), other[section].get(name)) for name in names]
        differing = [entry for entry in entries if entry.first != entry.second]
        equal[section] = len(entries) - len(differing)
        found += differing
    return tuple(found), equal


def _incomparable(shown: tuple[dict[str, Any], ...], one: Facts, other: Facts) -> list[str]:
    """Return why the test figures of the two are not of the same bars and labels."""
    original = [_name(each) for each in shown if each["look_ahead"]]
    if original:
        said = "is a model of the original, whose features look ahead" if len(original) == 1 else _BOTH_LOOK_AHEAD
        return [f"{' and '.join(original)} {said} and whose test is not recorded: only `backtest` compares them."]
    training = (one[TRAINING], other[TRAINING])
    reasons = []
    if shown[0]["timeframe"] != shown[1]["timeframe"]:
        reasons.append("bar length")
    if training[0].get("symbols") != training[1].get("symbols"):
        reasons.append("symbols")
    if any(training[0].get(name) != training[1].get(name) for name in ("tested from", "data to")):
        reasons.append("dates")
    if _of(one[SETTINGS], "labels.") != _of(other[SETTINGS], "labels."):
        reasons.append("labels")
    if not reasons and _of(training[0], DATA_OF) != _of(training[1], DATA_OF):
        reasons.append("data")
    if not reasons:
        return []
    return [f"They were tested on other {' and '.join(reasons)}: their test figures are not of the same rows."]


def _of(facts: dict[str, Any], start: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name.startswith(start)}
