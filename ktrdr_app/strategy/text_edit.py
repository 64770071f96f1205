"""One value of a strategy's text set, taken out, renamed or moved; every other character stays as it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.strategy.load import allowed_keys
from ktrdr_app.strategy.marks import read_marked
from ktrdr_app.strategy.yaml_text import (
    Edit,
    added,
    appended,
    edited,
    entries,
    flow,
    nodes_of,
    removed,
    reordered,
    replaced,
    word,
)

Keys = tuple[str, ...]
Value = bool | int | float | str | list[int] | list[float] | dict[str, Any]

_SHARED = "it is shared by & and *, merged by <<, or laid out in a way of its own; change it in the text"


def with_value(text: str, path: Keys, value: Value, where: str = "strategy") -> str:
    """Return the text in which one entry has another value; an entry that is not there is added in its place.

    Parameters
    ----------
    text : str
        Valid YAML whose top is a mapping.
    path : tuple of str
        Keys down to the entry (``training``, ``epochs``).
    value : bool, int, float, str, list of numbers, or dict
        What it becomes; numbers are finite.
    where : str
        File name, for messages.

    Returns
    -------
    str
        Text that reads as the old one with just this value changed.

    Raises
    ------
    StrategyProblem
        If the text is no YAML, or the value cannot be told from parts that the file shares.
    """

    def change(content: dict[Any, Any]) -> None:
        for key in path[:-1]:
            inner = content.get(key)
            content[key] = inner if isinstance(inner, dict) else {}
            content = content[key]
        content[path[-1]] = value

    return _proved(text, path, where, change, lambda: _written(text, path, value))


def without(text: str, path: Keys, where: str = "strategy") -> str:
    """Return the text without an entry, nor the mappings above it that it leaves empty; comments of their own stay.

    Parameters
    ----------
    text : str
        Valid YAML whose top is a mapping.
    path : tuple of str
        Keys down to the entry; a text that has no such entry is returned as it is.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyProblem
        If the text is no YAML, or the entry cannot be told from parts that the file shares.
    """
    said = read_marked(text, where)[0]
    if not _has(said, path):
        return text

    def change(content: dict[Any, Any]) -> None:
        above = [content]
        for key in path[:-1]:
            above.append(above[-1][key])
        for holder, key in zip(reversed(above), reversed(path), strict=True):
            del holder[key]
            if holder:
                return

    return _proved(text, path, where, change, lambda: _taken_out(text, path), content=said)


def renamed(text: str, path: Keys, name: str, where: str = "strategy") -> str:
    """Return the text in which an entry has another key; what it says and where it stands stay.

    Parameters
    ----------
    text : str
        Valid YAML whose top is a mapping.
    path : tuple of str
        Keys down to the entry, which is there.
    name : str
        The new key, which its neighbours do not have.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyProblem
        If the text is no YAML, or the key is not there, is taken, or is shared.
    """

    def change(content: dict[Any, Any]) -> None:
        holder = _below(content, path[:-1])
        if name in holder or path[-1] not in holder:
            raise yaml.YAMLError(name)
        pairs = [(name if key == path[-1] else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(pairs)

    def rewritten() -> str:
        key = _pair(text, path)[0]
        quoted = getattr(key, "style", None)
        return edited(text, _changed(text, key, name) if quoted else [replaced(key, word(name))])

    return _proved(text, path, where, change, rewritten)


def moved(text: str, path: Keys, position: int, where: str = "strategy") -> str:
    """Return the text in which an entry stands elsewhere among its neighbours, with the comment behind it.

    Parameters
    ----------
    text : str
        Valid YAML whose top is a mapping.
    path : tuple of str
        Keys down to the entry, which is there.
    position : int
        Its new place, from 0; places beyond the ends are taken for the ends.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyProblem
        If the text is no YAML, or the entry is not there or shared.
    """

    def in_order(keys: list[Any]) -> list[int]:
        left = [place for place, key in enumerate(keys) if key != path[-1]]
        left.insert(max(0, min(position, len(left))), keys.index(path[-1]))
        return left

    def change(content: dict[Any, Any]) -> None:
        holder = _below(content, path[:-1])
        if path[-1] not in holder:
            raise yaml.YAMLError(path[-1])
        pairs = list(holder.items())
        order = in_order([key for key, _ in pairs])
        holder.clear()
        holder.update(pairs[place] for place in order)

    def rewritten() -> str:
        holder = _mapping_at(text, path[:-1])
        return edited(text, reordered(text, holder, in_order([str(key.value) for key, _ in holder.value])))

    return _proved(text, path, where, change, rewritten, ordered=True)


def _proved(
    text: str,
    path: Keys,
    where: str,
    change: Callable[[dict[Any, Any]], None],
    rewrite: Callable[[], str],
    *,
    content: Any = None,
    ordered: bool = False,
) -> str:
    """Rewrite, and hold what the new text says against the old content with the change made in it.

    ``content`` is what the old text says, where that is known; with ``ordered``, the neighbours of the entry must stand
    in the order of the change, too.
    """
    content = read_marked(text, where)[0] if content is None else content
    if not isinstance(content, dict):
        raise _refusal(where, path)
    wanted = _own(content)
    try:
        change(wanted)
        result = rewrite()
        found = read_marked(result, where)[0]
    except (yaml.YAMLError, StrategyProblem, KeyError, AttributeError) as error:
        raise _refusal(where, path) from error
    if not _same(found, wanted) or (ordered and list(_below(found, path[:-1])) != list(_below(wanted, path[:-1]))):
        raise _refusal(where, path)
    return result


def _refusal(where: str, path: Keys) -> StrategyProblem:
    return StrategyProblem(where, [Problem(".".join(path), 0, 0, "cannot be rewritten", _SHARED)])


def _own(value: Any) -> Any:
    """Copy without sharing, so that a change in one place shows in no other."""
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    return [_own(inner) for inner in value] if isinstance(value, list) else value


def _same(one: Any, other: Any) -> bool:
    """Compare as YAML means it: true is not 1, but 2 is 2.0; the order of keys is not compared."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other or (one != one and other != other))


