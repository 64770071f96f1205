"""Rows on disk are the rows in memory, nothing is left of them, and a full disk is told."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue, ModelRejected, StorageProblem
from ktrdr_app.features.contract import FeatureBlock, FeatureContract
from ktrdr_app.training.store import ROW_BYTES, RowStore, let_pages_go
from tests.core.children import files_up_to
from tests.training.blocks import block

PARTS = [block("A", 300, serial=0), block("B", 200, serial=1000, start=7), block("C", 250, serial=5000)]


def _pooled(folder: Path | None, limit: int) -> FeatureBlock:
    with RowStore(folder, limit) as store:
        for part in PARTS:
            store.append(part)
        return store.pooled()


@pytest.mark.parametrize("limit", [0, 300 * 12, 10**9])
def test_rows_are_those_of_every_symbol_in_order_wherever_they_lie(limit: int, tmp_path: Path) -> None:
    pooled = _pooled(tmp_path, limit)
    assert pooled.symbols == ("A", "B", "C")
    np.testing.assert_array_equal(pooled.values, np.concatenate([part.values for part in PARTS]))
    np.testing.assert_array_equal(pooled.symbol_id, np.repeat([0, 1, 2], [300, 200, 250]))
    for name in ("label", "close_time", "label_end"):
        np.testing.assert_array_equal(getattr(pooled, name), np.concatenate([getattr(part, name) for part in PARTS]))
    assert pooled.values.flags["C_CONTIGUOUS"]
    assert pooled.values.flags["WRITEABLE"]


@pytest.mark.parametrize("limit", [0, 10**9])
def test_writing_into_a_block_changes_no_symbol_s_own_rows(limit: int, tmp_path: Path) -> None:
    pooled, before = _pooled(tmp_path, limit), PARTS[0].values.copy()
    pooled.values[:] = -1
    np.testing.assert_array_equal(PARTS[0].values, before)
    assert (pooled.values == -1).all()


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: there the file has a name until it is closed")
def test_no_file_is_left_while_rows_are_used_nor_after_an_error(tmp_path: Path) -> None:
    pooled = _pooled(tmp_path, 0)
    assert list(tmp_path.iterdir()) == []
    with RowStore(tmp_path, 0) as store:
        store.append(PARTS[0])
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(ModelRejected):
            store.append(replace(PARTS[1], contract=FeatureContract((), "another")))
    assert list(tmp_path.iterdir()) == []
    assert len(pooled) == 750


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: resident memory is read as Linux tells it")
def test_pages_that_were_let_go_take_no_memory_and_hold_what_was_written(tmp_path: Path) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[2]) * os.sysconf("SC_PAGE_SIZE")

    part = block("A", 40_000, features=50)
    with RowStore(tmp_path, 0) as store:
        store.append(part)
        mapped = store.pooled()
    mapped.values[:] += 1
    before = resident()
    let_pages_go(mapped)
    assert resident() < before - mapped.values.nbytes // 2
    np.testing.assert_array_equal(mapped.values, part.values + 1)
    let_pages_go(part)
    np.testing.assert_array_equal(part.values[:, 0], np.arange(40_000))


def test_rows_of_another_contract_and_none_at_all_are_refused() -> None:
    other = replace(PARTS[1], contract=FeatureContract(PARTS[1].contract.names, "another"))
    store = RowStore()
    store.append(PARTS[0])
    with pytest.raises(ModelRejected, match="differ"):
        store.append(other)
    with pytest.raises(InvalidValue, match="nothing"):
        RowStore().pooled()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageProblem) as caught:
        RowStore(tmp_path / "file", 0).append(PARTS[0])
    assert "file" in caught.value.where


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: the size of files is limited as Linux does it")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with RowStore(tmp_path, 0) as store, files_up_to(20_000):
        store.append(block("A", 1000))
        with pytest.raises(StorageProblem, match="File too large") as caught:
            store.append(block("B", 1000))
    assert caught.value.where == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_row_takes_what_the_docs_say() -> None:
    pooled = _pooled(None, 10**9)
    arrays = (pooled.values, pooled.label, pooled.symbol_id, pooled.close_time, pooled.label_end)
    number = np.arange(len(pooled)).nbytes
    assert sum(array.nbytes for array in arrays) + number == len(pooled) * (4 * 3 + ROW_BYTES)
