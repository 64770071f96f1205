"""What a file does not tell, asked at the top of the import dialog; an answered question stays where it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import places_in
from ktrdr_app.gui.panels.data.importing.choices import answers_to, consequence, title_of
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.fields import Field, NameField, field_for
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone
from ktrdr_app.gui.ui.widgets import row as widgets_row

FIELD_WIDTH = 280


@dataclass(frozen=True)
class QuestionRow:
    """The widgets of one question.

    Attributes
    ----------
    mark : QLabel
        Whether an answer is required.
    message : QLabel
        The question, and what an answer does.
    field : Field
        Where it is answered.
    """

    mark: QLabel
    message: QLabel
    field: Field


class QuestionBox(QFrame):
    """All questions of a file."""

    answered = Signal(str, str)
    """Field of `ImportRequest`, and the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("importDialog.questions")
        self.setProperty("role", "notice")
        self.setAccessibleName(self.tr("What the file does not tell"))
        self._title = label("", "heading")
        self._holder = QWidget()
        self._shown: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self.rows: dict[str, QuestionRow] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID + GRID // 2)
        self._box.setSpacing(GRID)
        self._box.addWidget(self._title)
        self._box.addWidget(self._holder)

    def show_entry(self, entry: Entry) -> None:
        """Show the questions of a file, with the answers that were given.

        Parameters
        ----------
        entry : Entry
            The file.
        """
        wanted = tuple((question.key, question.options) for question in entry.asked.values())
        if wanted != self._shown:
            self._rebuild(list(entry.asked.values()))
            self._shown = wanted
        left = entry.unanswered
        for key, question in entry.asked.items():
            self._fill(self.rows[key], entry, question, key in left)
        self.setVisible(bool(entry.asked) and entry.document is None)
        self._title.setText(self._headline(len(left)))
        set_tone(self, "warning" if left else "success")

    def _headline(self, left: int) -> str:
        if not left:
            return self.tr("All questions are answered")
        one = self.tr("The file does not tell everything: one answer is required")
        return one if left == 1 else self.tr("The file does not tell everything: {0} answers are required").format(left)

    def focus_open(self) -> bool:
        """Put the cursor into the first field without an answer, and say whether there is one."""
        for row in self.rows.values():
            if row.mark.property("tone") == "warning":
                row.field.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _rebuild(self, questions: list[Question]) -> None:
        cursor = self.window().focusWidget()
        focused = next((key for key, row in self.rows.items() if cursor in (row.field, row.field.focusProxy())), "")
        self._box.removeWidget(self._holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = QWidget()
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        kept, self.rows = self.rows, {}
        for place, question in enumerate(questions):
            row = self._row(question, kept.get(question.key))
            self.rows[question.key] = row
            name = label(title_of(question.key), "heading")
            name.setBuddy(row.field)
            grid.addWidget(name, 2 * place, 0)
            grid.addLayout(widgets_row(row.field, row.mark, 1, spacing=2 * GRID), 2 * place, 1)
            grid.addWidget(row.message, 2 * place + 1, 1)
        self._box.addWidget(self._holder)
        if focused in self.rows:
            self.rows[focused].field.setFocus()

    def _row(self, question: Question, kept: QuestionRow | None) -> QuestionRow:
        key = question.key
        listed = bool(key == "symbol" and answers_to(question))
        if kept is not None and (key != "symbol" or isinstance(kept.field, NameField) is not listed):
            field = kept.field
        else:
            field = field_for(key, f"importDialog.answer.{key}", title_of(key), listed=listed)
            field.setFixedWidth(FIELD_WIDTH)
            field.answered.connect(self.answered)
        return QuestionRow(label(""), label("", "muted", wrap=True), field)

    def _fill(self, row: QuestionRow, entry: Entry, question: Question, required: bool) -> None:
        key, answer = question.key, entry.answers.get(question.key, "")
        if key == "columns":
            answer = next((text for _, text in answers_to(question) if places_in(text) == entry.columns), "")
        empty = self.tr("such as EURUSD") if key == "symbol" and not answers_to(question) else self.tr("Choose…")
        row.field.offer(answers_to(question), answer, empty)
        message = question.message
        conflict = entry.preview.conflict if entry.preview else None
        if key == "on_conflict" and conflict is not None:
            message = consequence(conflict, answer)
            if not answer:
                each = [f"{words}: {consequence(conflict, value)}" for words, value in answers_to(question)]
                message = "\n".join((f"{question.message} {message}", *each))
        row.message.setText(message)
        row.mark.setText(self.tr("Required") if required else self.tr("Answered"))
        set_tone(row.mark, "warning" if required else "success")
        row.field.setEnabled(entry.document is None and not entry.writing)
        state = self.tr("an answer is required") if required else self.tr("answered")
        row.field.setAccessibleDescription(f"{message} ({state})")
