"""The station in every theme, in small and large windows: nothing clipped, nothing overlapping, nothing invisible."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.comparing import CompareDialog
from ktrdr_app.gui.panels.models.deletion import DeleteDialog
from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.migrating import MigrateDialog
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.panels.models.trash import TrashDialog
from ktrdr_app.gui.panels.models.verifying import VerifyDialog
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.helpers import settle
from tests.gui.panels.models.helpers import choose, dialog, press

pytestmark = pytest.mark.gui


def place(panel: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(panel, QPoint(0, 0)), widget.size())


def test_parts_neither_overlap_nor_leave_the_panel(panel: ModelsPanel, qtbot: QtBot, store: Workspace) -> None:
    choose(qtbot, panel, "universal_1h_v1")
    heading = [panel.filters, panel.folder_button, panel.trash_button, panel.import_button, panel.migrate_button]
    actions = panel.bar.findChildren(QPushButton)
    for size in ((1184, 586), (1344, 686), (1824, 866)):
        panel.resize(*size)
        qtbot.waitUntil(lambda size=size: panel.width() == size[0])
        QApplication.processEvents()
        stacked = [place(panel, widget) for widget in (panel.tree, panel.bar, panel.resolver)]
        for upper, lower in pairwise(stacked):
            assert upper.bottom() < lower.top()
        assert place(panel, panel.details).left() > stacked[0].right()
        for rect in (*stacked, place(panel, panel.details)):
            assert panel.rect().contains(rect)
        for row in (heading, sorted(actions, key=lambda made: made.x())):
            for left, right in pairwise(place(panel, widget) for widget in row):
                assert left.right() < right.left()
        for made in (*heading[1:], *actions):
            assert made.width() >= made.sizeHint().width(), f"{made.text()} is clipped"
        assert panel.tree.horizontalScrollBar().maximum() == 0, "no column hides behind a scroll bar"
        assert panel.resolver.trace.viewport().height() > 3 * panel.resolver.trace.verticalHeader().defaultSectionSize()


def test_it_asks_for_no_wider_a_window_than_other_stations_do(panel: ModelsPanel) -> None:
    assert panel.minimumSizeHint().width() <= 953


def test_states_and_headings_are_shown_in_full(panel: ModelsPanel, qtbot: QtBot) -> None:
    tree, metrics = panel.tree.models, panel.tree.fontMetrics()
    group = tree.index(0, 0)
    for column in range(tree.columnCount()):
        heading = panel.tree.header().fontMetrics().horizontalAdvance(tree.columns[column].title)
        assert panel.tree.columnWidth(column) >= heading + 16, tree.columns[column].title
    for row in range(tree.rowCount(group)):
        for column in (1, 2, 3, 5):
            text = str(tree.data(tree.index(row, column, group)))
            assert metrics.horizontalAdvance(text) <= panel.tree.columnWidth(column) - 14, text


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_every_theme_paints_tree_and_trace(panel: ModelsPanel, qtbot: QtBot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    settle(qtbot, panel.context.tasks)
    for widget in (panel.tree.viewport(), panel.resolver.trace.viewport()):
        image = widget.grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(4, image.width(), 3) for y in range(4, image.height(), 3)}
        assert tokens().field in seen
        assert len(seen) > 5


@pytest.mark.parametrize(
    ("opening", "kind"),
    [
        ("compareButton", CompareDialog),
        ("deleteButton", DeleteDialog),
        ("verifyButton", VerifyDialog),
        ("trashButton", TrashDialog),
        ("migrateButton", MigrateDialog),
    ],
)
def test_nothing_in_a_dialog_is_clipped_or_nameless(
    panel: ModelsPanel, qtbot: QtBot, opening: str, kind: type[ModelDialog]
) -> None:
    choose(qtbot, panel, "universal_1h_v2")
    press(qtbot, panel, opening)
    shown = dialog(panel, kind)
    assert accessibility.nameless(shown) == []
    for made in shown.findChildren(QPushButton):
        if made.isVisible():
            assert made.width() >= made.sizeHint().width(), made.text()
            assert shown.rect().contains(place(shown, made))
    for words in shown.findChildren(QLabel):
        if words.isVisible() and words.text():
            assert words.height() >= words.heightForWidth(words.width()), words.text()
    (table,) = shown.findChildren(RecordTable)
    if table.isVisible():
        header = table.horizontalHeader()
        for column in range(table.records.columnCount()):
            title = header.fontMetrics().horizontalAdvance(table.records.columns[column].title)
            assert table.columnWidth(column) >= title + 12
        assert table.horizontalScrollBar().maximum() == 0
    shown.reject()
    settle(qtbot, panel.context.tasks)
