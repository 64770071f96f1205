"""Numbers as people and vendors write them: decimal commas, thousands marks, currency signs, missing-value words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = (
    *("", "nan", "null", "none", "n/a", "na", "#n/a", "#na", "#value!", "#div/0!", "n.a.", "nil"),
    *("-", "--", "?", "."),
)
"""Words, in lower case, that stand for no value."""
MISSING_SPELLINGS = sorted({"NaN", *(spelt for word in MISSING for spelt in (word, word.upper(), word.title()))})

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_ENDLESS = re.compile(r"[+-]?(?:inf|infinity)", re.IGNORECASE)
_SPACES = " '\u2019\u00a0\u2009\u202f"
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}(?:[.,{_SPACES}]\d{{3}})+", re.ASCII)
_SPACED_GROUPS = re.compile(rf"[+-]?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d*)?[a-zA-Z]?", re.ASCII)
_SPACED = re.compile(rf"[{_SPACES}]")
_SIGNS = "$€£¥₿%"
_SUFFIX = {"k": "e3", "m": "e6", "b": "e9", "t": "e12"}


@dataclass(frozen=True)
class NumberStyle:
    """How a file writes numbers.

    Attributes
    ----------
    decimal : str
        Decimal mark.
    thousands : str
        Thousands mark, empty where there is none.
    """

    decimal: str = "."
    thousands: str = ""


def is_number(text: str) -> bool:
    """Return whether a cell reads as a number, whatever its marks.

    Parameters
    ----------
    text : str
        A cell.
    """
    plain = _bare(text)
    return bool(_NUMBER.fullmatch(plain.replace(",", ".", 1)) or _GROUPED.fullmatch(_head(plain)))


def _bare(text: str) -> str:
    """Return a number without currency and percent signs and the spaces around them."""
    return text.strip().strip(_SIGNS).strip()


def _head(text: str) -> str:
    """Return a number without what follows its last mark, if that is no group of three."""
    matched = re.fullmatch(r"(.*\d)[.,]\d*", text)
    return matched.group(1) if matched and not _GROUPED.fullmatch(text) else text


def style_of(cells: Iterable[str]) -> NumberStyle | None:
    """Return the marks that a sample of cells uses, or None where they can be read in two ways.

    Of two different marks in one number the last is the decimal one. A comma is the decimal mark unless every number
    with one could be grouped thousands; where it could be either, that stays open.

    Parameters
    ----------
    cells : iterable of str
        Cells of prices and volumes.
    """
    commas, dots, both_comma_last, both_dot_last, spaced = [], [], False, False, False
    for cell in cells:
        text = _bare(cell)
        spaced = spaced or bool(_SPACED.search(text) and _GROUPED.match(text))
        text = _SPACED.sub("", text)
        comma, dot = text.rfind(","), text.rfind(".")
        if comma >= 0 and dot >= 0:
            both_comma_last |= comma > dot
            both_dot_last |= dot > comma
        elif comma >= 0:
            commas.append(text)
        elif dot >= 0:
            dots.append(text)
    if both_comma_last or both_dot_last:
        return NumberStyle(",", ".") if both_comma_last and not both_dot_last else NumberStyle(".", ",")
    if not commas:
        return NumberStyle(".", " " if spaced else "")
    points = all(_grouped(text, ",") for text in commas)
    continental = all(_grouped(text, ".") for text in dots) and not any(text.count(",") > 1 for text in commas)
    if points and continental:
        return NumberStyle(".", ",") if any(text.count(",") > 1 for text in commas) else None
    if points:
        return NumberStyle(".", ",")
    return NumberStyle(",", "." if dots else " " if spaced else "")


def _grouped(text: str, mark: str) -> bool:
    """Return whether every mark in a number could group thousands."""
    return re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+", text) is not None


def parse_numbers(cells: NDArray[np.object_], style: NumberStyle) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers of cells, exactly as written, and which cells hold something that is no number.

    Parameters
    ----------
    cells : ndarray of object, shape (n,)
        Texts.
    style : NumberStyle
        Marks of the file.

    Returns
    -------
    values : ndarray of float64, shape (n,)
        NaN for a missing value and for what cannot be read.
    unreadable : ndarray of bool, shape (n,)
        Cells that hold neither a number nor a word for a missing value.
    """
    known = {text: _parse(str(text), style) for text in set(cells.tolist())}
    pairs = [known[text] for text in cells.tolist()]
    values = np.array([value for value, _ in pairs], dtype=np.float64)
    return values, np.array([bad for _, bad in pairs], dtype=np.bool_)


def _parse(text: str, style: NumberStyle) -> tuple[float, bool]:
    plain = _bare(text)
    if plain.lower() in MISSING:
        return np.nan, False
    if _ENDLESS.fullmatch(plain):
        return float(plain), False
    if style.thousands == "," and re.search(r",\d{3}(?!\d)", plain):
        plain = plain.replace(",", "")
    elif style.thousands == "." and re.search(r"\.\d{3}(?!\d)", plain):
        plain = plain.replace(".", "")
    if _SPACED.search(plain):
        if not _SPACED_GROUPS.fullmatch(plain):
            return np.nan, True
        plain = _SPACED.sub("", plain)
    if style.decimal == ",":
        if "." in plain:
            return np.nan, True
        plain = plain.replace(",", ".")
    exponent = _SUFFIX.get(plain[-1:].lower(), "")
    plain = plain[:-1] if exponent else plain
    if not _NUMBER.fullmatch(plain) or (exponent and "e" in plain.lower()):
        return np.nan, True
    return float(plain + exponent), False
