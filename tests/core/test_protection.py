"""A workspace that is only looked at: every writer of ours is refused, caches and other folders are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ktrdr_app.core import protection
from ktrdr_app.core.errors import StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.files import new_folder, write_text
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.trash import move


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path / "guarded")
    write_text(workspace.data / "A_1d.csv", "kept")
    protection.protect(workspace)
    yield workspace
    protection.unprotect(workspace)


def _make_folder(place: Path) -> None:
    with new_folder(place / "model"):
        pytest.fail("the block must not be entered")


def _lock(place: Path) -> None:
    with file_lock(place / "lock"):
        pytest.fail("the block must not be entered")


def test_who_works_for_this_process_can_be_told_what_is_protected(guarded: Workspace, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    protection.protect(other)
    assert set(protection.protected()) == {guarded.root.resolve(), other.root.resolve()}
    protection.unprotect(other)
    assert protection.protected() == (guarded.root.resolve(),)


WRITERS: list[Callable[[Path], None]] = [
    lambda place: write_text(place / "new.csv", "x"),
    lambda place: move([place / "A_1d.csv"], place.parent.parent / "outside"),
    lambda place: move([place.parent.parent / "other.csv"], place),
    _make_folder,
    _lock,
]


@pytest.mark.parametrize("write", WRITERS, ids=["file", "move out", "move in", "folder", "lock"])
def test_every_writer_is_refused_and_nothing_changes(guarded: Workspace, write: Callable[[Path], None]) -> None:
    with pytest.raises(WorkspaceReadOnly) as caught:
        write(guarded.data)
    assert isinstance(caught.value, StorageProblem)
    assert [path.name for path in guarded.root.rglob("*")] == ["data", "A_1d.csv"]
    assert (guarded.data / "A_1d.csv").read_text(encoding="utf-8") == "kept"


def test_caches_and_neighbours_are_written_as_ever(guarded: Workspace) -> None:
    write_text(guarded.cache / "columns", "again")
    write_text(guarded.root.with_name("guarded-2") / "a", "other")
    assert (guarded.cache / "columns").is_file()


@pytest.mark.parametrize("way", ["../guarded/data/x", "data/../data/x", "alias/data/x"])
def test_no_roundabout_way_leads_in(guarded: Workspace, tmp_path: Path, way: str) -> None:
    (tmp_path / "alias").symlink_to(guarded.root, target_is_directory=True)
    place = tmp_path / way if way.startswith("alias") else guarded.root / way
    with pytest.raises(WorkspaceReadOnly):
        write_text(place, "x")


def test_it_ends_when_it_is_said_to(guarded: Workspace) -> None:
    with pytest.raises(WorkspaceReadOnly):
        protection.check_writable(guarded.data)
    protection.unprotect(guarded)
    protection.unprotect(guarded)
    protection.check_writable(guarded.data)
    write_text(guarded.data / "new.csv", "x")


@pytest.mark.parametrize("way", ["../other/x", "data/../../other/x", "data/../.cache/x", "./.cache/columns/../x"])
def test_a_roundabout_way_out_or_to_the_cache_is_none_in(guarded: Workspace, way: str) -> None:
    (guarded.root.parent / "other").mkdir()
    write_text(guarded.root / way, "x")
    assert (guarded.root / way).resolve().read_text(encoding="utf-8") == "x"


def test_the_cache_is_no_way_to_the_rest(guarded: Workspace) -> None:
    guarded.cache.mkdir()
    (guarded.cache / "alias").symlink_to(guarded.data, target_is_directory=True)
    for way in (guarded.cache / ".." / "data" / "x", guarded.cache / "alias" / "x"):
        with pytest.raises(WorkspaceReadOnly):
            write_text(way, "x")
    assert [path.name for path in guarded.data.iterdir()] == ["A_1d.csv"]
