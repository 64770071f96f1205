"""The script that draws the tutorial: it finds what it clicks, and says what it cannot."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from tests.installer.conftest import INSTALLER, load

pytestmark = pytest.mark.gui
REPO = INSTALLER.parent


@pytest.fixture
def pictures(scripts: None) -> ModuleType:
    """Return ``session_pictures.py``."""
    return load("session_pictures")


def test_it_finds_and_refuses_on_an_empty_folder(pictures: ModuleType, qtbot: QtBot, tmp_path: Path) -> None:
    session = pictures.Session(Workspace(tmp_path), "dark")
    assert session.child(QPushButton, "dataPanel.emptySampleButton").isEnabled()
    with pytest.raises(LookupError, match=r"no dataPanel\.emptySampleButon"):
        session.child(QPushButton, "dataPanel.emptySampleButon")
    session.station("trainingPanel")
    assert session.window.stack.currentWidget().objectName() == "trainingPanel"
    with pytest.raises(RuntimeError, match="is off"):
        session.press("trainingPanel.stopButton")
    session.close()


def test_waiting_for_what_never_comes_ends(
    pictures: ModuleType, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = pictures.Session(Workspace(tmp_path), "light")
    monkeypatch.setattr(pictures, "LONGEST", 0.05)
    with pytest.raises(TimeoutError, match="did not go on"):
        session.wait(lambda: False)
    monkeypatch.undo()
    session.close()


def test_every_widget_that_it_names_is_one_of_the_window(pictures: ModuleType) -> None:
    tree = ast.parse((INSTALLER / "session_pictures.py").read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {word for word in words if re.fullmatch(r"[a-z]+Panel\.\w+", word)}
    assert len(named) > 8
    code = "\n".join(file.read_text(encoding="utf-8") for file in (REPO / "ktrdr_app" / "gui").rglob("*.py"))
    missing = {name for name in named if f'"{name}"' not in code and f'.{name.partition(".")[2]}"' not in code}
    assert missing == set()


def test_kernels_come_from_the_programs_own_cache(tmp_path: Path) -> None:
    """With a cache of its own the first training would be drawn while the compiler works."""
    code = f"""
import sys
sys.path.insert(0, {str(INSTALLER)!r})
import session_pictures, ktrdr_app.core.kernels, numba, ktrdr_app.core.paths as paths
assert session_pictures.import_and_compile.__module__ == "ktrdr_app.gui.app"
print(numba.config.CACHE_DIR == str(paths.user_cache() / "numba"))
"""
    clean = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    clean |= {"XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
