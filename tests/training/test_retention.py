"""Retention on skills whose replicates are known, its bound against draws of our own, and effective rows."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.neural.bootstrap import StationaryBootstrap
from ktrdr_app.training.folds import Losses
from ktrdr_app.training.retention import (
    FAIL,
    NO_SKILL,
    PASS,
    Retention,
    Skill,
    TestSpan,
    effective_rows,
    retention_of,
    span_of,
)

REPEATS = 400
RANDOM = np.random.default_rng(11)
NOISE = RANDOM.normal(scale=0.004, size=REPEATS)


def skill(value: float, noise: np.ndarray | float = 0.0) -> Skill:
    """Return a skill whose replicates scatter around it."""
    return Skill(value, value + noise * np.ones(REPEATS))


def judged(
    seen: dict[str, float], unseen: dict[str, float], weights: dict[str, float] | None = None, noise: float = 1.0
) -> Retention:
    """Judge skills that all scatter together."""
    scattered = [{name: skill(value, noise * NOISE) for name, value in side.items()} for side in (seen, unseen)]
    return retention_of(scattered[0], scattered[1], weights or dict.fromkeys(seen, 1.0))


def test_all_of_it_kept_is_a_pass() -> None:
    found = judged({"A": 0.05, "B": 0.03}, {"A": 0.05, "B": 0.03})
    assert found.verdict == PASS
    assert found.retention is not None
    assert (found.retention.value, found.retention.low, found.retention.high) == pytest.approx((1, 1, 1))
    assert not found.short
    assert found.below_floor == ()


def test_weights_decide_how_much_a_symbol_counts() -> None:
    found = judged({"A": 0.05, "B": 0.02}, {"A": 0.05, "B": 0.0}, {"A": 300.0, "B": 100.0}, noise=0.0)
    assert found.retention is not None
    assert found.retention.value == pytest.approx(300 * 0.05 / (300 * 0.05 + 100 * 0.02))
    assert found.skill.value == pytest.approx((300 * 0.05 + 100 * 0.02) / 400)
    assert found.costliest == "B"


def test_the_costliest_symbol_is_told_by_weight_too() -> None:
    seen, unseen = {"A": 0.05, "B": 0.05}, {"A": 0.03, "B": 0.01}
    assert judged(seen, unseen, {"A": 10.0, "B": 1.0}).costliest == "A"
    assert judged(seen, unseen, {"A": 1.0, "B": 1.0}).costliest == "B"


@pytest.mark.parametrize(("kept", "verdict"), [(0.8001, PASS), (0.7999, FAIL)])
def test_the_bound_must_reach_80_percent(kept: float, verdict: str) -> None:
    found = judged({"A": 0.05, "B": 0.05}, {"A": 0.05 * kept, "B": 0.05 * kept}, noise=0.0)
    assert found.verdict == verdict
    assert found.short == (verdict == FAIL)


@pytest.mark.parametrize(("worst", "verdict"), [(-0.0099, PASS), (-0.0101, FAIL)])
def test_no_symbol_may_lie_below_the_floor(worst: float, verdict: str) -> None:
    found = judged({"A": 0.2, "B": 0.001}, {"A": 0.2, "B": worst}, noise=0.0)
    assert found.verdict == verdict
    assert not found.short
    assert found.below_floor == (("B",) if verdict == FAIL else ())


def test_the_worst_stands_first_below_the_floor() -> None:
    assert judged({"A": 0.2, "B": 0.2}, {"A": -0.02, "B": -0.5}).below_floor == ("B", "A")


def test_it_is_the_lower_bound_that_counts_not_the_value() -> None:
    noise = np.linspace(-1, 1, REPEATS)
    seen = {"A": skill(0.05)}
    for spread, verdict in ((0.002, PASS), (0.02, FAIL)):
        found = retention_of(seen, {"A": skill(0.048, spread * noise)}, {"A": 1.0})
        assert found.verdict == verdict
        assert found.retention is not None
        assert found.retention.value == pytest.approx(0.96)
        assert found.retention.low == pytest.approx(0.96 - 0.9 * spread / 0.05, abs=1e-3)


def test_skill_that_may_be_chance_is_no_skill_to_generalise_however_much_is_kept() -> None:
    wide = 0.05 * np.linspace(-1, 1, REPEATS)
    found = retention_of({"A": skill(0.04, wide)}, {"A": skill(0.04, wide)}, {"A": 1.0})
    assert found.skill.low < 0 < found.skill.value
    assert (found.verdict, found.retention) == (NO_SKILL, None)
    assert not found.short


def test_a_replicate_without_skill_to_divide_by_counts_as_nothing_kept() -> None:
    replicates = np.full(REPEATS, 0.05)
    replicates[:12] = -0.05  # 3 %: the bound of the skill is above 0
    seen = Skill(0.05, replicates)
    found = retention_of({"A": seen}, {"A": seen}, {"A": 1.0})
    assert found.verdict == PASS
    replicates[:25] = -0.05  # now above 5 %
    assert retention_of({"A": Skill(0.05, replicates)}, {"A": seen}, {"A": 1.0}).verdict == NO_SKILL


def test_a_symbol_adds_nothing_to_a_replicate_without_its_rows() -> None:
    holes = np.full(REPEATS, 0.05)
    holes[::4] = np.nan
    gone = {"A": skill(0.05, NOISE), "B": Skill(0.05, holes)}
    found = retention_of(gone, gone, {"A": 1.0, "B": 1.0})
    assert found.verdict == PASS
    assert found.unseen["B"].low == pytest.approx(0.05)
    assert found.skill.low < 0.03  # A alone, at half the weight


def _losses(rows: int, gain: float, random: np.random.Generator) -> Losses:
    prior = 1.0 + 0.1 * random.normal(size=rows)
    return Losses(prior - gain - 0.2 * random.normal(size=rows), prior)


def _drawn(slots: int, block: float, random: np.random.Generator) -> np.ndarray:
    """Return the slots of one replicate: a new block with chance 1/block at each step, time being a circle."""
    places = np.empty(slots, dtype=int)
    for step in range(slots):
        new = step == 0 or random.random() < 1 / block
        places[step] = random.integers(slots) if new else (places[step - 1] + 1) % slots
    return places


def test_bounds_are_those_of_another_bootstrap_of_the_same_blocks() -> None:
    random, slots = np.random.default_rng(5), 300
    seen = {name: _losses(slots, 0.06, random) for name in "AB"}
    unseen = {
        name: Losses(entry.model + 0.005 + 0.05 * random.normal(size=slots), entry.prior)
        for name, entry in seen.items()
    }
    weights = {"A": 2.0, "B": 1.0}
    span = TestSpan(dict.fromkeys("AB", np.arange(slots)), StationaryBootstrap(slots, 5.0, seed=1))
    found = retention_of(
        {name: span.skill(name, entry) for name, entry in seen.items()},
        {name: span.skill(name, entry) for name, entry in unseen.items()},
        weights,
    )

    def total(side: dict[str, Losses], places: np.ndarray) -> float:
        return sum(w * (1 - side[n].model[places].sum() / side[n].prior[places].sum()) for n, w in weights.items())

    draws = [_drawn(slots, 5.0, random) for _ in range(2000)]
    ratios = np.array([total(unseen, places) / total(seen, places) for places in draws])
    low, high = np.quantile(ratios, [0.05, 0.95])
    assert found.retention is not None
    assert found.retention.low == pytest.approx(low, abs=0.15 * ratios.std())
    assert found.retention.high == pytest.approx(high, abs=0.15 * ratios.std())
    whole = np.arange(slots)
    assert found.retention.value == pytest.approx(total(unseen, whole) / total(seen, whole))


def test_skill_of_a_symbol_that_has_rows_at_some_moments_only() -> None:
    random, slots = np.random.default_rng(2), 60
    place = np.array([3, 4, 5, 40, 41])
    losses = _losses(len(place), 0.1, random)
    resample = StationaryBootstrap(slots, 4.0, seed=3)
    found = TestSpan({"A": place}, resample).skill("A", losses)
    assert found.value == pytest.approx(1 - losses.model.sum() / losses.prior.sum())
    for counts, replicate in zip(resample.sums(np.eye(slots)), found.replicates, strict=True):
        above, below = counts[place] @ losses.model, counts[place] @ losses.prior
        if below == 0:
            assert np.isnan(replicate)
        else:
            assert replicate == pytest.approx(1 - above / below)
    assert np.isnan(found.replicates).any()
    assert np.isfinite(found.bounded().low)


def test_blocks_are_as_long_as_labels_and_the_slowest_gain_want() -> None:
    random, slots = np.random.default_rng(4), 800
    place = {"A": np.arange(slots)}
    quick, slow = random.normal(size=slots), np.repeat(random.normal(size=slots // 20), 20)
    lengths = [
        span_of(slots, place, [{"A": gain} for gain in gains], least, 0).resample.block
        for gains, least in (([quick], 0.0), ([quick], 12.0), ([quick, slow], 12.0))
    ]
    assert lengths[0] < 5
    assert lengths[1] == 12
    assert lengths[2] > 15


def test_gains_of_several_symbols_are_added_moment_by_moment() -> None:
    random, slots = np.random.default_rng(4), 400
    slow = np.repeat(random.normal(size=slots // 20), 20)
    place = {"A": np.arange(slots), "B": np.arange(slots)}
    assert span_of(slots, place, [{"A": slow, "B": -slow}], 1.0, 0).resample.block == 1.0


def _pairwise(gain: np.ndarray) -> float:
    """Return n / (1 + 2 Σ ρ_k) over pairs of lags for as long as they are above 0, lag by lag."""
    n, spread = len(gain), gain - gain.mean()
    total, lag = 0.0, 0
    while lag + 1 < n:
        pair = sum(float(spread[: n - k] @ spread[k:]) for k in (lag, lag + 1)) / float(spread @ spread)
        if pair <= 0:
            break
        total += pair
        lag += 2
    return n / max(1.0, 2 * total - 1)


@pytest.mark.parametrize("rows", [2, 3, 50, 501])
def test_effective_rows_are_those_of_a_slow_loop(rows: int) -> None:
    gain = np.convolve(np.random.default_rng(rows).normal(size=rows + 9), np.ones(10), "valid")
    assert effective_rows(gain) == pytest.approx(_pairwise(gain))


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_effective_rows_of_a_process_with_known_memory(memory: float) -> None:
    random, rows = np.random.default_rng(1), 60_000
    gain = np.zeros(rows)
    for row in range(1, rows):
        gain[row] = memory * gain[row - 1] + random.normal()
    assert effective_rows(gain) == pytest.approx(rows * (1 - memory) / (1 + memory), rel=0.12)


def test_effective_rows_are_never_more_than_rows() -> None:
    swinging = np.where(np.arange(100) % 2 == 0, 1.0, -1.0)
    assert effective_rows(swinging) == 100
    assert effective_rows(np.full(7, 0.25)) == 7
