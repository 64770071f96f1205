"""Rows of one symbol through a file: every bit comes back, and a damaged file is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.features.contract import FeatureBlock, FeatureContract
from ktrdr_app.training.row_files import read_rows, write_rows


def block(rows: int, features: int, seed: int = 0) -> FeatureBlock:
    """Return rows of one symbol."""
    random = np.random.default_rng(seed)
    return FeatureBlock(
        contract=FeatureContract(tuple(f"f{number}" for number in range(features)), "digest"),
        symbols=("IBM",),
        values=random.normal(size=(rows, features)).astype(np.float32),
        label=random.integers(0, 3, rows).astype(np.int8),
        symbol_id=np.zeros(rows, dtype=np.int16),
        close_time=np.arange(rows, dtype=np.int64) * 3_600_000_000_000,
        label_end=np.arange(rows, dtype=np.int64) * 3_600_000_000_000 + 7,
    )


@given(values=arrays.arrays(np.float32, st.tuples(st.integers(1, 20), st.integers(1, 5))))
def test_every_bit_comes_back(values: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rows") / "0.rows"
    whole = block(*values.shape)
    whole.values[:] = values
    write_rows(path, whole)
    found = read_rows(path, whole.contract, "IBM")
    assert (found.contract, found.symbols) == (whole.contract, whole.symbols)
    for name in ("values", "label", "symbol_id", "close_time", "label_end"):
        here, there = getattr(whole, name), getattr(found, name)
        assert (here.dtype, here.shape, here.tobytes()) == (there.dtype, there.shape, there.tobytes())
        assert there.flags.writeable, name
    assert found.values.flags.c_contiguous


def test_rows_that_are_a_part_of_others_are_written_as_they_look(tmp_path: Path) -> None:
    whole = block(50, 4)
    every_second = whole.take(np.arange(0, 50, 2))
    strided = FeatureBlock(
        whole.contract, whole.symbols, *(getattr(whole, name)[::2] for name in ("values", "label", "symbol_id")),
        whole.close_time[::2], whole.label_end[::2],
    )  # fmt: skip
    write_rows(tmp_path / "0.rows", strided)
    found = read_rows(tmp_path / "0.rows", whole.contract, "IBM")
    np.testing.assert_array_equal(found.values, every_second.values)
    np.testing.assert_array_equal(found.label_end, every_second.label_end)


@pytest.mark.parametrize("kept", [0, 3, 100, 500, 800])
def test_a_file_cut_short_is_told(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "0.rows"
    write_rows(path, block(10, 4))
    content = path.read_bytes()
    assert len(content) > kept
    path.write_bytes(content[:kept])
    with pytest.raises(StorageProblem, match="rows of IBM are damaged"):
        read_rows(path, block(1, 4).contract, "IBM")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageProblem, match="No such file"):
        read_rows(tmp_path / "0.rows", block(1, 4).contract, "IBM")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageProblem):
        write_rows(tmp_path / "file" / "0.rows", block(10, 4))
