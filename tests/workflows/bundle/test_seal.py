"""A run becomes one file that holds all it was made with, and nothing of the machine that made it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.errors import BundleRejected, FileMissing, InvalidValue, ModelNotFound, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import protect, unprotect
from ktrdr_app.workflows.bundle.layout import LABEL
from ktrdr_app.workflows.bundle.seal import export_bundle
from tests.workflows.bundle.conftest import Made, contents_of
from tests.workflows.quick import TEXT, files_below


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> tuple[Workspace, Path]:
    """Return a copy of the author's workspace that a test may harm, and the run in it."""
    root = tmp_path / "copy"
    shutil.copytree(made.workspace.root, root, symlinks=True)
    folder = root / "runs" / made.outcome.folder.name
    text = (folder / "result.json").read_text()
    (folder / "result.json").write_text(text.replace(str(made.workspace.root), str(root)))
    return Workspace(root), folder


def test_it_holds_what_the_run_was_made_with_and_what_came_of_it(made: Made) -> None:
    held = contents_of(made.file)
    assert set(held) == {
        *(LABEL, "result.json", "equity.csv", "trades.csv", "decisions.csv", "report.html"),
        *("strategy.yaml", "bars.csv", "model.zip"),
    }
    for name in ("equity.csv", "trades.csv", "decisions.csv"):
        assert held[name] == (made.outcome.folder / name).read_bytes()
    assert held["strategy.yaml"].decode() == TEXT


def test_the_label_lists_the_checksum_of_every_file(made: Made) -> None:
    held = contents_of(made.file)
    label = json.loads(held.pop(LABEL))
    assert label["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    assert (label["symbol"], label["timeframe"], label["run"]) == ("GOOG", "1d", made.outcome.folder.name)


def test_no_folder_of_the_machine_is_named_anywhere(made: Made) -> None:
    for name, content in contents_of(made.file).items():
        assert str(made.workspace.root).encode() not in content, name
        assert str(made.workspace.root.parent).encode() not in content, name


def test_bars_end_with_the_run_and_begin_with_the_series(made: Made) -> None:
    whole = (made.workspace.data / "GOOG_1d.csv").read_bytes().splitlines(keepends=True)
    lines = contents_of(made.file)["bars.csv"].splitlines(keepends=True)
    assert lines == whole[: len(lines)]
    assert lines[-1].startswith(made.outcome.document["end"][:10].encode())
    assert len(lines) > len(made.outcome.bars), "bars before the run are its indicators' warm-up"


def test_the_same_run_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    written = export_bundle(made.workspace, made.outcome.folder.name, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == made.file.read_bytes()
    assert written.to_document() == {
        "run": str(made.outcome.folder),
        "file": str(tmp_path / "again.zip"),
        "files": written.files,
        "size": made.file.stat().st_size,
    }


def test_the_settings_of_symbols_go_with_it(copied: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, folder = copied
    (workspace.root / "symbols.yaml").write_text("GOOG: {asset_class: stock}\n")
    export_bundle(workspace, folder, tmp_path / "b.zip")
    assert contents_of(tmp_path / "b.zip")["symbols.yaml"] == b"GOOG: {asset_class: stock}\n"


def test_a_run_that_is_not_there_is_told(made: Made, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="nothing-of-that-name"):
        export_bundle(made.workspace, "nothing-of-that-name", tmp_path / "b.zip")


def test_a_file_that_is_there_is_not_written_over(made: Made, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    with pytest.raises(InvalidValue, match="file is"):
        export_bundle(made.workspace, made.outcome.folder, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"


def test_bars_that_changed_since_are_no_bundle(copied: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, folder = copied
    series = pd.read_csv(workspace.data / "GOOG_1d.csv")
    series.loc[1000, "volume"] += 1
    series.to_csv(workspace.data / "GOOG_1d.csv", index=False)
    with pytest.raises(BundleRejected, match="not those of the run"):
        export_bundle(workspace, folder, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_bars_that_came_later_do_not_matter(copied: tuple[Workspace, Path], made: Made, tmp_path: Path) -> None:
    workspace, folder = copied
    with open(workspace.data / "GOOG_1d.csv", "a") as file:
        file.write("2013-03-04T00:00:00Z,805.3,822.84,805.3,821.5,4100000\n\n")
    export_bundle(workspace, folder, tmp_path / "b.zip")
    assert contents_of(tmp_path / "b.zip")["bars.csv"] == contents_of(made.file)["bars.csv"]


def test_a_model_that_is_gone_is_told(copied: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, folder = copied
    shutil.rmtree(workspace.models)
    with pytest.raises(ModelNotFound):
        export_bundle(workspace, folder, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("lost", ["equity.csv", "trades.csv", "decisions.csv", "report.html"])
def test_a_run_that_lost_a_file_is_no_bundle(copied: tuple[Workspace, Path], tmp_path: Path, lost: str) -> None:
    workspace, folder = copied
    (folder / lost).unlink()
    with pytest.raises(BundleRejected, match=f"lost {lost}"):
        export_bundle(workspace, folder, tmp_path / "b.zip")


def test_a_run_of_an_older_program_is_told_so(copied: tuple[Workspace, Path], tmp_path: Path) -> None:
    workspace, folder = copied
    document = json.loads((folder / "result.json").read_text())
    del document["request"]
    (folder / "result.json").write_text(json.dumps(document))
    with pytest.raises(BundleRejected, match="older program") as caught:
        export_bundle(workspace, folder, tmp_path / "b.zip")
    assert "run the backtest again" in caught.value.hint


def test_nothing_is_written_into_a_protected_workspace(made: Made) -> None:
    before = files_below(made.workspace.root)
    protect(made.workspace)
    try:
        with pytest.raises(WorkspaceReadOnly):
            export_bundle(made.workspace, made.outcome.folder, made.workspace.root / "b.zip")
    finally:
        unprotect(made.workspace)
    assert files_below(made.workspace.root) == before
