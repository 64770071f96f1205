"""The sample series get into a workspace once, and never over the user's own files."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.data.sample import TRAINING_SYMBOLS, UNSEEN_SYMBOL, install_sample


def test_a_fresh_workspace_gets_every_file_with_its_licence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "new")
    written = install_sample(workspace)
    assert {path.name for path in written} == {path.name for path in (shipped("resources") / "sample").iterdir()}
    assert "LICENSE.gym-anytrading.txt" in {path.name for path in written}
    for symbol in (*TRAINING_SYMBOLS, UNSEEN_SYMBOL):
        original = shipped("resources") / "sample" / f"{symbol}_1d.csv"
        assert (workspace.data / original.name).read_bytes() == original.read_bytes()


def test_the_users_own_file_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.data.mkdir()
    (workspace.data / "AAPL_1d.csv").write_text("mine")
    written = install_sample(workspace)
    assert (workspace.data / "AAPL_1d.csv").read_text() == "mine"
    assert workspace.data / "AAPL_1d.csv" not in written
    assert install_sample(workspace) == []


def test_the_unseen_symbol_is_not_trained_on() -> None:
    assert UNSEEN_SYMBOL not in TRAINING_SYMBOLS
