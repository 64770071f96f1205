"""The settings that were detected, each beside how it is known, to be overruled where that makes sense."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QGridLayout, QLabel, QVBoxLayout, QWidget

from ktrdr_app.data.importing.evidence import Evidence
from ktrdr_app.gui.panels.data.importing.choices import (
    ROLES,
    SETTINGS,
    choices,
    column_words,
    delimiter_words,
    role_words,
    sure_words,
    title_of,
)
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.fields import ChoiceField, Field, field_for
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, label

_NEEDED = ("date", "open", "high", "low", "close")


class SettingsForm(QWidget):
    """What was detected of a file; what was asked stands in the question box instead."""

    answered = Signal(str, str)
    """Field of `ImportRequest`, and the answer."""
    column_chosen = Signal(str, object)
    """Role, and the column's place or None."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.settings")
        self.fields: dict[str, Field] = {}
        self._names: dict[str, QLabel] = {}
        self._words: dict[str, QLabel] = {}
        self.columns: dict[str, ChoiceField] = {}
        self._mapping = label("", "muted", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(label(self.tr("Detected"), "heading"))
        box.addLayout(self._make_settings())
        box.addSpacing(GRID)
        box.addWidget(label(self.tr("Columns"), "heading"))
        box.addWidget(self._mapping)
        box.addLayout(self._make_columns())
        box.addSpacing(GRID)
        box.addWidget(label(self.tr("The text itself"), "heading"))
        box.addLayout(self._make_facts())
        box.addStretch(1)

    def _make_settings(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID + GRID // 2)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for place, key in enumerate(SETTINGS):
            field = field_for(key, f"importDialog.{key}", title_of(key))
            field.answered.connect(self.answered)
            name, words = label(title_of(key)), label("", "muted", wrap=True)
            name.setBuddy(field)
            self.fields[key], self._names[key], self._words[key] = field, name, words
            words.setContentsMargins(0, 0, 0, GRID)
            grid.addWidget(name, 2 * place, 0)
            grid.addWidget(field, 2 * place, 1)
            grid.addWidget(words, 2 * place + 1, 1)
        return grid

    def _make_columns(self) -> QFormLayout:
        form = _form()
        for role in ROLES:
            field = ChoiceField(role, f"importDialog.column.{role}", self.tr("Column of: {0}").format(role_words(role)))
            field.answered.connect(self._choose)
            self.columns[role] = field
            form.addRow(label(role_words(role)), field)
        return form

    def _make_facts(self) -> QFormLayout:
        form = _form()
        self._facts: dict[str, QLabel] = {}
        for key, words in (
            ("delimiter", self.tr("Delimiter")),
            ("encoding", self.tr("Encoding")),
            ("rows", self.tr("Rows")),
            ("preface", self.tr("Lines before the table")),
        ):
            self._facts[key] = label("", wrap=True)
            self._facts[key].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(words, "muted"), self._facts[key])
        return form

    def missing_column(self) -> ChoiceField | None:
        """Return the first field of a column that every series needs and that is not known."""
        return next(
            (field for role, field in self.columns.items() if role in _NEEDED and not field.property("known")), None
        )

    def show_entry(self, entry: Entry) -> None:
        """Show what is known of a file.

        Parameters
        ----------
        entry : Entry
            The file; it has been read once.
        """
        seen = entry.preview
        if seen is None:
            return
        free = entry.document is None and not entry.writing
        for key in SETTINGS:
            known = seen.settings.get(key) or Evidence(entry.answers.get(key, ""), "open", "")
            self._show(key, known, entry.answers.get(key, ""), hidden=key in entry.asked, free=free)
        self._show_columns(entry, free)
        raw = seen.raw
        packed = self.tr(", packed with {0}").format(raw.packed) if raw.packed else ""
        self._facts["delimiter"].setText(delimiter_words(raw.delimiter))
        self._facts["encoding"].setText(f"{raw.encoding}{packed}")
        self._facts["rows"].setText(numbers.integer(raw.rows))
        self._facts["preface"].setText("\n".join(line[:200] for line in raw.preface[:5]) or self.tr("none"))

    def _show(self, key: str, known: Evidence, answer: str, *, hidden: bool, free: bool) -> None:
        field, words = self.fields[key], self._words[key]
        for widget in (field, words, self._names[key]):
            widget.setHidden(hidden)
        if hidden:
            return
        value = answer or known.value
        entries = [] if key in ("symbol", "timezone") else choices(key)
        field.offer(entries, value, "" if value or key in ("symbol", "timezone") else numbers.NONE)
        field.setEnabled(free and not known.fixed)
        text = self.tr("{0}: {1}").format(sure_words(known.sure), known.words) if known.words else ""
        words.setText(text)
        accessibility.name(field, title_of(key), text)

    def _show_columns(self, entry: Entry, free: bool) -> None:
        seen = entry.preview
        if seen is None:
            return
        known = seen.settings.get("columns")
        self._mapping.setText(self.tr("{0}: {1}").format(sure_words(known.sure), known.words) if known else "")
        self._mapping.setVisible(known is not None and known.sure != "open")
        names = seen.raw.names
        cells = seen.raw.first[0][1] if seen.raw.first else ()
        entries = [(column_words(names, cells, place), str(place)) for place in range(len(names))]
        for role, field in self.columns.items():
            place = entry.detected.get(role)
            auto = self.tr("Automatic: {0}").format(
                self.tr("none") if place is None else column_words(names, () if names[place] else cells, place)
            )
            chosen = entry.columns.get(role)
            field.offer(entries, "" if chosen is None else str(chosen), auto)
            field.setEnabled(free)
            field.setProperty("known", place is not None or chosen is not None)
            accessibility.name(field, self.tr("Column of: {0}").format(role_words(role)), field.currentText())

    @Slot(str, str)
    def _choose(self, role: str, value: str) -> None:
        self.column_chosen.emit(role, int(value) if value else None)


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(2 * GRID)
    form.setVerticalSpacing(GRID)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form
