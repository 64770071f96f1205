"""Average uniqueness against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.labels.uniqueness import uniqueness
from tests.reference import labels as slow


@given(entries=st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 12)), min_size=1, max_size=40))
def test_uniqueness_is_the_mean_share_of_each_bar(entries: list[tuple[int, int]]) -> None:
    label = [name for name, _ in entries]
    end = [min(row + span, len(entries) - 1) for row, (_, span) in enumerate(entries)]
    found = uniqueness(np.array(label, dtype=np.int8), np.array(end, dtype=np.int64))
    assert found.tolist() == pytest.approx(slow.uniqueness(label, end), nan_ok=True)


def test_labels_that_do_not_overlap_are_wholly_their_own() -> None:
    found = uniqueness(np.array([0, -1, 2, -1], dtype=np.int8), np.array([1, 1, 3, 3]))
    np.testing.assert_array_equal(found, [1.0, np.nan, 1.0, np.nan])
    together = uniqueness(np.zeros(4, dtype=np.int8), np.full(4, 3))
    np.testing.assert_allclose(together[3], 1 / 4)
