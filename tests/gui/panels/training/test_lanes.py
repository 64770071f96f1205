"""What pictures of lanes share: places, names, words under the mouse, the keyboard's frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.figures import Figures
from ktrdr_app.gui.panels.training.lanes import GAP, LANE, PAD, Lanes, part_text
from ktrdr_app.gui.ui.theme import apply_theme, color

pytestmark = pytest.mark.gui


class Stripes(Lanes):
    """Lanes that are filled from edge to edge."""

    def __init__(self, *names: str) -> None:
        self._names = names
        super().__init__("stripes", "Stripes", foot=10)
        self.describe(", ".join(names))

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def rename(self, *names: str) -> None:
        self._names = names
        self.describe(", ".join(names))

    def figures(self) -> Figures:
        return Figures("Stripes", ())

    def aside(self, lane: int) -> str:
        return str(10**lane)

    def told(self, place: QPointF) -> str:
        lane = self.lane_at(place)
        return "" if lane < 0 else self.names[lane]

    def paint_lane(self, painter: QPainter, lane: int, rect: QRectF) -> None:
        painter.fillRect(rect, color("up" if lane % 2 else "down"))


@pytest.fixture
def stripes(qtbot: QtBot, dark: object) -> Stripes:
    made = Stripes("A", "LONGER", "B")
    qtbot.addWidget(made)
    made.resize(500, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_lanes_lie_below_each_other_between_names_and_figures(stripes: Stripes) -> None:
    rects = [stripes.lane_rect(lane) for lane in range(3)]
    assert {(rect.left(), rect.width(), rect.height()) for rect in rects} == {
        (rects[0].left(), rects[0].width(), float(LANE))
    }
    assert [b.top() - a.bottom() for a, b in zip(rects, rects[1:], strict=False)] == [GAP, GAP]
    metrics = stripes.fontMetrics()
    assert rects[0].left() >= metrics.horizontalAdvance("LONGER") + 8
    assert stripes.width() - rects[0].right() >= metrics.horizontalAdvance("100") + 8
    assert rects[-1].bottom() + 10 <= stripes.height() - PAD + GAP


@pytest.mark.parametrize(("x", "y", "lane"), [(0, PAD, 0), (499, PAD + LANE + GAP, 1), (9, 5, -1), (9, 4000, -1)])
def test_a_place_has_its_lane(stripes: Stripes, x: float, y: float, lane: int) -> None:
    assert stripes.lane_at(QPointF(x, y)) == lane


def test_the_middle_of_every_lane_is_that_lane(stripes: Stripes) -> None:
    for lane in range(3):
        assert stripes.lane_at(stripes.lane_rect(lane).center()) == lane


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_lane_is_painted_in_its_place_and_recoloured(stripes: Stripes, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    image = stripes.grab().toImage()
    for lane in range(3):
        rect = stripes.lane_rect(lane)
        inside = image.pixelColor(round(rect.left()) + 2, round(rect.center().y())).name()
        assert inside == color("up" if lane % 2 else "down").name()
        beside = image.pixelColor(round(rect.left()) - 3, round(rect.center().y())).name()
        assert beside == color("chart_ground").name()


def test_the_room_follows_the_number_of_lanes_and_is_never_less(stripes: Stripes) -> None:
    three = stripes.sizeHint().height()
    stripes.rename("A")
    assert three - stripes.sizeHint().height() == 2 * (LANE + GAP)
    one = stripes.sizeHint().height()
    stripes.rename()
    assert stripes.sizeHint().height() == one, "an empty picture keeps the room of one lane"
    assert stripes.minimumSizeHint().height() == one
    assert stripes.accessibleDescription() == "nothing to show yet"
    stripes.grab()


def test_a_picture_too_narrow_for_its_names_faults_nothing(stripes: Stripes) -> None:
    stripes.rename("A" * 200)
    stripes.resize(100, 60)
    assert stripes.lane_rect(0).width() == 1
    stripes.grab()


def test_what_is_under_the_mouse_is_told(stripes: Stripes) -> None:
    place = stripes.lane_rect(1).center()
    spot = QPointF(stripes.mapToGlobal(place.toPoint()))
    nothing, still = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(stripes, QMouseEvent(QEvent.Type.MouseMove, place, spot, nothing, nothing, still))
    assert QToolTip.text() == "LONGER"
    QToolTip.hideText()


def test_the_frame_shows_who_has_the_keyboard(stripes: Stripes, qtbot: QtBot) -> None:
    assert stripes.focusPolicy() == Qt.FocusPolicy.StrongFocus
    for event, token in ((QEvent.Type.FocusIn, "focus"), (QEvent.Type.FocusOut, "border")):
        if event == QEvent.Type.FocusIn:
            stripes.setFocus()
        else:
            stripes.clearFocus()
        image = stripes.grab().toImage()
        edge = {image.pixelColor(x, 1).name() for x in range(20, 480)}
        assert color(token).name() in edge


@pytest.mark.parametrize(("width", "inked"), [(200, True), (20, False)])
def test_a_text_is_written_only_where_it_fits(dark: object, width: int, inked: bool) -> None:
    image = QImage(220, 20, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    part_text(painter, QRectF(0, 0, width, 20), "HOLD 50 %", "text")
    painter.end()
    lit = sum(image.pixelColor(x, y).lightness() > 40 for x in range(220) for y in range(20))
    assert (lit > 30) is inked
    assert inked or lit == 0
