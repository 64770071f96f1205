"""Market data: sources, the contract of bars, the sample series."""

from ktrdr_app.data.csv_source import CSVDataSource, SeriesInfo
from ktrdr_app.data.loader import MultiSymbolDataLoader

__all__ = ["CSVDataSource", "MultiSymbolDataLoader", "SeriesInfo"]
