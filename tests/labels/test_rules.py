"""Trivial rules against slow twins, and that they know nothing of the future."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.rules import HORIZONS, RULES, Tally, last_known, tallies
from ktrdr_app.strategy.schema import LabelSettings
from tests.conftest import make_bars
from tests.reference import labels as slow


@given(entries=st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 12)), min_size=1, max_size=40))
def test_the_last_known_label_is_the_latest_whose_end_is_past(entries: list[tuple[int, int]]) -> None:
    label = [name for name, _ in entries]
    end = [min(row + span, len(entries) - 1) for row, (_, span) in enumerate(entries)]
    found = last_known(np.array(label, dtype=np.int8), np.array(end, dtype=np.int64))
    assert found.dtype == np.int8
    assert found.tolist() == slow.last_known(label, end)


@pytest.mark.parametrize("method", ["zigzag", "triple_barrier", "segment"])
@pytest.mark.parametrize("majority", [0, 1, 2])
def test_hits_are_counted_as_by_hand(method: str, majority: int) -> None:
    bars = make_bars(150, seed=5)
    bars["close"] = bars["close"].round(0)
    made = label_bars(bars, "1h", LabelSettings(method=method, threshold=0.02))
    close, label = bars["close"].tolist(), made.label.tolist()
    n = len(close)
    guesses = {
        "majority": [majority] * n,
        "always_buy": [0] * n,
        "momentum_20": [-1 if row < 20 else 0 if close[row] > close[row - 20] else 2 for row in range(n)],
        "above_sma_20": [
            -1 if row < 19 else 0 if close[row] > sum(close[row - 19 : row + 1]) / 20 else 2 for row in range(n)
        ],
        "last_known": slow.last_known(label, made.end_row.tolist()),
    }
    found = tallies(PriceArrays.of(bars), made.label, made.end_row, majority)
    assert list(found) == list(guesses) == list(RULES)
    for name, tally in found.items():
        for place, horizon in enumerate(HORIZONS):
            wanted = slow.tally(guesses[name], label, close, horizon)
            assert (tally.hits, tally.rows, tally.next_hits[place], tally.next_rows[place]) == wanted, name


def test_a_series_shorter_than_every_lag_has_no_rates() -> None:
    bars = make_bars(3)
    found = tallies(PriceArrays.of(bars), np.full(3, -1, dtype=np.int8), np.arange(3), 0)
    assert {tally.hit_rate for tally in found.values()} == {None}
    assert found["momentum_20"].document() == {
        "hit_rate": None,
        "rows": 0,
        "next_hit_rate": {"1": None, "5": None, "20": None},
        "next_rows": {"1": 0, "5": 0, "20": 0},
    }


def test_symbols_add_up() -> None:
    total = Tally.total([Tally(1, 4, (1, 2, 3), (2, 4, 6)), Tally(2, 4, (0, 0, 0), (2, 0, 0))])
    assert total == Tally(3, 8, (1, 2, 3), (4, 4, 6))
    assert total.hit_rate == 3 / 8
    assert total.next_hit_rates == {1: 0.25, 5: 0.5, 20: 0.5}
