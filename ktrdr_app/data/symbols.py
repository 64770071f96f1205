"""Settings of symbols in the workspace's ``symbols.yaml``, and what holds for symbols that are not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, Problem, StorageProblem, StrategyProblem, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.words import closest
from ktrdr_app.data.asset_class import ASSET_CLASSES, infer_asset_class
from ktrdr_app.data.calendars.base import Calendar
from ktrdr_app.data.calendars.choose import BY_CLASS, calendar_named, calendar_names
from ktrdr_app.strategy.marks import Marks, read_marked

FILE = "symbols.yaml"
FIELDS = ("asset_class", "calendar", "tick", "currency", "lot_step")


@dataclass(frozen=True)
class SymbolSettings:
    """What is known of one symbol.

    Attributes
    ----------
    symbol : str
        Its name.
    asset_class : str
        stock, forex, crypto, index or metal.
    calendar : str
        Name of its calendar, as `ktrdr_app.data.calendars.calendar_named` takes it.
    tick : float, optional
        Smallest step of the price, quote currency.
    currency : str
        Currency of the prices, three letters or a coin's code; empty where unknown.
    lot_step : float, optional
        Smallest step of the traded quantity, units.
    reason : str
        Where the class comes from, in words.
    """

    symbol: str
    asset_class: str
    calendar: str
    tick: float | None = None
    currency: str = ""
    lot_step: float | None = None
    reason: str = ""

    def open_hours(self) -> Calendar:
        """Return the calendar itself."""
        return calendar_named(self.calendar)


@dataclass(frozen=True)
class SymbolBook:
    """The entries of ``symbols.yaml``, by symbol, checked.

    Attributes
    ----------
    entries : mapping
        Fields of each symbol as the file has them.
    """

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def settings(self, symbol: str, opens: NDArray[np.int64] | None = None) -> SymbolSettings:
        """Return what is known of a symbol; what the file does not say is inferred.

        Parameters
        ----------
        symbol : str
            Its name.
        opens : ndarray of int64, optional
            Its bar opens, nanoseconds UTC; they help to tell the class.
        """
        given = dict(self.entries.get(symbol, {}))
        guess = infer_asset_class(symbol, opens)
        reason = FILE if "asset_class" in given else guess.reason
        chosen = str(given.pop("asset_class", guess.asset_class))
        calendar = str(given.pop("calendar", BY_CLASS[chosen]))
        return SymbolSettings(symbol, chosen, calendar, reason=reason, **given)


def read_symbols(workspace: Workspace) -> SymbolBook:
    """Read a workspace's ``symbols.yaml``; a workspace without one has an empty book.

    Parameters
    ----------
    workspace : Workspace
        Where the file lies, at the top.

    Raises
    ------
    InvalidValue
        For the first thing that is wrong, with its line and column; the hint counts the others.
    StorageProblem
        If the file cannot be read.
    """
    path = workspace.root / FILE
    if not path.exists():
        return SymbolBook()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise InvalidValue(FILE, "bytes that are no UTF-8", "a text file in UTF-8", where=str(path)) from error
    return parse_symbols(text)


def parse_symbols(text: str, where: str = FILE) -> SymbolBook:
    """Check the text of a ``symbols.yaml``.

    Parameters
    ----------
    text : str
        YAML: a symbol per key, with any of asset_class, calendar, tick, currency, lot_step below it.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InvalidValue
        For the first thing that is wrong, with its line and column.
    """
    try:
        content, marks = read_marked(text, where)
    except StrategyProblem as error:
        raise _refusal(where, list(error.problems)) from error
    problems = _problems(content, marks)
    if problems:
        raise _refusal(where, problems)
    return SymbolBook({symbol: dict(fields or {}) for symbol, fields in (content or {}).items()})


def _refusal(where: str, problems: list[Problem]) -> InvalidValue:
    first = problems[0]
    more = f" ({len(problems) - 1} more to mend)" if len(problems) > 1 else ""
    place = f"{where}:{first.line}:{first.column}"
    return InvalidValue(first.path, first.found, f"{first.expected}{more}", where=place)


def _problems(content: Any, marks: Marks) -> list[Problem]:
    if content is None:
        return []
    if not isinstance(content, dict):
        return [Problem("file", 1, 1, type(content).__name__, "a symbol per line, each with its fields below it")]
    found = []
    for symbol, fields in content.items():
        if not isinstance(symbol, str):
            place = marks.get((str(symbol),), (1, 1))
            found.append(Problem(str(symbol), *place, str(symbol), "the symbol in quotes: YAML reads it as a value"))
        elif not isinstance(fields, dict | None):
            line = marks[(symbol,)]
            found.append(Problem(symbol, *line, str(fields), f"fields below it: {', '.join(FIELDS)}"))
        else:
            for name, value in (fields or {}).items():
                expected = _expected(str(name), value)
                place = marks.get((symbol, str(name)), (1, 1))
                found += [Problem(f"{symbol}.{name}", *place, str(value), expected)] if expected else []
    return found


def _expected(name: str, value: Any) -> str:
    """Return what a field should hold, or nothing where it does."""
    if name in ("tick", "lot_step"):
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
        return "" if number else "a number above 0"
    if name == "currency":
        return "" if isinstance(value, str) and value.isalnum() and 3 <= len(value) <= 6 else "a code such as USD"
    if name == "asset_class":
        return "" if value in ASSET_CLASSES else _one_of(str(value), ASSET_CLASSES)
    if name == "calendar":
        return "" if _is_calendar(value) else _one_of(str(value), calendar_names())
    near = closest(name, FIELDS)
    return f"one of the fields {', '.join(FIELDS)}" + (f"; did you mean {near}?" if near else "")


def _is_calendar(value: Any) -> bool:
    try:
        calendar_named(str(value))
    except UnknownName:
        return False
    return True


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    near = closest(value, allowed)
    meant = f"; did you mean {near}?" if near else ""
    return f"one of {', '.join(allowed[:8])}{' ..' if len(allowed) > 8 else ''}{meant}"
