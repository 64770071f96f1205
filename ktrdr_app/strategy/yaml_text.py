"""Changes in a YAML text at the places of its nodes; every character that is not meant stays as it is.

A writer that parses and prints anew (PyYAML, ruamel.yaml) settles quotes, blanks and line breaks by its own taste; here
a change replaces, inserts or removes just the characters of its entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import yaml

Edit = tuple[int, int, str]
"""Characters from, to, and what stands there instead."""

_PLAIN = re.compile(r"[A-Za-z_]\w*")


class AliasNode(yaml.Node):
    """Stands where the text has ``*name``; its marks are those of the alias, not of what it means."""

    id = "alias"


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return AliasNode("*", event.anchor, event.start_mark, event.end_mark)
        return super().compose_node(parent, index)

    def compose_scalar_node(self, anchor: Any) -> Any:
        node = super().compose_scalar_node(anchor)
        if node.style in ("|", ">"):  # it ends with its last line, not where the next entry begins
            start = node.start_mark.index
            node.end_mark.index = start + len(self.buffer[start : node.end_mark.index].rstrip())
        return node


def nodes_of(text: str) -> yaml.Node | None:
    """Return the nodes of a text with their places; an alias is a node of its own; None for an empty text.

    Parameters
    ----------
    text : str
        Valid YAML.
    """
    return yaml.compose(text, Loader=_Loader)


def entries(node: yaml.Node | None) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return the pairs of a mapping by key, merge keys (``<<``) left out; none for any other node.

    Parameters
    ----------
    node : Node or None
        The mapping.
    """
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): (key, value) for key, value in node.value if not key.tag.endswith(":merge")}


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with changes that do not overlap.

    Parameters
    ----------
    text : str
        The text whose places they mean.
    edits : iterable of (int, int, str)
        In any order.
    """
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def replaced(node: yaml.Node, new: str) -> Edit:
    """Return the change that puts something else in a node's place.

    Parameters
    ----------
    node : Node
        What goes.
    new : str
        What comes, in flow style.
    """
    return node.start_mark.index, _end(node), new


def number(value: float) -> str:
    """Return a number as YAML 1.1 reads it back to the last digit, whole ones without a point.

    Parameters
    ----------
    value : float
        Finite.
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    mantissa, mark, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa or not mark else '.0'}{mark}{exponent}"


def word(name: str) -> str:
    """Return a key as YAML reads it back as text, quoted only if it must be.

    Parameters
    ----------
    name : str
        The key.
    """
    plain = _PLAIN.fullmatch(name) and yaml.safe_load(name) == name
    if plain:
        return name
    quoted = json.dumps(name, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in quoted)


