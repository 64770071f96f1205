"""Fields that answer one question each: a choice of few, a time zone among hundreds, or a name that is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from ktrdr_app.gui.panels.data.importing.choices import Choice, all_zones, is_clock
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox

TYPING_MS = 400
"""A name counts as typed when no key was pressed for so long."""


class ChoiceField(CalmComboBox):
    """A choice of a few answers.

    Parameters
    ----------
    key : str
        What it answers for.
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    """

    answered = Signal(str, str)
    """The key, and the answer."""

    def __init__(self, key: str, object_name: str, accessible_name: str) -> None:
        super().__init__(object_name, accessible_name)
        self.key = key
        self.setMinimumContentsLength(12)
        self.activated.connect(self._tell)

    def offer(self, entries: Sequence[Choice], value: str, nothing: str) -> None:
        """Show the choices and the one that counts.

        Parameters
        ----------
        entries : sequence of (str, str)
            Words and values.
        value : str
            The one that counts; empty if none does yet.
        nothing : str
            Words for no choice; left out if empty.
        """
        offered = [(nothing, ""), *entries] if nothing else list(entries)
        shown = [(self.itemText(place), self.itemData(place)) for place in range(self.count())]
        if shown != offered:
            self.fill(list(offered), value)
        elif self.currentData() != value:
            self.setCurrentIndex(max(0, self.findData(value)))

    @Slot(int)
    def _tell(self, place: int) -> None:
        self.answered.emit(self.key, str(self.itemData(place) or ""))


class ZoneField(CalmComboBox):
    """A time zone: searched by any part of its name, or an offset that is typed.

    Parameters
    ----------
    key : str
        What it answers for.
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    """

    answered = Signal(str, str)
    """The key, and the answer."""

    def __init__(self, key: str, object_name: str, accessible_name: str) -> None:
        super().__init__(object_name, accessible_name)
        self.key = key
        self._edit = QLineEdit()
        self._edit.setAcceptDrops(False)
        self.setLineEdit(self._edit)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(14)
        self._value = ""
        self._entries: tuple[str, ...] = ()
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self._edit.setPlaceholderText(self.tr("Type a city or an offset…"))
        self.activated.connect(self.settle)
        completer.activated.connect(self.settle)
        self._edit.editingFinished.connect(self.settle)

    def offer(self, entries: Sequence[Choice], value: str, nothing: str) -> None:
        """Show the clock that counts, with the likely ones first in the list.

        Parameters
        ----------
        entries : sequence of (str, str)
            Likely clocks.
        value : str
            The one that counts; empty if none does yet.
        nothing : str
            Words of the empty field.
        """
        if nothing:
            self._edit.setPlaceholderText(nothing)
        names = tuple(dict.fromkeys((*(entry[1] for entry in entries), *all_zones())))
        if names != self._entries:
            self._entries = names
            self.blockSignals(True)
            self.clear()
            self.addItems(names)
            self.blockSignals(False)
            self._value = "\0"
        if value != self._value:
            self._value = value
            self.setCurrentIndex(self.findText(value))
            self.setEditText(value)
            self._edit.setCursorPosition(0)

    @Slot()
    def settle(self, _chosen: object = None) -> None:
        """Take what stands in the field as the answer, if it is a clock.

        Parameters
        ----------
        _chosen : object
            What Qt's signals bring along; the text is what counts.
        """
        text = self.currentText().strip()
        if text == self._value:
            return
        if not is_clock(text):
            self.setEditText(self._value)
            return
        self._value = text
        self.answered.emit(self.key, text)


class NameField(QLineEdit):
    """A name that is typed; it counts after a short rest, or at once with Enter or Tab.

    Parameters
    ----------
    key : str
        What it answers for.
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    """

    answered = Signal(str, str)
    """The key, and the answer."""

    def __init__(self, key: str, object_name: str, accessible_name: str) -> None:
        super().__init__()
        self.key = key
        self.setObjectName(object_name)
        accessibility.name(self, accessible_name)
        # a file that is dropped here is for the dialog, and no text
        self.setAcceptDrops(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.settle)
        self._told = ""
        self.textEdited.connect(self._rest)
        self.editingFinished.connect(self.settle)

    def offer(self, _entries: Sequence[Choice], value: str, nothing: str) -> None:
        """Show the name that counts; what is being typed stays.

        Parameters
        ----------
        _entries : sequence
            Not used: there is nothing to choose from.
        value : str
            The name that counts.
        nothing : str
            Words of the empty field.
        """
        self.setPlaceholderText(nothing)
        if not self._timer.isActive() and self.text().strip() != value:
            self.setText(value)
        self._told = value

    @Slot()
    def _rest(self, _text: str = "") -> None:
        self._timer.start()

    @Slot()
    def settle(self) -> None:
        """Take what stands in the field as the answer."""
        self._timer.stop()
        text = self.text().strip()
        if text != self._told:
            self._told = text
            self.answered.emit(self.key, text)


Field = ChoiceField | ZoneField | NameField


def field_for(key: str, object_name: str, accessible_name: str, *, listed: bool = False) -> Field:
    """Return the field that answers for a setting.

    Parameters
    ----------
    key : str
        Field of `ImportRequest`.
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    listed : bool
        Whether a symbol is one of a list.
    """
    if key == "timezone":
        return ZoneField(key, object_name, accessible_name)
    if key == "symbol" and not listed:
        return NameField(key, object_name, accessible_name)
    return ChoiceField(key, object_name, accessible_name)
