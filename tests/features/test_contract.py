"""A block's rows stay together when they are chosen; a frame's come in pieces without those that lack a feature."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.features import contract as module
from ktrdr_app.features.contract import FeatureBlock, FeatureContract, FeatureFrame, usable_pieces


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


@pytest.mark.parametrize("piece", [1, 3, 4, 100])
@pytest.mark.parametrize("first", [0, 2, 10])
def test_usable_pieces_are_the_valid_rows_with_their_places(
    piece: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", piece)
    values = np.arange(20, dtype=np.float32).reshape(10, 2)
    valid = np.array([0, 0, 1, 1, 0, 1, 1, 1, 0, 0], dtype=bool)
    index = pd.date_range("2024-01-01", periods=10, tz="UTC")
    frame = FeatureFrame(FeatureContract(("f", "g"), "x"), values, valid, index)
    found = np.full((10 - first, 2), -1, dtype=np.float32)
    for part in usable_pieces(frame, first):
        assert part.valid.tolist() == valid[first:][part.bars].tolist()
        found[part.bars][part.valid] = part.rows
    assert found.tolist() == np.where(valid[first:, np.newaxis], values[first:], -1).tolist()