def _below(content: Any, path: Keys) -> Any:
    for key in path:
        content = content[key]
    return content


def _has(content: Any, path: Keys) -> bool:
    for key in path:
        if not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return True


def _pair(text: str, path: Keys) -> tuple[yaml.Node, yaml.Node]:
    """Return key and value of an entry that stands in the text itself."""
    found = entries(_mapping_at(text, path[:-1])).get(path[-1])
    if found is None:
        raise yaml.YAMLError(f"{path[-1]} does not stand in the text itself")
    return found


def _mapping_at(text: str, path: Keys) -> yaml.MappingNode:
    node: yaml.Node | None = nodes_of(text)
    for key in path:
        node = entries(node)[key][1]
    if not isinstance(node, yaml.MappingNode):
        raise yaml.YAMLError(f"{'.'.join(path)} is no mapping")
    return node


def _written(text: str, path: Keys, value: Value) -> str:
    node: yaml.Node | None = nodes_of(text)
    for depth, key in enumerate(path):
        found = entries(node)
        if key not in found:
            return edited(text, _inserted(text, node, path, depth, value))
        node = found[key][1]
        if depth < len(path) - 1 and not entries(node):  # null or {}: nothing in it to keep
            return edited(text, [_put(node, flow(_nested(path[depth + 1 :], value)))])
    assert node is not None
    return edited(text, _changed(text, node, value))


def _inserted(text: str, node: yaml.Node | None, path: Keys, depth: int, value: Value) -> list[Edit]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise yaml.YAMLError("there is no mapping to add to")
    order = allowed_keys(path[:depth])
    before = order[: order.index(path[depth])] if path[depth] in order else []
    keys = [str(key.value) for key, _ in node.value]
    after = max((place for place, key in enumerate(keys) if key in before), default=len(keys) - 1)
    entry = _entry(node, path[depth], _nested(path[depth + 1 :], value))
    spaced = depth == 0 and "\n\n" in text.replace("\r\n", "\n") and "\n" in entry
    return added(text, node, after, [f"\n{entry}" if spaced and not node.flow_style else entry])


