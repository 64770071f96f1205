"""The bare plot: coordinates, heading, keys, focus outline and theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.plot import FRAME, ThemedPlot, patch, pen, swatch
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


class Holder(QWidget):
    """A parent that notes which keys reach it, and how often it and the plot are painted."""

    def __init__(self, plot: ThemedPlot) -> None:
        super().__init__()
        self.keys: list[int] = []
        self.painted = {"plot": 0, "below": 0}
        self._viewport = plot.viewport()
        for widget in (self, plot, self._viewport):
            widget.installEventFilter(self)
        QVBoxLayout(self).addWidget(plot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted["plot" if watched is self._viewport else "below"] += 1
        return False


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> Iterator[ThemedPlot]:
    made = ThemedPlot("Prices", ValueAxis(write_value, "left"), ValueAxis(write_value, "bottom"))
    holder = Holder(made)
    qtbot.addWidget(holder)
    holder.resize(500, 300)
    holder.show()
    qtbot.waitExposed(holder)
    made.view.setRange(xRange=(0, 10), yRange=(0, 100), padding=0)
    yield made
    assert holder is not None


def test_places_and_data_are_two_sides_of_one_map(plot: ThemedPlot) -> None:
    for x, y in ((0.0, 0.0), (5.0, 50.0), (10.0, 100.0)):
        back = plot.data_point(plot.view_point(x, y))
        assert back.x() == pytest.approx(x, abs=0.03)
        assert back.y() == pytest.approx(y, abs=0.6)
    left, right = plot.view_point(0, 0).x(), plot.view_point(10, 0).x()
    assert right - left == pytest.approx(plot.view.width(), abs=1.5)
    assert plot.view_point(0, 100).y() < plot.view_point(0, 0).y(), "values grow upwards"


def test_the_data_under_a_place_outside_the_view_are_beyond_its_range(plot: ThemedPlot) -> None:
    assert plot.data_point(QPointF(-500, 10)).x() < 0


def test_the_heading_takes_room_only_where_there_is_one(plot: ThemedPlot, qtbot: QtBot) -> None:
    without = plot.view.height()
    plot.set_heading("<b>Prices</b>")
    assert plot.heading.toPlainText() == "Prices"
    qtbot.waitUntil(lambda: plot.view.height() < without - 10, timeout=2000)
    plot.set_heading("")
    qtbot.waitUntil(lambda: plot.view.height() == pytest.approx(without), timeout=2000)
    assert not plot.heading.isVisible()


def test_another_span_paints_the_plot_and_nothing_that_it_covers(plot: ThemedPlot) -> None:
    holder = plot.parentWidget()
    assert isinstance(holder, Holder)
    QApplication.processEvents()
    holder.painted.update(plot=0, below=0)
    for right in (20, 30, 40):
        plot.view.setRange(xRange=(0, right), padding=0)
        QApplication.processEvents()
    assert holder.painted == {"plot": 3, "below": 0}


def test_keys_reach_the_panel(plot: ThemedPlot, qtbot: QtBot) -> None:
    plot.setFocus()
    for key in (Qt.Key.Key_A, Qt.Key.Key_Minus, Qt.Key.Key_Left, Qt.Key.Key_Escape):
        qtbot.keyClick(plot, key)
    assert plot.parentWidget().keys == [Qt.Key.Key_A, Qt.Key.Key_Minus, Qt.Key.Key_Left, Qt.Key.Key_Escape]  # type: ignore[union-attr]
    assert plot.view.viewRange()[0] == [0, 10], "a bare key must not zoom"


def test_the_plot_has_a_name_and_takes_the_keyboard(plot: ThemedPlot) -> None:
    assert plot.accessibleName() == "Prices"
    assert plot.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert accessibility.nameless(plot.parentWidget()) == []


def test_the_outline_shows_where_the_keyboard_is(plot: ThemedPlot, qtbot: QtBot) -> None:
    plot.clearFocus()
    width = plot.width()

    def outline() -> set[str]:
        image = plot.grab().toImage()
        return {image.pixelColor(width // 2, row).name() for row in range(FRAME)}

    assert outline() == {tokens().border}
    plot.setFocus()
    qtbot.waitUntil(plot.hasFocus)
    assert outline() == {tokens().focus}


def test_there_is_no_context_menu_and_no_hidden_control(plot: ThemedPlot) -> None:
    before = set(QApplication.topLevelWidgets())
    assert not plot.view.menuEnabled()
    another = ThemedPlot("More", ValueAxis(write_value), ValueAxis(write_value, "bottom"))
    added = [widget for widget in set(QApplication.topLevelWidgets()) - before if widget is not another]
    assert len(added) <= 1, "Qt's graphics layouts ask one bare widget for the style; there is no more than that"
    assert all(type(widget) is QWidget and not widget.children() for widget in added)
    another.deleteLater()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_ground_and_axes_follow_the_theme(theme: str, plot: ThemedPlot, dark: QApplication) -> None:
    apply_theme(dark, theme)
    image = plot.viewport().grab().toImage()
    assert image.pixelColor(2, 2).name() == tokens().chart_ground
    assert plot.value_axis.textPen().color().name() == tokens().axis
    assert plot.bottom_axis.tickPen().color().name() == tokens().grid


def test_a_closed_plot_does_not_mind_another_theme(qtbot: QtBot, dark: QApplication) -> None:
    made = ThemedPlot("Gone", ValueAxis(write_value), ValueAxis(write_value, "bottom"))
    made.close()
    apply_theme(dark, "light")
    made.deleteLater()


@pytest.mark.parametrize(
    ("dash", "style", "stroke"),
    [("solid", Qt.PenStyle.SolidLine, "━"), ("dash", Qt.PenStyle.DashLine, "╍"), ("dot", Qt.PenStyle.DotLine, "┅")],
)
def test_pens_and_swatches_tell_dashes_apart(dash: str, style: Qt.PenStyle, stroke: str) -> None:
    made = pen("#ff0000", 2, dash)
    assert made.style() == style
    assert made.isCosmetic()
    assert made.widthF() == 2
    assert stroke in swatch("a", "#ff0000", dash)


@pytest.mark.parametrize("entry", [swatch, patch])
def test_legend_entries_escape_names(entry: Callable[[str, str], str]) -> None:
    assert "<b>" not in entry("<b>x</b> & y", "#ff0000")
    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in entry("<b>x</b> & y", "#ff0000")
    assert 'style="color:#ff0000"' in entry("x", "#ff0000")
