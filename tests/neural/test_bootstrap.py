"""The block bootstrap: against a walk slot by slot, against theory on AR(1) series, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.bootstrap import StationaryBootstrap, block_length, interval


def ar1(phi: float, slots: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=slots + 500)
    return lfilter([1.0], [1.0, -phi], noise)[500:]


def slow_sums(values: np.ndarray, block: float, repeats: int, seed: int) -> np.ndarray:
    """Draw slot after slot: at the end of a block jump anywhere, else go on, around the circle."""
    random = seeds.generator(seed, "bootstrap")
    slots = len(values)
    out = []
    for _ in range(repeats):
        total, drawn = np.zeros(values.shape[1]), 0
        while drawn < slots:
            place, length = int(random.random() * slots), 1
            if block > 1:
                length += math.floor(math.log(1 - random.random()) / math.log(1 - 1 / block))
            for _ in range(length):
                if drawn < slots:
                    total += values[place % slots]
                    place, drawn = place + 1, drawn + 1
        out.append(total)
    return np.array(out)


def slow_length(series: np.ndarray) -> float:
    """Politis and White (2004), section 3, read aloud."""
    slots = len(series)
    mean = sum(series) / slots

    def covariance(lag: int) -> float:
        return sum((series[i] - mean) * (series[i + lag] - mean) for i in range(slots - lag)) / slots

    def window(share: float) -> float:
        return 1.0 if share <= 0.5 else 2 * (1 - share)

    run = max(5, math.ceil(math.sqrt(math.log10(slots))))
    longest = math.ceil(math.sqrt(slots)) + run
    bound = 2 * math.sqrt(math.log10(slots) / slots) * covariance(0)
    width = longest
    for lag in range(longest - run + 1):
        if all(abs(covariance(lag + step)) < bound for step in range(1, run + 1)):
            width = min(2 * max(1, lag), longest)
            break
    slope = sum(2 * window(k / width) * k * covariance(k) for k in range(1, width + 1))
    level = covariance(0) + sum(2 * window(k / width) * covariance(k) for k in range(1, width + 1))
    return (2 * slope**2 / (2 * level**2)) ** (1 / 3) * slots ** (1 / 3)


class TestSums:
    @settings(max_examples=40, deadline=None)
    @given(slots=st.integers(1, 40), block=st.sampled_from([1.0, 1.5, 4.0, 100.0]), seed=st.integers(0, 999))
    def test_equal_a_walk_slot_by_slot(self, slots: int, block: float, seed: int) -> None:
        values = np.random.default_rng(seed).integers(-5, 6, (slots, 3)).astype(float)
        ours = StationaryBootstrap(slots, block, 7, seed).sums(values)
        np.testing.assert_allclose(ours, slow_sums(values, block, 7, seed), atol=1e-9)

    def test_every_replicate_has_as_many_slots_as_there_are(self) -> None:
        counts = StationaryBootstrap(60, 5.0, 200).sums(np.eye(60))
        np.testing.assert_array_equal(counts.sum(axis=1), 60)
        assert (counts >= 0).all()

    def test_every_slot_is_drawn_alike_around_the_circle(self) -> None:
        counts = StationaryBootstrap(25, 4.0, 20_000).sums(np.eye(25))
        np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.05)

    def test_blocks_are_geometric_with_the_mean_asked_for(self) -> None:
        # slot i+1 follows slot i in a replicate with chance 1 - 1/block, plus a jump that happens to land there
        slots, block = 2_000, 8.0
        counts = StationaryBootstrap(slots, block, 400, 3).sums(np.eye(slots))
        together = np.mean(counts[:, :-1] * counts[:, 1:])  # 1 + P(block goes on): independent slots would give 1
        assert together == pytest.approx(1 + (1 - 1 / block), abs=0.03)

    def test_the_draws_are_the_same_whatever_is_asked(self) -> None:
        values = np.random.default_rng(0).normal(size=(300, 4))
        resample = StationaryBootstrap(300, 6.0, 50, 9)
        apart = np.concatenate([resample.sums(values[:, [column]]) for column in range(4)], axis=1)
        np.testing.assert_array_equal(resample.sums(values), apart)
        assert not np.array_equal(StationaryBootstrap(300, 6.0, 50, 10).sums(values), apart)

    def test_slots_left_empty_by_one_symbol_keep_symbols_together(self) -> None:
        first = np.random.default_rng(1).normal(size=(200, 1))
        second = np.where(np.arange(200)[:, np.newaxis] % 2 == 0, 3 * first, 0.0)
        resample = StationaryBootstrap(200, 10.0, 300)
        whole, half = resample.sums(first * (second != 0)), resample.sums(second)
        np.testing.assert_allclose(half, 3 * whole)


class TestCoverage:
    def test_blocks_hold_the_mean_of_an_autocorrelated_series_and_single_rows_do_not(self) -> None:
        held = {True: 0, False: 0}
        trials = 200
        for trial in range(trials):
            series = ar1(0.7, 800, trial)
            for blocks in held:
                length = block_length(series) if blocks else 1.0
                means = StationaryBootstrap(800, length, 400, trial).sums(series[:, np.newaxis])[:, 0] / 800
                low, high = interval(means)
                held[blocks] += low <= 0 <= high
        assert 0.80 <= held[True] / trials <= 0.96
        assert held[False] / trials < 0.60

    def test_the_interval_is_of_quantiles(self) -> None:
        values = np.random.default_rng(0).normal(size=999)
        assert interval(values) == pytest.approx((np.percentile(values, 5), np.percentile(values, 95)))
        assert interval(values, 0.5) == pytest.approx((np.percentile(values, 25), np.percentile(values, 75)))


class TestBlockLength:
    @pytest.mark.parametrize("phi", [-0.4, 0.0, 0.5, 0.9])
    @pytest.mark.parametrize("slots", [150, 400])
    def test_is_the_published_rule(self, phi: float, slots: int) -> None:
        series = ar1(phi, slots, 4)
        expected = min(slow_length(list(series)), math.ceil(3 * math.sqrt(slots)), slots / 3)
        assert block_length(series) == pytest.approx(max(1.0, expected))

    @pytest.mark.parametrize("phi", [0.5, 0.8])
    def test_approaches_the_best_length_of_an_ar1_series(self, phi: float) -> None:
        # R(k) = phi^k / (1 - phi²): G = 2 phi / ((1 - phi)² (1 - phi²)), D = 2 / (1 - phi)^4
        slots = 20_000
        slope, spread = 2 * phi / ((1 - phi) ** 2 * (1 - phi**2)), 2 / (1 - phi) ** 4
        best = (2 * slope**2 / spread * slots) ** (1 / 3)
        found = np.mean([block_length(ar1(phi, slots, seed)) for seed in range(8)])
        assert found == pytest.approx(best, rel=0.15)

    def test_is_never_shorter_than_what_overlaps_nor_longer_than_a_third(self) -> None:
        noise = np.random.default_rng(0).normal(size=300)
        assert block_length(noise, least=24) == 24
        assert block_length(noise, least=1000) == 100
        assert block_length(np.cumsum(noise)) <= math.ceil(3 * math.sqrt(300))

    @pytest.mark.parametrize("series", [np.zeros(50), np.ones(50), np.array([1.0]), np.arange(5.0)])
    def test_a_series_that_says_nothing_has_the_least(self, series: np.ndarray) -> None:
        assert block_length(series) == 1
        assert block_length(series, least=2) == min(2, max(1, len(series) / 3))


class TestRefusals:
    @pytest.mark.parametrize("changes", [{"slots": 0}, {"block": 0.5}, {"block": math.nan}, {"repeats": 0}])
    def test_numbers_from_which_nothing_can_be_drawn(self, changes: dict[str, float]) -> None:
        with pytest.raises(InvalidValue, match=next(iter(changes))):
            StationaryBootstrap(**({"slots": 10, "block": 2.0} | changes))

    @pytest.mark.parametrize("shape", [(9, 2), (11, 2), (10,)])
    def test_an_array_of_other_slots(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(InvalidValue, match="by_slot"):
            StationaryBootstrap(10, 2.0).sums(np.zeros(shape))
