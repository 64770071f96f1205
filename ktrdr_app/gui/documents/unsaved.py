"""What has been changed and not written yet, by station, and when something was written last."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal


class Unsaved(QObject):
    """The window's marks of unsaved work.

    Parameters
    ----------
    parent : QObject, optional
        Owner in the Qt tree.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: dict[str, tuple[str, ...]] = {}
        self.saved_at: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is not written yet, as the user calls it."""
        return tuple(name for names in self._names.values() for name in names)

    def of(self, panel: str) -> tuple[str, ...]:
        """Return what is not written yet at one station.

        Parameters
        ----------
        panel : str
            Its object name.
        """
        return self._names.get(panel, ())

    def tell(self, panel: str, names: tuple[str, ...]) -> None:
        """Say what is not written yet at a station.

        Parameters
        ----------
        panel : str
            Its object name.
        names : tuple of str
            What was changed, as the user calls it; empty if all is written.
        """
        if names != self.of(panel):
            self._names[panel] = names
            self.changed.emit()

    def written(self) -> None:
        """Say that something has just been written."""
        self.saved_at = datetime.now().astimezone()
        self.changed.emit()
