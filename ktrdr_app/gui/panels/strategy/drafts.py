"""The unsaved text of a strategy: told to the window, noted while one types, and back after a crash."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.draft_kinds import STRATEGY
from ktrdr_app.gui.panels.strategy.keeper import StrategyKeeper

PANEL = "strategyPanel"


class StrategyDrafts(QObject):
    """Keeps the window's marks and drafts in step with what a keeper holds.

    Parameters
    ----------
    keeper : StrategyKeeper
        Holds file and text; it also owns this.
    context : AppContext
        Its `unsaved` is told, its `autosave` notes the text, and may hold that of a window that crashed.
    """

    def __init__(self, keeper: StrategyKeeper, context: AppContext) -> None:
        super().__init__(keeper)
        self._keeper, self._context = keeper, context
        self._noted = ""
        keeper.stateChanged.connect(self._follow)
        keeper.saved.connect(self._written)
        keeper.shown.connect(self._restore)
        context.autosave.offered.connect(self._restore)

    @Slot()
    def _follow(self) -> None:
        """Note the text while it is unsaved; a draft is touched only by what is done here, not by looking at a file."""
        file = self._keeper.file
        dirty = file.name if file is not None and self._keeper.dirty else ""
        self._context.unsaved.tell(PANEL, (dirty,) if dirty else ())
        for name in {dirty, self._noted} - {""}:
            self._context.autosave.follow(STRATEGY, name, partial(self._payload, name))
            self._context.autosave.touch(STRATEGY, name)
        self._noted = dirty

    def _payload(self, name: str) -> dict[str, Any] | None:
        """Return the unsaved text of a strategy and which file it goes back to; None if there is none."""
        file = self._keeper.file
        if file is None or file.name != name or not self._keeper.dirty:
            return None
        return {"text": self._keeper.text, "digest": file.digest}

    @Slot()
    def _written(self, _file: object = None, _copied: object = None) -> None:
        self._context.unsaved.written()

    @Slot()
    def _restore(self, _shown: object = None) -> None:
        file = self._keeper.file
        draft = self._context.autosave.take(STRATEGY, file.name) if file is not None else None
        if draft is None or file is None:
            return
        self._noted = file.name
        self._keeper.restore(str(draft.payload.get("text", file.text)), str(draft.payload.get("digest", file.digest)))
        if self._keeper.dirty:
            words = self.tr("Restored the unsaved text of {0}; Undo takes it back")
            self._context.notify("success", words.format(file.name))
