"""Whatever is put away comes back whole; the trash of one kind does not see the other's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.trash import deletions, put_away, take_back


def made(root: Path) -> list[Path]:
    (root / "models" / "folder").mkdir(parents=True)
    (root / "models" / "folder" / "inside.txt").write_text("inside", encoding="utf-8")
    (root / "models" / "file.txt").write_text("file", encoding="utf-8")
    return [root / "models" / "file.txt", root / "models" / "folder"]


def test_files_and_folders_go_and_come_back(tmp_path: Path) -> None:
    workspace, sources = Workspace(tmp_path), made(tmp_path)
    folder, deleted = put_away(workspace, "thing", "label", sources, {"fact": 1})
    assert not any(path.exists() for path in sources)
    ((found, manifest),) = deletions(workspace, "thing")
    assert found == folder
    assert manifest == {
        "format": 1, "kind": "thing", "fact": 1, "deleted": deleted, "files": ["file.txt", "folder"],
    }  # fmt: skip
    assert list(deletions(workspace, "other")) == []
    take_back(folder, manifest["files"], tmp_path / "models")
    assert (tmp_path / "models" / "folder" / "inside.txt").read_text(encoding="utf-8") == "inside"
    assert list(deletions(workspace, "thing")) == []


def test_all_or_none_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, sources = Workspace(tmp_path), made(tmp_path)
    real, calls = shutil.move, []

    def full(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(StorageProblem, match="No space left"):
        put_away(workspace, "thing", "label", sources, {})
    assert all(path.exists() for path in sources)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "thing"}', '{"kind": "thing", "files": 5}', "[" * 99_999])
def test_what_is_no_manifest_is_passed_over(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    workspace = Workspace(tmp_path)
    (workspace.trash / "x").mkdir(parents=True)
    (workspace.trash / "x" / "manifest.json").write_text(text, encoding="utf-8")
    assert list(deletions(workspace, "thing")) == []
    assert "passed over" in caplog.text


def test_a_name_never_leaves_its_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (workspace.trash / "x").mkdir(parents=True)
    document = {"kind": "thing", "files": ["../../evil", "/etc/passwd"]}
    (workspace.trash / "x" / "manifest.json").write_text(json.dumps(document), encoding="utf-8")
    ((_, manifest),) = deletions(workspace, "thing")
    assert manifest["files"] == ["evil", "passwd"]
