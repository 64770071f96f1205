"""Whether a window could be seen, and what is said when its package fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ktrdr_app.cli.screen import gui_module, has_display


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, True),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen:configfile=x"}, False),
        ("win32", {}, True),
        ("darwin", {}, True),
        ("darwin", {"QT_QPA_PLATFORM": "minimal"}, False),
    ],
)
def test_a_display(platform, environment, expected):
    assert has_display(platform, environment) is expected


def test_a_fault_inside_the_window_is_not_taken_for_missing_qt():
    with pytest.raises(ModuleNotFoundError, match="nosuch"):
        gui_module("nosuch")


def open_with(folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask for the window where a folder's libraries come before those that are installed."""
    repository = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(folder), str(repository), os.environ.get("PYTHONPATH", "")])
    code = """
from ktrdr_app.cli.screen import gui_module
from ktrdr_app.core.errors import EnvironmentProblem
try:
    gui_module("screenshot")
except EnvironmentProblem as problem:
    print(problem.message, problem.hint)
"""
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the loader of Linux words it so")
def test_a_library_of_the_system_that_qt_lacks_is_told_with_the_package(tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("")
    (tmp_path / "PySide6" / "QtCore.so").write_bytes(b"no library at all")
    done = open_with(tmp_path)
    assert "QtCore.so" in done.stdout, done.stderr
    assert "apt-get install libegl1 libgl1" in done.stdout


def test_a_qt_that_is_not_installed_is_told_with_pip(tmp_path: Path) -> None:
    (tmp_path / "PySide6.py").write_text("raise ModuleNotFoundError(\"No module named 'PySide6'\", name='PySide6')")
    done = open_with(tmp_path)
    assert "pip install 'pyside6-essentials" in done.stdout, done.stderr


def test_a_library_of_others_that_breaks_is_not_taken_for_qts(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> None:
        raise ImportError("broken", name="core", path="/site-packages/numpy/core.so")

    monkeypatch.setattr("importlib.import_module", broken)
    with pytest.raises(ImportError, match="broken"):
        gui_module("screenshot")
