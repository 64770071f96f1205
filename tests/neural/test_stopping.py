"""When training stops and which weights are kept, by table and against a look back over all losses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.neural.stopping import EarlyStopping


def run(losses: list[float], patience: int, min_delta: float) -> tuple[int, int, EarlyStopping]:
    """Feed losses until told to stop; epochs taken (0 if never stopped), best epoch, and the watcher."""
    stopping = EarlyStopping(patience, min_delta)
    for epoch, loss in enumerate(losses, start=1):
        if stopping.update(epoch, loss, np.full(2, float(epoch), np.float32)):
            return epoch, stopping.best_epoch, stopping
    return 0, stopping.best_epoch, stopping


@pytest.mark.parametrize(
    ("losses", "patience", "min_delta", "stops", "best"),
    [
        ([3, 2, 1, 0.5], 1, 0.0, 0, 4),
        ([1, 1, 1], 1, 0.0, 2, 1),
        ([1, 2, 3, 4], 2, 0.0, 3, 1),
        ([1, 2, 0.5, 2, 2], 2, 0.0, 5, 3),
        ([1, 2, 0.5, 2, 2], 3, 0.0, 0, 3),
        ([1, 0.95, 0.9, 0.85], 2, 0.2, 3, 3),
        ([1, 0.95, 0.9, 0.75, 0.7, 0.65], 3, 0.2, 0, 6),
        ([1, 0.9, 0.9], 1, 0.1, 2, 2),
        ([5], 1, 0.0, 0, 1),
    ],
)
def test_by_table(losses: list[float], patience: int, min_delta: float, stops: int, best: int) -> None:
    assert run(losses, patience, min_delta)[:2] == (stops, best)


@given(
    st.lists(st.integers(0, 30).map(lambda value: value / 10), min_size=1, max_size=30),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.15, 0.55]),
)
def test_the_best_is_the_first_lowest_of_what_was_seen(losses: list[float], patience: int, min_delta: float) -> None:
    stops, best, stopping = run(losses, patience, min_delta)
    seen = losses[: stops or len(losses)]
    assert best == seen.index(min(seen)) + 1
    assert stopping.best_figure == min(seen)
    assert stopping.best_weights.tolist() == [best, best]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 8))
def test_without_min_delta_it_stops_patience_epochs_after_the_best(losses: list[int], patience: int) -> None:
    stops, best, _ = run([float(loss) for loss in losses], patience, 0.0)
    if stops:
        assert stops == best + patience
    else:
        assert len(losses) < best + patience


def test_creeping_gains_add_up_or_end_the_run_and_are_kept() -> None:
    stops, best, _ = run([1 - 0.001 * step for step in range(100)], 15, 0.01)
    assert (stops, best) == (0, 100)
    stops, best, _ = run([1 - 0.001 * step for step in range(100)], 15, 0.05)
    assert (stops, best) == (16, 16)


@given(
    st.lists(st.integers(0, 30).map(lambda value: value / 10), min_size=1, max_size=30),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.15, 0.55]),
)
def test_what_is_left_of_the_patience_is_told_before_and_ends_at_none(
    losses: list[float], patience: int, min_delta: float
) -> None:
    stopping = EarlyStopping(patience, min_delta)
    for epoch, loss in enumerate(losses, start=1):
        left = stopping.left_after(epoch, loss)
        assert left <= patience
        assert stopping.update(epoch, loss, np.zeros(1, np.float32)) is (left <= 0)
        if left <= 0:
            break
        assert stopping.left_after(epoch + 1, 1e9) == left - 1, "an epoch that is no better costs one"


def test_a_better_figure_gives_all_patience_back() -> None:
    stopping = EarlyStopping(5, 0.0)
    for epoch, loss in enumerate((3.0, 4.0, 4.0), start=1):
        stopping.update(epoch, loss, np.zeros(1, np.float32))
    assert stopping.left_after(4, 3.5) == 2
    assert stopping.left_after(4, 2.9) == 5
