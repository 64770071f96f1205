"""Small building stones of panels on an 8-pixel grid: cards, headings, empty states, pills."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from ktrdr_app.gui.ui.icons import pixmap, set_icon
from ktrdr_app.gui.ui.theme import themeChanged, tokens

L = TypeVar("L", bound=QBoxLayout)

GRID = 8
"""All gaps and margins are multiples of this."""


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label that shows plain text only, so that names from files cannot bring mark-up.

    Parameters
    ----------
    text : str
        The text.
    role : str
        ``title``, ``heading``, ``muted``, ``figure`` or nothing.
    wrap : bool
        Whether it breaks lines.
    """
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Colour a widget by a state of things, through the style sheet.

    Parameters
    ----------
    widget : QWidget
        A label or a notice.
    tone : str
        ``info``, ``success``, ``warning``, ``danger``, ``accent`` or nothing.
    """
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, object_name: str = "", role: str = "", icon: str = "") -> QPushButton:
    """Return a push button.

    Parameters
    ----------
    text : str
        What it says.
    object_name : str
        Qt object name.
    role : str
        ``primary`` for the station's main action, ``quiet`` for one without a frame, or nothing.
    icon : str
        Name of an icon before the text.
    """
    made = QPushButton(text)
    made.setObjectName(object_name)
    if role:
        made.setProperty("role", role)
    if icon:
        set_icon(made, icon, "accent_text" if role == "primary" else "text_muted")
    return made


def row(*widgets: QWidget | int, spacing: int = GRID) -> QHBoxLayout:
    """Return widgets side by side; an int stands for stretch of that weight.

    Parameters
    ----------
    *widgets : QWidget or int
        From left to right.
    spacing : int
        Gap between them, in pixels.
    """
    layout = QHBoxLayout()
    return _filled(layout, widgets, spacing)


def column(*widgets: QWidget | int, spacing: int = GRID) -> QVBoxLayout:
    """Return widgets above each other; an int stands for stretch of that weight.

    Parameters
    ----------
    *widgets : QWidget or int
        From top to bottom.
    spacing : int
        Gap between them, in pixels.
    """
    layout = QVBoxLayout()
    return _filled(layout, widgets, spacing)


def _filled(layout: L, widgets: tuple[QWidget | int, ...], spacing: int) -> L:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        if isinstance(widget, int):
            layout.addStretch(widget)
        else:
            layout.addWidget(widget)
    return layout


def splitter(orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
    """Return parts whose edge can be dragged; none can be pushed away.

    Parameters
    ----------
    orientation : Qt.Orientation
        Side by side, or above each other.
    *parts : tuple of QWidget and int
        Each with its weight; those with 0 stay as they are in a larger window.
    """
    made = QSplitter(orientation)
    made.setChildrenCollapsible(False)
    made.setHandleWidth(GRID)
    for place, (widget, weight) in enumerate(parts):
        made.addWidget(widget)
        made.setStretchFactor(place, weight)
    return made


class Card(QFrame):
    """A framed part of a panel with a heading.

    Parameters
    ----------
    heading : str
        Its heading; empty for none.
    """

    def __init__(self, heading: str = "") -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, 2 * GRID)
        self.body.setSpacing(GRID)
        self.heading = label(heading, "heading")
        self.heading.setVisible(bool(heading))
        self.body.addWidget(self.heading)


class EmptyState(QWidget):
    """What a panel shows when there is nothing to show: why, and what to do about it.

    Parameters
    ----------
    icon : str
        Name of an icon.
    title : str
        What is missing.
    text : str
        Why that is so, and what helps.
    """

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__()
        self._icon = icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.title = label(title, "title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setFixedWidth(520)
        self.offers = QHBoxLayout()
        self.offers.setSpacing(GRID)
        box = QVBoxLayout(self)
        box.setSpacing(2 * GRID)
        box.addStretch(2)
        box.addWidget(self._picture)
        box.addWidget(self.title)
        box.addLayout(row(1, self.text, 1))
        box.addLayout(self.offers)
        box.addStretch(3)
        self.offers.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        themeChanged.connect(self._recolour)
        self._recolour()

    def offer(self, made: QPushButton) -> None:
        """Put a button below the text.

        Parameters
        ----------
        made : QPushButton
            What it offers.
        """
        self.offers.addWidget(made)

    def _recolour(self, _theme: object = None) -> None:
        self._picture.setPixmap(pixmap(self._icon, tokens().text_disabled, 48, self.devicePixelRatioF()))
