"""What listens to a station and tells the inspector what is selected there."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.panels.inspector.steps import Panels


class Teller(QObject):
    """Tells of one station, once for all changes of one turn of the event loop.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    key : str
        Object name of the station told of.
    """

    def __init__(self, context: AppContext, panels: Panels, key: str) -> None:
        super().__init__(panels[key])
        self.context, self.panels, self.key = context, panels, key
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.tell)
        self._soon.start()
        context.stateChanged.connect(self._heard)

    @Slot(str, str)
    def _heard(self, panel: str, _state: str) -> None:
        if panel == self.key:
            self.later()

    @Slot()
    def later(self, _first: object = None, _second: object = None) -> None:
        """Tell again soon."""
        self._soon.start()

    @Slot()
    def tell(self) -> None:
        """Tell the inspector what is selected now."""
        self.context.inspect(self.key, self.inspected())

    def inspected(self) -> Inspected | None:
        """Return what is selected at the station; None for nothing."""
        raise NotImplementedError