def _nested(path: Keys, value: Value) -> Value:
    for key in reversed(path):
        value = {key: value}
    return value


def _entry(node: yaml.MappingNode, key: str, value: Value) -> str:
    """Return an entry as its neighbours are laid out: a mapping in lines of its own, or in braces."""
    inner = [held for _, held in node.value if isinstance(held, yaml.MappingNode)]
    if not isinstance(value, dict) or node.flow_style or not value or (inner and inner[-1].flow_style):
        return f"{word(key)}: {flow(value)}"
    return "\n".join([f"{word(key)}:", *_lines(value, "  ")])


def _lines(value: dict[str, Any], indent: str) -> list[str]:
    lines = []
    for key, inner in value.items():
        deeper = isinstance(inner, dict) and any(isinstance(each, dict) for each in inner.values())
        said = [f"{indent}{word(key)}:", *_lines(inner, indent + "  ")] if deeper else []
        lines += said or [f"{indent}{word(key)}: {flow(inner)}"]
    return lines


def _changed(text: str, node: yaml.Node, value: Value) -> list[Edit]:
    if isinstance(value, list) and value and isinstance(node, yaml.SequenceNode) and node.value:
        return _items(text, node, value)
    quote = getattr(node, "style", None)
    if isinstance(value, str) and isinstance(node, yaml.ScalarNode) and quote in ("'", '"') and value.isprintable():
        escaped = value.replace("'", "''") if quote == "'" else value.replace("\\", "\\\\").replace('"', '\\"')
        return [_put(node, f"{quote}{escaped}{quote}")]
    return [_put(node, flow(value))]


def _items(text: str, node: yaml.SequenceNode, value: Sequence[float]) -> list[Edit]:
    """Change a list number by number, so that what stands beside each stays; it grows and shrinks at its end."""
    said = [
        yaml.safe_load(text[slice(*replaced(each, "")[:2])]) if isinstance(each, yaml.ScalarNode) else None
        for each in node.value
    ]
    pairs = zip(node.value, said, value, strict=False)
    edits = [replaced(each, flow(new)) for each, old, new in pairs if not _same(old, new)]
    if len(value) > len(said):
        return edits + appended(text, node, [flow(new) for new in value[len(said) :]])
    for place in range(len(said) - 1, len(value) - 1, -1):
        edits += removed(text, node, place)
    return edits


def _put(node: yaml.Node | None, new: str) -> Edit:
    """Put something in the place of a node; a value that is not there yet stands one blank behind its colon."""
    assert node is not None
    start, end, _ = replaced(node, new)
    return start, end, f" {new}" if start == end else new


def _taken_out(text: str, path: Keys) -> str:
    while len(path) > 1 and len(_mapping_at(text, path[:-1]).value) == 1:
        path = path[:-1]
    node = _mapping_at(text, path[:-1])
    place = [str(key.value) for key, _ in node.value].index(path[-1])
    edits = removed(text, node, place)
    if len(path) == 1 and not node.flow_style and edits:
        edits = _closed_up(text, edits)
    return edited(text, edits)


def _closed_up(text: str, edits: list[Edit]) -> list[Edit]:
    """Take the blank line before a section with it, if another one or the end of the file follows."""
    first, last = min(edits)[0], max(edits)[1]
    blank = next((size for size in (2, 1) if text[first - size : first] == "\r\n"[2 - size :]), 0)
    before = text[: first - blank]
    follows = text[last:].replace("\r", "")
    if blank and before.endswith("\n") and (not follows or follows.startswith("\n")):
        return [(first - blank, first, ""), *edits]
    return edits
