"""The undo step of the fuzzy document: some sets of one input become others."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from ktrdr_app.strategy.schema import FuzzySet

Sets = dict[str, FuzzySet]


class SetsStep(QUndoCommand):
    """All sets of an input become others.

    Parameters
    ----------
    put : callable
        Takes the input and its sets, and shows them.
    name : str
        The input.
    before, after : dict of str to FuzzySet
        Its sets on either side of the step.
    text : str
        What the undo menu calls it.
    merges : bool
        Whether it may become one step with the same set's step before it.
    """

    def __init__(
        self, put: Callable[[str, Sets], None], name: str, before: Sets, after: Sets, text: str, *, merges: bool
    ) -> None:
        super().__init__(text)
        self._put = put
        self._name = name
        self._before = before
        self._after = after
        self._merges = merges

    def undo(self) -> None:
        """Put the old sets back."""
        self._put(self._name, self._before)

    def redo(self) -> None:
        """Put the new sets in."""
        self._put(self._name, self._after)

    def id(self) -> int:
        """Return a number that steps of the same sets share, so that they may be merged."""
        return zlib.crc32(repr((self._name, self._changed())).encode()) & 0x7FFFFFFF

    def _changed(self) -> list[str]:
        keys = {**self._before, **self._after}
        return [key for key in keys if self._before.get(key) != self._after.get(key)]

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a following step of a key that is held down.

        Parameters
        ----------
        other : QUndoCommand
            The step that follows.
        """
        if not isinstance(other, SetsStep) or not other._merges or other._name != self._name:
            return False
        if list(other._after) != list(self._before) or other._changed() != self._changed():
            return False
        self._after = other._after
        self.setObsolete(list(self._after.items()) == list(self._before.items()))
        return True
