"""Fuzzy sets as drafts: what of a document is not saved, and how it comes back as steps that can be undone."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.draft_kinds import FUZZY
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.strategy.schema import FuzzySet


class FuzzyDrafts(QObject):
    """Keeps a document's unsaved sets noted; to be made when the document is opened.

    Parameters
    ----------
    document : FuzzyDocument
        Whose sets; it also owns this.
    context : AppContext
        Its `autosave` notes them, and may hold those of a window that crashed: they are put back at once.
    """

    def __init__(self, document: FuzzyDocument, context: AppContext) -> None:
        super().__init__(document)
        self._document = document
        self._context = context
        self._autosave = context.autosave
        self._autosave.follow(FUZZY, document.strategy, self.payload)
        document.setChanged.connect(self._touch)
        document.dirtyChanged.connect(self._touch)
        self._autosave.offered.connect(self._restore)
        self._restore()

    def payload(self) -> dict[str, Any] | None:
        """Return the unsaved sets by input and name, or None if everything is saved."""
        unsaved = self._document.unsaved()
        if not unsaved:
            return None
        return {
            "sets": {
                name: {key: entry.model_dump(mode="json") for key, entry in sets.items()}
                for name, sets in unsaved.items()
            }
        }

    def restore(self) -> tuple[int, tuple[str, ...]]:
        """Put back what the user wants back, and return how many sets changed and which could not be put back.

        A set whose input or name the strategy no longer has, or whose numbers make no set, is named instead.
        """
        draft = self._autosave.take(FUZZY, self._document.strategy)
        if draft is None:
            return 0, ()
        changed, lost = 0, []
        for name, sets in draft.payload.get("sets", {}).items():
            for key, told in sets.items():
                try:
                    self._document.show(name)
                    if key not in self._document.sets():
                        raise UnknownName("fuzzy set", key, list(self._document.sets()), where=name)
                    before = self._document.sets()[key]
                    self._document.change(key, FuzzySet.model_validate(told), self.tr("Restore {0}").format(key))
                    changed += self._document.sets()[key] != before
                except (UnknownName, ValueError):
                    lost.append(f"{name}.{key}")
        return changed, tuple(lost)

    @Slot()
    def _restore(self) -> None:
        changed, lost = self.restore()
        if changed:
            text = self.tr("Restored {0} unsaved sets of {1}; Undo takes them back")
            if changed == 1:
                text = self.tr("Restored {0} unsaved set of {1}; Undo takes it back")
            self._context.notify("success", text.format(changed, self._document.strategy))
        if lost:
            text = self.tr("Some sets of {0} could not be restored: the strategy has no such set any more")
            self._context.notify("warning", text.format(self._document.strategy), "\n".join(lost))

    @Slot()
    def _touch(self, _name: object = None, _key: object = None) -> None:
        self._autosave.touch(FUZZY, self._document.strategy)
