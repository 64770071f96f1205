"""The tile against NumPy's product, wherever it lies in its arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.kernels import ieee_kernel
from ktrdr_app.neural.tiles import TILE, add_tile


@ieee_kernel
def tile(out, out_at, out_row, left, left_at, left_row, left_step, right, right_at, right_step, count, keep):
    add_tile(out, out_at, out_row, left, left_at, left_row, left_step, right, right_at, right_step, count, keep)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(0, 5), st.integers(0, 9), st.booleans(), st.integers(0, 1000))
def test_equals_numpys_product(count: int, offset: int, gap: int, keep: bool, seed: int) -> None:
    draw = np.random.default_rng(seed)
    left, right = draw.normal(size=(TILE, count + gap)), draw.normal(size=(count, TILE + gap))
    before = draw.normal(size=(TILE, TILE + gap))
    expected = before.copy()
    expected[:, :TILE] = keep * before[:, :TILE] + left[:, :count] @ right[:, :TILE]
    flat = [np.concatenate([np.full(offset, 9.0), part.ravel()]).astype(np.float32) for part in (before, left, right)]
    tile(flat[0], offset, TILE + gap, flat[1], offset, count + gap, 1, flat[2], offset, TILE + gap, count, keep)
    np.testing.assert_allclose(flat[0][offset:].reshape(before.shape), expected, rtol=1e-4, atol=1e-4)
    assert (flat[0][:offset] == 9).all()


@pytest.mark.parametrize("count", [1, 8, 31])
def test_a_turned_left_matrix(count: int) -> None:
    draw = np.random.default_rng(0)
    left, right = draw.normal(size=(count, TILE)), draw.normal(size=(count, TILE))
    out = np.zeros(TILE * TILE, dtype=np.float32)
    flat_left, flat_right = left.astype(np.float32).ravel(), right.astype(np.float32).ravel()
    tile(out, 0, TILE, flat_left, 0, 1, TILE, flat_right, 0, TILE, count, False)
    np.testing.assert_allclose(out.reshape(TILE, TILE), left.T @ right, rtol=1e-4, atol=1e-5)


def test_what_was_there_is_not_read_unless_kept() -> None:
    out = np.full(TILE * TILE, np.nan, dtype=np.float32)
    ones = np.ones(TILE * TILE, dtype=np.float32)
    tile(out, 0, TILE, ones, 0, TILE, 1, ones, 0, TILE, 5, False)
    assert (out == 5).all()
