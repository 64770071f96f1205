"""Rows counted piece after piece give what all of them at once give, and bins are counted as NumPy's search does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.features.coverage import CoverageReference
from ktrdr_app.features.distribution import Distribution, faint_rows
from ktrdr_app.features.drift_tally import MOST_ROWS, DriftTally, measure_drift
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.psi import bin_numbers

NAMES = ("low", "high", "roc")
ROWS = 600


def market(rows: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(rows, 3))
    values[:, :2] = np.clip(values[:, :2], 0, 1)
    return values.astype(np.float32)


TRAINING = market(ROWS, 0)
ALL = np.arange(ROWS)
REFERENCE = CoverageReference(
    Distribution.of(TRAINING, np.zeros(ROWS, np.int16), ALL, ("A",), NAMES, {"rsi": NAMES[:2], "one": NAMES[:1]}),
    Neighbourhood.of(TRAINING, ALL, ALL, 0),
)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 3000), max_size=5), seed=st.integers(0, 99))
def test_pieces_give_what_the_whole_gives(cuts: list[int], seed: int) -> None:
    values = market(3000, seed)
    tally = DriftTally(REFERENCE, len(values))
    for part in np.split(values, sorted(cuts)):
        tally.add(part, part * 2)
    assert tally.drift() == measure_drift(REFERENCE, values, values * 2)


def test_of_very_many_rows_the_same_ones_are_measured_in_pieces() -> None:
    values = market(MOST_ROWS + 777, 5)
    tally = DriftTally(REFERENCE, len(values))
    for part in np.array_split(values, 7):
        tally.add(part, part)
    evenly = values[np.linspace(0, len(values) - 1, MOST_ROWS).astype(int)]
    known = REFERENCE.neighbourhood.dissimilarity(evenly)
    found = tally.drift().distance
    assert known is not None
    assert found is not None
    assert (found.rows, found.median) == (MOST_ROWS, float(np.median(known)))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 2500), seed=st.integers(0, 99))
def test_shares_are_those_of_numpys_bins(rows: int, seed: int) -> None:
    values, known = market(rows, seed), REFERENCE.distribution
    ties = np.random.default_rng(seed).random(rows) < 0.2
    values[ties, 2] = known.edges[2][3]
    found = measure_drift(REFERENCE, values, values)
    for feature in found.features:
        column = NAMES.index(feature.name)
        numbers = bin_numbers(values[:, column], known.edges[column])
        bins = [None, *known.edges[column].tolist(), None]
        strangest = bins.index(feature.low, 1) if feature.low is not None else 0
        assert feature.high == bins[strangest + 1]
        assert feature.share == float(np.mean(numbers == strangest))
    assert [entry.faint for entry in found.inputs] == [
        float(np.mean(faint_rows(values[:, :2]))),
        float(np.mean(faint_rows(values[:, :1]))),
    ]


def test_rows_that_are_missing_or_too_many_are_refused() -> None:
    with pytest.raises(InvalidValue):
        DriftTally(REFERENCE, 0)
    tally = DriftTally(REFERENCE, 5)
    tally.add(TRAINING[:3], TRAINING[:3])
    with pytest.raises(InvalidValue, match="rows is 3"):
        tally.drift()
    with pytest.raises(InvalidValue):
        tally.add(TRAINING[:3], TRAINING[:3])
    with pytest.raises(InvalidValue):
        tally.add(TRAINING[:2, :2], TRAINING[:2, :2])
    tally.add(TRAINING[3:5], TRAINING[3:5])
    assert tally.drift().rows == 5


def test_read_only_rows_are_counted_too() -> None:
    values = market(50, 1)
    expected = measure_drift(REFERENCE, values, values)
    values.setflags(write=False)
    assert measure_drift(REFERENCE, values, values) == expected
