"""Tails and time under water against the published definitions, spelt out slowly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.curve import checked_curve
from ktrdr_app.backtesting.risk import DAY, tail_figures, water_figures

returns = st.lists(st.floats(-0.5, 0.5).map(lambda value: round(value, 4)), min_size=1, max_size=80)
curves = st.lists(st.floats(50.0, 200.0).map(lambda value: round(value, 1)), min_size=1, max_size=40)


class TestTails:
    @given(returns)
    def test_against_sorted_lists(self, values: list[float]) -> None:
        figures = tail_figures(np.array(values))
        ordered = sorted(values)
        worst = ordered[: math.floor(0.05 * (len(values) - 1)) + 1]
        low, high = np.percentile(values, 5), np.percentile(values, 95)
        losses = -sum(value for value in values if value < 0)
        assert figures["var_95"] == pytest.approx(low)
        assert figures["cvar_95"] == pytest.approx(sum(worst) / len(worst))
        assert (figures["best"], figures["worst"]) == (ordered[-1], ordered[0])
        assert figures["positive_share"] == pytest.approx(sum(value > 0 for value in values) / len(values))
        gains = sum(value for value in values if value > 0)
        assert figures["omega"] == (pytest.approx(gains / losses) if losses else None)
        if figures["tail_ratio"] is not None:
            assert figures["tail_ratio"] == pytest.approx(abs(high) / abs(low))

    @given(returns.filter(lambda values: len(values) > 1))
    def test_the_mean_of_the_worst_is_no_better_than_their_bound(self, values: list[float]) -> None:
        figures = tail_figures(np.array(values))
        assert figures["worst"] <= figures["cvar_95"] + 1e-12
        assert figures["cvar_95"] <= figures["var_95"] + 1e-12

    def test_no_return_no_figure(self) -> None:
        assert set(tail_figures(np.zeros(0)).values()) == {None}

    def test_only_gains_have_no_omega(self) -> None:
        assert tail_figures(np.array([0.1, 0.2]))["omega"] is None


class TestWater:
    @given(curves, st.floats(50.0, 200.0).map(lambda value: round(value, 1)))
    def test_against_a_walk_over_the_curve(self, curve: list[float], capital: float) -> None:
        figures = water_figures(checked_curve(curve), np.arange(len(curve)) * int(DAY), capital)
        falls, under, longest = [], 0, 0
        for bar, value in enumerate(curve):
            peak = max([capital, *curve[: bar + 1]])
            falls.append(value / peak - 1)
            under += value < peak
        for high in range(len(curve)):
            top = max([capital, *curve[: high + 1]])
            if high and curve[high] != top:
                continue
            below = [bar for bar in range(high + 1, len(curve)) if curve[bar] >= top]
            end = below[0] if below else len(curve) - 1
            if any(curve[bar] < top for bar in range(high, end + 1)):
                longest = max(longest, end - high)
        assert figures["ulcer_index"] == pytest.approx(math.sqrt(sum(fall**2 for fall in falls) / len(falls)), abs=1e-9)
        assert figures["share_under_water"] == pytest.approx(under / len(curve))
        assert figures["longest_under_water_days"] == longest

    def test_rows_name_the_high_and_the_recovery(self) -> None:
        curve = [100.0, 110.0, 90.0, 100.0, 110.0, 105.0]
        figures = water_figures(checked_curve(curve), np.arange(6) * int(DAY), 100.0)
        assert (figures["longest_under_water_from"], figures["longest_under_water_to"]) == (1, 4)
        assert figures["longest_under_water_days"] == 3

    def test_time_counts_not_bars(self) -> None:
        days = np.array([0, 1, 2, 3, 30, 31]) * int(DAY)
        figures = water_figures(checked_curve([100.0, 90.0, 95.0, 101.0, 99.0, 98.0]), days, 100.0)
        assert figures["longest_under_water_days"] == 28
        assert (figures["longest_under_water_from"], figures["longest_under_water_to"]) == (3, 5)

    def test_never_under_water(self) -> None:
        figures = water_figures(checked_curve([100.0, 101.0, 101.0]), np.arange(3) * int(DAY), 100.0)
        assert (figures["ulcer_index"], figures["share_under_water"], figures["longest_under_water_days"]) == (0, 0, 0)
        assert figures["longest_under_water_from"] is None
        assert figures["longest_under_water_to"] is None
