"""Numbers that are wanted, and numbers that are remembered; the rest is tested with `save_model`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.versions import claim_version, locked, point_latest, remember_version, sweep
from tests.core.protected import only_looked_at
from tests.model_store.builders import STRATEGY, link_latest, save, write_original

STEM = "universal_1h"


def test_a_wanted_number_is_taken_if_none_so_high_was_used(tmp_path: Path) -> None:
    assert claim_version(tmp_path, STEM, 5) == 5
    assert claim_version(tmp_path, STEM, 3) == 6
    assert claim_version(tmp_path, STEM) == 7
    (tmp_path / f"{STEM}_v9").mkdir()
    assert claim_version(tmp_path, STEM, 8) == 10


def test_a_remembered_number_is_not_used_again(tmp_path: Path) -> None:
    remember_version(tmp_path, f"{STEM}_v4")
    remember_version(tmp_path, f"{STEM}_v4")
    remember_version(tmp_path, f"{STEM}_v2")
    assert claim_version(tmp_path, STEM) == 5


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / ".versions").write_text("no folder", encoding="utf-8")
    with pytest.raises(StorageProblem):
        remember_version(tmp_path, f"{STEM}_v1")
    with pytest.raises(StorageProblem), locked(tmp_path):
        pass


@pytest.mark.parametrize(
    "change", [sweep, lambda place: claim_version(place, STEM), lambda place: remember_version(place, f"{STEM}_v7")]
)
def test_a_protected_store_keeps_even_its_leftovers(tmp_path: Path, change: Callable[[Path], object]) -> None:
    place = Workspace(tmp_path).models / STRATEGY
    leftover = place / f".{STEM}_v1.0123abcd.part"
    leftover.mkdir(parents=True)
    os.utime(leftover, (0, 0))
    with only_looked_at(Workspace(tmp_path)), pytest.raises(WorkspaceReadOnly):
        change(place)
    sweep(place)
    assert not leftover.exists()


def test_the_lock_leaves_nothing_that_counts_as_a_model_or_a_number(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    assert claim_version(tmp_path, STEM) == 1


def test_latest_is_left_alone_where_no_version_is_left(tmp_path: Path) -> None:
    point_latest(tmp_path, STEM)
    assert [path.name for path in tmp_path.iterdir()] == [".versions"]


def test_folders_that_count_as_deleted_are_passed_over_in_every_step(tmp_path: Path) -> None:
    first, second = save(tmp_path), save(tmp_path)
    own = write_original(tmp_path)
    link_latest(own)
    asked = (tmp_path, STRATEGY, "1h", "MSFT")
    told = resolve(*asked, without={second})
    assert told.chosen is not None
    assert told.chosen.path == first
    assert (told.trace[0].path, told.trace[0].result) == (second, "absent")
    left = resolve(*asked, without={first, second}).chosen
    assert left is not None
    assert (left.path, left.step) == (own, 2)
    other = resolve(tmp_path, STRATEGY, "1h", "IBM", without={first, second}).chosen
    assert other is not None
    assert (other.path, other.step) == (own, 3)
    assert resolve(*asked, without={first, second, own}).chosen is None
    assert all(folder.is_dir() for folder in (first, second, own))
