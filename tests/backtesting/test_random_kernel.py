"""Random times are uniform and never overlap; accounts of given trades follow the closed formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.random_kernel import Fills, Marks, Stakes, account_of, draw_accounts, random_entry_bars

NONE = np.zeros(0)
NOWHERE = (Marks(np.zeros(0, dtype=np.int64), NONE), NONE)
"""Looks at an account nowhere on its way."""


def fills_at(buy: list[float], sell: list[float], **changes: object) -> Fills:
    plain = {"carry_long": NONE, "carry_short": NONE, "first": 0, "commission": 0.0, "per_unit": 0.0, "lot_step": 0.0}
    return Fills(np.array(buy), np.array(sell), **(plain | changes))  # type: ignore[arg-type]


def stakes_for(*trades: tuple[int, int], share: float = 1.0, units: float = 0.0) -> Stakes:
    held, side = (np.array(column, dtype=np.int64) for column in zip(*trades, strict=True))
    return Stakes(held, side, np.full(len(held), share), np.full(len(held), units))


def drawn(held: list[int], first: int, last: int, seed: int) -> np.ndarray:
    entries = np.empty(len(held), dtype=np.int64)
    order = np.arange(len(held))
    random_entry_bars(np.array(held), order, first, last, np.random.default_rng(seed), entries)
    return entries


class TestTimes:
    @given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(0, 3), st.integers(0, 50), st.integers(0))
    def test_trades_follow_one_another_inside_the_data(self, held: list[int], first: int, free: int, seed: int) -> None:
        last = first + sum(held) + free
        entries = drawn(held, first, last, seed)
        exits = entries + held
        assert entries[0] >= first
        assert exits[-1] <= last
        assert (entries[1:] >= exits[:-1]).all()

    def test_without_a_free_bar_they_touch(self) -> None:
        assert drawn([2, 3, 4], 1, 10, 0).tolist() == [1, 3, 6]

    def test_a_single_trade_begins_anywhere_alike(self) -> None:
        starts = [int(drawn([4], 1, 14, seed)[0]) for seed in range(4000)]
        counts = np.bincount(starts, minlength=11)[1:]
        assert len(counts) == 10
        assert counts.min() > 320
        assert counts.max() < 480

    def test_free_bars_are_split_as_sorted_uniform_draws(self) -> None:
        # The k-th of n sorted uniform draws has the mean k / (n + 1).
        before = np.mean([drawn([1, 1, 1], 0, 1003, seed) - np.arange(3) for seed in range(3000)], axis=0)
        np.testing.assert_allclose(before, [250, 500, 750], rtol=0.03)

    def test_every_trade_comes_first_as_often(self) -> None:
        # No bar is free, and the price doubles in the first one: the trade that comes first has it, long or short.
        fills = fills_at([1.0, 2.0, 2.0, 2.0], [1.0, 2.0, 2.0, 2.0])
        stakes = stakes_for((1, 1), (2, -1), share=0.5)
        finals, ways = draw_accounts(fills, stakes, 1.0, 4000, np.random.default_rng(1), NOWHERE[0])
        assert ways.shape == (4000, 0)
        assert set(np.round(finals, 12)) == {0.5, 1.5}
        assert 0.46 < np.mean(finals > 1) < 0.54


class TestAccount:
    def test_long_all_in_is_a_product_of_ratios(self) -> None:
        fills = fills_at([10.0, 11.0, 20.0, 21.0], [9.0, 10.0, 19.0, 20.0], commission=0.01)
        entries = np.array([0, 2])
        found = account_of(fills, stakes_for((1, 1), (1, 1)), entries, np.arange(2), 100.0, *NOWHERE)
        assert found == pytest.approx(100 * (10 / 10) * (0.99 / 1.01) * (20 / 20) * (0.99 / 1.01))

    def test_short_gains_when_prices_fall(self) -> None:
        fills = fills_at([10.0, 8.0], [10.0, 8.0], commission=0.01)
        found = account_of(fills, stakes_for((1, -1), share=0.5), np.array([0]), np.arange(1), 100.0, *NOWHERE)
        units = 50 / 10.1
        assert found == pytest.approx(100 + units * 2 - units * 18 * 0.01)

    def test_fixed_units_beyond_the_cash_are_left_out(self) -> None:
        fills = fills_at([10.0, 11.0, 1.0, 2.0], [10.0, 11.0, 1.0, 2.0])
        stakes = stakes_for((1, 1), (1, 1), share=0.0, units=20.0)
        assert account_of(fills, stakes, np.array([0, 2]), np.arange(2), 100.0, *NOWHERE) == pytest.approx(100 + 20)

    def test_lots_units_and_carry(self) -> None:
        carry = np.array([0.0, 0.5])
        fills = fills_at([10.0, 12.0], [10.0, 12.0], lot_step=2.0, per_unit=0.1, carry_long=carry, carry_short=-carry)
        long = account_of(fills, stakes_for((1, 1)), np.array([0]), np.arange(1), 100.0, *NOWHERE)
        assert long == pytest.approx(100 + 8 * (2 - 0.2 - 0.5))  # 9.9 units are 4 lots of 2
        short = account_of(fills, stakes_for((1, -1)), np.array([0]), np.arange(1), 100.0, *NOWHERE)
        assert short == pytest.approx(100 + 8 * (-2 - 0.2 + 0.5))

    def test_a_lost_account_trades_no_more(self) -> None:
        fills = fills_at([1.0, 3.0, 1.0, 5.0], [1.0, 3.0, 1.0, 5.0])
        found = account_of(fills, stakes_for((1, -1), (1, 1)), np.array([0, 2]), np.arange(2), 10.0, *NOWHERE)
        assert found == pytest.approx(-10.0)

    def test_a_trade_past_the_data_ends_with_them(self) -> None:
        fills = fills_at([10.0, 12.0], [10.0, 12.0])
        assert account_of(fills, stakes_for((5, 1)), np.array([0]), np.arange(1), 100.0, *NOWHERE) == pytest.approx(
            120.0
        )


class TestWay:
    """Four bars: bought at 10 in the second, sold at 14 in the fourth."""

    marks = Marks(np.arange(4), np.array([9.0, 11.0, 12.0, 20.0]))

    def way(self, stakes: Stakes, marks: Marks, **changes: object) -> np.ndarray:
        fills = fills_at([8.0, 10.0, 10.0, 14.0], [8.0, 10.0, 10.0, 14.0], **changes)
        path = np.full(len(marks.at), np.nan)
        end = account_of(fills, stakes, np.array([1]), np.arange(1), 110.0, marks, path)
        assert path[-1] == end
        return path

    def test_of_a_purchase(self) -> None:
        stakes = stakes_for((2, 1), units=10.0)
        assert self.way(stakes, self.marks).tolist() == [110.0, 120.0, 130.0, 150.0]

    def test_of_a_short_sale(self) -> None:
        stakes = stakes_for((2, -1), units=10.0)
        assert self.way(stakes, self.marks).tolist() == [110.0, 100.0, 90.0, 70.0]

    def test_costs_come_when_they_are_paid(self) -> None:
        stakes = stakes_for((2, 1), units=5.0)
        way = self.way(stakes, self.marks, commission=0.1, per_unit=1.0)
        paid, sold = 5 * (1.0 + 1.0), 5 * (1.4 + 1.0)
        assert way == pytest.approx([110, 110 + 5 - paid, 110 + 10 - paid, 110 + 20 - paid - sold])

    def test_interest_grows_on_the_way(self) -> None:
        stakes, carry = stakes_for((2, 1), units=10.0), np.array([0.0, 0.1, 0.3, 0.6])
        way = self.way(stakes, self.marks, carry_long=carry, carry_short=carry)
        assert way == pytest.approx([110, 120, 130 - 2, 150 - 5])

    def test_looking_seldom_or_later_sees_the_same(self) -> None:
        stakes = stakes_for((2, 1), units=10.0)
        for places in ([0, 3], [2, 3], [1, 3], [3]):
            marks = Marks(np.array(places), self.marks.close[places])
            assert self.way(stakes, marks).tolist() == [[110.0, 120.0, 130.0, 150.0][place] for place in places]

    def test_an_order_that_is_left_out_changes_nothing(self) -> None:
        assert self.way(stakes_for((2, 1), units=1000.0), self.marks).tolist() == [110.0] * 4

    def test_who_has_lost_everything_stays_there(self) -> None:
        fills = fills_at([10.0, 30.0, 10.0, 10.0], [10.0, 30.0, 10.0, 10.0])
        path = np.empty(4)
        stakes = stakes_for((1, -1), (1, 1), share=1.0)
        end = account_of(fills, stakes, np.array([0, 2]), np.arange(2), 10.0, Marks(np.arange(4), np.ones(4)), path)
        assert path[1:].tolist() == [end] * 3
        assert end == -10.0
