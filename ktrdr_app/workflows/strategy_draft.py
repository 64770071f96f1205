"""A strategy's text while it is written: read and judged as it stands, and changed setting by setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ktrdr_app.core.errors import InvalidValue, Problem, StrategyProblem
from ktrdr_app.core.words import unused
from ktrdr_app.indicators.registry import available, get_indicator
from ktrdr_app.strategy.load import LoadedStrategy, written_source
from ktrdr_app.strategy.marks import read_marked, read_with_doubles
from ktrdr_app.strategy.text_edit import Value, moved, renamed, with_value, without
from ktrdr_app.workflows.strategy_check import check_text
from ktrdr_app.workflows.strategy_features import FeatureReason, explain_features
from ktrdr_app.workflows.strategy_fields import (
    ADD_INDICATOR,
    ADD_INPUT,
    MOVE,
    RENAME,
    RESET,
    SET,
    DraftChange,
)


@dataclass(frozen=True)
class StrategyDraft:
    """What a text says and what is wrong with it.

    Attributes
    ----------
    text : str
        The YAML.
    content : mapping or None
        What it says, right or wrong; None if it is no YAML mapping.
    problems : tuple of Problem
        All that is wrong, in file order.
    loaded : LoadedStrategy or None
        The strategy, if nothing is wrong.
    features : tuple of FeatureReason
        What it feeds to the network, and what not; empty if something is wrong.
    """

    text: str
    content: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    loaded: LoadedStrategy | None = None
    features: tuple[FeatureReason, ...] = ()


def read_draft(text: str, where: str) -> StrategyDraft:
    """Read and judge a text; nothing that it says is an error of this function.

    Parameters
    ----------
    text : str
        The YAML, as far as it is written.
    where : str
        What messages call it.
    """
    content: Any = None
    try:
        content = read_with_doubles(text, where)[0]
        loaded = check_text(text, where)
        return StrategyDraft(text, content, (), loaded, explain_features(loaded))
    except StrategyProblem as error:
        return StrategyDraft(text, content if isinstance(content, dict) else None, error.problems)


def edit_draft(text: str, changes: Sequence[DraftChange], where: str) -> str:
    """Return the text with changes made in it, one after the other; everything else stays as it is written.

    Parameters
    ----------
    text : str
        Valid YAML.
    changes : sequence of DraftChange
        In order.
    where : str
        What messages call it.

    Raises
    ------
    StrategyProblem
        If a change cannot be told from what the text shares between entries.
    InvalidValue
        If a new key is no id.
    """
    for change in changes:
        text = _EDITS[change.kind](text, change, where)
    return text


def mended(text: str, problem: Problem, where: str = "strategy") -> str:
    """Return the text with the word that a problem suggests in the place of the one found; unchanged if it has none.

    Parameters
    ----------
    text : str
        The YAML.
    problem : Problem
        One with a suggestion.
    where : str
        What messages call the text.

    Raises
    ------
    StrategyProblem
        If the word cannot be put in for what the text shares between entries.
    """
    path, word = tuple(problem.path.split(".")), problem.suggestion
    if not word:
        return text
    if problem.suggests == "key":
        return renamed(text, path, word, where)
    if problem.suggests == "indicator" and len(path) == 2:  # the entry says by its name alone what it reads
        return with_value(text, (*path, "input"), word, where)
    content = _at(read_marked(text, where)[0], path)
    if problem.suggests in ("indicator", "output") and isinstance(content, str):
        indicator, dot, output = content.partition(".")
        word = f"{word}{dot}{output}" if problem.suggests == "indicator" else f"{indicator}.{word}"
    return with_value(text, path, word, where)


def unread_outputs(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the indicator outputs that no fuzzy input reads yet, the main one of an indicator by its id alone.

    Parameters
    ----------
    content : mapping
        A strategy's content, right or wrong.
    """
    return tuple(name for name in _outputs(content) if name not in _read_already(content))


