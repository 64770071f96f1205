"""Splits: chronological, at common instants, purged over all symbols, with nothing lost in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.strategy.schema import SplitSettings
from ktrdr_app.training.combine import pool
from ktrdr_app.training.split import Split, cuts_of, split_at, split_by_time
from tests.training.blocks import HOUR, block

SETTINGS = SplitSettings()


@given(
    rows=st.lists(st.integers(300, 500), min_size=1, max_size=4),
    starts=st.lists(st.integers(0, 100), min_size=4, max_size=4),
    horizon=st.integers(1, 15),
    embargo=st.sampled_from([0.0, 0.001, 0.02]),
)
def test_parts_are_in_order_disjoint_and_purged(
    rows: list[int], starts: list[int], horizon: int, embargo: float
) -> None:
    pooled = pool([block(f"S{i}", n, start=starts[i], horizon=horizon) for i, n in enumerate(rows)])
    split = split_by_time(pooled, SplitSettings(embargo=embargo))
    parts = [set(split.train.tolist()), set(split.validation.tolist()), set(split.test.tolist())]
    assert not (parts[0] & parts[1])
    assert not (parts[1] & parts[2])
    assert not (parts[0] & parts[2])
    assert sum(map(len, parts)) + split.purged + split.embargoed == len(pooled)
    known, ended = pooled.close_time, pooled.label_end
    assert ended[split.train].max() <= split.train_end <= split.validation_start < known[split.validation].min()
    assert ended[split.validation].max() <= split.validation_end <= split.test_start < known[split.test].min()
    between = [(split.train_end, split.validation_start), (split.validation_end, split.test_start)]
    assert split.embargoed == sum(any(low < t <= high for low, high in between) for t in known.tolist())


def test_only_rows_whose_label_reaches_over_a_cut_are_purged() -> None:
    pooled = pool([block("A", 1000, horizon=7)])
    split = split_by_time(pooled, SETTINGS)
    assert split.train_end == 699 * HOUR
    assert split.validation_end == 849 * HOUR
    assert split.purged == 14
    left = np.setdiff1d(np.arange(1000), np.concatenate([split.train, split.validation, split.test]))
    assert left.tolist() == [*range(693, 700), *range(843, 850)]


def test_an_embargo_leaves_out_the_rows_right_after_each_cut_and_no_others() -> None:
    pooled = pool([block("A", 1000, horizon=7)])
    split, without = split_by_time(pooled, SplitSettings(embargo=0.02)), split_by_time(pooled, SETTINGS)
    np.testing.assert_array_equal(split.train, without.train)
    assert (split.validation[0], split.test[0]) == (720, 870)
    assert (without.validation[0], without.test[0]) == (700, 850)
    assert (split.purged, split.embargoed) == (without.purged, 40)
    assert (split.validation_start, split.test_start) == (719 * HOUR, 869 * HOUR)
    assert (without.validation_start, without.embargoed) == (without.train_end, 0)


def test_an_embargo_is_the_same_instants_for_every_symbol() -> None:
    pooled = pool([block("A", 1000), block("B", 500, step=2)])
    split = split_by_time(pooled, SplitSettings(embargo=0.03))
    for owner in (0, 1):
        own = pooled.close_time[split.test[pooled.symbol_id[split.test] == owner]]
        assert split.test_start < own.min() <= split.test_start + 2 * HOUR


def test_symbols_are_cut_at_the_same_instant_not_the_same_row() -> None:
    early, late = block("EARLY", 800), block("LATE", 400, start=400)
    split = split_by_time(pool([early, late]), SETTINGS)
    owner = pool([early, late]).symbol_id
    known = pool([early, late]).close_time
    for part in (split.train, split.validation, split.test):
        spans = [(known[part][owner[part] == s].min(), known[part][owner[part] == s].max()) for s in (0, 1)]
        assert spans[0][1] == spans[1][1]
    assert (owner[split.train] == 0).sum() > 2 * (owner[split.train] == 1).sum()


def test_a_symbol_that_begins_after_the_training_cut_is_named() -> None:
    with pytest.raises(TooFewRows, match="YOUNG"):
        split_by_time(pool([block("OLD", 1000), block("YOUNG", 100, start=900)]), SETTINGS)


def test_a_symbol_with_few_rows_before_the_cut_is_named_with_their_number() -> None:
    with pytest.raises(TooFewRows, match="training part of YOUNG has 15 usable rows, 30 are needed"):
        split_by_time(pool([block("OLD", 1000), block("YOUNG", 300, start=680)]), SETTINGS)


@pytest.mark.parametrize(("rows", "word"), [(60, "validation"), (30, "training")])
def test_parts_that_are_too_small_are_named(rows: int, word: str) -> None:
    with pytest.raises(TooFewRows, match=word):
        split_by_time(pool([block("A", rows)]), SETTINGS)


def test_other_shares_move_the_cuts() -> None:
    split = split_by_time(pool([block("A", 1000)]), SplitSettings(train=0.5, validation=0.3, test=0.2))
    assert (split.train_end, split.validation_end) == (499 * HOUR, 799 * HOUR)


def test_a_symbol_on_its_own_is_cut_where_all_are_cut() -> None:
    early, late = block("A", 600), block("B", 600, start=200)
    settings = SplitSettings()
    whole, cuts = pool([early, late]), cuts_of(pool([early, late]), settings)
    together, alone = split_at(whole, cuts), split_at(late, cuts)
    assert _parts(together) == _parts(split_by_time(whole, settings))
    for name in ("train", "validation", "test"):
        rows = getattr(together, name)
        np.testing.assert_array_equal(getattr(alone, name), rows[rows >= len(early)] - len(early))
    assert cuts_of(late, settings) != cuts
    assert (alone.train_end, alone.validation_end) == (cuts.train_end, cuts.validation_end)


def _parts(split: Split) -> list[list[int]]:
    return [rows.tolist() for rows in (split.train, split.validation, split.test)]
