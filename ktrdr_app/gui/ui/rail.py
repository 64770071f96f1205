"""The rail at the left: the stations of the journey, each with a dot that tells its state."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.gui.ui.widgets import GRID

STATES = {
    "empty": "text_disabled",
    "ready": "success",
    "running": "accent",
    "stale": "warning",
    "error": "danger",
}
"""State of a station to the colour of its dot; the dots differ in shape as well."""


@dataclass(frozen=True)
class Stop:
    """One station on the rail.

    Attributes
    ----------
    key : str
        Object name of the panel.
    title : str
        What it is called.
    icon : str
        Its icon.
    """

    key: str
    title: str
    icon: str


class StationButton(QToolButton):
    """A station on the rail.

    Parameters
    ----------
    number : int
        From 1; also its shortcut, with Ctrl.
    stop : Stop
        Which station.
    """

    def __init__(self, number: int, stop: Stop) -> None:
        super().__init__()
        self.stop = stop
        self.state = "empty"
        self.setObjectName(f"stationRail.{stop.key}")
        self.setProperty("role", "station")
        self.setText(stop.title)
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(24, 24))
        self.setFixedSize(80, 64)
        self._number = number
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(self, stop.icon)
        self.set_state("empty")

    def set_state(self, state: str, reason: str = "") -> None:
        """Show how things stand at the station.

        Parameters
        ----------
        state : str
            A key of `STATES`.
        reason : str
            Why, in one line, for tool tip and screen reader.
        """
        self.state = state
        told = f"{state}: {reason}" if reason else state
        self.setToolTip(f"{self.stop.title} (Ctrl+{self._number})\n{told}")
        accessibility.name(self, self.stop.title, told)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, then its dot.

        Parameters
        ----------
        event : QPaintEvent
            What must be drawn.
        """
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(tokens(), STATES[self.state]))
        centre, radius = QPointF(self.width() - 18, 13), 4.0
        painter.setPen(QPen(colour, 1.5))
        if self.state == "error":
            for slope in (-1, 1):
                painter.drawLine(centre + QPointF(-3, -3 * slope), centre + QPointF(3, 3 * slope))
        elif self.state == "running":
            painter.drawEllipse(centre, radius, radius)
            painter.setBrush(colour)
            painter.drawPie(QRectF(centre.x() - 4, centre.y() - 4, 8, 8), 90 * 16, 180 * 16)
        else:
            painter.setBrush(colour if self.state == "ready" else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, radius, radius)
            if self.state == "stale":
                painter.setBrush(colour)
                painter.drawEllipse(centre, 1.0, 1.0)
        painter.end()


class StationRail(QWidget):
    """The rail.

    Parameters
    ----------
    stops : tuple of Stop
        The stations, from top to bottom.
    """

    chosen = Signal(str)
    """Object name of the panel to show."""

    def __init__(self, stops: tuple[Stop, ...]) -> None:
        super().__init__()
        self.setObjectName("stationRail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Stations"))
        self._buttons = {stop.key: StationButton(number, stop) for number, stop in enumerate(stops, start=1)}
        group = QButtonGroup(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.setSpacing(GRID // 2)
        for each in self._buttons.values():
            group.addButton(each)
            box.addWidget(each)
        box.addStretch(1)
        group.buttonClicked.connect(self._clicked)

    def button(self, key: str) -> StationButton:
        """Return a station's button.

        Parameters
        ----------
        key : str
            Object name of its panel.
        """
        return self._buttons[key]

    def mark(self, key: str) -> None:
        """Show a station as the one at hand.

        Parameters
        ----------
        key : str
            Object name of its panel.
        """
        self._buttons[key].setChecked(True)

    @Slot(str, str, str)
    def set_state(self, key: str, state: str, reason: str = "") -> None:
        """Show how things stand at a station.

        Parameters
        ----------
        key : str
            Object name of its panel; others are passed over.
        state : str
            A key of `STATES`.
        reason : str
            Why, in one line.
        """
        if key in self._buttons:
            self._buttons[key].set_state(state, reason)

    @Slot(QToolButton)
    def _clicked(self, button: StationButton) -> None:
        self.chosen.emit(button.stop.key)