def _outputs(content: Mapping[str, Any]) -> Iterator[str]:
    known = {info.name: info for info in available()}
    for key, spec in _mapping(content.get("indicators")).items():
        info = known.get(str(_mapping(spec).get("name")))
        for output in info.outputs if info else ():
            yield str(key) if info and output.name == info.main else f"{key}.{output.name}"


def _read_already(content: Mapping[str, Any]) -> set[str]:
    return {written_source(str(key), entry) for key, entry in _mapping(content.get("fuzzy_sets")).items()}


def _set(text: str, change: DraftChange, where: str) -> str:
    value: Value = change.value
    return with_value(text, change.path, value, where)


def _reset(text: str, change: DraftChange, where: str) -> str:
    return without(text, change.path, where)


def _move(text: str, change: DraftChange, where: str) -> str:
    return moved(text, change.path, int(change.value), where)


def _rename(text: str, change: DraftChange, where: str) -> str:
    """Rename an entry; fuzzy inputs go on reading an indicator under its new id, and keep their own names."""
    old, new = change.path[-1], _checked_id(str(change.value))
    if old == new:
        return text
    content = read_marked(text, where)[0]
    text = renamed(text, change.path, new, where)
    for key, entry in _mapping(content.get("fuzzy_sets")).items() if change.path[0] == "indicators" else ():
        indicator, dot, output = written_source(str(key), entry).partition(".")
        if indicator == old:
            text = with_value(text, ("fuzzy_sets", str(key), "input"), f"{new}{dot}{output}", where)
    return text


def _add_indicator(text: str, change: DraftChange, where: str) -> str:
    """Add an indicator with its defaults written out, under its name or the next free one."""
    info = get_indicator(str(change.value))
    taken = _mapping(read_marked(text, where)[0].get("indicators"))
    row = {entry["name"]: entry["default"] for entry in info.parameter_table() if entry["default"] is not None}
    return with_value(text, ("indicators", unused(info.name, taken.__contains__)), {"name": info.name, **row}, where)


def _add_input(text: str, change: DraftChange, where: str) -> str:
    """Add a fuzzy input with three sets that share its range evenly; an unbounded one is read as a z-score."""
    content = read_marked(text, where)[0]
    indicator, _, output = str(change.value).partition(".")
    info = get_indicator(str(_mapping(_mapping(content.get("indicators")).get(indicator)).get("name")))
    known = info.output(output)
    bounded = known is not None and known.low is not None and known.high is not None
    low, high = (known.low, known.high) if known is not None and bounded else (-4.0, 4.0)
    corners = [(low or 0.0) + ((high or 0.0) - (low or 0.0)) * step / 8 for step in range(9)]
    sets = {
        "low": {"type": "trapezoidal", "parameters": [corners[place] for place in (0, 1, 2, 4)], "shoulder": "left"},
        "middle": {"type": "triangular", "parameters": [corners[place] for place in (2, 4, 6)]},
        "high": {"type": "trapezoidal", "parameters": [corners[place] for place in (4, 6, 7, 8)], "shoulder": "right"},
    }
    wish = f"{indicator}_{output}" if output else indicator
    name = unused(wish, _mapping(content.get("fuzzy_sets")).__contains__)
    entry: dict[str, Any] = {} if name == change.value else {"input": str(change.value)}
    entry |= {"form": "raw" if bounded else "zscore", "sets": sets}
    return with_value(text, ("fuzzy_sets", name), entry, where)


_EDITS = {
    SET: _set,
    RESET: _reset,
    RENAME: _rename,
    MOVE: _move,
    ADD_INDICATOR: _add_indicator,
    ADD_INPUT: _add_input,
}


def _checked_id(name: str) -> str:
    if not name.replace("_", "").isalnum() or not name[:1].isalpha():
        raise InvalidValue("id", name, "letters, digits and _, a letter first")
    return name


def _at(content: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
