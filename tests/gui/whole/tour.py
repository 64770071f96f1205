"""A tour of the whole window: every station, then every dialog, for checks that must hold everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QWidget

from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.data.panel import DataPanel
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.ui.actions import STATIONS

QUIET_MS = 60
LONGEST_S = 60.0


def wait_idle(window: MainWindow) -> None:
    """Run the event loop until no task has run for a moment."""
    calm, until = 0, time.monotonic() + LONGEST_S
    while calm < 3:
        assert time.monotonic() < until, [task.title for task in window.tasks.running]
        turn(QUIET_MS // 3)
        calm = 0 if window.tasks.running else calm + 1


def turn(milliseconds: int = 0) -> None:
    """Run the event loop for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def stations(window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """Show every station in turn, and the log last; yields its name and the panel."""
    for key, _title, _icon in STATIONS:
        window.show_panel(key)
        wait_idle(window)
        yield key, window.panels[key]
    window.show_panel("logPanel")
    turn()
    yield "logPanel", window.tabs


def dialogs(window: MainWindow) -> Iterator[tuple[str, QDialog]]:
    """Open every dialog in turn; yields its name and the dialog, and closes it without a change."""
    for name, open_ in _openers(window).items():
        before = set(_open_dialogs())
        open_()
        until = time.monotonic() + LONGEST_S
        while not (opened := [each for each in _open_dialogs() if each not in before]):
            assert time.monotonic() < until, f"{name} does not open"
            turn(10)
        wait_idle(window)
        for dialog in opened:
            if not isinstance(dialog, QFileDialog):
                yield name, dialog
            dialog.reject()
        for notice in window.notices.notices:
            notice.dismiss()
        turn()


def _open_dialogs() -> list[QDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]


def _openers(window: MainWindow) -> dict[str, Callable[[], object]]:
    data = cast(DataPanel, window.panels["dataPanel"])
    models = cast(ModelsPanel, window.panels["modelsPanel"])
    sample = window.context.workspace.data / "IBM_1d.csv"

    def of_station(key: str, press: Callable[[], object]) -> Callable[[], object]:
        def go() -> object:
            window.show_panel(key)
            wait_idle(window)
            return press()

        return go

    def of_model(name: str) -> Callable[[], object]:
        def press() -> object:
            newest = next(model for model in models.models if model.complete and model.kind == "universal")
            models.tree.choose(newest.path)
            turn()
            return getattr(models, name)()

        return of_station("modelsPanel", press)

    made: dict[str, Callable[[], object]] = {
        "import": of_station("dataPanel", lambda: data.importer.begin([Path(sample)])),
        "delete a series": of_station("dataPanel", lambda: data._ask_delete()),
        "repair a series": of_station("dataPanel", lambda: data.repairing.ask(("IBM", "1d"), ())),
        "verify a model": of_model("_verify"),
        "compare models": of_model("_compare"),
        "delete a model": of_model("_ask_delete"),
        "trash": of_model("_open_trash"),
        "migrate": of_model("_open_migration"),
        "data table": of_station("backtestPanel", window.commands.show_chart_table),
        "details of a notice": lambda: _details(window),
    }
    for key, action in window.actions_by_key.items():
        if key in ("shortcuts", "about") or action.text().endswith("…"):
            made[f"action {key}"] = action.trigger
    return made


def _details(window: MainWindow) -> None:
    window.context.notify("warning", "Something is to be told", "and this is all of it")
    turn()
    (button,) = [
        each for each in window.notices.notices[-1].findChildren(QPushButton) if each.text() == window.tr("Details")
    ]
    button.click()
