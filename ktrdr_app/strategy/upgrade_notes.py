"""What an upgrade changed, note by note, and the YAML text that carries the notes as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_WIDTH = 110
_FLOW = ("indicators", "sets")
"""Entries below these keys stand on one line each."""


@dataclass(frozen=True)
class Note:
    """One change of meaning.

    Attributes
    ----------
    path : str
        Dotted path in the new file; for what is left out, the path in the old one.
    was, now : object
        What the original did or read, and what stands in the new file; None where there is nothing.
    why : str
        The reason, and what to do if the old meaning is wanted.
    """

    path: str
    was: Any
    now: Any
    why: str

    @property
    def sentence(self) -> str:
        """The note as a comment says it."""
        if self.now is None:
            return f"left out: {self.path}{_shown(self.was)}; {self.why}"
        return f"was{_shown(self.was) or ' not there'}; {self.why}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _flow(value)
    return f": {text if len(text) <= 80 else text[:77] + '...'}"


def yaml_text(document: Mapping[str, Any], notes: list[Note], heading: str) -> str:
    """Return the document as YAML, with each note above the entry that it is about, or at the top.

    Parameters
    ----------
    document : mapping
        Sections of plain values.
    notes : list of Note
        In any order.
    heading : str
        First comment.
    """
    paths = set(_paths(document, ()))
    lines = _comment(heading, 0)
    for note in notes:
        if note.path not in paths:
            lines += _comment(note.sentence, 0)
    attached: dict[str, list[Note]] = {}
    for note in notes:
        attached.setdefault(note.path, []).append(note)
    lines += list(_lines(document, (), attached))
    return "\n".join(lines) + "\n"


def _paths(value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, entry in value.items():
        yield ".".join((*path, key))
        if isinstance(entry, Mapping):
            yield from _paths(entry, (*path, key))


def _lines(value: Mapping[str, Any], path: tuple[str, ...], notes: Mapping[str, list[Note]]) -> Iterator[str]:
    indent = "  " * len(path)
    for key, entry in value.items():
        here = (*path, key)
        if not path:
            yield ""
        folded = isinstance(entry, Mapping) and bool(path) and path[-1] in _FLOW
        inner = [".".join(here), *(f"{'.'.join(here)}.{name}" for name in entry)] if folded else [".".join(here)]
        for note in (note for name in inner for note in notes.get(name, [])):
            yield from _comment(note.sentence, len(indent))
        if isinstance(entry, Mapping) and not folded:
            yield f"{indent}{_flow(key)}:"
            yield from _lines(entry, here, notes)
        else:
            yield f"{indent}{_flow(key)}: {_flow(entry)}"


def _flow(value: Any) -> str:
    plain = dict(value) if isinstance(value, Mapping) else value
    text = yaml.safe_dump(plain, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()


def _comment(sentence: str, indent: int) -> list[str]:
    margin = f"{' ' * indent}# "
    plain = " ".join(sentence.split())
    return textwrap.wrap(plain, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
