"""Fuzzy sets changed in the text of a strategy file: comments, order, quotes and layout of everything else stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from ktrdr_app.core.errors import Problem, StrategyProblem, UnknownName
from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.strategy.yaml_text import (
    Edit,
    added,
    appended,
    edited,
    entries,
    flow,
    nodes_of,
    number,
    removed,
    reordered,
    replaced,
    word,
)

_SHARED = "parts of it are shared by & and *, or merged by <<; write them out in the text and save the sets again"


def with_sets(text: str, input_name: str, sets: Mapping[str, FuzzySet], where: str = "strategy") -> str:
    """Return the text of a strategy in which one input has other sets.

    Parameters
    ----------
    text : str
        A valid strategy file.
    input_name : str
        Key under ``fuzzy_sets``.
    sets : mapping of str to FuzzySet
        All its sets, from low to high. A set that differs is changed where it stands, number by number; a new name in
        the place of one that is gone is a rename; the others are added, taken out and moved.
    where : str
        File name, for messages.

    Returns
    -------
    str
        The new text, which reads as the old strategy with these sets. Lines that say nothing new are untouched;
        comments on lines of their own always stay, one behind an entry goes where the entry goes.

    Raises
    ------
    UnknownName
        If the strategy has no such input.
    StrategyProblem
        If the text or the result is no valid strategy, or the sets cannot be told from parts that the file shares.
    """
    strategy = parse_strategy(text, where).strategy
    if input_name not in strategy.fuzzy_sets:
        raise UnknownName("fuzzy input", input_name, list(strategy.fuzzy_sets), where=where)
    wanted_input = strategy.fuzzy_sets[input_name].model_copy(update={"sets": dict(sets)})
    wanted = strategy.model_copy(update={"fuzzy_sets": {**strategy.fuzzy_sets, input_name: wanted_input}})
    if not sets:
        raise _problem(where, input_name, "has no set left", "keep at least one")
    try:
        result = _rewritten(text, input_name, strategy.fuzzy_sets[input_name].sets, dict(sets))
        found = parse_strategy(result, where).strategy
    except (yaml.YAMLError, StrategyProblem) as error:
        raise _problem(where, input_name, "cannot be rewritten", _SHARED) from error
    if found != wanted or list(found.fuzzy_sets[input_name].sets) != list(sets):
        raise _problem(where, input_name, "cannot be rewritten", _SHARED)
    return result


def set_text(entry: FuzzySet) -> str:
    """Return a set as it is written in one line of a strategy file.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    """
    return flow(_fields(entry))


def _problem(where: str, input_name: str, found: str, expected: str) -> StrategyProblem:
    return StrategyProblem(where, [Problem(f"fuzzy_sets.{input_name}.sets", 0, 0, found, expected)])


def _rewritten(text: str, input_name: str, before: dict[str, FuzzySet], after: dict[str, FuzzySet]) -> str:
    """Rename, change, add, take out and move, each on the text that the step before has left."""
    shared = _sets_value(text, input_name)
    if not isinstance(shared, yaml.MappingNode):
        return edited(text, [replaced(shared, flow({name: _fields(entry) for name, entry in after.items()}))])
    renamed = {old: new for old, new in zip(before, after, strict=False) if old not in after and new not in before}
    present = entries(shared)
    text = edited(text, [replaced(present[old][0], word(new)) for old, new in renamed.items() if old in present])
    known = {renamed.get(name, name): entry for name, entry in before.items()}
    node = _sets_node(text, input_name)
    changes = [
        edit
        for name, (_, value) in entries(node).items()
        if name in after and known[name] != after[name]
        for edit in _changed(text, value, known[name], after[name])
    ]
    text = edited(text, changes)
    node = _sets_node(text, input_name)
    for place, (name, entry) in enumerate(after.items()):
        if name not in entries(node) and known.get(name) != entry:
            text = edited(text, added(text, node, _position(node, list(after)[:place]), [_entry(node, name, entry)]))
            node = _sets_node(text, input_name)
    for name in entries(node):
        if name not in after:
            text = edited(text, removed(text, node, _position(node, [name])))
            node = _sets_node(text, input_name)
    return edited(text, _in_order(text, node, list(after)))


def _sets_value(text: str, input_name: str) -> yaml.Node:
    node = nodes_of(text)
    for key in ("fuzzy_sets", input_name, "sets"):
        found = entries(node)
        if key not in found:
            raise yaml.YAMLError(f"{key} does not stand in the text itself")
        node = found[key][1]
    assert node is not None
    return node


def _sets_node(text: str, input_name: str) -> yaml.MappingNode:
    node = _sets_value(text, input_name)
    assert isinstance(node, yaml.MappingNode)
    return node


def _position(node: yaml.MappingNode, names: list[str]) -> int:
    """Return the position of the last entry that has one of these names, -1 if none has."""
    return max((place for place, (key, _) in enumerate(node.value) if str(key.value) in names), default=-1)


def _in_order(text: str, node: yaml.MappingNode, names: list[str]) -> list[Edit]:
    keys = [str(key.value) for key, _ in node.value]
    fixed = [place for place, key in enumerate(keys) if key in names]
    by_name = sorted(fixed, key=lambda place: names.index(keys[place]))
    order = list(range(len(keys)))
    for place, position in zip(fixed, by_name, strict=True):
        order[place] = position
    return reordered(text, node, order)


def _changed(text: str, node: yaml.Node, before: FuzzySet, after: FuzzySet) -> list[Edit]:
    if not isinstance(node, yaml.MappingNode):
        return [replaced(node, flow(_fields(after)))]
    found = entries(node)
    edits: list[Edit] = []
    if before.type != after.type:
        edits += _put(text, node, "type", after.type)
    if before.parameters != after.parameters:
        if "parameters" in found and isinstance(found["parameters"][1], yaml.SequenceNode):
            edits += _numbers(text, found["parameters"][1], before.parameters, after.parameters)
        else:
            edits += _put(text, node, "parameters", flow(after.parameters))
    if before.shoulder != after.shoulder:
        merges_nothing = len(found) == len(node.value)
        if after.shoulder == "none" and "shoulder" in found and merges_nothing:
            edits += removed(text, node, _position(node, ["shoulder"]))
        else:
            edits += _put(text, node, "shoulder", after.shoulder)
    return edits


def _put(text: str, node: yaml.MappingNode, key: str, value: str) -> list[Edit]:
    found = entries(node)
    return [replaced(found[key][1], value)] if key in found else appended(text, node, [f"{key}: {value}"])


def _numbers(text: str, node: yaml.SequenceNode, before: list[float], after: list[float]) -> list[Edit]:
    """Change the numbers that differ, add those that are new at the end, take out those that are too many."""
    pairs = zip(node.value, before, after, strict=False)
    edits = [replaced(item, number(new)) for item, old, new in pairs if old != new]
    edits += appended(text, node, [number(value) for value in after[len(before) :]])
    for position in range(len(after), len(before)):
        edits += removed(text, node, position)
    return edits


def _entry(node: yaml.MappingNode, name: str, entry: FuzzySet) -> str:
    """Return a new set as its neighbours are written: in one line, or a line for each of its parts."""
    fields = _fields(entry)
    values = [value for _, value in node.value if isinstance(value, yaml.MappingNode)]
    if node.flow_style or not values or values[-1].flow_style:
        return f"{word(name)}: {flow(fields)}"
    inner = values[-1].value[0][0].start_mark.column - node.value[0][0].start_mark.column
    return "\n".join([f"{word(name)}:", *(f"{' ' * inner}{key}: {flow(value)}" for key, value in fields.items())])


def _fields(entry: FuzzySet) -> dict[str, Any]:
    fields: dict[str, Any] = {"type": str(entry.type), "parameters": entry.parameters}
    return fields if entry.shoulder == "none" else fields | {"shoulder": str(entry.shoulder)}
