"""One part of the split: slots of time common to all symbols, blocks as long as labels, intervals by slow means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.bootstrap import StationaryBootstrap
from ktrdr_app.neural.metrics import classification_metrics
from ktrdr_app.training.combine import pool
from ktrdr_app.training.parts import PartJudge, time_slots
from tests.training.blocks import HOUR, block

PRIOR = np.array([0.3, 0.5, 0.2])


def judged(blocks: list[FeatureBlock], seed: int = 0, skill: float = 2.0) -> tuple[PartJudge, FeatureBlock]:
    """Judge all rows by probabilities that lean towards the label."""
    pooled = pool(blocks)
    draw = np.random.default_rng(seed)
    powers = np.exp(
        draw.normal(size=(len(pooled), 3)) + skill * draw.random((len(pooled), 1)) * np.eye(3)[pooled.label]
    )
    p = powers / powers.sum(axis=1, keepdims=True)
    return PartJudge.of(pooled, np.arange(len(pooled)), p, PRIOR, seed), pooled


def test_slots_are_the_close_times_of_all_symbols() -> None:
    part, pooled = judged([block("A", 100), block("B", 50, start=1, step=2)])
    instants = sorted(set(pooled.close_time.tolist()))
    assert part.resample.slots == len(instants)
    assert [instants[slot] for slot in part.slot] == pooled.close_time.tolist()


@pytest.mark.parametrize("horizon", [5, 24])
def test_blocks_are_never_shorter_than_the_labels_look_ahead(horizon: int) -> None:
    part, _ = judged([block("A", 300, horizon=horizon), block("B", 300, horizon=horizon)])
    assert part.resample.block >= horizon
    assert judged([block("A", 300, horizon=horizon)])[0].resample.block < 100


def test_one_symbols_gap_does_not_stretch_the_blocks() -> None:
    whole, holed = block("A", 400, horizon=5), block("B", 400, horizon=5)
    ends = holed.label_end.copy()
    ends[100] += 250 * HOUR  # its next bar but four comes weeks later
    part, _ = judged([whole, replace(holed, label_end=ends)])
    assert part.resample.block < 50


def test_intervals_are_the_quantiles_of_figures_over_drawn_rows() -> None:
    """Draw whole slots, gather their rows, score them with the point metrics: the same ends come out."""
    part, pooled = judged([block("A", 60), block("B", 40, start=10)])
    repeats = 40
    part = replace(part, resample=StationaryBootstrap(part.resample.slots, 6.0, repeats, 3))
    counts = part.resample.sums(np.eye(part.resample.slots)).astype(int)
    for figures, own in ((part.with_interval(), np.ones(len(pooled), bool)), (None, pooled.symbol_id == 1)):
        found = part.by_symbol_with_intervals()["B"] if figures is None else figures
        drawn = []
        for count in counts:
            rows = np.repeat(np.flatnonzero(own), count[part.slot[own]])
            drawn.append(classification_metrics(part.p[rows], pooled.label[rows], PRIOR))
        for name in ("accuracy", "balanced_accuracy", "macro_f1", "mcc", "nll", "skill"):
            low, high = np.percentile([getattr(entry, name) for entry in drawn], [5, 95])
            assert found.intervals[name] == pytest.approx((low, high)), name
        gains = [entry.accuracy - entry.majority_accuracy for entry in drawn]
        assert found.intervals["accuracy_gain"] == pytest.approx(np.percentile(gains, [5, 95]))


def test_figures_are_those_of_each_symbols_own_rows() -> None:
    part, pooled = judged([block("A", 60), block("B", 40)])
    for number, name in enumerate("AB"):
        own = pooled.symbol_id == number
        expected = classification_metrics(part.p[own], pooled.label[own], PRIOR)
        assert part.by_symbol()[name] == expected
        assert replace(part.by_symbol_with_intervals()[name], intervals={}) == expected
        assert sum(entry.rows for entry in part.reliability()[name]) == own.sum()


def test_a_symbol_without_rows_is_left_out_and_one_of_few_rows_has_finite_ends() -> None:
    part, pooled = judged([block("A", 200), block("B", 8, start=190)])
    short = part.by_symbol_with_intervals()["B"]
    assert np.isfinite([end for ends in short.intervals.values() for end in ends]).all()
    only = PartJudge.of(pooled, np.arange(200), part.p[:200], PRIOR, 0)
    assert list(only.by_symbol()) == ["A"]


def test_symbols_that_move_together_scatter_more_than_independent_rows_would() -> None:
    """Eight copies of one symbol hold no more evidence than one; drawing rows singly would say they do."""
    one = block("S0", 400)
    alone, _ = judged([one])
    copies, pooled = judged([replace(one, symbols=(f"S{n}",)) for n in range(8)])
    copies = replace(copies, p=np.tile(alone.p, (8, 1)), resample=alone.resample)
    assert len(pooled) == 8 * 400
    assert copies.with_interval().intervals["skill"] == pytest.approx(alone.with_interval().intervals["skill"])


def test_the_same_seed_gives_the_same_ends_and_another_does_not() -> None:
    blocks = [block("A", 120), block("B", 90)]
    first = judged(blocks)[0]
    assert judged(blocks)[0].with_interval() == first.with_interval()
    other = replace(first, resample=replace(first.resample, seed=1))
    assert other.with_interval().intervals != first.with_interval().intervals


def test_time_slots_are_counted_over_all_rows() -> None:
    known = np.array([3, 1, 3, 7, 9]) * HOUR
    ended = np.array([9, 3, 8, 9, 9]) * HOUR
    slots, slot, spanned = time_slots(known, ended)
    assert slots == 4
    np.testing.assert_array_equal(slot, [1, 0, 1, 2, 3])
    assert spanned == pytest.approx(np.quantile([2, 1, 1, 1, 0], 0.95))
