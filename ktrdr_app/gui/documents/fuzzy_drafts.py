"""Fuzzy sets as drafts: what of a document is not saved, and how it comes back as steps that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.draft_kinds import FUZZY
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.fuzzy_steps import Sets
from ktrdr_app.gui.documents.set_lists import usable_name
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

        The list of sets comes back with them - some added, renamed, moved or taken out -, as one step for each input.
        An input that the strategy no longer has, and a set that is none, is named instead.
        """
        draft = self._autosave.take(FUZZY, self._document.strategy)
        if draft is None:
            return 0, ()
        changed, lost = 0, []
        for name, told in draft.payload.get("sets", {}).items():
            known = self._document.sets(name) if name in self._document.inputs else {}
            sets, faulty = _read(told, known)
            lost += [f"{name}.{key}" for key in faulty]
            if sets:
                changed += self._put_back(name, known, sets)
        return changed, tuple(lost)

    def _put_back(self, name: str, known: Sets, sets: Sets) -> int:
        if list(known.items()) == list(sets.items()):
            return 0
        self._document.show(name)
        self._document.change_sets(sets, self.tr("Restore {0}").format(name))
        others = sum(known.get(key) != sets.get(key) for key in {**known, **sets})
        return others or len(sets)  # the same sets in another order

    @Slot()
    def _restore(self) -> None:
        changed, lost = self.restore()
        if changed:
            text = self.tr("Restored {0} unsaved sets of {1}; Undo takes them back")
            if changed == 1:
                text = self.tr("Restored {0} unsaved set of {1}; Undo takes it back")
            self._context.notify("success", text.format(changed, self._document.strategy))
        if lost:
            text = self.tr("Some sets of {0} could not be restored: the strategy has changed, or the notes are damaged")
            self._context.notify("warning", text.format(self._document.strategy), "\n".join(lost))

    @Slot()
    def _touch(self, _name: object = None, _key: object = None) -> None:
        self._autosave.touch(FUZZY, self._document.strategy)


def _read(told: Mapping[str, Any], known: Sets) -> tuple[Sets, list[str]]:
    """Return the sets that were noted of an input, from low to high, and the names of those that are none.

    A faulty set stands as the input has it; without any set of its own the input is not the strategy's.
    """
    sets, faulty = {}, []
    for key, numbers in told.items():
        try:
            entry = FuzzySet.model_validate(numbers)
        except ValueError:
            entry = None
        if entry is not None and known and (key in known or usable_name(key)):
            sets[key] = entry
            continue
        faulty.append(key)
        if key in known:
            sets[key] = known[key]
    return sets, faulty
