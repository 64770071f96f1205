"""The side pane in its station: strips that follow a drag, tabs that work only in view, hidden and shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.gui.panels.fuzzy.consequence.symbols_view import SymbolsView
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import SeriesRequest
from tests.gui import helpers
from tests.gui.panels.fuzzy.consequence.conftest import settle
from tests.gui.panels.fuzzy.test_plot import drag, grip_of, move

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.fuzzy import FuzzyPanel

pytestmark = pytest.mark.gui


def test_the_price_of_the_first_chosen_symbol_is_shown_with_its_strips(panel: FuzzyPanel) -> None:
    pane = panel.consequence
    assert pane.chosen_symbol == "AAPL"
    request = SeriesRequest(panel.context.workspace, "quick", "AAPL", "1d")
    known = workflows.load_inputs(request)
    assert (pane.strips.closes.close_line.values == known.close).all()
    assert list(pane.strips.memberships) == ["low", "middle", "high"]
    preview = helpers.child(panel, QWidget, "fuzzyPanel.previewPlot")
    assert preview.isVisibleTo(panel)
    assert "AAPL 1d, rsi" in preview.accessibleDescription()


def test_strips_follow_the_mouse_while_it_drags(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane = panel.consequence
    before = dict(pane.strips.memberships)
    panel.plot.select("middle")
    point = panel.plot.grip_point(grip_of(panel.plot, "middle", "peak")).toPoint()
    button = Qt.MouseButton.LeftButton
    qtbot.mousePress(panel.plot.viewport(), button, pos=point)
    move(qtbot, panel.plot, point + QPoint(40, 0))
    assert panel.document is not None
    assert panel.document.dragging
    during = pane.strips.memberships["middle"]
    assert (during != before["middle"])[np.isfinite(during)].any(), "the strip waits for the release"
    assert pane.strips.memberships["low"] is before["low"]
    qtbot.mouseRelease(panel.plot.viewport(), button, pos=point + QPoint(40, 0))
    panel.document.undo()
    np.testing.assert_array_equal(pane.strips.memberships["middle"], before["middle"])


def test_another_symbol_brings_its_own_bars(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane = panel.consequence
    before = pane.strips.series
    pane.symbol.setCurrentIndex(pane.symbol.findData("GOOG"))
    settle(qtbot, panel)
    assert pane.strips.series is not None
    assert pane.strips.series.symbol == "GOOG"
    assert pane.strips.series is not before


def test_a_series_that_went_away_is_named(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane = panel.consequence
    (panel.context.workspace.data / "GOOG_1d.csv").unlink()
    pane.symbol.setCurrentIndex(pane.symbol.findData("GOOG"))
    settle(qtbot, panel)
    assert pane.fault.isVisible()
    assert "GOOG" in pane.fault.text()
    assert pane.strips.memberships == {}
    pane.symbol.setCurrentIndex(pane.symbol.findData("IBM"))
    settle(qtbot, panel)
    assert not pane.fault.isVisible()
    assert pane.strips.memberships


def test_only_the_tab_in_view_works(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane = panel.consequence
    assert pane.live.desk.session is None, "no model is loaded for a tab that nobody looks at"
    tabs = helpers.child(panel, QTabWidget, "fuzzyPanel.consequenceTabs")
    tabs.setCurrentWidget(pane.universality)
    settle(qtbot, panel)
    assert isinstance(tabs.currentWidget(), SymbolsView)
    before = dict(pane.strips.memberships)
    uses = pane.universality.table.records.records
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 34.0)
    settle(qtbot, panel)
    assert pane.universality.table.records.records != uses
    assert pane.strips.memberships == before
    tabs.setCurrentIndex(0)
    settle(qtbot, panel)
    assert (pane.strips.memberships["middle"] != before["middle"])[20:].any(), "it catches up when it is looked at"


def test_hidden_it_leaves_the_room_to_the_editor(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane, width = panel.consequence, panel.plot.width()
    toggle = helpers.child(panel, QPushButton, "fuzzyPanel.consequenceToggle")
    helpers.click(qtbot, toggle)
    qtbot.waitUntil(lambda: panel.plot.width() > width + 200)
    assert toggle.text() == "Show consequence"
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 34.0)
    helpers.click(qtbot, toggle)
    settle(qtbot, panel)
    assert pane.isVisible()
    assert panel.document is not None
    series = pane.strips.series
    assert series is not None
    left, peak, right = panel.document.sets()["middle"].parameters
    values = series.inputs["rsi"]
    wanted = np.maximum(np.minimum((values - left) / (peak - left), (right - values) / (right - peak)), 0.0)
    np.testing.assert_allclose(pane.strips.memberships["middle"], wanted, atol=1e-12)


def test_every_part_has_a_name(panel: FuzzyPanel, qtbot: QtBot) -> None:
    for tab in range(3):
        panel.consequence.tabs.setCurrentIndex(tab)
        settle(qtbot, panel)
        assert accessibility.nameless(panel) == []


def test_nothing_is_clipped_in_a_small_window(panel: FuzzyPanel, qtbot: QtBot) -> None:
    pane = panel.consequence
    for tab in range(3):
        pane.tabs.setCurrentIndex(tab)
        settle(qtbot, panel)
        page = pane.tabs.currentWidget()
        assert page.minimumSizeHint().width() <= page.width()
        assert page.minimumSizeHint().height() <= page.height()
    bar = pane.tabs.tabBar()
    assert sum(bar.tabRect(tab).width() for tab in range(3)) <= bar.width()
