"""What a migration would do with folders of every kind; nothing is written while it is asked."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import ModelNotFound, UnsafeName
from ktrdr_app.model_store.migration_plan import Step, plan_migration
from tests.model_store.builders import STRATEGY, link_latest, pickle_calling, save, write_original


def said(steps: list[Step]) -> dict[str, str]:
    return {f"{step.strategy_name}/{step.source.name}": step.action for step in steps}


def snapshot(models: Path) -> dict[str, bytes]:
    return {path.relative_to(models).as_posix(): path.read_bytes() for path in models.rglob("*") if path.is_file()}


def test_originals_are_copied_and_our_own_models_are_not(tmp_path: Path) -> None:
    link_latest(write_original(tmp_path, "EUR_USD", version=3))
    write_original(tmp_path, strategy="other")
    save(tmp_path, symbol="MSFT")
    save(tmp_path)
    before = snapshot(tmp_path)
    steps = plan_migration(tmp_path)
    assert said(steps) == {
        f"{STRATEGY}/EUR_USD_1h_v3": "copy",
        f"{STRATEGY}/MSFT_1h_v1": "own",
        "other/MSFT_1h_v1": "copy",
    }
    assert steps[0].target == tmp_path / STRATEGY / "legacy" / "EUR_USD_1h_v3"
    assert snapshot(tmp_path) == before
    assert said(plan_migration(tmp_path, "other")) == {"other/MSFT_1h_v1": "copy"}


def test_checksums_are_those_of_every_file_and_what_is_no_file_is_named(tmp_path: Path) -> None:
    folder = write_original(tmp_path)
    (folder / "notes").mkdir()
    (folder / "shortcut").symlink_to(folder / "model.pt")
    (step,) = plan_migration(tmp_path)
    plain = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    assert step.checksums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in plain}
    assert step.left_out == ("notes", "shortcut")
    assert json.loads(json.dumps(step.to_document()))["left_out"] == ["notes", "shortcut"]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda folder: (folder / "metadata.json").unlink(), "incomplete"),
        (lambda folder: (folder / "model.pt").write_bytes(b"garbage"), "weights"),
        (lambda folder: (folder / "config.json").write_text("{"), "JSON"),
        (lambda folder: (folder / "scaler.pkl").write_bytes(pickle_calling(print, "ran")), "print"),
        (lambda folder: (folder / "scaler.pkl").write_bytes(pickle.dumps({"a": 1})), "scaler"),
    ],
)
def test_damaged_and_unsafe_originals_are_named_and_nothing_of_them_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: object, reason: str
) -> None:
    harm(write_original(tmp_path))
    write_original(tmp_path, version=2)
    first, second = plan_migration(tmp_path)
    assert (first.action, second.action) == ("damaged", "copy")
    assert reason in first.reason
    assert capsys.readouterr().out == ""


def test_a_folder_that_leads_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    outside = write_original(tmp_path / "outside")
    (tmp_path / "models" / STRATEGY).mkdir(parents=True)
    (tmp_path / "models" / STRATEGY / "MSFT_1h_v1").symlink_to(outside)
    (step,) = plan_migration(tmp_path / "models")
    assert step.action == "damaged"
    assert "link" in step.reason


def test_a_copy_made_by_hand_counts_and_another_model_of_that_name_is_a_conflict(tmp_path: Path) -> None:
    folder = write_original(tmp_path)
    archive = tmp_path / STRATEGY / "legacy" / folder.name
    shutil.copytree(folder, archive)
    assert said(plan_migration(tmp_path)) == {f"{STRATEGY}/MSFT_1h_v1": "already"}
    shutil.rmtree(archive)
    write_original(tmp_path, folder="legacy", created_at="2024-01-01T00:00:00")
    (step,) = plan_migration(tmp_path)
    assert (step.action, "another model" in step.reason) == ("conflict", True)
    (archive / "model.pt").write_bytes(b"garbage")
    (step,) = plan_migration(tmp_path)
    assert (step.action, "cannot be used" in step.reason) == ("conflict", True)


def test_strategies_that_are_not_there(tmp_path: Path) -> None:
    assert plan_migration(tmp_path / "nowhere") == []
    write_original(tmp_path)
    with pytest.raises(ModelNotFound, match="momentum") as caught:
        plan_migration(tmp_path, "momentum")
    assert caught.value.present == (f"{STRATEGY}/",)
    with pytest.raises(UnsafeName):
        plan_migration(tmp_path, "../outside")
