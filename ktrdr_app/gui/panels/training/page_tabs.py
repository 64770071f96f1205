"""Tabs that ask for no more room than the page at hand needs at least."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QSizePolicy, QTabWidget

from ktrdr_app.gui.ui import accessibility


class PageTabs(QTabWidget):
    """The pages of the station; what they could use beyond their least they take where it is left over.

    Parameters
    ----------
    object_name : str
        Qt object name.
    name : str
        Accessible name.
    """

    def __init__(self, object_name: str, name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            accessibility.name(part, name)
        self.currentChanged.connect(self.fit)

    def sizeHint(self) -> QSize:
        """Return the least room: an area that scrolls would give pictures all that they wish for, and scroll."""
        return self.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        """Say no: words that wrap on any page, shown or not, would ask for the height that this page wishes for."""
        return False

    def tabInserted(self, place: int) -> None:
        """Take a new page's wishes into account.

        Parameters
        ----------
        place : int
            Of the new tab.
        """
        super().tabInserted(place)
        self.fit()

    @Slot()
    def fit(self, _place: int = 0) -> None:
        """Let the page that is shown alone say how much room there must be."""
        pages = [page for place in range(self.count()) if (page := self.widget(place)) is not None]
        for page in pages:
            policy = page.sizePolicy()
            shown = page is self.currentWidget()
            policy.setVerticalPolicy(QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored)
            page.setSizePolicy(policy)
        self.updateGeometry()
