"""Tails and time under water against the published definitions, spelt out slowly."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

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


class TestPublishedForms:
    @given(returns)
    def test_the_mean_of_the_worst_is_the_best_bound_less_its_shortfall(self, values: list[float]) -> None:
        """Rockafellar and Uryasev 2000: CVaR = max over c of c - E[max(c - r, 0)] / share."""
        exact = [Fraction(value) for value in values]
        share = Fraction(math.floor(0.05 * (len(values) - 1)) + 1, len(values))
        bounds = [bound - sum(max(bound - each, 0) for each in exact) / len(exact) / share for bound in exact]
        assert tail_figures(np.array(values))["cvar_95"] == pytest.approx(float(max(bounds)), abs=1e-12)

    @given(returns.filter(lambda values: len(values) > 1))
    def test_percentiles_are_the_inclusive_quantiles_of_the_standard_library(self, values: list[float]) -> None:
        cuts = statistics.quantiles(values, n=20, method="inclusive")
        figures = tail_figures(np.array(values))
        assert figures["var_95"] == pytest.approx(cuts[0], abs=1e-12)
        expected = abs(cuts[-1]) / abs(cuts[0]) if abs(cuts[0]) > 1e-9 else None
        if expected is not None:
            assert figures["tail_ratio"] == pytest.approx(expected)

    @given(returns)
    def test_omega_is_one_more_than_the_mean_over_the_mean_loss(self, values: list[float]) -> None:
        """Omega = 1 + E[r] / E[max(-r, 0)], as Kaplan and Knowles 2004 write it."""
        exact = [Fraction(value) for value in values]
        losses = sum(max(-each, 0) for each in exact)
        omega = tail_figures(np.array(values))["omega"]
        assert omega == (pytest.approx(float(1 + sum(exact) / losses)) if losses else None)

    @given(returns)
    def test_turning_the_sign_turns_the_figures(self, values: list[float]) -> None:
        plain, turned = tail_figures(np.array(values)), tail_figures(-np.array(values))
        assert (turned["best"], turned["worst"]) == (-plain["worst"], -plain["best"])  # type: ignore[operator]
        if plain["omega"] and turned["omega"]:
            assert plain["omega"] * turned["omega"] == pytest.approx(1.0)

    @given(curves, st.sampled_from([0.01, 3.0, 1000.0]))
    def test_depth_does_not_depend_on_the_currency(self, curve: list[float], rate: float) -> None:
        stamps = np.arange(len(curve)) * int(DAY)
        home = water_figures(checked_curve(curve), stamps, 100.0)
        away = water_figures(checked_curve([2.0 * value for value in curve]), stamps, 200.0)
        assert home == away
        scaled = water_figures(checked_curve([rate * value for value in curve]), stamps, rate * 100.0)
        assert scaled["ulcer_index"] == pytest.approx(home["ulcer_index"], abs=1e-9)

    @given(curves)
    def test_the_ulcer_lies_between_nothing_and_the_deepest_fall(self, curve: list[float]) -> None:
        figures = water_figures(checked_curve(curve), np.arange(len(curve)) * int(DAY), 100.0)
        peak, falls = Fraction(100), []
        for value in map(Fraction, curve):
            peak = max(peak, value)
            falls.append(1 - value / peak)
        mean_square = sum(fall**2 for fall in falls) / len(falls)
        assert figures["ulcer_index"] == pytest.approx(math.sqrt(float(mean_square)), abs=1e-12)
        assert float(sum(falls) / len(falls)) - 1e-12 <= figures["ulcer_index"] <= float(max(falls)) + 1e-12  # type: ignore[operator]
