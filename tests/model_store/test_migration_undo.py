"""Undo takes out exactly what migrations added, into the trash, and never the only copy of a model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store.deletion import restore_model, trashed_models
from ktrdr_app.model_store.layout import read_pointer
from ktrdr_app.model_store.migration import migrate_step, point_archive
from ktrdr_app.model_store.migration_plan import plan_migration
from ktrdr_app.model_store.migration_undo import undo_migration
from tests.model_store.builders import STRATEGY, edit, write_original


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with two originals and their copies, the archive's ``_latest`` included."""
    made = Workspace(tmp_path)
    for symbol, name in (("MSFT", "first"), ("IBM", "second")):
        write_original(made.models, symbol)
        for step in plan_migration(made.models):
            migrate_step(step, made.models, name)
        point_archive(made.models / STRATEGY / "legacy", f"{symbol}_1h")
    return made


def names(folder: Path) -> list[str]:
    """Return what lies below, but for the numbers that stay taken."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return sorted(path.as_posix() for path in found if ".versions" not in path.parts)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder) if (folder / name).is_file()}


def test_everything_that_was_added_goes_and_the_rest_stays(workspace: Workspace) -> None:
    copies = {name: names(workspace.models / STRATEGY / "legacy" / name) for name in ("IBM_1h_v1", "MSFT_1h_v1")}
    done = undo_migration(workspace)
    assert [(entry.folder.name, entry.reason) for entry in done] == [("IBM_1h_v1", ""), ("MSFT_1h_v1", "")]
    left = {path.name for path in (workspace.models / STRATEGY).iterdir()}
    assert left - {".versions"} == {"IBM_1h_v1", "MSFT_1h_v1"}
    for entry in done:
        assert names(entry.moved_to) == copies[entry.folder.name]
        manifest = json.loads((entry.moved_to.parent / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest["kind"], manifest["model"]) == ("model", f"{STRATEGY}/legacy/{entry.folder.name}")
        assert json.loads(json.dumps(entry.to_document()))["moved_to"] == str(entry.moved_to)
    assert undo_migration(workspace) == []
    assert [step.action for step in plan_migration(workspace.models)] == ["copy", "copy"]


def test_what_was_undone_can_be_restored_byte_for_byte(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    before = contents(workspace.models)
    undo_migration(workspace)
    held = [entry.model for entry in trashed_models(workspace)]
    assert sorted(held) == [f"{STRATEGY}/legacy/IBM_1h_v1", f"{STRATEGY}/legacy/MSFT_1h_v1"]
    for model in held:
        restore_model(workspace, model)
    assert contents(workspace.models) == before
    archive = workspace.models / STRATEGY / "legacy"
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v1"
    assert caplog.messages == []


def test_a_copy_whose_original_is_gone_or_changed_stays(workspace: Workspace) -> None:
    place = workspace.models / STRATEGY
    shutil.rmtree(place / "MSFT_1h_v1")
    edit(place / "IBM_1h_v1" / "metrics.json", lambda metrics: metrics.update(epochs_trained=3))
    before = contents(workspace.models)
    done = {entry.folder.name: entry for entry in undo_migration(workspace)}
    assert "only copy" in done["MSFT_1h_v1"].reason
    assert "has changed" in done["IBM_1h_v1"].reason
    assert contents(workspace.models) == before
    assert not workspace.trash.exists()


def test_the_original_is_the_folder_above_whatever_the_manifest_says(workspace: Workspace, tmp_path: Path) -> None:
    """A manifest that names another folder must not let the only copy go."""
    place = workspace.models / STRATEGY
    (place / "MSFT_1h_v1").rename(tmp_path / "elsewhere")
    edit(
        place / "legacy" / "MSFT_1h_v1" / "training_manifest.json",
        lambda papers: papers["migration"].update(source="../elsewhere"),
    )
    done = {entry.folder.name: entry for entry in undo_migration(workspace)}
    assert done["MSFT_1h_v1"].moved_to is None
    (place / "MSFT_1h_v1").symlink_to(tmp_path / "elsewhere")
    assert [entry.moved_to for entry in undo_migration(workspace)] == [None]


def test_an_archive_that_a_link_leads_out_to_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    archive = workspace.models / STRATEGY / "legacy"
    archive.rename(tmp_path / "outside")
    archive.symlink_to(tmp_path / "outside")
    assert {entry.moved_to for entry in undo_migration(workspace)} == {None}
    assert (tmp_path / "outside" / "MSFT_1h_v1").is_dir()


def test_what_no_migration_made_is_left_alone(workspace: Workspace) -> None:
    archive = workspace.models / STRATEGY / "legacy"
    write_original(workspace.models, "AAPL", folder="legacy")
    (archive / "notes.txt").write_text("mine")
    (archive / "GOOG_1h_v1").mkdir()
    (archive / "GOOG_1h_v1" / "training_manifest.json").write_text("[1]")
    undo_migration(workspace)
    assert sorted(path.name for path in archive.iterdir()) == ["AAPL_1h_v1", "GOOG_1h_v1", "notes.txt"]


def test_a_trash_that_cannot_be_made_is_a_clear_error_and_nothing_moves(workspace: Workspace) -> None:
    workspace.trash.write_text("a file")
    before = names(workspace.models)
    with pytest.raises(StorageProblem):
        undo_migration(workspace)
    assert names(workspace.models) == before
