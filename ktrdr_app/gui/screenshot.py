"""Draws a panel of a workspace into a picture, without a display."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, QTimer, Slot
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.files import write_bytes
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.app import as_workspace, make_application
from ktrdr_app.gui.guard import check_environment
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.tokens import THEMES

PANELS = {
    "window": "",
    "data": "dataPanel",
    "strategy": "strategyPanel",
    "fuzzy": "fuzzyPanel",
    "training": "trainingPanel",
    "models": "modelsPanel",
    "backtest": "backtestPanel",
    "log": "logPanel",
}
"""Panel names of the command line, and the object names behind them."""

DIALOGS = {"table": "chartTable", "shortcuts": "shortcuts", "about": "about"}
"""Dialogs that need no choice, and the actions that open them; the table is that of the data station's chart."""

_WITHOUT_LOSS = {"png": -1, "webp": 100}
"""What Qt's writers call quality: of a PNG it is how little it is packed, of a WebP 100 leaves everything as it is."""

KINDS = tuple(_WITHOUT_LOSS)
"""Kinds of pictures, both without loss."""

LEAST_SCALE, MOST_SCALE = 0.5, 4.0

SETTLE_MS = 250
"""With no task and no repaint for so long, a panel is drawn to the end."""


class Stillness(QObject):
    """Ends the event loop once no task has run for a while.

    Parameters
    ----------
    window : MainWindow
        Whose tasks are watched.
    app : QApplication
        Whose loop is ended.
    """

    def __init__(self, window: MainWindow, app: QApplication) -> None:
        super().__init__(window)
        self._app = app
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._end)
        window.tasks.taskAdded.connect(self._busy)
        window.tasks.idle.connect(self._quiet)
        if not window.tasks.running:
            self._timer.start()

    @Slot(object)
    def _busy(self, _task: object) -> None:
        self._timer.stop()

    @Slot()
    def _quiet(self) -> None:
        self._timer.start()

    @Slot()
    def _end(self) -> None:
        # not quit(): that would close the window before it is drawn
        self._app.exit(0)


@contextmanager
def _shown(workspace: Workspace | Path | str, theme: str, size: tuple[int, int], scale: float) -> Iterator[MainWindow]:
    """Open a window of a size, drawn to the end, and close it again."""
    width, height = size
    if not (400 <= width <= 8000 and 300 <= height <= 8000):
        raise InvalidValue("size", f"{width}x{height}", "400x300 to 8000x8000")
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise InvalidValue("scale", scale, f"{LEAST_SCALE:g} to {MOST_SCALE:g}")
    check_environment()
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application(theme)
    window = MainWindow(as_workspace(workspace))
    window.setMinimumSize(QSize(width, height))
    window.resize(width, height)
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()


def _settle(window: MainWindow) -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        stillness = Stillness(window, app)
        app.exec()
        stillness.deleteLater()
    window.drain_log()


def screenshot(
    panel: str,
    workspace: Workspace | Path | str,
    out: Path,
    theme: str = "dark",
    size: tuple[int, int] = (1440, 900),
    scale: float = 1.0,
) -> Path:
    """Draw a panel and write it as a picture.

    The event loop runs until the panel's tasks are done. Without a display Qt's offscreen platform is used.

    Parameters
    ----------
    panel : str
        ``window``, ``data``, ``strategy``, ``fuzzy``, ``training``, ``models``, ``backtest`` or ``log``.
        ``window`` shows the whole window as it opens; the others the panel alone.
    workspace : Workspace, Path or str
        What the panel shows.
    out : Path
        File to write: WebP if its name ends so, or else PNG.
    theme : str
        ``dark``, ``light`` or ``contrast``.
    size : tuple of int
        Width and height of the window in pixels; a panel is drawn at the size it has within.
    scale : float
        Device pixels per pixel, as a screen of high density has them; 0.5 to 4.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UnknownName
        For a panel or theme that does not exist.
    InvalidValue
        For a size or scale that no window can have.
    """
    if panel not in PANELS:
        raise UnknownName("panel", panel, list(PANELS))
    if theme not in THEMES:
        raise UnknownName("theme", theme, list(THEMES))
    kind = "webp" if out.suffix.lower() == ".webp" else "png"
    with _shown(workspace, theme, size, scale) as window:
        if PANELS[panel]:
            window.show_panel(PANELS[panel])
        window.show()
        _settle(window)
        write_bytes(out, picture_of(window if not PANELS[panel] else window.panels[PANELS[panel]], scale, kind))
    return out


def screenshot_all(
    workspace: Workspace | Path | str,
    out: Path,
    size: tuple[int, int] = (1440, 900),
    scale: float = 1.0,
    kind: str = "png",
) -> list[Path]:
    """Draw the window with every station, and every dialog that needs no choice, in every theme.

    Parameters
    ----------
    workspace : Workspace, Path or str
        What the panels show.
    out : Path
        Folder for the files, named ``{panel}-{theme}-{width}x{height}[@{scale}x].{kind}``.
    size : tuple of int
        Width and height of the window in pixels.
    scale : float
        Device pixels per pixel.
    kind : str
        ``png`` or ``webp``.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    UnknownName
        For a kind that does not exist.
    InvalidValue
        For a size or scale that no window can have.
    """
    if kind not in KINDS:
        raise UnknownName("kind of picture", kind, list(KINDS))
    suffix = f"{size[0]}x{size[1]}" + (f"@{scale:g}x" if scale != 1 else "") + f".{kind}"
    written: list[Path] = []
    with _shown(workspace, next(iter(THEMES)), size, scale) as window:
        window.show()
        for theme in THEMES:
            make_application(theme)
            window.tabs.setCurrentIndex(0)
            for panel, key in PANELS.items():
                if key:
                    window.show_panel(key)
                    _settle(window)
                    written.append(out / f"{panel}-{theme}-{suffix}")
                    write_bytes(written[-1], picture_of(window, scale, kind))
            window.show_panel("dataPanel")
            for name, action in DIALOGS.items():
                window.actions_by_key[action].trigger()
                for dialog in window.findChildren(QDialog):
                    written.append(out / f"{name}-{theme}-{suffix}")
                    write_bytes(written[-1], picture_of(dialog, scale, kind))
                    dialog.reject()
                _settle(window)
    return written


def picture_of(widget: QWidget, scale: float = 1.0, kind: str = "png") -> bytes:
    """Return a picture of a widget, without loss.

    Parameters
    ----------
    widget : QWidget
        What to draw, with its ground.
    scale : float
        Device pixels per pixel.
    kind : str
        ``png`` or ``webp``.
    """
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    widget.render(image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(kind.encode()))
    writer.setQuality(_WITHOUT_LOSS[kind])
    writer.write(image)
    return bytes(buffer.data().data())
