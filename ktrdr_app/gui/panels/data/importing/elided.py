"""A line of foreign text that is cut at the edge with an ellipsis instead of widening the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

_LEAST = 40


class ElidedLabel(QLabel):
    """A label on one line; its tool tip and its accessible name hold the whole text.

    Parameters
    ----------
    text : str
        The text.
    role : str
        As `ktrdr_app.gui.ui.widgets.label` takes it.
    mode : Qt.TextElideMode
        Where it is cut.
    """

    def __init__(self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._mode = mode
        self._whole = ""
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show another text.

        Parameters
        ----------
        text : str
            The text.
        """
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(_LEAST, self.fontMetrics().height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text to the new width.

        Parameters
        ----------
        event : QResizeEvent
            Old and new size.
        """
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._mode, max(self.width(), _LEAST))
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")
