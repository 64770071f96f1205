"""What a portfolio is run with: rates by a slow look-up, limits at their edges, symbols in order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates, equal_shares, ordered_legs
from ktrdr_app.backtesting.sizing import check_sizing
from ktrdr_app.core.errors import EmptyData, InvalidValue, KtrdrError, MalformedBars, NoRate, SignalsMismatch
from tests.backtesting.cases import make_bars

known_moments = st.sets(st.integers(0, 100), min_size=1, max_size=20).map(sorted)


def leg(symbol: str, rows: int = 2, **more: Any) -> Leg:
    return Leg(symbol, make_bars([10.0] * rows, [10.0] * rows), np.ones(rows, dtype=np.int8), **more)


class TestRates:
    @given(known_moments, st.lists(st.integers(0, 120), max_size=30))
    def test_the_last_one_known_at_each_moment(self, known: list[int], moments: list[int]) -> None:
        values = [1.0 + 0.01 * place for place in range(len(known))]
        rates = Rates("EUR", np.array(known), np.array(values))
        asked = [moment for moment in moments if moment >= known[0]]
        expected = []
        for moment in asked:
            latest = max(when for when in known if when <= moment)
            expected.append(values[known.index(latest)])
        assert rates.at(np.array(asked, dtype=np.int64)).tolist() == expected

    @given(known_moments, st.integers(1, 50))
    def test_before_the_first_there_is_none(self, known: list[int], before: int) -> None:
        rates = Rates("GBP", np.array(known), np.ones(len(known)))
        with pytest.raises(NoRate, match="GBP"):
            rates.at(np.array([known[-1], known[0] - before]))

    def test_the_error_names_the_earliest_gap(self) -> None:
        day = 86_400_000_000_000
        with pytest.raises(NoRate, match="1970-01-03"):
            Rates("CHF", np.array([5 * day]), np.ones(1)).at(np.array([6 * day, 2 * day, 7 * day]))

    def test_a_rate_counts_from_its_own_moment_on(self) -> None:
        rates = Rates("EUR", np.array([10, 20]), np.array([1.5, 2.5]))
        assert rates.at(np.array([10, 19, 20, 21])).tolist() == [1.5, 1.5, 2.5, 2.5]

    def test_no_moment_no_rate(self) -> None:
        assert Rates("EUR", np.array([10]), np.ones(1)).at(np.zeros(0, dtype=np.int64)).tolist() == []


class TestLimits:
    @pytest.mark.parametrize("share", [1e-9, 0.5, 1, 1.0, None])
    def test_shares_within_range(self, share: float | None) -> None:
        assert PortfolioConfig(max_exposure=share).max_exposure == share

    @pytest.mark.parametrize("share", [0, -0.1, 1.0000001, float("nan"), float("inf"), "0.5", True])
    def test_shares_out_of_range(self, share: Any) -> None:
        with pytest.raises(InvalidValue, match="max_exposure"):
            PortfolioConfig(max_exposure=share)

    @pytest.mark.parametrize("most", [1, 2, 10_000, None])
    def test_counts_within_range(self, most: int | None) -> None:
        assert PortfolioConfig(max_positions=most).max_positions == most

    @pytest.mark.parametrize("most", [0, -1, 2.0, 1.5, "2", True, False])
    def test_counts_out_of_range(self, most: Any) -> None:
        with pytest.raises(InvalidValue, match="max_positions"):
            PortfolioConfig(max_positions=most)

    def test_one_account_is_the_default_of_many(self) -> None:
        assert PortfolioConfig().base == BacktestConfig()


class TestOrderedLegs:
    @given(st.permutations(["AAPL", "EURUSD", "GLD", "spy", "10Y"]))
    def test_by_name_as_python_sorts(self, names: list[str]) -> None:
        assert [one.symbol for one in ordered_legs([leg(name) for name in names])] == sorted(names)

    @pytest.mark.parametrize("names", [[], ["A", "A"], ["A", "B", "A"]])
    def test_none_or_twice(self, names: list[str]) -> None:
        with pytest.raises(InvalidValue, match="symbols"):
            ordered_legs([leg(name) for name in names])

    @pytest.mark.parametrize(
        "signals", [np.ones(1), np.ones(3), np.ones((2, 1)), np.array([0, 3]), np.array([0, -1]), np.array([0.5, 1])]
    )
    def test_signals_that_are_not_one_for_each_bar(self, signals: np.ndarray) -> None:
        with pytest.raises(SignalsMismatch) as caught:
            ordered_legs([leg("A"), replace(leg("B"), signals=signals)])
        assert caught.value.where == "B"

    def test_bars_are_held_to_their_contract(self) -> None:
        broken = replace(leg("B", 3), bars=leg("B", 3).bars.drop(columns="close"))
        shuffled = replace(leg("B", 3), bars=leg("B", 3).bars.iloc[::-1])
        empty = replace(leg("B"), bars=leg("B").bars.iloc[:0], signals=np.ones(0, dtype=np.int8))
        kinds: list[type[KtrdrError]] = [MalformedBars, MalformedBars, EmptyData]
        for wrong, kind in zip((broken, shuffled, empty), kinds, strict=True):
            with pytest.raises(kind):
                ordered_legs([leg("A"), wrong])

    def test_closed_bars_are_allowed(self) -> None:
        shut = leg("A", 3)
        shut.bars.iloc[1, :4] = np.nan
        assert ordered_legs([shut]) == (shut,)


class TestEqualShares:
    @given(st.integers(1, 200), st.one_of(st.none(), st.integers(1, 200)))
    def test_as_many_positions_as_can_be_held_make_up_the_account(self, symbols: int, most: int | None) -> None:
        sizing = equal_shares(symbols, most)
        check_sizing(sizing)
        together = symbols if most is None else min(symbols, most)
        assert sizing["kind"] == "fraction"
        assert sizing["fraction"] == float(Fraction(1, together))
