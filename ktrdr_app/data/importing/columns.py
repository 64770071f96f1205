"""Which column holds what, by the names that vendors give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ktrdr_app.core.errors import InvalidValue, MalformedBars

PRICES = ("open", "high", "low", "close")

_NAMES: dict[str, str] = {
    "epoch": "unix|unix time|unix timestamp|unixtime|epoch|open time|opentime|time ms|timestamp ms|window start|mts",
    "timestamp": "timestamp|datetime|date time|datetime utc|date utc|time utc|gmt time|utc time|local time|utc|gmt|"
    "ts|t|dt|bar time|start|start time|begin|begins at|bar start|zeitstempel|datum zeit|datum uhrzeit|"
    "date gmt|time gmt|date timestamp|timestamp utc|period start|interval start|tradetime",
    "date": "date|day|dtyyyymmdd|yyyymmdd|datum|tag|trade date|trading day|trading date|fecha|data",
    "time": "time|hour|zeit|uhrzeit|hhmm|hhmmss|timestr|time of day|bar time of day|hora|heure",
    "open": "open|o|opening|open price|opening price|bidopen|bid open|open bid|mid o|erster|eroeffnung|eroeffn|"
    "eroeffnungskurs|anfang|anfangskurs|first|price open|px open|oeffnung|start kurs",
    "high": "high|h|max|highest|high price|bidhigh|bid high|high bid|mid h|hoch|hoechst|hoechstkurs|hoechster|"
    "tageshoch|price high|px high|highest price",
    "low": "low|l|min|lowest|low price|bidlow|bid low|low bid|mid l|tief|tiefst|tiefstkurs|tiefster|tagestief|"
    "price low|px low|lowest price",
    "close": "close|c|closing|close price|closing price|bidclose|bid close|close bid|mid c|schluss|schlusskurs|"
    "price close|px close|close last|end kurs",
    "last": "last|last price|price|px last|zuletzt|letzter|kurs|latest|settle|settlement",
    "adjusted": "adj close|adjclose|adjusted close|adj closing price|close adj|bereinigter schlusskurs|"
    "adj schluss|adj schlusskurs|schluss bereinigt",
    "volume": "volume|vol|v|volumen|stuecke|stueck|anzahl|qty|quantity|total volume|volume traded|shares|volume shares",
    "ticks": "tickvol|tick volume|tickvolume|ticks|tick vol|umsatz|real volume|realvolume|bidvolume|bid volume",
    "index": "index",
    "symbol": "symbol|ticker|tic|instrument|pair|product|asset|stock|security|contract",
}
_ROLE_OF = {name: role for role, names in _NAMES.items() for name in names.split("|")}
_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*$")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ó": "o"})
_QUOTES = ("usdt", "usdc", "busd", "tusd", "usd", "eur", "gbp", "jpy", "krw", "try", "brl", "aud", "chf", "cad")


def plain_name(name: str) -> str:
    """Return a heading without case, brackets, numbering and punctuation.

    Parameters
    ----------
    name : str
        As the file has it (``<OPEN>``, ``1. open``, ``Vol.``).
    """
    words = name.strip().strip("\"'").lower().translate(_UMLAUTS)
    words = re.sub(r"^\d+[a-z]?\.\s+", "", words)
    return " ".join(re.sub(r"[^0-9a-z%+]+", " ", words).split())


def role_of(name: str) -> str:
    """Return what a heading stands for, or an empty string.

    Parameters
    ----------
    name : str
        As the file has it.
    """
    plain = plain_name(name)
    if plain not in _ROLE_OF and (bare := plain_name(_BRACKETS.sub("", name))) in (
        "time",
        "date",
        "timestamp",
        "datetime",
    ):
        plain = bare
    if plain.startswith(("volume ", "vol ")) or plain.endswith(" volume"):
        return _ROLE_OF.get(plain, "volume of")
    return _ROLE_OF.get(plain, "")


@dataclass(frozen=True)
class Columns:
    """Places of the columns that an import reads.

    Attributes
    ----------
    stamp : tuple of int
        One column, or date and time of day.
    prices : tuple of int
        Open, high, low, close.
    volumes : tuple of int
        Columns that may be the volume, the likeliest first.
    symbol : int or None
        Column that names the symbol.
    adjusted : int or None
        Column of adjusted closes, which is not read.
    """

    stamp: tuple[int, ...]
    prices: tuple[int, ...]
    volumes: tuple[int, ...] = ()
    symbol: int | None = None
    adjusted: int | None = None


def is_heading(cells: Sequence[str]) -> bool:
    """Return whether a row of cells holds the headings of a table of bars.

    Parameters
    ----------
    cells : sequence of str
        One row.
    """
    roles = [role_of(cell) for cell in cells]
    named = {role for role in roles if role}
    return len(named & {*PRICES, "last"}) >= 2 and len(named) >= 3 and not any(_has_digits_only(cell) for cell in cells)


def _has_digits_only(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d.,:/ -]+", cell.strip())) and any(sign.isdigit() for sign in cell)


def by_name(names: Sequence[str], given: Mapping[str, str], where: str) -> Columns:
    """Return the columns of a table with headings.

    Parameters
    ----------
    names : sequence of str
        The headings.
    given : mapping of str to str
        What the user said: role to heading or 1-based number.
    where : str
        The file, for messages.

    Raises
    ------
    InvalidValue
        If the user named a column that is not there.
    MalformedBars
        If a column is missing that every series needs; the message names it.
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(role_of(name), []).append(place)
    told = {role: place_of(column, names, where) for role, column in given.items()}
    stamp = _stamp(names, places, told)
    prices = {role: _first(places, told, role) for role in PRICES}
    if prices["close"] is None:
        prices["close"] = _first(places, {}, "last")
    missing = [role for role, place in prices.items() if place is None]
    missing = (["timestamp"] if not stamp else []) + missing
    if missing:
        found = f"no {' and no '.join(missing)} column among: {', '.join(name or '(no name)' for name in names)[:200]}"
        expected = f"a column for each of timestamp, {', '.join(PRICES)}; say which with --columns {missing[0]}=NAME"
        raise MalformedBars(where, found, expected)
    volumes = (told["volume"],) if "volume" in told else _volumes(names, places)
    chosen = tuple(place for place in prices.values() if place is not None)
    symbol, adjusted = _first(places, told, "symbol"), _first(places, {}, "adjusted")
    return Columns(stamp, chosen, volumes, symbol, None if adjusted in chosen else adjusted)


