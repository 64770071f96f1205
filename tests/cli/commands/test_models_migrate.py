"""``models migrate``: preview, result, undo, and one JSON document each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from tests.cli.commands.conftest import Run, error_of, files_of, table_rows
from tests.model_store.builders import STRATEGY, write_original
from tests.workflows.originals import original_folder
from tests.workflows.quick import with_strategy

NAME = f"{STRATEGY}/MSFT_1h_v1"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with a good and a damaged original, which is the current folder."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    write_original(tmp_path / "models")
    (write_original(tmp_path / "models", "IBM") / "features.json").unlink()
    return tmp_path


def test_a_dry_run_shows_and_writes_nothing(run: Run, root: Path) -> None:
    before = files_of(root)
    ended = run("models", "migrate", "--dry-run")
    assert ended.code == 0
    assert table_rows(ended.out)[NAME] == ["would be copied", f"models/{STRATEGY}/legacy/MSFT_1h_v1"]
    assert "Nothing was written" in ended.out
    assert files_of(root) == before


def test_copies_are_told_with_the_damaged_ones_and_undone(run: Run, root: Path) -> None:
    before = files_of(root / "models")
    rows = table_rows(run("models", "migrate", STRATEGY).out)
    assert rows[NAME][0] == "copied and verified"
    assert rows[f"{STRATEGY}/IBM_1h_v1"] == ["cannot be used", "incomplete: features.json missing"]
    listed = run("models", "list").out
    assert "legacy/MSFT_1h_v1" in listed
    assert "usable, looks ahead" in listed
    ended = run("models", "migrate", "--undo", json=True)
    (undone,) = ended.document["undone"]
    assert Path(undone["moved_to"]).is_dir()
    left = files_of(root / "models")
    assert {name: left[name] for name in left if ".versions" not in Path(name).parts} == before
    assert run("models", "restore", f"{STRATEGY}/legacy/MSFT_1h_v1").code == 0
    assert len(run("models", "migrate", "--undo", json=True).document["undone"]) == 1
    assert "no migrated copy" in run("models", "migrate", "--undo").out


def test_json_is_the_report(run: Run, root: Path) -> None:
    document = run("models", "migrate", json=True).document
    assert document["counts"] == {"migrated": 1, "damaged": 1}
    assert Path(document["report_file"]).is_file()


def test_what_cannot_be_is_refused(run: Run, root: Path) -> None:
    error_of(run("models", "migrate", "momentum", json=True), 3, "model_not_found")
    error_of(run("models", "migrate", "--undo", "--dry-run", json=True), 2, "invalid_value")


def test_without_originals_that_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no model of the original" in run("models", "migrate").out


def test_an_original_and_its_copy_are_backtested_alike_and_marked(run: Run, workspace: Path) -> None:
    folder = original_folder(with_strategy(Workspace(workspace)), "GOOG")
    asked = ("backtest", "quick", "--symbol", "GOOG", "--timeframe", "1d")
    original = run(*asked, json=True).document
    run("models", "migrate")
    shutil.rmtree(folder)
    ended = run(*asked)
    assert (ended.code, "LOOK-AHEAD" in ended.out) == (0, True)
    copy = run(*asked, json=True).document
    assert Path(copy["model"]["path"]) == folder.parent / "legacy" / folder.name
    assert (copy["model"]["look_ahead"], copy["model"]["step"]) == (True, 2)
    assert (copy["metrics"], copy["bars"]) == (original["metrics"], original["bars"])
