"""What a form of settings is made of: fields with kind, bounds and unit, what is typed, and what that changes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from ktrdr_app.core.errors import InvalidValue

GENERAL, INDICATORS, FUZZY = "general", "indicators", "fuzzy_sets"
FLAG, INTEGER, NUMBER, CHOICE, TEXT, INTEGERS = "flag", "integer", "number", "choice", "text", "integers"

SET, RESET, RENAME, MOVE, ADD_INDICATOR, ADD_INPUT = "set", "reset", "rename", "move", "add indicator", "add input"
"""Kinds of `DraftChange`."""


@dataclass(frozen=True)
class FormField:
    """One setting that a form can edit.

    Attributes
    ----------
    path : tuple of str
        Keys down to it.
    title, help : str
        What it is called; what it does.
    kind : str
        ``flag``, ``integer``, ``number``, ``choice``, ``text`` or ``integers`` (a list of them).
    default : object
        Its value where the file does not say; None for "not set".
    low, high : float or None
        Bounds, for each entry of a list too.
    open_low, open_high : bool
        Whether the bound itself is not allowed.
    choices : tuple of str
        The words of a ``choice``.
    optional : bool
        Whether it may be left unset for good.
    required : bool
        Whether the file must have it.
    unit : str
        What a number is in; empty for a bare number.
    unit_from : tuple of str
        The setting whose value is the unit; empty if there is none.
    """

    path: tuple[str, ...]
    title: str
    help: str
    kind: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    optional: bool = False
    required: bool = False
    unit: str = ""
    unit_from: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Dotted path, as problems name it."""
        return ".".join(self.path)

    @property
    def range_words(self) -> str:
        """The bounds in words; empty if there are none."""
        low = "" if self.low is None else f"{'above' if self.open_low else 'from'} {self.low:g}"
        high = "" if self.high is None else f"{'below' if self.open_high else 'to'} {self.high:g}"
        return f"{low} {high}".strip()


@dataclass(frozen=True)
class FormSection:
    """Fields that stand together.

    Attributes
    ----------
    key : str
        Key of the section in the file; ``general`` for what stands at the top of the file.
    title, help : str
        What it is called; what it is about.
    fields : tuple of FormField
        In the grammar's order; none where a section is a list of entries of its own.
    """

    key: str
    title: str
    help: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class DraftChange:
    """One change that a form asks for.

    Attributes
    ----------
    kind : str
        ``set`` a value, ``reset`` (take out) an entry, ``rename`` or ``move`` an entry, ``add indicator`` (``value`` is
        its catalogue name) or ``add input`` (``value`` is the indicator output that it reads).
    path : tuple of str
        Keys down to the entry; not used by the two that add.
    value : object
        New value, key, place or name.
    """

    kind: str
    path: tuple[str, ...] = ()
    value: Any = None


def read_field(field: FormField, text: str) -> Any:
    """Return the value that was typed into a field; None where it is left empty and may be.

    Parameters
    ----------
    field : FormField
        A ``number``, ``integer``, ``integers`` or ``text``.
    text : str
        What was typed; numbers with a point or a comma.

    Raises
    ------
    InvalidValue
        If it is none, or beyond the bounds.
    """
    if field.kind == TEXT:
        if field.required and not text.strip():
            raise InvalidValue(field.key, text, "a name", where=field.key)
        return text
    words = text.replace("\N{MINUS SIGN}", "-").strip()
    if not words and field.optional:
        return None
    if field.kind == INTEGERS:
        parts = [part for part in re.split(r"[\s,;]+", words.strip("[]")) if part]
        if not parts:
            raise InvalidValue(field.key, text, "whole numbers, such as 30, 15, 8", where=field.key)
        return [_bounded(field, _whole(field, part)) for part in parts]
    if field.kind == INTEGER:
        return _bounded(field, _whole(field, words))
    try:
        value = float(words.replace(",", "."))
    except ValueError as error:
        raise InvalidValue(field.key, text, f"a number {field.range_words}".strip(), where=field.key) from error
    if not math.isfinite(value):
        raise InvalidValue(field.key, text, f"a number {field.range_words}".strip(), where=field.key)
    return _bounded(field, value)


def write_field(value: Any) -> str:
    """Return a value as a field shows it: ``0.36``, ``30, 15, 8``, nothing for None.

    Parameters
    ----------
    value : object
        As the file says it.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(write_field, value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _whole(field: FormField, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise InvalidValue(field.key, text, f"a whole number {field.range_words}".strip(), where=field.key) from error


def _bounded(field: FormField, value: float) -> float:
    low, high = field.low, field.high
    under = low is not None and (value <= low if field.open_low else value < low)
    over = high is not None and (value >= high if field.open_high else value > high)
    if under or over:
        raise InvalidValue(field.key, value, f"a number {field.range_words}", where=field.key)
    return value
