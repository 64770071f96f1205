"""What the two pictures of a plan share: a lane per symbol, its name at the left, its figures at the right."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ktrdr_app.gui.charts.data_table import DataTwin
from ktrdr_app.gui.charts.figures import Figures
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color, themeChanged

LANE, GAP, PAD = 16, 6, 6
"""Pixels: height of a lane, of the gap below it, and of the frame."""


class Lanes(QWidget):
    """A picture of lanes; it takes the keyboard for its data table, and tells what lies under the mouse.

    Parameters
    ----------
    object_name : str
        Qt object name.
    name : str
        Accessible name.
    foot : int
        Pixels below the lanes.
    """

    def __init__(self, object_name: str, name: str, foot: int = 0) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        accessibility.name(self, name, nothing())
        self.twin = DataTwin(self)
        self._foot = foot
        themeChanged.connect(self._on_theme)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """What the lanes are called, top to bottom."""

    @abstractmethod
    def figures(self) -> Figures:
        """Return what is drawn, as a table."""

    @abstractmethod
    def aside(self, lane: int) -> str:
        """Return the figures at the right of a lane.

        Parameters
        ----------
        lane : int
            Which one.
        """

    @abstractmethod
    def told(self, place: QPointF) -> str:
        """Return what lies at a place, in words; empty where there is nothing.

        Parameters
        ----------
        place : QPointF
            Within the widget.
        """

    @abstractmethod
    def paint_lane(self, painter: QPainter, lane: int, rect: QRectF) -> None:
        """Draw one lane.

        Parameters
        ----------
        painter : QPainter
            Where.
        lane : int
            Which one.
        rect : QRectF
            Its place.
        """

    def paint_foot(self, painter: QPainter) -> None:
        """Draw what stands below the lanes.

        Parameters
        ----------
        painter : QPainter
            Where.
        """

    def describe(self, words: str) -> None:
        """Take up another picture: say it to screen readers, take the room it needs, and draw it.

        Parameters
        ----------
        words : str
            The picture in a sentence; empty for nothing.
        """
        self.setAccessibleDescription(words or nothing())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room that the lanes need."""
        return QSize(400, 2 * PAD + max(len(self.names), 1) * (LANE + GAP) + self._foot)

    def minimumSizeHint(self) -> QSize:
        """Return the least room: lanes are never squeezed."""
        return QSize(240, self.sizeHint().height())

    def lane_rect(self, lane: int) -> QRectF:
        """Return where a lane lies.

        Parameters
        ----------
        lane : int
            Which one.
        """
        metrics = self.fontMetrics()
        left = max([40, *(metrics.horizontalAdvance(name) for name in self.names)]) + 18
        asides = [metrics.horizontalAdvance(self.aside(number)) for number in range(len(self.names))]
        right = max([0, *asides]) + 18
        return QRectF(left, PAD + lane * (LANE + GAP) + GAP / 2, max(self.width() - left - right, 1), LANE)

    def lane_at(self, place: QPointF) -> int:
        """Return the lane at a place; -1 where there is none.

        Parameters
        ----------
        place : QPointF
            Within the widget.
        """
        lane = int((place.y() - PAD) // (LANE + GAP))
        return lane if 0 <= lane < len(self.names) else -1

    def paintEvent(self, _event: QEvent) -> None:
        """Draw all of it.

        Parameters
        ----------
        _event : QPaintEvent
            All is drawn.
        """
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("chart_ground"))
        middle = Qt.AlignmentFlag.AlignVCenter
        for lane, name in enumerate(self.names):
            rect = self.lane_rect(lane)
            painter.setPen(color("text"))
            painter.drawText(QRectF(0, rect.top(), rect.left() - 8, LANE), middle | Qt.AlignmentFlag.AlignRight, name)
            painter.setPen(color("text_muted"))
            beside = QRectF(rect.right() + 8, rect.top(), self.width() - rect.right() - 8, LANE)
            painter.drawText(beside, middle | Qt.AlignmentFlag.AlignLeft, self.aside(lane))
            self.paint_lane(painter, lane, rect)
        self.paint_foot(painter)
        painter.setPen(QPen(color("focus" if self.hasFocus() else "border"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the mouse.

        Parameters
        ----------
        event : QMouseEvent
            Where.
        """
        QToolTip.showText(event.globalPosition().toPoint(), self.told(event.position()), self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the picture's actions, at the mouse or from the menu key.

        Parameters
        ----------
        event : QContextMenuEvent
            Where.
        """
        self.twin.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Repaint when the keyboard comes or goes.

        Parameters
        ----------
        event : QEvent
            What happens.
        """
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)

    @Slot(object)
    def _on_theme(self, _theme: object) -> None:
        self.update()


def part_text(painter: QPainter, rect: QRectF, text: str, ink: str) -> None:
    """Write a text into a part of a lane, if it fits.

    Parameters
    ----------
    painter : QPainter
        Where.
    rect : QRectF
        The part.
    text : str
        What it says.
    ink : str
        Colour token of the text.
    """
    if painter.fontMetrics().horizontalAdvance(text) + 8 <= rect.width():
        painter.setPen(color(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
