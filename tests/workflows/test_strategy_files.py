"""Strategy files: nothing is lost, shipped ones never change, and what somebody else wrote is not written over."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import (
    StorageProblem,
    StrategyChanged,
    StrategyExists,
    StrategyNotFound,
    UnsafeName,
    WorkspaceReadOnly,
)
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.protection import protect, unprotect
from ktrdr_app.workflows import strategy_files as files
from tests.strategy.texts import SHIPPED, VALID


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_a_shipped_strategy_is_saved_into_the_workspace(workspace: Workspace) -> None:
    source = shipped("configs") / "strategies" / "neuro_mean_reversion.yaml"
    before = source.read_bytes()
    opened = files.open_strategy(workspace, "neuro_mean_reversion")
    assert opened.shipped
    saved = files.save_strategy(workspace, opened, opened.text + "# mine\n")
    assert saved.path == workspace.strategies / "neuro_mean_reversion.yaml"
    assert not saved.shipped
    assert saved.path.read_bytes() == before + b"# mine\n"
    assert source.read_bytes() == before
    assert files.open_strategy(workspace, "neuro_mean_reversion") == saved
    with pytest.raises(StrategyChanged):
        files.save_strategy(workspace, opened, "name: other\n")


def test_another_hands_work_is_not_written_over(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    made.path.write_text("name: theirs\n", encoding="utf-8")
    with pytest.raises(StrategyChanged, match="changed on disk"):
        files.save_strategy(workspace, made, VALID)
    assert made.path.read_text(encoding="utf-8") == "name: theirs\n"
    files.save_strategy(workspace, made, VALID, overwrite=True)
    assert made.path.read_text(encoding="utf-8") == VALID


def test_line_ends_stay(workspace: Workspace) -> None:
    workspace.strategies.mkdir(parents=True)
    path = workspace.strategies / "windows.yaml"
    path.write_bytes(VALID.replace("\n", "\r\n").encode())
    opened = files.open_strategy(workspace, "windows")
    assert opened.text == VALID
    files.save_strategy(workspace, opened, opened.text)
    assert path.read_bytes() == VALID.replace("\n", "\r\n").encode()


def test_a_file_that_is_gone_is_written_anew(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    made.path.unlink()
    assert files.save_strategy(workspace, made, VALID).text.startswith("name: small")


def test_a_new_strategy_is_called_by_its_name(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    assert made.text == VALID.replace("name: small", "name: mine")
    assert files.create_strategy(workspace, "draft", "a: [").text == "a: ["
    for taken in ("mine", "MINE", "neuro_mean_reversion"):
        with pytest.raises(StrategyExists):
            files.create_strategy(workspace, taken, VALID)
    with pytest.raises(UnsafeName):
        files.create_strategy(workspace, "../out", VALID)
    assert files.free_name(workspace, "mine") == "mine_2"
    assert files.free_name(workspace, "other") == "other"


def test_a_strategy_is_renamed(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    with pytest.raises(StrategyExists):
        files.rename_strategy(workspace, made, "trend_momentum")
    renamed = files.rename_strategy(workspace, made, "yours")
    assert renamed.text == VALID.replace("name: small", "name: yours")
    assert [path.name for path in workspace.strategies.iterdir()] == ["yours.yaml"]
    renamed.path.write_text("changed", encoding="utf-8")
    with pytest.raises(StrategyChanged):
        files.rename_strategy(workspace, renamed, "theirs")


def test_a_deleted_strategy_comes_back(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    deleted = files.delete_strategy(workspace, made)
    assert not made.path.exists()
    assert files.restore_strategy(workspace, deleted) == made
    assert not list(workspace.trash.glob("*"))


def test_what_came_in_its_place_is_not_written_over(workspace: Workspace) -> None:
    deleted = files.delete_strategy(workspace, files.create_strategy(workspace, "mine", VALID))
    files.create_strategy(workspace, "mine", "name: other\n")
    with pytest.raises(StrategyExists):
        files.restore_strategy(workspace, deleted)


def test_templates() -> None:
    assert files.template_names()[0] == "minimal"
    assert set(files.template_names()[1:]) == set(SHIPPED)
    for name in SHIPPED:
        path = shipped("configs") / "strategies" / f"{name}.yaml"
        assert files.template_text(name) == path.read_text(encoding="utf-8")
    with pytest.raises(StrategyNotFound):
        files.template_text("nosuch")


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["# é", "name: a", "", "  x: 1", "\ufeff", "日本"]), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_opened_and_saved_keeps_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("bytes"))
    workspace.strategies.mkdir(parents=True)
    path = workspace.strategies / "mine.yaml"
    path.write_bytes(end.join([*lines, ""]).encode())
    opened = files.open_strategy(workspace, "mine")
    assert "\r" not in opened.text
    saved = files.save_strategy(workspace, opened, opened.text)
    assert path.read_bytes() == end.join([*lines, ""]).encode()
    assert saved == opened
    again = files.save_strategy(workspace, saved, opened.text + "# more\n")
    assert path.read_bytes() == (end.join([*lines, ""]) + f"# more{end}").encode()
    assert again.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_rename_keeps_line_ends_and_comments(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    text = made.text.replace("name: mine", "name: mine   # ours")
    made.path.write_bytes(text.replace("\n", "\r\n").encode())
    renamed = files.rename_strategy(workspace, files.open_strategy(workspace, "mine"), "yours")
    wanted = text.replace("name: mine", "name: yours").replace("\n", "\r\n").encode()
    assert renamed.path.read_bytes() == wanted
    assert not made.path.exists()


def test_a_rename_that_the_disk_refuses_leaves_one_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    before = made.path.read_bytes()
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == made.path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageProblem, match="Permission denied") as caught:
        files.rename_strategy(workspace, made, "yours")
    assert caught.value.where == str(made.path)
    assert [path.name for path in workspace.strategies.iterdir()] == ["mine.yaml"]
    assert made.path.read_bytes() == before


def test_a_strategy_is_made_with_the_line_ends_that_are_wanted(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID, "\r\n")
    assert made.path.read_bytes() == files.create_strategy(workspace, "other", VALID).path.read_bytes().replace(
        b"other", b"mine"
    ).replace(b"\n", b"\r\n")
    assert made.line_end == "\r\n"


def test_half_a_sign_is_refused_and_the_file_stays(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    with pytest.raises(StorageProblem, match="half a sign"):
        files.save_strategy(workspace, made, VALID + "# \ud83d\n")
    assert files.open_strategy(workspace, "mine") == made
    assert [path.name for path in workspace.strategies.iterdir()] == ["mine.yaml"]


def test_a_protected_workspace_keeps_its_strategies(workspace: Workspace) -> None:
    made = files.create_strategy(workspace, "mine", VALID)
    protect(workspace)
    try:
        for write in (
            lambda: files.save_strategy(workspace, made, "name: b\n"),
            lambda: files.create_strategy(workspace, "other", VALID),
            lambda: files.rename_strategy(workspace, made, "other"),
            lambda: files.delete_strategy(workspace, made),
        ):
            with pytest.raises(WorkspaceReadOnly):
                write()
    finally:
        unprotect(workspace)
    assert [path.name for path in workspace.strategies.iterdir()] == ["mine.yaml"]
    assert files.open_strategy(workspace, "mine") == made
    assert not workspace.trash.exists()
