"""Several symbols at once, in order, on their own bars."""

from __future__ import annotations

import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.loader import MultiSymbolDataLoader


def test_symbols_come_in_the_order_asked_for(sample_workspace: Workspace) -> None:
    source = CSVDataSource(sample_workspace.data)
    loaded = MultiSymbolDataLoader(source).load_combined_data(["MSFT", "AAPL", "IBM"], "1d")
    assert list(loaded) == ["MSFT", "AAPL", "IBM"]
    for symbol, bars in loaded.items():
        pd.testing.assert_frame_equal(bars, source.load(symbol, "1d"))


def test_ranges_reach_every_symbol(sample_workspace: Workspace) -> None:
    loader = MultiSymbolDataLoader(CSVDataSource(sample_workspace.data))
    loaded = loader.load_combined_data(["MSFT", "AAPL"], "1d", "2010-01-01", "2010-12-31")
    assert {bars.index[0].year for bars in loaded.values()} == {2010}
    assert {bars.index[-1].isoformat() for bars in loaded.values()} == {"2010-12-31T00:00:00+00:00"}


@pytest.mark.parametrize(("symbols", "word"), [([], "at least one"), (["AAPL", "IBM", "AAPL"], "AAPL is repeated")])
def test_no_symbol_and_repeated_symbols_are_refused(symbols: list[str], word: str, sample_workspace: Workspace) -> None:
    loader = MultiSymbolDataLoader(CSVDataSource(sample_workspace.data))
    with pytest.raises(InvalidValue) as caught:
        loader.load_combined_data(symbols, "1d")
    assert word in caught.value.hint


def test_one_missing_symbol_fails_them_all(sample_workspace: Workspace) -> None:
    loader = MultiSymbolDataLoader(CSVDataSource(sample_workspace.data))
    with pytest.raises(DataNotFound, match="NOPE"):
        loader.load_combined_data(["AAPL", "NOPE"], "1d")


def test_a_raised_token_stops_it(sample_workspace: Workspace) -> None:
    token = CancelToken("loading")
    token.cancel()
    with pytest.raises(Cancelled, match="loading"):
        MultiSymbolDataLoader(CSVDataSource(sample_workspace.data)).load_combined_data(["AAPL"], "1d", cancel=token)
