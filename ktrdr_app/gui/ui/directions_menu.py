"""The menu that chooses the colours of rising and falling, and remembers the choice."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from ktrdr_app.gui.ui.theme import apply_directions, directions, themeChanged
from ktrdr_app.gui.ui.tokens import DIRECTIONS

KEY = "directions"
"""Where the choice stands in the settings."""


class DirectionsMenu(QMenu):
    """One entry per pair of colours, the one in use ticked.

    Parameters
    ----------
    settings : QSettings or None
        Where the choice is remembered; nothing is, without it.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, settings: QSettings | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("directionsMenu")
        self.setTitle(self.tr("&Rising and falling"))
        self._settings = settings
        self._group = QActionGroup(self)
        words = {
            "blue_orange": self.tr("&Blue and orange, for every kind of sight"),
            "green_red": self.tr("&Green and red"),
            "red_green": self.tr("R&ed and green, as in East Asia"),
        }
        remembered = settings.value(KEY) if settings is not None else None
        if isinstance(remembered, str) and remembered in DIRECTIONS:  # a torn file may hold a list
            apply_directions(remembered)
        for name in DIRECTIONS:
            action = QAction(words[name], self)
            action.setObjectName(f"action.directions.{name}")
            action.setCheckable(True)
            action.setData(name)
            action.setChecked(name == directions())
            self._group.addAction(action)
            self.addAction(action)
        self._group.triggered.connect(self._choose)
        themeChanged.connect(self._follow)

    def place_before(self, action: QAction) -> None:
        """Join the menus that hold an action, above it.

        Parameters
        ----------
        action : QAction
            What stands below.
        """
        for menu in action.associatedObjects():
            if isinstance(menu, QMenu):
                menu.insertMenu(action, self)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        apply_directions(action.data())
        if self._settings is not None:
            self._settings.setValue(KEY, action.data())

    @Slot(object)
    def _follow(self, _theme: object) -> None:
        """Tick what is worn: another window's menu chooses for the whole program."""
        for action in self.actions():
            action.setChecked(action.data() == directions())
