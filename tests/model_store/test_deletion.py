"""A deleted model is in the trash whole, ``_latest`` is right before and after, and the preview is what happens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, NothingInTrash, StorageProblem, UnknownName
from ktrdr_app.core.files import sha256
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import integrity, layout
from ktrdr_app.model_store.deletion import delete_model, restore_model, trashed_models, what_would_change
from ktrdr_app.model_store.notes import pin
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from tests.model_store.builders import STRATEGY, link_latest, save, write_original


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def tree(folder: Path) -> dict[str, str]:
    """Return every file below a folder with its content's hash, and every link with its target."""
    paths = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else sha256(path)
        for path in paths
        if not path.name.startswith(".")
    }


def latest(workspace: Workspace, stem: str = "universal_1h") -> str:
    target = layout.read_pointer(workspace.models / STRATEGY, stem).target
    return target.name if target else ""


def test_latest_names_the_highest_that_is_left_and_the_undoing_restores_every_byte(workspace: Workspace) -> None:
    folders = [save(workspace.models) for _ in range(3)]
    before = tree(workspace.models)
    entry = delete_model(workspace, folders[2])
    assert (entry.model, entry.latest_before) == (f"{STRATEGY}/universal_1h_v3", "universal_1h_v3")
    assert (entry.latest_after, latest(workspace)) == ("universal_1h_v2", "universal_1h_v2")
    assert [info.version for info in list_models(workspace.models)] == [2, 1]
    assert trashed_models(workspace) == [entry]
    assert restore_model(workspace) == entry
    assert tree(workspace.models) == before
    assert trashed_models(workspace) == []


def test_a_latest_that_names_another_stays(workspace: Workspace) -> None:
    folders = [save(workspace.models) for _ in range(2)]
    delete_model(workspace, folders[0])
    assert latest(workspace) == "universal_1h_v2"
    restore_model(workspace)
    assert latest(workspace) == "universal_1h_v2"


def test_a_damaged_version_is_passed_over_and_may_itself_be_deleted(workspace: Workspace) -> None:
    folders = [save(workspace.models) for _ in range(3)]
    (folders[1] / "model.pt").write_bytes(b"x")
    delete_model(workspace, folders[2])
    assert latest(workspace) == "universal_1h_v1"
    delete_model(workspace, folders[1])
    assert [info.problem for info in list_models(workspace.models)] == [""]


def test_the_last_version_takes_latest_with_it_and_brings_it_back(workspace: Workspace) -> None:
    folder = save(workspace.models)
    delete_model(workspace, folder.with_name("universal_1h_latest"))
    assert not (folder.parent / "universal_1h_latest").is_symlink()
    restore_model(workspace, f"models/{STRATEGY}/universal_1h_v1")
    assert latest(workspace) == "universal_1h_v1"


def test_a_deleted_number_never_comes_back_as_another_model(workspace: Workspace) -> None:
    delete_model(workspace, write_original(workspace.models, version=4))
    assert save(workspace.models, symbol="MSFT").name == "MSFT_1h_v5"
    restore_model(workspace)
    assert [info.version for info in list_models(workspace.models)] == [5, 4]
    assert latest(workspace, "MSFT_1h") == "MSFT_1h_v5"


def test_a_latest_that_moved_meanwhile_is_not_moved_back(workspace: Workspace) -> None:
    folders = [save(workspace.models) for _ in range(2)]
    delete_model(workspace, folders[1])
    save(workspace.models)
    restore_model(workspace)
    assert latest(workspace) == "universal_1h_v3"


def test_an_archived_copy(workspace: Workspace) -> None:
    folder = write_original(workspace.models, folder="legacy")
    entry = delete_model(workspace, folder)
    assert entry.model == f"{STRATEGY}/legacy/MSFT_1h_v1"
    assert restore_model(workspace, entry.model).folder == entry.folder
    assert folder.is_dir()


def test_a_strategy_called_legacy_is_no_archive(workspace: Workspace) -> None:
    folder = save(workspace.models, strategy_name="legacy", strategy_document={"name": "legacy"})
    assert delete_model(workspace, folder).model == "legacy/universal_1h_v1"
    restore_model(workspace)
    assert (folder.parent / "universal_1h_latest").readlink() == Path("universal_1h_v1")


def test_what_is_no_model_of_the_store_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    save(workspace.models)
    outside = save(tmp_path / "elsewhere")
    for path in (outside, workspace.models / STRATEGY, workspace.models):
        with pytest.raises(InvalidValue):
            delete_model(workspace, path)
    with pytest.raises(ModelNotFound):
        delete_model(workspace, workspace.models / STRATEGY / "universal_1h_v8")
    assert len(list_models(workspace.models)) == 1
    assert outside.is_dir()


def test_a_place_that_is_taken_is_never_overwritten(workspace: Workspace) -> None:
    folder = save(workspace.models)
    delete_model(workspace, folder)
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidValue, match="path"):
        restore_model(workspace)
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert len(trashed_models(workspace)) == 1


def test_what_the_trash_does_not_hold_is_told(workspace: Workspace) -> None:
    with pytest.raises(NothingInTrash, match="a model"):
        restore_model(workspace)
    delete_model(workspace, save(workspace.models))
    with pytest.raises(NothingInTrash) as caught:
        restore_model(workspace, f"{STRATEGY}/universal_1h_v7")
    assert f"{STRATEGY}/universal_1h_v1" in caught.value.hint


