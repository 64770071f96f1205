"""Market data: sources, the contract of bars, the sample series."""

from ktrdr_app.data.alignment import align_trading_calendars
from ktrdr_app.data.column_cache import CachedCSVSource
from ktrdr_app.data.csv_source import CSVDataSource, SeriesInfo
from ktrdr_app.data.ib.source import IBDataSource
from ktrdr_app.data.loader import MultiSymbolDataLoader

__all__ = [
    "CSVDataSource",
    "CachedCSVSource",
    "IBDataSource",
    "MultiSymbolDataLoader",
    "SeriesInfo",
    "align_trading_calendars",
]
