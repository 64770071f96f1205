"""The two buttons over the charts' corner: which panes are shown, and everything else that can be done with them."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from ktrdr_app.gui.charts import zones
from ktrdr_app.gui.ui.icons import set_icon

SIDE = 26
"""Pixels of a button's edge."""


@dataclass(frozen=True)
class PaneChoice:
    """A line of the panes menu.

    Attributes
    ----------
    key, title : str
        Of the pane or of the curves over the candles.
    over_prices : bool
        Whether it lies over the candles.
    """

    key: str
    title: str
    over_prices: bool = False


class ChartTools(QWidget):
    """Buttons with a menu each; they do nothing themselves but tell what was chosen.

    Parameters
    ----------
    parent : QWidget
        The charts they belong to.
    """

    paneToggled = Signal(str, bool)
    """Key of a pane that was switched on or off."""
    zoneChosen = Signal(str)
    """Name of the time zone that was chosen."""
    panesOpened = Signal()
    """The panes menu is about to show."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.panes_menu = QMenu(self)
        self.panes_menu.aboutToShow.connect(self.panesOpened)
        self.more_menu = QMenu(self)
        self.panes_button = self._button("panes", self.tr("Panes"), self.tr("Choose what is shown"), self.panes_menu)
        self.more_button = self._button("more", self.tr("Chart"), self.tr("Scale, times, export"), self.more_menu)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.panes_button)
        box.addWidget(self.more_button)
        self._make_actions()
        self.resize(self.sizeHint())

    def _button(self, icon: str, name: str, tip: str, menu: QMenu) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(f"charts.{icon}Button")
        made.setProperty("role", "tool")
        made.setAccessibleName(name)
        made.setAccessibleDescription(tip)
        made.setToolTip(tip)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setAutoRaise(True)
        made.setIconSize(QSize(18, 18))
        made.setFixedSize(SIDE, SIDE)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setMenu(menu)
        set_icon(made, icon)
        return made

    def _make_actions(self) -> None:
        self.show_all = self._action("showAll", self.tr("Whole series"))
        self.logarithmic = self._action("logScale", self.tr("Logarithmic scale"), "L", checkable=True)
        self.benchmark = self._action("benchmark", self.tr("Buy and hold"), "B", checkable=True)
        self.zone_menu = self.more_menu.addMenu(self.tr("Times"))
        self._zones = QActionGroup(self)
        for name in zones.offered():
            action = QAction(zones.words(name), self)
            action.setCheckable(True)
            action.setChecked(name == "UTC")
            action.setData(name)
            self._zones.addAction(action)
            self.zone_menu.addAction(action)
        self._zones.triggered.connect(self._zone_triggered)
        self.more_menu.addSeparator()
        self.copy = self._action("copyPicture", self.tr("Copy picture"), "Ctrl+C")
        self.save = self._action("savePicture", self.tr("Save picture…"))

    def _action(self, name: str, text: str, keys: str = "", *, checkable: bool = False) -> QAction:
        # the charts listen to the keys themselves, only while they have the keyboard: no shortcut, just its name
        action = QAction(f"{text}\t{keys}" if keys else text, self)
        action.setObjectName(f"charts.{name}")
        action.setCheckable(checkable)
        self.more_menu.addAction(action)
        return action

    @property
    def actions_of_charts(self) -> tuple[QAction, ...]:
        """What the context menu of every pane offers as well."""
        return (self.show_all, self.logarithmic, self.benchmark, self.copy, self.save)

    def tick_zone(self, name: str) -> None:
        """Tick the time zone in use.

        Parameters
        ----------
        name : str
            Its name; one that is not offered leaves none ticked.
        """
        for action in self._zones.actions():
            action.setChecked(action.data() == name)

    def set_choices(self, choices: Sequence[PaneChoice], shown: Collection[str], note: str = "") -> None:
        """Offer other panes.

        Parameters
        ----------
        choices : sequence of PaneChoice
            From above; those over the candles stand in a part of their own.
        shown : collection of str
            Keys of those that are on.
        note : str
            Why there are no more, or that more are under way.
        """
        self.panes_menu.clear()
        for over, heading in ((True, self.tr("Over the prices")), (False, self.tr("Below"))):
            chosen = [choice for choice in choices if choice.over_prices is over]
            if not chosen:
                continue
            self.panes_menu.addSection(heading)
            for choice in chosen:
                action = self.panes_menu.addAction(choice.title.replace("&", "&&"))
                action.setObjectName(f"charts.pane.{choice.key}")
                action.setCheckable(True)
                action.setChecked(choice.key in shown)
                action.setData(choice.key)
                action.toggled.connect(self._pane_toggled)
        if note:
            self.panes_menu.addSeparator()
            said = self.panes_menu.addAction(note.replace("&", "&&"))
            said.setEnabled(False)

    @Slot(bool)
    def _pane_toggled(self, on: bool) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.paneToggled.emit(action.data(), on)

    @Slot(QAction)
    def _zone_triggered(self, action: QAction) -> None:
        self.zoneChosen.emit(action.data())
