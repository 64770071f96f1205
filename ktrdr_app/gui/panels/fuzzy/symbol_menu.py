"""A button that says which symbols are chosen, and a menu that ticks them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from ktrdr_app.gui.ui import accessibility


class SymbolMenu(QPushButton):
    """A choice of several symbols.

    Parameters
    ----------
    object_name : str
        Qt object name.
    """

    changed = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._menu = QMenu(self)
        self._menu.triggered.connect(self._on_toggled)
        self.setMenu(self._menu)
        self._say()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ticked symbols."""
        return tuple(action.text() for action in self._menu.actions() if action.isChecked())

    def offer(self, symbols: Sequence[str], ticked: Sequence[str]) -> None:
        """Offer other symbols.

        Parameters
        ----------
        symbols : sequence of str
            All there are.
        ticked : sequence of str
            Those to tick; all of them if none of these is offered.
        """
        before = self.chosen
        wanted = set(ticked) & set(symbols) or set(symbols)
        self._menu.clear()
        for symbol in symbols:
            action = self._menu.addAction(symbol)
            action.setCheckable(True)
            action.setChecked(symbol in wanted)
        self._say()
        if self.chosen != before:
            self.changed.emit()

    @Slot(QAction)
    def _on_toggled(self, _action: QAction) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        chosen, count = self.chosen, len(self._menu.actions())
        if not count:
            words = self.tr("no data")
        elif not chosen:
            words = self.tr("none")
        elif len(chosen) > 3:
            words = self.tr("{0} of {1}").format(len(chosen), count)
        else:
            words = ", ".join(chosen)
        self.setText(words)
        self.setEnabled(bool(count))
        accessibility.name(self, self.tr("Symbols whose values are shown: {0}").format(words))
