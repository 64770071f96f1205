"""Pictures of panels: of the right size, really drawn, in the theme asked for, and no window left behind."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue, StorageProblem, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.screenshot import DIALOGS, KINDS, PANELS, picture_of, screenshot, screenshot_all
from ktrdr_app.gui.ui.tokens import THEMES

pytestmark = pytest.mark.gui

RGB = QImage.Format.Format_RGB32
ROOT = Path(__file__).resolve().parents[2]


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_can_be_drawn(dark: QApplication, trained_workspace: Workspace, tmp_path: Path, panel: str) -> None:
    out = screenshot(panel, trained_workspace, tmp_path / f"{panel}.png", size=(1280, 800))
    image = QImage(str(out))
    assert not image.isNull()
    assert out.read_bytes().startswith(b"\x89PNG")
    shown = colours(image)
    assert len(shown) > 10
    assert THEMES["dark"].window in shown or THEMES["dark"].panel in shown


def test_the_window_has_the_size_asked_for(dark: QApplication, trained_workspace: Workspace, tmp_path: Path) -> None:
    out = screenshot("window", trained_workspace, tmp_path / "w.png", theme="light", size=(1440, 900))
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1440, 900)
    shown = colours(image)
    assert {THEMES["light"].window, THEMES["light"].panel, THEMES["light"].accent} <= shown
    assert THEMES["dark"].window not in shown


def test_what_the_panel_loads_is_waited_for(dark: QApplication, trained_workspace: Workspace, tmp_path: Path) -> None:
    """The curves of the newest model are read by a task; their colours must be in the picture."""
    shown = colours(QImage(str(screenshot("training", trained_workspace, tmp_path / "t.png"))))
    assert {THEMES["dark"].series_1, THEMES["dark"].series_2} <= shown


def test_an_empty_workspace_is_drawn_and_left_empty(
    dark: QApplication, empty_workspace: Workspace, tmp_path: Path
) -> None:
    screenshot("data", empty_workspace, tmp_path / "e.png")
    assert list(empty_workspace.root.iterdir()) == []


def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(sample_workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "x.png"
    with pytest.raises(UnknownName, match="trainning") as caught:
        screenshot("trainning", sample_workspace, out)
    assert "training" in caught.value.hint
    with pytest.raises(UnknownName, match="theme"):
        screenshot("data", sample_workspace, out, theme="pink")
    with pytest.raises(InvalidValue, match="10x10"):
        screenshot("data", sample_workspace, out, size=(10, 10))
    assert not out.exists()


def test_a_disk_that_refuses_the_picture_leaves_no_window_behind(
    dark: QApplication, sample_workspace: Workspace, tmp_path: Path
) -> None:
    collects, before = gc.isenabled(), set(dark.topLevelWidgets())
    with pytest.raises(StorageProblem):
        screenshot("log", sample_workspace, sample_workspace.data / "IBM_1d.csv" / "x.png")
    left = set(dark.topLevelWidgets()) - before
    assert not [each for each in left if each.isVisible()]
    assert gc.isenabled() == collects, "an open window keeps the collector to itself"


def test_a_dense_screen_gets_more_pixels_of_the_same_layout(
    dark: QApplication, sample_workspace: Workspace, tmp_path: Path
) -> None:
    plain, dense = (
        QImage(str(screenshot("data", sample_workspace, tmp_path / f"{scale}.png", size=(1280, 800), scale=scale)))
        for scale in (1.0, 2.0)
    )
    assert (dense.width(), dense.height()) == (2 * plain.width(), 2 * plain.height())
    sharp = dense.scaled(plain.size())
    same = sum(
        sharp.pixelColor(x, y).lightness() // 32 == plain.pixelColor(x, y).lightness() // 32
        for x in range(0, plain.width(), 7)
        for y in range(0, plain.height(), 7)
    )
    assert same > 0.9 * (plain.width() // 7) * (plain.height() // 7), "another layout"
    with pytest.raises(InvalidValue, match="scale"):
        screenshot("data", sample_workspace, tmp_path / "x.png", scale=9.0)


def test_all_of_them_at_once(dark: QApplication, sample_workspace: Workspace, tmp_path: Path) -> None:
    written = screenshot_all(sample_workspace, tmp_path / "all", (1280, 800), kind="webp")
    named = {file.name for file in written}
    for theme in THEMES:
        for panel in (*PANELS, *DIALOGS):
            assert panel == "window" or f"{panel}-{theme}-1280x800.webp" in named
    assert named == {file.name for file in (tmp_path / "all").iterdir()}
    light = QImage(str(tmp_path / "all" / "training-light-1280x800.webp"))
    assert (light.width(), light.height()) == (1280, 800)
    assert THEMES["light"].window in colours(light), "colours are lost"


def test_a_picture_without_loss_is_the_same_in_both_kinds(
    dark: QApplication, sample_workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    words = QLabel("Symbols  AAPL, MSFT")
    qtbot.addWidget(words)
    words.resize(200, 40)
    files = [picture_of(words, 2.0, kind) for kind in KINDS]
    pictures = [QImage.fromData(file).convertToFormat(RGB) for file in files]
    assert all(len(file) < words.width() * words.height() for file in files), "not packed"
    assert pictures[0].size() == words.size() * 2
    assert pictures[0] == pictures[1]
    out = screenshot("log", sample_workspace, tmp_path / "log.webp")
    assert out.read_bytes()[8:12] == b"WEBP"
    with pytest.raises(UnknownName, match="gif"):
        screenshot_all(sample_workspace, tmp_path / "none", kind="gif")
    assert not (tmp_path / "none").exists()


def test_no_display_is_needed(sample_workspace: Workspace, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from ktrdr_app.gui.screenshot import screenshot; "
        f"screenshot('data', {str(sample_workspace.root)!r}, Path('out.png'))"
    )
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    surroundings = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**surroundings, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert len(colours(QImage(str(tmp_path / "out.png")))) > 10