def test_a_disk_that_refuses_leaves_everything_in_place(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    save(workspace.models)
    folder = save(workspace.models)
    before = tree(workspace.models)

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(StorageProblem, match="No space left"):
        delete_model(workspace, folder)
    assert tree(workspace.models) == before
    assert trashed_models(workspace) == []


@pytest.mark.parametrize(
    "change",
    [
        {"model": "../outside/universal_1h_v1"},
        {"model": "/etc/universal_1h_v1"},
        {"model": f"{STRATEGY}/universal_1h_v2"},
        {"model": f"{STRATEGY}/legacy/x/universal_1h_v1"},
        {"model": 5},
        {"latest_before": "../x"},
        {"files": ["universal_1h_v1", "other"]},
    ],
)
def test_a_manifest_that_was_changed_moves_nothing(workspace: Workspace, change: dict[str, object]) -> None:
    entry = delete_model(workspace, save(workspace.models))
    file = entry.folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(NothingInTrash):
        restore_model(workspace)
    assert (entry.folder / "universal_1h_v1").is_dir()


class TestPreview:
    def test_it_says_what_then_happens(self, workspace: Workspace) -> None:
        save(workspace.models)
        newest = save(workspace.models)
        link_latest(write_original(workspace.models, symbol="IBM"))
        changes = what_would_change(workspace, newest)
        assert [change.symbol for change in changes] == [None, "AAPL", "IBM", "MSFT"]
        for change in changes:
            assert change.before.chosen is not None
            assert change.after.chosen is not None
            assert (change.before.chosen.version, change.after.chosen.version) == (2, 1)
        assert changes[0].to_document()["reason"] == "the highest complete version"
        assert (newest.is_dir(), latest(workspace)) == (True, "universal_1h_v2")
        delete_model(workspace, newest)
        for change in changes:
            now = resolve(workspace.models, STRATEGY, "1h", change.symbol)
            assert now.chosen == change.after.chosen

    def test_the_last_one_leaves_a_symbols_own_or_a_foreign_one_or_none(self, workspace: Workspace) -> None:
        only = save(workspace.models)
        assert {change.to_document()["reason"] for change in what_would_change(workspace, only)} == {
            "no model would serve"
        }
        link_latest(write_original(workspace.models, symbol="IBM"))
        workspace.data.mkdir()
        (workspace.data / "GOOG_1h.csv").write_text("", encoding="utf-8")
        (workspace.data / "TSLA_1d.csv").write_text("", encoding="utf-8")
        said = {change.symbol: change.to_document() for change in what_would_change(workspace, only)}
        assert set(said) == {None, "AAPL", "MSFT", "IBM", "GOOG"}
        assert (said["IBM"]["after"]["step"], said["IBM"]["warning"]) == (2, "")
        assert said["GOOG"]["after"]["step"] == 3
        assert "made for something else" in said["GOOG"]["warning"]

    @pytest.mark.parametrize("settings", ["models: {prefer: best}", "models: [", "\udcff"])
    def test_settings_that_cannot_be_read_are_told_and_block_no_deletion(
        self, workspace: Workspace, settings: str
    ) -> None:
        folder = save(workspace.models)
        (workspace.root / "configs").mkdir()
        file = workspace.root / "configs" / "settings.yaml"
        file.write_bytes(settings.encode("utf-8", "surrogateescape"))
        with pytest.raises(InvalidValue) as caught:
            what_would_change(workspace, folder)
        assert "settings.yaml" in caught.value.where
        assert delete_model(workspace, folder).folder.is_dir()
        assert restore_model(workspace).model == f"{STRATEGY}/{folder.name}"

    def test_a_time_frame_that_is_none_is_told_and_blocks_no_deletion(self, workspace: Workspace) -> None:
        odd = write_original(workspace.models, timeframe="2h")
        with pytest.raises(UnknownName, match="'2h'"):
            what_would_change(workspace, odd)
        assert delete_model(workspace, odd).model == f"{STRATEGY}/MSFT_2h_v1"

    def test_each_folder_is_checked_once_however_many_symbols_there_are(
        self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save(workspace.models)
        folder = save(workspace.models)
        link_latest(write_original(workspace.models, symbol="IBM"))
        workspace.data.mkdir()
        for number in range(20):
            (workspace.data / f"S{number}_1h.csv").write_text("", encoding="utf-8")
        seen: list[str] = []
        readable = integrity._readable

        def watched(path: Path) -> integrity.CheckedFolder:
            seen.append(path.name)
            return readable(path)

        monkeypatch.setattr(integrity, "_readable", watched)
        assert len(what_would_change(workspace, folder)) == 24
        assert len(seen) == len(set(seen)) == 2

    def test_an_old_version_changes_nothing_unless_it_is_pinned(self, workspace: Workspace) -> None:
        old = save(workspace.models)
        save(workspace.models)
        assert what_would_change(workspace, old) == []
        pin(old, workspace.models)
        assert {change.before.chosen and change.before.chosen.step for change in what_would_change(workspace, old)} == {
            0
        }
