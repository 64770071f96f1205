"""Loads several symbols of one time frame, each on its own bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import ordered_map
from ktrdr_app.core.errors import InvalidValue


class DataSource(Protocol):
    """Anything that gives bars for a symbol and a time frame."""

    def load(self, symbol: str, timeframe: str, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Return the bars of ``symbol`` and ``timeframe`` between ``start`` and ``end``."""
        ...


class MultiSymbolDataLoader:
    """Several series at once, never forced onto a common calendar.

    Parameters
    ----------
    source : DataSource
        Where the bars come from.
    """

    def __init__(self, source: DataSource) -> None:
        self.source = source

    def load_combined_data(
        self,
        symbols: Sequence[str],
        timeframe: str,
        start: str | None = None,
        end: str | None = None,
        cancel: CancelToken | None = None,
    ) -> dict[str, pd.DataFrame]:
        """Return the bars of every symbol, in the order asked for.

        Parameters
        ----------
        symbols : sequence of str
            Symbols; each once.
        timeframe : str
            Bar length.
        start, end : str, optional
            Range, as `ktrdr_app.data.csv_source.CSVDataSource.load` takes it.
        cancel : CancelToken, optional
            Checked before each symbol.

        Raises
        ------
        InvalidValue
            If there is no symbol, or one is given twice.
        DataNotFound, EmptyData, MalformedBars
            As the source raises them.
        """
        check_symbols(symbols)
        loaded = ordered_map(
            lambda symbol: self.source.load(symbol, timeframe, start, end), symbols, cancel=cancel or CancelToken()
        )
        return dict(zip(symbols, loaded, strict=True))


def check_symbols(symbols: Sequence[str]) -> None:
    """Return quietly if these symbols can be used together.

    Parameters
    ----------
    symbols : sequence of str
        Their names.

    Raises
    ------
    InvalidValue
        If there is no symbol, or one is given twice.
    """
    if not symbols:
        raise InvalidValue("symbols", "nothing", "at least one symbol")
    twice = sorted({symbol for symbol in symbols if list(symbols).count(symbol) > 1})
    if twice:
        raise InvalidValue("symbols", ",".join(symbols), f"each symbol once ({', '.join(twice)} is repeated)")
