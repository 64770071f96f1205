"""The indicators and fuzzy inputs of a strategy as lists: added, taken out, renamed, put into another order."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.errors import Problem, UnknownName
from ktrdr_app.gui.panels.strategy.field_row import MISSING, FieldRow
from ktrdr_app.gui.panels.strategy.history import UndoKeys
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row, set_tone
from ktrdr_app.workflows.strategy_fields import (
    ADD_INDICATOR,
    ADD_INPUT,
    FUZZY,
    INDICATORS,
    MOVE,
    RENAME,
    RESET,
    DraftChange,
)


def tool(icon: str, name: str, words: str) -> QToolButton:
    """Return a small button with an icon.

    Parameters
    ----------
    icon : str
        Name of the icon.
    name : str
        Qt object name.
    words : str
        What it does.
    """
    made = QToolButton()
    made.setObjectName(name)
    made.setProperty("role", "tool")
    made.setToolTip(words)
    accessibility.name(made, words)
    set_icon(made, icon)
    return made


class IndicatorCard(Card):
    """One indicator: its id, its parameters, and where it stands.

    Parameters
    ----------
    key : str
        Its id.
    name : str
        Its name in the catalogue.
    place, count : int
        Its position, and how many there are.
    """

    changeWanted = Signal(object)

    def __init__(self, key: str, name: str, place: int, count: int) -> None:
        super().__init__()
        self.key, self._place = key, place
        self.start = start = f"strategyPanel.form.indicators.{key}"
        self.id_edit = QLineEdit(key)
        self.id_edit.setObjectName(f"{start}.id")
        self.id_edit.setFixedWidth(136)
        self.first: QWidget = self.id_edit
        known = self.tr("Fuzzy inputs name it so, and go on reading it under another id")
        accessibility.name(self.id_edit, self.tr("Id of the indicator {0}").format(key), known)
        self.id_edit.editingFinished.connect(self._rename)
        UndoKeys(self.id_edit)
        kind = label(name, "muted")
        self.up = tool("arrow_up", f"{start}.up", self.tr("Move {0} up").format(key))
        self.down = tool("arrow_down", f"{start}.down", self.tr("Move {0} down").format(key))
        self.out = tool("close", f"{start}.remove", self.tr("Take {0} out").format(key))
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < count - 1)
        self.up.clicked.connect(self._move_up)
        self.down.clicked.connect(self._move_down)
        self.out.clicked.connect(self._take_out)
        self.body.addLayout(row(self.id_edit, kind, 1, self.up, self.down, self.out))
        self.rows = self._make_rows(name)
        self.fault = label("", wrap=True)
        set_tone(self.fault, "danger")
        self.fault.hide()
        self.body.addWidget(self.fault)

    def _make_rows(self, name: str) -> tuple[FieldRow, ...]:
        try:
            fields = workflows.indicator_fields(name)
        except UnknownName:  # its problem is shown; there is nothing to edit
            return ()
        rows = tuple(FieldRow(field, (INDICATORS, self.key, *field.path)) for field in fields)
        for made in rows:
            made.changeWanted.connect(self.changeWanted)
            self.body.addWidget(made)
        return rows

    def show_spec(self, spec: Mapping[str, Any], faults: Mapping[str, str]) -> None:
        """Show what the file says of the indicator.

        Parameters
        ----------
        spec : mapping
            Its entry.
        faults : mapping
            Dotted path to what is wrong there.
        """
        if not (self.id_edit.hasFocus() and self.id_edit.isModified()):
            self.id_edit.setText(self.key)
        for made in self.rows:
            made.show_value(spec.get(made.path[-1], MISSING))
            made.show_fault(faults.get(".".join(made.path), ""))
        own = f"{INDICATORS}.{self.key}"
        shown = {".".join(made.path) for made in self.rows}
        rest = [
            words for path, words in faults.items() if (path == own or path.startswith(own + ".")) and path not in shown
        ]
        self.fault.setText("; ".join(rest))
        self.fault.setVisible(bool(rest))

    @Slot()
    def _rename(self) -> None:
        wanted = self.id_edit.text().strip()
        if wanted != self.key and self.id_edit.isModified():  # Enter asks, and losing the keyboard would once more
            self.id_edit.setModified(False)
            self.changeWanted.emit(DraftChange(RENAME, (INDICATORS, self.key), wanted))

    @Slot()
    def _move_up(self) -> None:
        self.changeWanted.emit(DraftChange(MOVE, (INDICATORS, self.key), self._place - 1))

    @Slot()
    def _move_down(self) -> None:
        self.changeWanted.emit(DraftChange(MOVE, (INDICATORS, self.key), self._place + 1))

    @Slot()
    def _take_out(self) -> None:
        self.changeWanted.emit(DraftChange(RESET, (INDICATORS, self.key)))


class InputCard(Card):
    """One fuzzy input: what it reads, the names of its sets, and the way to where they are drawn.

    Parameters
    ----------
    key : str
        Its name.
    """

    changeWanted = Signal(object)
    drawWanted = Signal(str)

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.start = start = f"strategyPanel.form.fuzzy_sets.{key}"
        self.draw = button(self.tr("Draw its sets"), f"{start}.draw", role="quiet", icon="fuzzy")
        self.first: QWidget = self.draw
        self.draw.clicked.connect(self._draw)
        self.out = tool("close", f"{start}.remove", self.tr("Take {0} out, with its sets").format(key))
        self.out.clicked.connect(self._take_out)
        self.reads, self.sets = label("", "muted", wrap=True), label("", wrap=True)
        self.fault = label("", wrap=True)
        set_tone(self.fault, "danger")
        self.body.addLayout(row(label(key, "heading"), 1, self.draw, self.out))
        for words in (self.reads, self.sets, self.fault):
            self.body.addWidget(words)

    def show_entry(self, entry: Mapping[str, Any], faults: Mapping[str, str]) -> None:
        """Show what the file says of the input.

        Parameters
        ----------
        entry : mapping
            Its entry.
        faults : mapping
            Dotted path to what is wrong there.
        """
        longer = self.tr(", bars of {0}").format(entry["timeframe"]) if entry.get("timeframe") else ""
        read, form = entry.get("input") or self.key, entry.get("form", "auto")
        self.reads.setText(self.tr("reads {0} as {1}{2}").format(read, form, longer))
        sets = entry.get("sets")
        self.sets.setText("  ·  ".join(map(str, sets)) if isinstance(sets, Mapping) else "")
        own = f"{FUZZY}.{self.key}"
        wrong = [words for path, words in faults.items() if path == own or path.startswith(own + ".")]
        self.fault.setText("; ".join(wrong))
        self.fault.setVisible(bool(wrong))

    @Slot()
    def _draw(self) -> None:
        self.drawWanted.emit(self.key)

    @Slot()
    def _take_out(self) -> None:
        self.changeWanted.emit(DraftChange(RESET, (FUZZY, self.key)))


class EntryPage(QWidget):
    """A list of cards with a line to add another below it; made anew only where entries come, go or move.

    Parameters
    ----------
    section : str
        ``indicators`` or ``fuzzy_sets``.
    """

    changeWanted = Signal(object)
    drawWanted = Signal(str)

    def __init__(self, section: str) -> None:
        super().__init__()
        self._section = section
        self._shown: tuple[tuple[str, str], ...] | None = None
        self.cards: list[IndicatorCard | InputCard] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID)
        start = f"strategyPanel.form.{section}"
        words = (
            self.tr("Indicator to add") if section == INDICATORS else self.tr("Indicator line that a new input reads")
        )
        self.choice = CalmComboBox(f"{start}.choice", words)
        self.choice.setMinimumContentsLength(24)
        self.add = button(self.tr("Add"), f"{start}.add", icon="add")
        self.add.clicked.connect(self._add)
        self.nothing = label(self.tr("Each line of each indicator is read by an input already."), "muted", wrap=True)
        self.nothing.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addLayout(self._list)
        box.addLayout(row(self.choice, self.add, 1))
        box.addWidget(self.nothing)
        if section == INDICATORS:
            entries = workflows.indicator_catalogue()
            self.choice.fill([(f"{name}  ({category.replace('_', ' ')})", name) for category, name, _ in entries], None)
            for place, (_, _, description) in enumerate(entries):
                self.choice.setItemData(place, description, 3)

    def show_content(self, content: Mapping[str, Any], problems: Sequence[Problem]) -> None:
        """Show what the file says.

        Parameters
        ----------
        content : mapping
            Of the whole file.
        problems : sequence of Problem
            All there are.
        """
        held = content.get(self._section)
        entries = (
            {str(key): value if isinstance(value, Mapping) else {} for key, value in held.items()}
            if isinstance(held, Mapping)
            else {}
        )
        shown = tuple((key, str(entry.get("name", ""))) for key, entry in entries.items())
        if self._section != INDICATORS:
            shown = tuple((key, "") for key, _ in shown)
        if shown != self._shown:
            self._rebuild(shown)
        faults: dict[str, str] = {}
        for problem in problems:
            faults.setdefault(problem.path, f"{problem.found}; {problem.expected}")
        for card in self.cards:
            if isinstance(card, IndicatorCard):
                card.show_spec(entries[card.key], faults)
            else:
                card.show_entry(entries[card.key], faults)
        if self._section != INDICATORS:
            outputs = workflows.unread_outputs(content)
            self.choice.fill([(name, name) for name in outputs], self.choice.currentData())
            self.choice.setEnabled(bool(outputs))
            self.add.setEnabled(bool(outputs))
            self.nothing.setVisible(not outputs)

    def _rebuild(self, shown: tuple[tuple[str, str], ...]) -> None:
        self._shown = shown
        held = self._held()
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        for place, (key, name) in enumerate(shown):
            made: IndicatorCard | InputCard
            if self._section == INDICATORS:
                made = IndicatorCard(key, name, place, len(shown))
            else:
                made = InputCard(key)
                made.drawWanted.connect(self.drawWanted)
            made.changeWanted.connect(self.changeWanted)
            self._list.addWidget(made)
            self.cards.append(made)
        if held is not None:
            self._hold(*held)

    def _held(self) -> tuple[int, str, str] | None:
        """Return place and key of the card that has the keyboard, and the name of the part that has it."""
        part = self.window().focusWidget()
        for place, card in enumerate(self.cards):
            if part is not None and card.isAncestorOf(part):
                return place, card.key, part.objectName().removeprefix(card.start)
        return None

    def _hold(self, place: int, key: str, part: str) -> None:
        """Give the keyboard back to a card, or to the one in its place if it goes by another name or is gone."""
        kept = next((card for card in self.cards if card.key == key), None)
        card = kept or next(iter(self.cards[place:] or self.cards[-1:]), None)
        if card is None:
            self.choice.setFocus()
            return
        card.show()
        wanted = card.findChild(QWidget, f"{card.start}{part}") if kept else None
        (wanted if wanted is not None and wanted.isEnabled() else card.first).setFocus()

    @Slot()
    def _add(self) -> None:
        if self.choice.currentData():
            kind = ADD_INDICATOR if self._section == INDICATORS else ADD_INPUT
            self.changeWanted.emit(DraftChange(kind, value=self.choice.currentData()))
