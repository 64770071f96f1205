"""Symbol and bar length as vendors write them into a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ktrdr_app.core.timeframes import NANOSECONDS

_SPELLINGS = {
    "1m": "1m m1 1min 1minute",
    "5m": "5m m5 5min 5minute",
    "15m": "15m m15 15min 15minute",
    "30m": "30m m30 30min 30minute",
    "1h": "1h h1 60m 60min 1hour hourly",
    "4h": "4h h4 240m 4hour",
    "1d": "1d d1 d daily day 1day",
    "1w": "1w w1 w weekly week 1week",
}
_LENGTHS = {spelt: name for name, words in _SPELLINGS.items() for spelt in words.split()}
_MINUTES = {"1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "1440": "1d", "10080": "1w"}
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]*[A-Z0-9.^=]*")
_METATRADER = re.compile(r"([A-Z]{3,10}[a-z.]{0,4}?)(10080|1440|240|60|30|15|5|1)")
_STOOQ = re.compile(r"([a-z0-9.]+)[_.](?:us|uk|de|jp|hk|pl|hu)[_.]([dw])")
_PLAIN = re.compile(r"[A-Z^][A-Z0-9.=^-]{0,14}")
_ENDINGS = (".gz", ".zip", ".csv", ".txt", ".tsv", ".parquet", ".prn", ".dat", ".asc")


def read_name(path: Path) -> tuple[str, str]:
    """Return the symbol and the bar length that a file's name tells; empty strings for what it does not.

    Parameters
    ----------
    path : Path
        The file.
    """
    stem = path.name
    while stem.lower().endswith(_ENDINGS):
        stem = stem[: stem.rfind(".")]
    if matched := _STOOQ.fullmatch(stem):
        return matched[1].upper(), _LENGTHS[matched[2]]
    own, _, length = stem.rpartition("_")
    if length in NANOSECONDS and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", own):
        return (own.upper() if own.islower() else own), length
    if matched := _METATRADER.fullmatch(stem):
        return matched[1], _MINUTES[matched[2]]
    return _from_words([word for word in re.split(r"[_\s,()+-]+", stem) if word], stem)


def _from_words(words: list[str], stem: str) -> tuple[str, str]:
    lengths = [_length(word, place) for place, word in enumerate(words)]
    for place, length in enumerate(lengths):
        if length and place and _SYMBOL.fullmatch(words[place - 1]) and len(words[place - 1]) > 1:
            return words[place - 1], length
    if _PLAIN.fullmatch(stem) and not any(lengths[1:]):
        return stem, ""
    return "", next((length for length in lengths[1:] if length), "")


def _length(word: str, place: int) -> str:
    if word in ("M", "1M"):
        return ""
    return _LENGTHS.get(word.lower(), "") or (_MINUTES.get(word, "") if place else "")


def plain_symbol(text: str) -> str:
    """Return a symbol as a file name takes it (``BTC/USD`` becomes BTCUSD).

    Parameters
    ----------
    text : str
        As the vendor writes it.
    """
    return re.sub(r"[^A-Za-z0-9._-]", "", text.strip().rpartition(":")[2])


def one_symbol(texts: Iterable[str]) -> list[str]:
    """Return the symbols of a column, each once, in the file's order.

    Parameters
    ----------
    texts : iterable of str
        The column.
    """
    return [name for name in dict.fromkeys(map(plain_symbol, dict.fromkeys(texts))) if name]
