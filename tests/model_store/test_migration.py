"""Copies of the original's folders: byte for byte, with papers that are checked at every load, predicting alike."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ktrdr_app.core.errors import ModelRejected, StorageProblem
from ktrdr_app.model_store import migration
from ktrdr_app.model_store.integrity import check_folder
from ktrdr_app.model_store.layout import read_pointer
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.migration import migrate_step, point_archive
from ktrdr_app.model_store.migration_plan import Step, plan_migration
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.rollback import point_to
from ktrdr_app.neural.model import MLPTradingModel
from tests.model_store.builders import (
    STRATEGY,
    edit,
    forward,
    link_latest,
    network,
    raw_rows,
    scaled_by_hand,
    write_original,
)

OURS = {"scaler.json", "training_manifest.json", "checksums.json"}


def migrated(models: Path) -> list[Step]:
    return [migrate_step(step, models, "a-migration") for step in plan_migration(models)]


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("scaling", ["standard", "minmax", "none"])
def test_a_copy_has_the_very_files_and_predicts_what_the_network_gives(tmp_path: Path, scaling: str) -> None:
    source = write_original(tmp_path, scaling=scaling)
    before = files_of(source)
    (step,) = migrated(tmp_path)
    assert (step.action, step.rows, step.largest_difference) == ("migrated", 256, 0.0)
    assert files_of(source) == before
    copied = files_of(step.target)
    assert set(copied) - set(before) == OURS
    assert {name: copied[name] for name in before} == before
    loaded = load_model(step.target)
    scaled = scaled_by_hand(loaded.scaler_document, raw_rows())
    np.testing.assert_allclose(loaded.model.predict_proba(raw_rows()), forward(network(), scaled), atol=1e-5)


def test_its_papers_say_what_is_known_and_what_is_not(tmp_path: Path) -> None:
    source = write_original(tmp_path, "EUR_USD", version=4)
    (step,) = migrated(tmp_path)
    papers = json.loads((step.target / "training_manifest.json").read_text(encoding="utf-8"))
    assert (papers["symbol"], papers["timeframe"], papers["version"]) == ("EUR_USD", "1h", 4)
    assert (papers["epochs_trained"], papers["training_symbols"]) == (10, ["EUR_USD"])
    assert "split" in papers["not_recorded"]
    assert papers["migration"]["source"] == f"{STRATEGY}/{source.name}"
    assert (papers["migration"]["rows"], papers["migration"]["largest_difference"]) == (256, 0.0)
    sums = json.loads((step.target / "checksums.json").read_text(encoding="utf-8"))
    expected = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in step.target.iterdir()}
    assert sums == {name: value for name, value in expected.items() if name != "checksums.json"}


def test_it_is_found_when_the_original_is_gone(tmp_path: Path) -> None:
    source = write_original(tmp_path)
    (step,) = migrated(tmp_path)
    assert resolve(tmp_path, STRATEGY, "1h", "MSFT").chosen.path == source
    source.rename(tmp_path.parent / f"{tmp_path.name}-elsewhere")
    chosen = resolve(tmp_path, STRATEGY, "1h", "MSFT").chosen
    assert (chosen.path, chosen.step, chosen.look_ahead) == (step.target, 2, True)
    assert [info.problem for info in list_models(tmp_path)] == [""]


@pytest.mark.parametrize(
    "name", ["model.pt", "config.json", "features.json", "metadata.json", "scaler.json", "training_manifest.json"]
)
def test_a_copy_that_was_changed_is_refused(tmp_path: Path, name: str) -> None:
    write_original(tmp_path)
    (step,) = migrated(tmp_path)
    path = step.target / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelRejected):
        check_folder(step.target)


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("training_manifest.json", lambda papers: papers.pop("migration"), "lost its schema_version"),
        ("training_manifest.json", lambda papers: papers.update(schema_version=9), "schema_version is 9"),
        ("checksums.json", lambda sums: sums.pop("scaler.json"), "does not list scaler.json"),
    ],
)
def test_papers_that_do_not_fit_are_refused(tmp_path: Path, name: str, change: Any, reason: str) -> None:
    write_original(tmp_path)
    (step,) = migrated(tmp_path)
    edit(step.target / name, change)
    with pytest.raises(ModelRejected, match=reason):
        check_folder(step.target)


def test_the_pickle_of_a_copy_is_not_read(tmp_path: Path) -> None:
    write_original(tmp_path)
    (step,) = migrated(tmp_path)
    (step.target / "scaler.pkl").write_bytes(b"not a pickle")
    assert load_model(step.target).scaler_document["kind"] == "standard"


def test_a_second_run_copies_nothing_again(tmp_path: Path) -> None:
    write_original(tmp_path)
    (first,) = migrated(tmp_path)
    before = files_of(first.target)
    assert [step.action for step in migrated(tmp_path)] == ["already"]
    assert files_of(first.target) == before


def test_a_read_only_original_gives_a_copy_that_can_be_written(tmp_path: Path) -> None:
    source = write_original(tmp_path)
    for path in source.iterdir():
        path.chmod(0o444)
    source.chmod(0o555)
    (step,) = migrated(tmp_path)
    source.chmod(0o755)
    assert step.action == "migrated"
    assert all(path.stat().st_mode & 0o200 for path in step.target.iterdir())


def test_weights_that_went_bad_meanwhile_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_original(tmp_path)

    def refuse(path: Path, *_: object) -> None:
        raise ModelRejected(str(path), "bad tensor")

    monkeypatch.setattr("ktrdr_app.model_store.load.read_weights", refuse)
    (step,) = migrated(tmp_path)
    assert (step.action, "bad tensor" in step.reason) == ("damaged", True)
    assert list(step.target.parent.iterdir()) == []


def test_an_original_that_changes_meanwhile_is_not_taken(tmp_path: Path) -> None:
    source = write_original(tmp_path)
    (planned,) = plan_migration(tmp_path)
    edit(source / "metrics.json", lambda metrics: metrics.update(epochs_trained=11))
    step = migrate_step(planned, tmp_path, "a-migration")
    assert (step.action, "changed while" in step.reason) == ("damaged", True)
    assert list(step.target.parent.iterdir()) == []


def test_a_copy_that_predicts_otherwise_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scaler that is lost on the way into JSON is what the comparison must find."""
    write_original(tmp_path)
    real = migration.load_model

    def slightly_off(path: Path) -> Any:
        loaded = real(path)
        if path.name.startswith("."):
            network, names = loaded.model.network, loaded.feature_names
            with torch.no_grad():
                next(network.parameters()).add_(0.01)
            loaded = replace(loaded, model=MLPTradingModel(network, loaded.model.scaler, names))
        return loaded

    monkeypatch.setattr(migration, "load_model", slightly_off)
    (step,) = migrated(tmp_path)
    assert (step.action, "predicts otherwise" in step.reason) == ("damaged", True)
    assert list(step.target.parent.iterdir()) == []


