"""The dissimilarity index against SciPy's distances, its threshold against a slow twin, and what is no sample."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.files import json_text
from ktrdr_app.features.neighbourhood import (
    SAMPLE_ROWS,
    SPANS,
    Neighbourhood,
    mean_distance,
    nearest_distance,
)

ROWS = st.integers(1, 30)
CELLS = st.floats(-1e3, 1e3, width=32)


def table(rows: int, features: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(rows, features)).astype(np.float32)


def hours(rows: int) -> NDArray[np.int64]:
    return np.arange(rows, dtype=np.int64) * 3_600_000_000_000


def made(rows: int = 900, features: int = 4, seed: int = 0) -> Neighbourhood:
    return Neighbourhood.of(table(rows, features), np.arange(rows), hours(rows), seed)


@given(st.data(), st.integers(1, 7))
def test_distances_are_scipys(data: st.DataObject, features: int) -> None:
    rows, others = (data.draw(arrays(np.float32, (data.draw(ROWS), features), elements=CELLS)) for _ in range(2))
    wide = rows.astype(np.float64), others.astype(np.float64)
    np.testing.assert_allclose(nearest_distance(rows, others), cdist(*wide).min(axis=1), rtol=1e-12, atol=1e-12)
    if len(rows) > 1:
        assert mean_distance(rows) == pytest.approx(pdist(wide[0]).mean(), rel=1e-12, abs=1e-12)


def test_equal_rows_have_no_distance_however_large_they_are() -> None:
    rows = table(20, 5) * np.float32(1e6)
    assert nearest_distance(rows, rows[::-1]).tolist() == [0.0] * 20
    assert mean_distance(rows[:1]) == 0.0
    assert mean_distance(np.repeat(rows[:1], 6, axis=0)) == 0.0


def test_the_index_is_the_nearest_distance_over_the_mean_one() -> None:
    known, asked = made(), table(50, 4, seed=9)
    index = known.dissimilarity(asked)
    sample = known.rows.astype(np.float64)
    np.testing.assert_allclose(index, cdist(asked, sample).min(axis=1) / pdist(sample).mean(), rtol=1e-12)


def test_a_sample_is_drawn_once_for_a_seed_from_the_rows_that_are_named() -> None:
    values = table(4000, 3)
    values[:, 0] = np.arange(4000)
    rows = np.arange(500, 3000)
    one, same, other = (Neighbourhood.of(values, rows, hours(4000), seed) for seed in (1, 1, 2))
    assert one.rows.tobytes() == same.rows.tobytes() != other.rows.tobytes()
    picked = one.rows[:, 0]
    assert len(picked) == SAMPLE_ROWS
    assert (np.diff(picked) > 0).all(), "in the order of the block, none twice"
    assert 500 <= picked.min() < 600
    assert 2900 < picked.max() < 3000
    assert abs(picked.mean() - 1750) < 100


def test_all_rows_are_kept_where_there_are_few_and_they_are_copies() -> None:
    values = table(40, 3)
    kept = Neighbourhood.of(values, np.arange(5, 35), hours(40), 0)
    before = kept.rows.copy()
    values[:] = 0
    np.testing.assert_array_equal(kept.rows, before)
    np.testing.assert_array_equal(before, table(40, 3)[5:35])


def _slow_threshold(rows: NDArray[np.float32], times: NDArray[np.int64]) -> tuple[float, float]:
    """Return threshold and share beyond, with ten spans of as many rows each, one row at a time."""
    order = sorted(range(len(rows)), key=lambda i: times[i])
    bounds = [times[order[len(rows) * span // SPANS]] for span in range(1, SPANS)]
    span = [sum(times[i] >= bound for bound in bounds) for i in range(len(rows))]
    table = cdist(rows.astype(np.float64), rows.astype(np.float64))
    nearest = [min(table[i][j] for j in range(len(rows)) if span[i] != span[j]) for i in range(len(rows))]
    index = np.array(nearest) / pdist(rows.astype(np.float64)).mean()
    q1, q3 = np.percentile(index, [25, 75])
    threshold = max(x for x in index if x <= q3 + 1.5 * (q3 - q1))
    return float(threshold), float(np.mean(index > threshold))


@pytest.mark.parametrize("symbols", [1, 3])
def test_the_threshold_is_the_largest_index_across_time_that_is_no_outlier(symbols: int) -> None:
    rows = table(240, 3, seed=4)
    rows[:4] *= 9
    times = np.tile(hours(240 // symbols), symbols)
    found = Neighbourhood.of(rows, np.arange(240), times, 0)
    threshold, beyond = _slow_threshold(rows, times)
    assert found.threshold == pytest.approx(threshold, rel=1e-12)
    assert found.beyond == pytest.approx(beyond)
    assert 0 < beyond < 0.15


def test_neighbours_in_time_do_not_make_the_threshold_small() -> None:
    """Pairs of rows an hour apart are nearly twins; the nearest row of another span is as far as rows really are."""
    base = table(200, 4)
    rows = np.repeat(base, 2, axis=0) + np.float32(1e-4)
    found = Neighbourhood.of(rows, np.arange(400), hours(400), 0)
    alone = Neighbourhood.of(base, np.arange(200), hours(200), 0)
    assert found.threshold == pytest.approx(alone.threshold, rel=0.3)


def test_rows_of_one_moment_are_held_against_each_other() -> None:
    rows = table(30, 2)
    found = Neighbourhood.of(rows, np.arange(30), np.zeros(30, np.int64), 0)
    distances = cdist(rows, rows)
    np.fill_diagonal(distances, np.inf)
    index = distances.min(axis=1) / pdist(rows.astype(np.float64)).mean()
    assert found.threshold == pytest.approx(
        index[index <= np.quantile(index, 0.75) * 2.5 - np.quantile(index, 0.25) * 1.5].max()
    )


@pytest.mark.parametrize("rows", [1, 5])
def test_rows_that_do_not_differ_give_no_scale(rows: int) -> None:
    found = Neighbourhood.of(np.ones((rows, 3), np.float32), np.arange(rows), hours(rows), 0)
    assert (found.mean_distance, found.threshold, found.beyond) == (0.0, 0.0, 0.0)
    assert found.dissimilarity(table(2, 3)) is None


def test_the_json_form_is_exact() -> None:
    known = made()
    read = Neighbourhood.from_document(json.loads(json_text(known.to_document())), 4, "x")
    assert read.rows.tobytes() == known.rows.tobytes()
    assert (read.mean_distance, read.threshold, read.beyond) == (known.mean_distance, known.threshold, known.beyond)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"values": "%%%"}, "not readable"),
        ({"values": 5}, "not readable"),
        ({"values": ""}, "0 bytes for 20 rows of 4"),
        ({"rows": 21}, "bytes for 21 rows"),
        ({"rows": SAMPLE_ROWS + 1}, "bytes for"),
        ({"rows": 0, "values": ""}, "for 0 rows"),
        ({"rows": True}, "for True rows"),
        ({"rows": "20"}, "for '20' rows"),
        ({"mean_distance": None}, "not readable"),
        ({"threshold": -0.1}, "below 0"),
        ({"beyond": float("nan")}, "not finite"),
        ({"values": base64.b64encode(np.full(80, np.inf, "<f4").tobytes()).decode()}, "not finite"),
    ],
)
def test_what_is_no_sample_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelRejected, match=told) as caught:
        Neighbourhood.from_document(made(20).to_document() | change, 4, "models/x/coverage.json")
    assert caught.value.where == "models/x/coverage.json"


def test_a_part_that_is_missing_is_refused() -> None:
    for name in made(20).to_document():
        document = made(20).to_document()
        del document[name]
        with pytest.raises(ModelRejected, match=name):
            Neighbourhood.from_document(document, 4, "x")
