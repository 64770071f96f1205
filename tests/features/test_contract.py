"""A block's rows stay together when they are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.features.contract import FeatureBlock, FeatureContract


@pytest.mark.parametrize("rows", [np.array([4, 0, 2]), np.array([True, False, True, False, True])])
def test_taking_rows_keeps_every_array_paired(rows: np.ndarray) -> None:
    number = np.arange(5)
    block = FeatureBlock(
        FeatureContract(("f", "g"), "x"),
        ("A", "B"),
        np.stack([number, number * 10], axis=1).astype(np.float32),
        (number % 3).astype(np.int8),
        (number % 2).astype(np.int16),
        number.astype(np.int64) * 100,
        number.astype(np.int64) * 100 + 7,
    )
    taken = block.take(rows)
    kept = number[rows]
    assert len(taken) == 3
    assert taken.values.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(taken.values[:, 1], kept * 10)
    np.testing.assert_array_equal(taken.label, kept % 3)
    np.testing.assert_array_equal(taken.symbol_id, kept % 2)
    np.testing.assert_array_equal(taken.close_time, kept * 100)
    np.testing.assert_array_equal(taken.label_end, kept * 100 + 7)