def test_another_process_that_was_quicker_is_recognised(tmp_path: Path) -> None:
    write_original(tmp_path)
    (planned,) = plan_migration(tmp_path)
    assert migrate_step(planned, tmp_path, "one").action == "migrated"
    assert migrate_step(planned, tmp_path, "two").action == "already"


def test_a_disk_that_refuses_is_a_clear_error(tmp_path: Path) -> None:
    source = write_original(tmp_path)
    (source.parent / "legacy").write_text("a file where the archive should be")
    (planned,) = plan_migration(tmp_path)
    with pytest.raises(StorageProblem):
        migrate_step(replace(planned, action="copy"), tmp_path, "a-migration")


def test_latest_of_the_archive_follows_the_originals_then_the_highest(tmp_path: Path) -> None:
    first = write_original(tmp_path)
    write_original(tmp_path, version=2)
    link_latest(first)
    migrated(tmp_path)
    archive = tmp_path / STRATEGY / "legacy"
    point_archive(archive, "MSFT_1h")
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v1"
    (tmp_path / STRATEGY / "MSFT_1h_latest").unlink()
    (archive / "MSFT_1h_latest").unlink()
    point_archive(archive, "MSFT_1h")
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v2"


def test_latest_of_the_archive_that_works_moves_only_to_a_copy_that_has_come_in(tmp_path: Path) -> None:
    write_original(tmp_path)
    write_original(tmp_path, version=2)
    migrated(tmp_path)
    archive = tmp_path / STRATEGY / "legacy"
    point_archive(archive, "MSFT_1h", {"MSFT_1h_v1", "MSFT_1h_v2"})
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v2"
    point_to(archive, "MSFT_1h", "MSFT_1h_v1")
    point_archive(archive, "MSFT_1h")
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v1"
    point_archive(archive, "MSFT_1h", {"MSFT_1h_v2"})
    assert read_pointer(archive, "MSFT_1h").target == archive / "MSFT_1h_v2"


def test_latest_of_the_archive_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write_original(tmp_path)
    migrated(tmp_path)
    archive = tmp_path / STRATEGY / "legacy"
    (archive / "MSFT_1h_latest").mkdir()  # a folder where the pointer should be
    with pytest.raises(StorageProblem):
        point_archive(archive, "MSFT_1h")