def said_twice(names: Sequence[str], given: Mapping[str, str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the places of a price that two headings name and that differ, if the user did not say which counts.

    Parameters
    ----------
    names : sequence of str
        The headings.
    given : mapping of str to str
        Roles that the user told.
    rows : sequence of sequence of str
        A sample of rows.
    """
    for role in PRICES:
        places = tuple(place for place, name in enumerate(names) if role_of(name) == role)
        if role not in given and len(places) > 1 and any(len({row[place] for place in places}) > 1 for row in rows):
            return places
    return ()


def place_of(column: str, names: Sequence[str], where: str) -> int:
    """Return the place of a column that the user named.

    Parameters
    ----------
    column : str
        Heading, or 1-based number.
    names : sequence of str
        The headings; empty strings where there are none.
    where : str
        The file, for messages.

    Raises
    ------
    InvalidValue
        If there is no such column.
    """
    for place, name in enumerate(names):
        if name.strip() == column.strip() or (name and plain_name(name) == plain_name(column)):
            return place
    if column.isascii() and column.strip().isdecimal() and 1 <= int(column) <= len(names):
        return int(column) - 1
    there = ", ".join(name for name in names if name) or f"numbers from 1 to {len(names)}"
    raise InvalidValue("columns", column, f"one of {there[:200]}", where=where)


def _first(places: Mapping[str, list[int]], told: Mapping[str, int], role: str) -> int | None:
    return told[role] if role in told else next(iter(places.get(role, [])), None)


def _stamp(names: Sequence[str], places: Mapping[str, list[int]], told: Mapping[str, int]) -> tuple[int, ...]:
    if "timestamp" in told:
        return (told["timestamp"],)
    if "date" in told:
        return (told["date"], told["time"]) if "time" in told else (told["date"],)
    for role in ("epoch", "timestamp"):
        if role in places:
            return (places[role][0],)
    date, time = places.get("date", []), places.get("time", [])
    if date or time:
        return (*date[:1], *time[:1])
    if "index" in places:
        return (places["index"][0],)
    return (0,) if names and not plain_name(names[0]) else ()


def _volumes(names: Sequence[str], places: Mapping[str, list[int]]) -> tuple[int, ...]:
    """Return base volumes before plain ones, before ticks, before volumes in the quote currency."""
    base: list[int] = []
    quote: list[int] = []
    for place in places.get("volume of", []):
        words = plain_name(names[place]).split()
        other = [word for word in words if word not in ("volume", "vol")]
        if len(other) == 1 and other[0] not in ("quote", "ma", "notional", "sma", "average", "change", "weighted"):
            (quote if other[0] in _QUOTES else base).append(place)
    return (*base, *places.get("volume", []), *places.get("ticks", []), *quote)
