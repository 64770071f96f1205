"""The program's start: a window from a path, a refusal of bad versions, and a whole run in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import EnvironmentProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui import app, guard
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "form", [lambda w: w, lambda w: w.root, lambda w: str(w.root)], ids=["workspace", "path", "str"]
)
def test_a_window_is_made_from_any_form_of_workspace(
    dark: QApplication, qtbot: QtBot, sample_workspace: Workspace, form: object
) -> None:
    window = app.create_main_window(form(sample_workspace))  # type: ignore[operator]
    assert isinstance(window, QMainWindow)
    assert isinstance(window, MainWindow)
    assert window.context.workspace == sample_workspace
    settle(qtbot, window.tasks)
    window.close()
    window.deleteLater()


def test_a_bad_version_opens_no_window(monkeypatch: pytest.MonkeyPatch, sample_workspace: Workspace) -> None:
    monkeypatch.setattr(guard, "version", lambda _name: "6.11.1")
    with pytest.raises(EnvironmentProblem, match="misplaces docks"):
        app.create_main_window(sample_workspace)


def test_the_one_application_is_used_again(dark: QApplication) -> None:
    assert app.make_application() is dark
    assert app.make_application("light") is dark
    assert tokens().name == "light"


def in_process(code: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    surroundings = {name: value for name, value in surroundings.items() if value}
    return subprocess.run(
        [sys.executable, "-c", code], env=surroundings, cwd=tmp_path, capture_output=True, text=True, timeout=240
    )


RUN = """
import sys
from PySide6.QtCore import QTimer
from ktrdr_app.gui import app

class Closer(app.WarmUp):
    def _begin(self):
        {begin}
        QTimer.singleShot(0, self._window, self._window.close)

app.WarmUp = Closer
sys.exit(app.run({workspace!r}))
"""


def test_a_run_opens_closes_and_returns_zero_and_leaves_only_what_it_should(
    tmp_path: Path, sample_workspace: Workspace
) -> None:
    done = in_process(RUN.format(begin="pass", workspace=str(sample_workspace.root)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    config = tmp_path / "config" / "ktrdr-app"
    assert {"settings.json", "window.ini", "window.ini.bak"} <= {path.name for path in config.iterdir()}
    assert str(sample_workspace.root.resolve()) in (config / "settings.json").read_text(encoding="utf-8")
    assert not list((tmp_path / "cache" / "ktrdr-app").glob("crash-*"))
    assert [path.name for path in sample_workspace.hidden.iterdir()] == ["window.lock"]


def test_a_cache_folder_that_cannot_be_written_does_not_keep_the_window_from_opening(
    tmp_path: Path, sample_workspace: Workspace
) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    done = in_process(RUN.format(begin="pass", workspace=str(sample_workspace.root)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "the log is not kept in a file" in done.stderr
    assert "deaths of the program are not noted" in done.stderr


def test_an_error_in_a_slot_is_logged_and_damaged_settings_are_told(
    tmp_path: Path, sample_workspace: Workspace
) -> None:
    (tmp_path / "config" / "ktrdr-app").mkdir(parents=True)
    (tmp_path / "config" / "ktrdr-app" / "settings.json").write_text("{torn", encoding="utf-8")
    begin = "QTimer.singleShot(0, lambda: 1 / 0); QTimer.singleShot(0, self._window.drain_log)"
    done = in_process(RUN.format(begin=begin, workspace=str(sample_workspace.root)), tmp_path)
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "cache" / "ktrdr-app" / "ktrdr-app.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log
    assert "settings.json is damaged; all settings have their defaults again" in log


def test_closing_during_the_warm_up_does_not_crash(tmp_path: Path, sample_workspace: Workspace) -> None:
    done = in_process(RUN.format(begin="super()._begin()", workspace=str(sample_workspace.root)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "QThread: Destroyed" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has sessions without a display")
def test_without_a_display_a_run_is_refused_in_words(tmp_path: Path, sample_workspace: Workspace) -> None:
    code = f"""
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui import app
try:
    app.run({str(sample_workspace.root)!r})
except KtrdrError as error:
    print(error.code, "|", error.message, "|", error.hint)
"""
    done = in_process(code, tmp_path, QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("environment_problem | display: there is none")


def test_the_window_does_not_wait_for_torch(tmp_path: Path, sample_workspace: Workspace) -> None:
    code = f"""
import sys
from ktrdr_app.gui.app import create_main_window
window = create_main_window({str(sample_workspace.root)!r})
window.show()
print(sorted(name for name in ("torch", "sklearn", "talib") if name in sys.modules))
window.close()
"""
    done = in_process(code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
