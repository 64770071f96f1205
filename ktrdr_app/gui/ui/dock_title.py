"""The title of a dock: its name, a button that lets it float, and one that closes it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QToolButton, QWidget

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.widgets import GRID, label


class DockTitle(QWidget):
    """The bar by which a dock is dragged; a double click lets it float, as in any dock of Qt.

    Parameters
    ----------
    dock : QDockWidget
        Whose title it is.
    instead : QWidget, optional
        What stands there instead of the dock's name.
    """

    def __init__(self, dock: QDockWidget, instead: QWidget | None = None) -> None:
        super().__init__(dock)
        self._dock = dock
        self.float_button = self._button("float", dock.tr("Let {0} float, or put it back").format(dock.windowTitle()))
        self.close_button = self._button("close", dock.tr("Close {0}").format(dock.windowTitle()))
        self.float_button.clicked.connect(self._toggle_float)
        self.close_button.clicked.connect(dock.close)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID + GRID // 2 if instead is None else 0, 2, GRID // 2, 0)
        box.setSpacing(2)
        box.addWidget(instead or label(dock.windowTitle(), "heading"))
        box.addStretch(1)
        box.addWidget(self.float_button)
        box.addWidget(self.close_button)

    def _button(self, icon: str, words: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"{self._dock.objectName()}.{icon}Button")
        made.setProperty("role", "tool")
        made.setToolTip(words)
        accessibility.name(made, words)
        set_icon(made, icon)
        return made

    @Slot()
    def _toggle_float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
