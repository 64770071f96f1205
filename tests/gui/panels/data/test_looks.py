"""The station in every theme, in small and large windows and on dense screens: nothing clipped, nothing overlapping."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.helpers import settle

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel

pytestmark = pytest.mark.gui


@pytest.fixture
def full(open_panel: Callable[[Workspace], DataPanel], markets: Workspace, qtbot: QtBot) -> DataPanel:
    """Return the panel with three ticked series and its alignment counted."""
    panel = open_panel(markets)
    panel.table.choose(("ETHUSDT", "1h"))
    panel.table.symbols.tick([("BTCUSDT", "1h"), ("ETHUSDT", "1h"), ("ACME", "1h")])
    qtbot.waitUntil(lambda: panel.alignment.report is not None and len(panel.coverage.strip.maps) == 3)
    settle(qtbot, panel.context.tasks)
    return panel


def place(panel: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(panel, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(1184, 586), (1344, 686), (1824, 866)])
def test_parts_neither_overlap_nor_leave_the_panel(full: DataPanel, qtbot: QtBot, size: tuple[int, int]) -> None:
    full.resize(*size)
    qtbot.waitUntil(lambda: full.width() == size[0])
    QApplication.processEvents()
    stacked = [place(full, widget) for widget in (full.table, full.coverage, full.alignment, full.preview)]
    for upper, lower in pairwise(stacked):
        assert upper.bottom() < lower.top()
    assert place(full, full.details).left() > stacked[0].right()
    for rect in (*stacked, place(full, full.details)):
        assert full.rect().contains(rect)
    strip = place(full, full.coverage.strip)
    assert strip.height() >= full.coverage.strip.minimumSizeHint().height(), "the dates are not cut off"
    assert full.table.viewport().height() > full.table.verticalHeader().defaultSectionSize()
    heading = [full.filters, full._sample, full.importButton]
    for left, right in pairwise(place(full, widget) for widget in heading):
        assert left.right() < right.left()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_every_theme_paints_grounds_and_curves(full: DataPanel, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    for widget, ground in (
        (full.coverage.strip, tokens().chart_ground),
        (full.preview, tokens().chart_ground),
        (full.table.viewport(), tokens().field),
    ):
        image = widget.grab().toImage()
        seen = {image.pixelColor(x, y).name() for x in range(4, image.width(), 3) for y in range(4, image.height(), 3)}
        assert ground in seen
        assert len(seen) > 5


def test_columns_show_their_words_in_full(full: DataPanel) -> None:
    metrics = full.table.fontMetrics()
    model = full.table.symbols
    for column in range(model.columnCount() - 1):
        room = full.table.columnWidth(column) - (30 if column == 0 else 10)
        for row in range(model.rowCount()):
            assert metrics.horizontalAdvance(str(model.data(model.index(row, column)))) <= room


def test_names_from_files_are_never_markup(
    open_panel: Callable[[Workspace], DataPanel], markets: Workspace, qtbot: QtBot
) -> None:
    (markets.data / "ACME_1h.csv").rename(markets.data / "A.B-C_x_1h.csv")
    panel = open_panel(markets)
    panel.table.choose(("A.B-C_x", "1h"))
    settle(qtbot, panel.context.tasks)
    assert panel.details._symbol.text() == "A.B-C_x  1h"
    assert "A.B-C_x" in panel.coverage.strip.accessibleDescription()