def flow(value: Any) -> str:
    """Return a value in flow style, as YAML reads it back.

    Parameters
    ----------
    value : bool, int, float, str, or a list or dict of such
        Numbers are finite; keys are text.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{word(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _unquoted(str(value)) or word(str(value))


def _unquoted(value: str) -> str:
    """Return the words as they are if YAML reads them so, inside braces too; empty if they need quotes.

    What begins as a number does gets quotes: YAML 1.1 reads 1e3 as text, YAML 1.2 as a number.
    """
    if value[:1] in tuple("+-.0123456789"):
        return ""
    try:
        readable = yaml.safe_load(f"k: {value}") == {"k": value} and yaml.safe_load(f"[{value}]") == [value]
    except yaml.YAMLError:
        return ""
    return value if readable and "\n" not in value else ""


def appended(text: str, node: yaml.CollectionNode, new: Sequence[str]) -> list[Edit]:
    """Return the change that adds entries at the end of a list or mapping.

    Parameters
    ----------
    text : str
        The whole text.
    node : CollectionNode
        A list or mapping with at least one entry.
    new : sequence of str
        The entries in flow style (``7``, ``shoulder: left``); lines of a block get the indentation of their own.
    """
    return added(text, node, len(node.value) - 1, new)


def added(text: str, node: yaml.CollectionNode, after: int, new: Sequence[str]) -> list[Edit]:
    """Return the change that adds entries behind the one at a position.

    Parameters
    ----------
    text : str
        The whole text.
    node : CollectionNode
        A list or mapping.
    after : int
        Position of the entry before them; -1 for the front.
    new : sequence of str
        The entries, the lines of each parted by a line feed.
    """
    if not new:
        return []
    if node.flow_style:
        if after < 0:
            start = _span(node, 0)[0]
            return [(start, start, "".join(f"{entry}, " for entry in new))]
        end = _span(node, after)[1]
        return [(end, end, "".join(f", {entry}" for entry in new))]
    line_feed = _line_feed(text)
    indent = " " * _column(node)
    bullet = "- " if isinstance(node, yaml.SequenceNode) else ""
    lines = [indent + line for entry in new for line in (bullet + entry).split("\n")]
    if after < 0:
        start = _line_start(text, _span(node, 0)[0])
        return [(start, start, "".join(line + line_feed for line in lines))]
    end = _line_end(text, _span(node, after)[1])
    return [(end, end, "".join(line_feed + line for line in lines))]


def removed(text: str, node: yaml.CollectionNode, position: int) -> list[Edit]:
    """Return the change that takes an entry out of a list or mapping; comments that stand on lines of their own stay.

    Parameters
    ----------
    text : str
        The whole text.
    node : CollectionNode
        The list or mapping.
    position : int
        Which entry.
    """
    start, end = _span(node, position)
    if not node.flow_style:
        lines = _lines(text, _line_start(text, start), end, node.value[position])
        indent = " " * _column(node)  # deeper in, a comment that is left could become part of a long text before it
        return [(first, sign, indent) if sign >= 0 else (first, last, "") for first, last, sign in lines]
    lines = _lines(text, start, end, node.value[position])
    said = [text[first:last].strip("\r\n") for first, last, sign in lines if sign >= 0]
    gone = (start, end, _line_feed(text).join(["", *said, ""]) if said else "")
    if position:
        return [*_blanks(text, _span(node, position - 1)[1], start), gone]
    return [gone, *_blanks(text, end, _span(node, 1)[0])] if len(node.value) > 1 else [gone]


def reordered(text: str, node: yaml.CollectionNode, order: Sequence[int]) -> list[Edit]:
    """Return the change that puts the entries of a mapping into another order, each with the comment behind it.

    Parameters
    ----------
    text : str
        The whole text.
    node : CollectionNode
        A mapping.
    order : sequence of int
        For each place the position of the entry that comes there.
    """
    spans = [_span(node, position) for position in range(len(node.value))]
    if not node.flow_style:
        spans = [(start, _line_end(text, end)) for start, end in spans]
    moved = [text[slice(*spans[position])] for position in order]
    return [(start, end, new) for (start, end), new in zip(spans, moved, strict=True) if text[start:end] != new]


def _blanks(text: str, start: int, end: int) -> list[Edit]:
    """Remove the comma and the blanks between two entries of a flow; beside a comment, just the comma."""
    between = text[start:end]
    if "#" not in between:
        return [(start, end, "")]
    bare = re.sub(r"#[^\r\n]*", lambda found: " " * len(found[0]), between)
    comma = start + bare.index(",")
    return [(comma, comma + 1, "")]


def _lines(text: str, start: int, end: int, entry: Any) -> Iterator[tuple[int, int, int]]:
    """Yield the lines of an entry, each with its # if it is a comment, else -1; a long text's # begins none."""
    texts = [*_texts(entry)]
    while start < end:
        after = text.find("\n", start) + 1 or len(text)
        sign = after - len(text[start:after].lstrip())
        comment = text[sign:after].startswith("#") and not any(one < sign < last for one, last in texts)
        yield start, after, sign if comment else -1
        start = after


def _texts(entry: Any) -> Iterator[tuple[int, int]]:
    """Yield where the scalars of an entry stand: a pair's, a list item's."""
    for node in entry if isinstance(entry, tuple) else (entry,):
        if isinstance(node, yaml.CollectionNode):
            for inner in node.value:
                yield from _texts(inner)
        else:
            yield node.start_mark.index, _end(node)


def _span(node: yaml.CollectionNode, position: int) -> tuple[int, int]:
    """Return the characters of an entry: key and value, or a list's item."""
    entry = node.value[position]
    first, last = entry if isinstance(entry, tuple) else (entry, entry)
    return first.start_mark.index, _end(last)


def _end(node: yaml.Node) -> int:
    """Return where a node ends; a block ends with its last entry, before the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        return _span(node, len(node.value) - 1)[1]
    return int(node.end_mark.index)


def _column(node: yaml.CollectionNode) -> int:
    """Return the column of a block's entries (of a list's dashes)."""
    first = node if isinstance(node, yaml.SequenceNode) else node.value[0][0]
    return int(first.start_mark.column)


def _line_feed(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end
