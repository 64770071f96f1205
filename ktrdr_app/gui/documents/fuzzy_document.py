"""The fuzzy sets of one strategy while they are edited: what changed, what can be undone, what is not saved yet."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet, parameter_fault

_NUDGE_ID = 1


class _Change(QUndoCommand):
    """One set of one input becomes another.

    Parameters
    ----------
    document : FuzzyDocument
        Whose set it is.
    where : tuple of str
        Input and set.
    before, after : FuzzySet
        The set on either side of the change.
    text : str
        What the undo menu calls it.
    merges : bool
        Whether it may become one step with the same set's change before it.
    """

    def __init__(
        self,
        document: FuzzyDocument,
        where: tuple[str, str],
        before: FuzzySet,
        after: FuzzySet,
        text: str,
        *,
        merges: bool,
    ) -> None:
        super().__init__(text)
        self._document = document
        self._where = where
        self._before = before
        self._after = after
        self._merges = merges

    def undo(self) -> None:
        """Put the old set back."""
        self._document.put(*self._where, self._before)

    def redo(self) -> None:
        """Put the new set in."""
        self._document.put(*self._where, self._after)

    def id(self) -> int:
        """Return the kind of commands that may be merged."""
        return _NUDGE_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a following command of a key that is held down.

        Parameters
        ----------
        other : QUndoCommand
            The command that follows.
        """
        if not isinstance(other, _Change) or not other._merges or other._where != self._where:
            return False
        self._after = other._after
        return True


class FuzzyDocument(QObject):
    """The sets of all inputs of a strategy; every change of a set is one step that can be undone.

    Parameters
    ----------
    strategy : str
        Name of the strategy.
    inputs : mapping of str to FuzzyInput
        The sets as they are saved.
    parent : QObject, optional
        Owner.
    """

    setChanged = Signal(str, str)
    """Input and set that look different now; while a handle is dragged, too."""
    currentChanged = Signal(str)
    """Another input is shown."""
    dirtyChanged = Signal(bool)

    def __init__(self, strategy: str, inputs: Mapping[str, FuzzyInput], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.strategy = strategy
        self._inputs = dict(inputs)
        self._saved = {name: dict(entry.sets) for name, entry in inputs.items()}
        self._sets = {name: dict(entry.sets) for name, entry in inputs.items()}
        self._current = next(iter(inputs), "")
        self._drag: tuple[str, str, FuzzySet] | None = None
        self._was_dirty = False
        self.undo_stack = QUndoStack(self)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the fuzzy inputs."""
        return tuple(self._sets)

    @property
    def current(self) -> str:
        """The input that is shown."""
        return self._current

    def show(self, name: str) -> None:
        """Turn to another input.

        Parameters
        ----------
        name : str
            One of `inputs`.

        Raises
        ------
        UnknownName
            For any other.
        """
        if name not in self._sets:
            raise UnknownName("fuzzy input", name, list(self._sets), where=self.strategy)
        if name != self._current:
            self.rollback()
            self._current = name
            self.currentChanged.emit(name)

    def sets(self, name: str = "") -> dict[str, FuzzySet]:
        """Return the sets of an input as they are now.

        Parameters
        ----------
        name : str
            The input; the current one by default.
        """
        return dict(self._sets[name or self._current])

    def fuzzy_input(self, name: str = "") -> FuzzyInput:
        """Return an input with its sets as they are now.

        Parameters
        ----------
        name : str
            The input; the current one by default.
        """
        return self._inputs[name or self._current].model_copy(update={"sets": self.sets(name)})

    def put(self, name: str, key: str, entry: FuzzySet) -> None:
        """Replace a set without a step of its own: undo steps and drags use this.

        Parameters
        ----------
        name, key : str
            Input and set.
        entry : FuzzySet
            What it becomes.
        """
        self._sets[name][key] = entry
        if name != self._current:
            self._current = name
            self.currentChanged.emit(name)
        self.setChanged.emit(name, key)
        if self.dirty != self._was_dirty:
            self._was_dirty = self.dirty
            self.dirtyChanged.emit(self._was_dirty)

    def change(self, key: str, entry: FuzzySet, text: str, *, merges: bool = False) -> None:
        """Replace a set of the current input as one step.

        Parameters
        ----------
        key : str
            Which set.
        entry : FuzzySet
            What it becomes; nothing happens if it is that already.
        text : str
            What the undo menu calls the step.
        merges : bool
            Whether it joins the step before, as when a key is held down.
        """
        self.rollback()
        before = self._sets[self._current][key]
        if entry != before:
            self.undo_stack.push(_Change(self, (self._current, key), before, entry, text, merges=merges))

    def set_numbers(self, key: str, numbers: Sequence[float]) -> None:
        """Give a set of the current input other numbers, as typed.

        Parameters
        ----------
        key : str
            Which set.
        numbers : sequence of float
            All its numbers.

        Raises
        ------
        InvalidValue
            If they do not make a set; nothing changes then.
        """
        before = self._sets[self._current][key]
        fault = parameter_fault(before.type, tuple(numbers))
        if fault:
            raise InvalidValue(key, tuple(numbers), fault, where=f"{self._current}.{key}")
        entry = FuzzySet(type=before.type, parameters=list(numbers), shoulder=before.shoulder)
        self.change(key, entry, self.tr("Change {0}").format(key))

    @property
    def dragging(self) -> bool:
        """Whether a drag is under way."""
        return self._drag is not None

    def begin(self, key: str) -> FuzzySet:
        """Begin a drag of a set of the current input, and return the set as it was.

        Parameters
        ----------
        key : str
            Which set.
        """
        self.rollback()
        entry = self._sets[self._current][key]
        self._drag = (self._current, key, entry)
        return entry

    def preview(self, entry: FuzzySet) -> None:
        """Show the dragged set as it would be.

        Parameters
        ----------
        entry : FuzzySet
            The set under the mouse.
        """
        if self._drag is not None:
            self.put(self._drag[0], self._drag[1], entry)

    def commit(self, text: str) -> None:
        """End the drag and make it one step; none if the set is where it was.

        Parameters
        ----------
        text : str
            What the undo menu calls it.
        """
        if self._drag is None:
            return
        name, key, before = self._drag
        self._drag = None
        after = self._sets[name][key]
        if after != before:
            self.undo_stack.push(_Change(self, (name, key), before, after, text, merges=False))

    def rollback(self) -> None:
        """End the drag and put the set back where it was."""
        if self._drag is not None:
            name, key, before = self._drag
            self._drag = None
            self.put(name, key, before)

    @Slot()
    def undo(self) -> None:
        """Take the last step back; a drag under way is taken back first."""
        self.rollback()
        self.undo_stack.undo()

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        self.rollback()
        self.undo_stack.redo()

    @property
    def dirty(self) -> bool:
        """Whether any set differs from what is saved."""
        return self._sets != self._saved

    def unsaved(self) -> dict[str, dict[str, FuzzySet]]:
        """Return the sets of every input that differs from what is saved."""
        return {name: dict(sets) for name, sets in self._sets.items() if sets != self._saved[name]}

    def mark_saved(self, written: Mapping[str, Mapping[str, FuzzySet]]) -> None:
        """Take note of what was written; what was changed since stays unsaved.

        Parameters
        ----------
        written : mapping
            As `unsaved` returned it.
        """
        for name, sets in written.items():
            self._saved[name] = dict(sets)
        if self.dirty != self._was_dirty:
            self._was_dirty = self.dirty
            self.dirtyChanged.emit(self._was_dirty)
