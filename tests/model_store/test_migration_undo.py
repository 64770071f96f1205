"""Undo takes out exactly what migrations added, into the trash, and never the only copy of a model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.model_store.migration import migrate_step, point_archive
from ktrdr_app.model_store.migration_plan import plan_migration
from ktrdr_app.model_store.migration_undo import undo_migration
from tests.model_store.builders import STRATEGY, edit, write_original


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a store with two originals and their copies, the archive's ``_latest`` included."""
    store = tmp_path / "models"
    for symbol, name in (("MSFT", "first"), ("IBM", "second")):
        write_original(store, symbol)
        for step in plan_migration(store):
            migrate_step(step, store, name)
        point_archive(store / STRATEGY / "legacy", f"{symbol}_1h")
    return store


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_everything_that_was_added_goes_and_the_rest_stays(models: Path, tmp_path: Path) -> None:
    copies = {name: names(models / STRATEGY / "legacy" / name) for name in ("IBM_1h_v1", "MSFT_1h_v1")}
    done = undo_migration(models, tmp_path / ".trash")
    assert [(entry.folder.name, entry.reason) for entry in done] == [("IBM_1h_v1", ""), ("MSFT_1h_v1", "")]
    assert sorted(path.name for path in (models / STRATEGY).iterdir()) == ["IBM_1h_v1", "MSFT_1h_v1"]
    for entry in done:
        assert names(entry.moved_to) == copies[entry.folder.name]
        manifest = json.loads((entry.moved_to.parent / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest["kind"], manifest["folder"]) == ("model", f"legacy/{entry.folder.name}")
        assert json.loads(json.dumps(entry.to_document()))["moved_to"] == str(entry.moved_to)
    assert undo_migration(models, tmp_path / ".trash") == []
    assert [step.action for step in plan_migration(models)] == ["copy", "copy"]


def test_one_migration_alone(models: Path, tmp_path: Path) -> None:
    (done,) = undo_migration(models, tmp_path / ".trash", migration="second")
    assert done.folder.name == "IBM_1h_v1"
    left = [path.name for path in sorted((models / STRATEGY / "legacy").iterdir())]
    assert left == ["MSFT_1h_latest", "MSFT_1h_v1"]


def test_a_copy_whose_original_is_gone_or_changed_stays(models: Path, tmp_path: Path) -> None:
    shutil.rmtree(models / STRATEGY / "MSFT_1h_v1")
    edit(models / STRATEGY / "IBM_1h_v1" / "metrics.json", lambda metrics: metrics.update(epochs_trained=3))
    before = names(models)
    done = {entry.folder.name: entry for entry in undo_migration(models, tmp_path / ".trash")}
    assert "only copy" in done["MSFT_1h_v1"].reason
    assert "has changed" in done["IBM_1h_v1"].reason
    assert names(models) == before
    assert not (tmp_path / ".trash").exists()


def test_what_no_migration_made_is_left_alone(models: Path, tmp_path: Path) -> None:
    archive = models / STRATEGY / "legacy"
    write_original(models, "AAPL", folder="legacy")
    (archive / "notes.txt").write_text("mine")
    (archive / "GOOG_1h_v1").mkdir()
    (archive / "GOOG_1h_v1" / "training_manifest.json").write_text("[1]")
    undo_migration(models, tmp_path / ".trash")
    assert sorted(path.name for path in archive.iterdir()) == ["AAPL_1h_v1", "GOOG_1h_v1", "notes.txt"]


def test_a_trash_that_cannot_be_made_is_a_clear_error_and_nothing_moves(models: Path, tmp_path: Path) -> None:
    (tmp_path / ".trash").write_text("a file")
    before = names(models)
    with pytest.raises(StorageProblem):
        undo_migration(models, tmp_path / ".trash")
    assert names(models) == before
