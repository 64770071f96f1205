"""What a face asks for and gets back where the features of several symbols are built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace


@dataclass(frozen=True)
class ManyFeaturesRequest:
    """Build the features of several symbols, before scaling, and keep them in the workspace's cache.

    Attributes
    ----------
    workspace : Workspace
        Where data and strategies are read and features are kept.
    strategy : str
        Strategy name or path.
    symbols : tuple of str
        Symbols, each once.
    timeframe : str
        Bar length.
    out : Path, optional
        New folder for a table per symbol, ``{symbol}_{timeframe}.csv``; none are written by default.
    cluster : str, optional
        Dask scheduler whose workers build them; no number depends on it.
    """

    workspace: Workspace
    strategy: str
    symbols: tuple[str, ...]
    timeframe: str
    out: Path | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class SymbolFeatures:
    """The features of one symbol, which lie in the cache.

    Attributes
    ----------
    symbol : str
        Whose they are.
    contract : str
        Hash of the feature contract, as whoever built them knows it.
    rows, dropped_rows : int
        Bars with every feature, and those of the warm-up.
    first, last : str or None
        Opens of the first and the last of them, ISO in UTC.
    values : str
        SHA-256 of the values, row after row, as little-endian float32.
    source : str
        ``built``, or ``disk`` where the cache had them.
    """

    symbol: str
    contract: str
    rows: int
    dropped_rows: int
    first: str | None
    last: str | None
    values: str
    source: str


@dataclass(frozen=True)
class ManyFeatures:
    """What was built.

    Attributes
    ----------
    document : dict
        The JSON form that ``features --json`` prints for several symbols.
    symbols : tuple of SymbolFeatures
        In their order.
    """

    document: dict[str, Any]
    symbols: tuple[SymbolFeatures, ...]
