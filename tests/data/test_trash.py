"""A deleted series lies in the trash with all its files, and comes back to the last byte or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core import trash
from ktrdr_app.core.errors import DataNotFound, NothingInTrash, SeriesExists, StorageProblem, UnknownName, UnsafeName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.trash import delete_series, restore_series, trashed_series


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def workspace(sample_workspace: Workspace) -> Workspace:
    (sample_workspace.data / "AAPL_1d.repairs.json").write_text("{}", encoding="utf-8")
    (sample_workspace.data / "AAPL_1h.csv").write_text("timestamp,open,high,low,close\n", encoding="utf-8")
    return sample_workspace


def test_a_series_goes_with_its_side_files_and_no_other(workspace: Workspace) -> None:
    before = contents(workspace.data)
    entry = delete_series(workspace, "AAPL", "1d")
    gone = {"AAPL_1d.csv", "AAPL_1d.repairs.json"}
    assert set(entry.files) == gone
    assert contents(workspace.data) == {name: held for name, held in before.items() if name not in gone}
    in_trash = contents(entry.folder)
    manifest = json.loads(in_trash.pop("manifest.json"))
    assert in_trash == {name: before[name] for name in gone}
    assert manifest == {
        "format": 1,
        "kind": "series",
        "symbol": "AAPL",
        "timeframe": "1d",
        "deleted": entry.deleted,
        "files": list(entry.files),
    }
    assert entry.folder.parent == workspace.trash


def test_it_comes_back_to_the_last_byte(workspace: Workspace) -> None:
    before = contents(workspace.data)
    delete_series(workspace, "AAPL", "1d")
    restore_series(workspace, "AAPL", "1d")
    assert contents(workspace.data) == before
    assert trashed_series(workspace) == []
    assert list(workspace.trash.iterdir()) == []


def test_a_series_that_came_back_is_never_overwritten(workspace: Workspace) -> None:
    delete_series(workspace, "AAPL", "1d")
    (workspace.data / "AAPL_1d.csv").write_text("new", encoding="utf-8")
    with pytest.raises(SeriesExists, match="AAPL 1d"):
        restore_series(workspace, "AAPL", "1d")
    assert (workspace.data / "AAPL_1d.csv").read_text(encoding="utf-8") == "new"
    assert not (workspace.data / "AAPL_1d.repairs.json").exists()
    assert len(trashed_series(workspace)) == 1


def test_the_newest_deletion_comes_first_and_a_named_one_can_be_chosen(workspace: Workspace) -> None:
    old = delete_series(workspace, "IBM", "1d")
    (workspace.data / "IBM_1d.csv").write_text("second", encoding="utf-8")
    new = delete_series(workspace, "IBM", "1d")
    assert [entry.folder for entry in trashed_series(workspace)] == [new.folder, old.folder]
    assert restore_series(workspace, "IBM", "1d", old.folder).folder == old.folder
    (workspace.data / "IBM_1d.csv").unlink()
    restore_series(workspace, "IBM", "1d")
    assert (workspace.data / "IBM_1d.csv").read_text(encoding="utf-8") == "second"


def test_a_deletion_that_was_cut_short_can_be_brought_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(workspace.data)
    real, calls = shutil.move, []

    def cut(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(trash.shutil, "move", cut)
    with pytest.raises(KeyboardInterrupt):
        delete_series(workspace, "AAPL", "1d")
    monkeypatch.undo()
    assert (workspace.data / "AAPL_1d.csv").exists(), "the series itself moves last"
    restore_series(workspace, "AAPL", "1d")
    assert contents(workspace.data) == before


def test_a_disk_that_refuses_leaves_everything_in_place(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(workspace.data)
    real, calls = shutil.move, []

    def full(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(trash.shutil, "move", full)
    with pytest.raises(StorageProblem, match="No space left"):
        delete_series(workspace, "AAPL", "1d")
    assert contents(workspace.data) == before


def test_what_is_not_there_is_told(workspace: Workspace) -> None:
    with pytest.raises(DataNotFound):
        delete_series(workspace, "AAPK", "1d")
    with pytest.raises(UnknownName):
        delete_series(workspace, "AAPL", "7m")
    with pytest.raises(UnsafeName):
        delete_series(workspace, "../AAPL", "1d")
    with pytest.raises(NothingInTrash, match="GOOG 1d") as caught:
        restore_series(workspace, "GOOG", "1d")
    assert caught.value.hint == "the trash is empty"
    delete_series(workspace, "IBM", "1d")
    with pytest.raises(NothingInTrash) as caught:
        restore_series(workspace, "GOOG", "1d")
    assert "IBM 1d" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kind": "model"}', '{"kind": "series", "symbol": "../x", "timeframe": "1d", "files": []}'],
)
def test_foreign_folders_in_the_trash_are_passed_over(workspace: Workspace, text: str) -> None:
    (workspace.trash / "x").mkdir(parents=True)
    (workspace.trash / "x" / "manifest.json").write_text(text, encoding="utf-8")
    assert trashed_series(workspace) == []


def test_a_manifest_cannot_reach_out_of_its_folder(workspace: Workspace) -> None:
    entry = delete_series(workspace, "IBM", "1d")
    file = entry.folder / "manifest.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["files"] = ["../../../evil.csv", "IBM_1d.csv"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert trashed_series(workspace)[0].files == ("evil.csv", "IBM_1d.csv")


@given(
    names=st.sets(st.sampled_from(["IBM_1d.csv", "IBM_1d.json", "IBM_1d.repairs.json", "IBM_1d.x.y"]), min_size=1),
    others=st.sets(st.sampled_from(["IBM_1h.csv", "IBMX_1d.csv", "XIBM_1d.csv", "IBM_1dx.csv", "SOURCES.md"])),
    again=st.booleans(),
)
def test_whatever_lies_there_a_deletion_and_its_undoing_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], others: set[str], again: bool
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("trash"))
    workspace.data.mkdir()
    for name in {"IBM_1d.csv", *names, *others}:
        (workspace.data / name).write_text(name, encoding="utf-8")
    before = contents(workspace.data)
    entry = delete_series(workspace, "IBM", "1d")
    assert set(contents(workspace.data)) == others
    assert set(entry.files) == {"IBM_1d.csv", *names}
    if again:
        (workspace.data / "IBM_1d.csv").write_text("again", encoding="utf-8")
        held = contents(entry.folder)
        with pytest.raises(SeriesExists):
            restore_series(workspace, "IBM", "1d")
        assert contents(entry.folder) == held
        assert set(contents(workspace.data)) == {"IBM_1d.csv", *others}
    else:
        restore_series(workspace, "IBM", "1d")
        assert contents(workspace.data) == before


def test_other_things_in_the_trash_are_left_alone(workspace: Workspace) -> None:
    model = workspace.trash / "20240101T000000000Z_model"
    model.mkdir(parents=True)
    (model / "manifest.json").write_text('{"kind": "model", "symbol": "AAPL"}', encoding="utf-8")
    (workspace.trash / ".half.part").mkdir()
    (workspace.trash / ".half.part" / "manifest.json").write_text("{", encoding="utf-8")
    delete_series(workspace, "IBM", "1d")
    assert [entry.symbol for entry in trashed_series(workspace)] == ["IBM"]
    restore_series(workspace, "IBM", "1d")
    assert (model / "manifest.json").exists()
