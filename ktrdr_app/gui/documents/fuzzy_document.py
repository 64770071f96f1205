"""The fuzzy sets of one strategy while they are edited: what changed, what can be undone, what is not saved yet."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.gui.documents.fuzzy_steps import Sets, SetsStep
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet, parameter_fault


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
    setsChanged = Signal(str)
    """Input whose list of sets changed - other names, another order -; `setChanged` follows for each new set."""
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
        self._drag: tuple[str, Sets] | None = None
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

    def saved_sets(self, name: str = "") -> dict[str, FuzzySet]:
        """Return the sets of an input as they are saved.

        Parameters
        ----------
        name : str
            The input; the current one by default.
        """
        return dict(self._saved[name or self._current])

    def holds(self, inputs: Mapping[str, FuzzyInput]) -> bool:
        """Return whether a strategy's inputs are those of the document as they are now, sets in the same order.

        Parameters
        ----------
        inputs : mapping of str to FuzzyInput
            As they were read.
        """
        return self.inputs == tuple(inputs) and all(
            entry == self.fuzzy_input(name) and _alike(entry.sets, self._sets[name]) for name, entry in inputs.items()
        )

    def _put(self, name: str, sets: Sets) -> None:
        """Show other sets without a step of their own: undo steps and drags use this."""
        before = self._sets[name]
        self._sets[name] = dict(sets)
        if name != self._current:
            self._current = name
            self.currentChanged.emit(name)
        if list(before) != list(sets):
            self.setsChanged.emit(name)
        for key, entry in sets.items():
            if before.get(key) != entry:
                self.setChanged.emit(name, key)
        self._tell_dirty()

    def _tell_dirty(self) -> None:
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
        self.change_sets({**self.sets(), key: entry}, text, merges=merges)

    def change_sets(self, sets: Mapping[str, FuzzySet], text: str, *, merges: bool = False) -> None:
        """Replace all sets of the current input as one step: add, take out, rename, move, a preset, a paste.

        Parameters
        ----------
        sets : mapping of str to FuzzySet
            What they become, from low to high; nothing happens if they are that already.
        text : str
            What the undo menu calls the step.
        merges : bool
            Whether it joins the step before, as when a key is held down.

        Raises
        ------
        InvalidValue
            If there is none.
        """
        self.rollback()
        if not sets:
            raise InvalidValue("sets", [], "at least one set for each input", where=self._current)
        before, after = self.sets(), dict(sets)
        if not _alike(before, after):
            self.undo_stack.push(SetsStep(self._put, self._current, before, after, text, merges=merges))

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
        before = self.sets()
        self._drag = (self._current, before)
        return before[key]

    def preview_sets(self, changed: Mapping[str, FuzzySet]) -> None:
        """Show several sets as they would be; the others stand where the drag began.

        Parameters
        ----------
        changed : mapping of str to FuzzySet
            The sets that the drag moves.
        """
        if self._drag is not None:
            name, before = self._drag
            self._put(name, {**before, **changed})

    def commit(self, text: str) -> None:
        """End the drag and make it one step; none if the set is where it was.

        Parameters
        ----------
        text : str
            What the undo menu calls it.
        """
        if self._drag is None:
            return
        name, before = self._drag
        self._drag = None
        after = self.sets(name)
        if not _alike(before, after):
            self.undo_stack.push(SetsStep(self._put, name, before, after, text, merges=False))

    def rollback(self) -> None:
        """End the drag and put the sets back where they were."""
        if self._drag is not None:
            name, before = self._drag
            self._drag = None
            self._put(name, before)

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
        """Whether any set differs from what is saved, or stands in another place."""
        return any(not _alike(sets, self._saved[name]) for name, sets in self._sets.items())

    def unsaved(self) -> dict[str, dict[str, FuzzySet]]:
        """Return the sets of every input that differs from what is saved."""
        return {name: dict(sets) for name, sets in self._sets.items() if not _alike(sets, self._saved[name])}

    def mark_saved(self, written: Mapping[str, Mapping[str, FuzzySet]]) -> None:
        """Take note of what was written; what was changed since stays unsaved.

        Parameters
        ----------
        written : mapping
            As `unsaved` returned it.
        """
        for name, sets in written.items():
            self._saved[name] = dict(sets)
        self._tell_dirty()


def _alike(first: Mapping[str, FuzzySet], second: Mapping[str, FuzzySet]) -> bool:
    return list(first.items()) == list(second.items())
