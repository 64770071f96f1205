"""What the tests of the models station do: choose a model, find the open dialog, read a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtWidgets import QPushButton

from tests.gui.helpers import child, click, settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.panels.models.dialog import ModelDialog
    from ktrdr_app.gui.panels.models.panel import ModelsPanel
    from ktrdr_app.gui.ui.table import RecordTable

D = TypeVar("D", bound="ModelDialog")


def choose(qtbot: QtBot, panel: ModelsPanel, label: str) -> None:
    """Select a model by the name that lists show, and wait until its card is filled."""
    (path,) = (model.path for model in panel.models if model.label == label)
    panel.tree.choose(path)
    settle(qtbot, panel.context.tasks)
    assert panel.chosen is not None
    assert panel.chosen.label == label


def labels(panel: ModelsPanel) -> list[str]:
    """Return the models shown, top to bottom."""
    return [model.label for _name, held in panel.tree.models.groups for model in held]


def press(qtbot: QtBot, panel: ModelsPanel, name: str) -> None:
    """Click a button of the panel or of an open dialog, and wait until nothing runs."""
    click(qtbot, child(panel.window(), QPushButton, f"modelsPanel.{name}"))
    settle(qtbot, panel.context.tasks)


def dialog(panel: ModelsPanel, kind: type[D]) -> D:
    """Return the one open dialog of a kind."""
    (found,) = [each for each in panel.window().findChildren(kind) if each.isVisible()]
    return found


def cells(table: RecordTable) -> list[tuple[Any, ...]]:
    """Return what a table shows, row by row."""
    model = table.records
    return [
        tuple(model.data(model.index(row, column)) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]
