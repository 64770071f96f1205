"""Rates as they became known, the sizes that nobody asked for, and symbols held to their contract."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.backtesting.portfolio_terms import Leg, Rates, equal_shares, ordered_legs
from ktrdr_app.core.errors import InvalidValue, MalformedBars, NoRate, SignalsMismatch
from tests.backtesting.cases import walk

RATES = Rates("EUR", np.array([10, 20, 30]), np.array([1.0, 2.0, 3.0]))


def leg(symbol: str, rows: int = 3) -> Leg:
    return Leg(symbol, walk(1, rows), np.ones(rows, dtype=np.int8))


@pytest.mark.parametrize(("moment", "rate"), [(10, 1.0), (19, 1.0), (20, 2.0), (29, 2.0), (30, 3.0), (99, 3.0)])
def test_the_last_rate_known(moment: int, rate: float) -> None:
    assert RATES.at(np.array([moment])).tolist() == [rate]


def test_before_the_first_rate_there_is_none() -> None:
    with pytest.raises(NoRate) as caught:
        RATES.at(np.array([30, 9]))
    assert (caught.value.code, caught.value.exit_code, caught.value.where) == ("no_rate", 3, "EUR")


def test_no_moments_need_no_rates() -> None:
    assert RATES.at(np.array([], dtype=np.int64)).tolist() == []


@pytest.mark.parametrize(("symbols", "most", "share"), [(4, None, 0.25), (4, 2, 0.5), (2, 5, 0.5), (1, None, 1.0)])
def test_equal_shares(symbols: int, most: int | None, share: float) -> None:
    assert equal_shares(symbols, most) == {"kind": "fraction", "fraction": share}


def test_symbols_go_by_their_names() -> None:
    assert [one.symbol for one in ordered_legs([leg("MSFT"), leg("AAPL"), leg("IBM")])] == ["AAPL", "IBM", "MSFT"]


def test_bars_are_held_to_their_contract() -> None:
    broken = leg("A")
    broken.bars.iloc[1, 0] = -1.0
    with pytest.raises(MalformedBars, match="open -1"):
        ordered_legs([broken])


@pytest.mark.parametrize("signals", [[1, 1], [1, 1, 1, 1], [0, 1, 3], [-1, 1, 1]])
def test_signals_are_held_to_the_bars(signals: list[int]) -> None:
    with pytest.raises(SignalsMismatch) as caught:
        ordered_legs([Leg("A", walk(1, 3), np.array(signals, dtype=np.int8))])
    assert caught.value.where == "A"


def test_a_symbol_is_there_once() -> None:
    with pytest.raises(InvalidValue, match="A, A"):
        ordered_legs([leg("A"), leg("A")])
