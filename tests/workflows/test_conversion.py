"""How a portfolio's prices become account currency: by pairs in the workspace, known at the time, or not in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import InvalidValue, NoRate
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.conversion import Conversion, conversion_of

PRICES = (1.10, 1.20, 1.25, 1.15)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """Return a workspace with daily EURUSD, from before the first bar that is traded."""
    workspace = Workspace(tmp_path)
    workspace.data.mkdir()
    _series(workspace, "EURUSD_1d", "2019-12-30", PRICES)
    return workspace


def _series(workspace: Workspace, name: str, start: str, prices: tuple[float, ...], freq: str = "1D") -> None:
    stamps = pd.date_range(start, periods=len(prices), freq=freq, tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    table = pd.DataFrame(
        {"timestamp": stamps, **dict.fromkeys(("open", "high", "low", "close"), prices), "volume": 1.0}
    )
    table.to_csv(workspace.data / f"{name}.csv", index=False)


def _bars(*symbols: str) -> dict[str, pd.DataFrame]:
    index = pd.date_range("2020-01-01", periods=3, tz="UTC", unit="ns", name="timestamp")
    return {symbol: pd.DataFrame({"close": np.ones(3)}, index) for symbol in symbols}


def _say(workspace: Workspace, **currencies: str) -> None:
    lines = [f"{symbol}: {{asset_class: stock, currency: {currency}}}" for symbol, currency in currencies.items()]
    (workspace.root / "symbols.yaml").write_text("\n".join(lines) + "\n")


def _value(found: Conversion, symbol: str, moment: str) -> float:
    rates = found.of(symbol)
    assert rates is not None
    return float(rates.at(np.array([pd.Timestamp(moment, tz="UTC").value]))[0])


def test_a_rate_is_the_last_close_that_was_known(place: Workspace) -> None:
    _say(place, SAP="EUR", AAPL="USD")
    found = conversion_of(place, _bars("SAP", "AAPL"), "1d", "USD")
    assert found.of("AAPL") is None
    # The bar of 30 December is over when the 31st begins, and no earlier.
    assert _value(found, "SAP", "2019-12-31T00:00") == 1.10
    assert _value(found, "SAP", "2019-12-31T23:59") == 1.10
    assert _value(found, "SAP", "2020-01-01T00:00") == 1.20
    assert _value(found, "SAP", "2021-01-01T00:00") == 1.15
    assert found.to_document()["pairs"] == {"EUR": "close of EURUSD 1d, the last one known"}
    with pytest.raises(NoRate):
        _value(found, "SAP", "2019-12-30T23:59")


def test_a_pair_is_turned_round(place: Workspace) -> None:
    _say(place, AAPL="USD")
    found = conversion_of(place, _bars("AAPL"), "1d", "eur")
    assert found.account == "EUR"
    assert _value(found, "AAPL", "2020-01-01T00:00") == 1 / 1.20
    assert found.pairs["USD"].startswith("1 / close of EURUSD")


def test_a_forex_pair_tells_its_currency_by_its_name(place: Workspace) -> None:
    found = conversion_of(place, _bars("EURUSD"), "1d", None)
    assert (found.account, found.of("EURUSD"), found.note) == ("USD", None, "")


def test_a_pair_of_other_bars_serves_where_there_is_none_of_the_same(place: Workspace) -> None:
    _say(place, BARC="GBP")
    _series(place, "GBPUSD_4h", "2019-12-31T20:00", (1.3, 1.4), "4h")
    _series(place, "GBPUSD_1w", "2019-01-01", (9.0, 9.1), "7D")
    found = conversion_of(place, _bars("BARC"), "1d", "USD")
    assert _value(found, "BARC", "2020-01-01T00:00") == 1.3
    assert _value(found, "BARC", "2020-01-01T04:00") == 1.4


def test_symbols_of_unknown_currency_are_added_up_aloud(place: Workspace) -> None:
    found = conversion_of(place, _bars("AAPL", "IBM"), "1d", None)
    assert found.note.startswith("No conversion")
    assert found.to_document()["account_currency"] is None


@pytest.mark.parametrize("said", [{"AAPL": "USD", "SAP": "EUR"}, {"AAPL": "USD"}])
def test_several_currencies_need_an_account_currency(place: Workspace, said: dict[str, str]) -> None:
    _say(place, **said)
    with pytest.raises(InvalidValue) as caught:
        conversion_of(place, _bars("AAPL", "SAP"), "1d", None)
    assert "account_currency" in caught.value.message
    assert "AAPL in USD" in f"{caught.value.message} {caught.value.hint}"


def test_a_symbol_of_unknown_currency_cannot_be_converted(place: Workspace) -> None:
    with pytest.raises(InvalidValue) as caught:
        conversion_of(place, _bars("AAPL"), "1d", "USD")
    assert "AAPL.currency" in caught.value.message


def test_without_a_pair_there_is_no_rate(place: Workspace) -> None:
    _say(place, SONY="JPY")
    with pytest.raises(NoRate, match="no rate of JPY is known at 2020-01-01"):
        conversion_of(place, _bars("SONY"), "1d", "USD")
