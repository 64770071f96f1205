"""An editor for YAML: line numbers and problems in a gutter, blanks for tabs, changes from outside as one undo step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.highlighter import YamlHighlighter
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import pixmap
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.gui.ui.widgets import GRID

INDENT = "  "
_SIGN = 14
_WITH_ENTER = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
"""Qt would write a line separator for Shift+Enter, which looks like a new line and is none in YAML."""


class YamlEdit(QPlainTextEdit):
    """The text of a strategy."""

    edited = Signal()
    """The text is another; Qt's own signal comes for colours as well."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strategyPanel.yamlEdit")
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        accessibility.name(
            self,
            self.tr("Strategy text (YAML)"),
            self.tr("Tab indents; Escape and then Tab leaves the text. Problems are listed below."),
        )
        self._messages: dict[int, list[str]] = {}
        self._leaving = False
        self._last = ""
        self.textChanged.connect(self._compare)
        self.highlighter = YamlHighlighter(self.document())
        self.gutter = Gutter(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._follow)
        self._make_room()

    @property
    def text(self) -> str:
        """The text as it is, each kind of blank as it was typed; lines end with a line feed."""
        return self.document().toRawText().replace("\u2029", "\n")

    @property
    def faulty_lines(self) -> frozenset[int]:
        """1-based lines that a problem names."""
        return frozenset(self._messages)

    @Slot()
    def _compare(self) -> None:
        before, self._last = self._last, self.text
        if self._last != before:
            self.edited.emit()

    def show_text(self, text: str) -> None:
        """Show another file; there is nothing to undo then.

        Parameters
        ----------
        text : str
            Its text.
        """
        self.set_problems(())
        self.setPlainText(text)

    def replace_text(self, text: str) -> None:
        """Change what differs, as one step that can be undone; cursor and view stay where they are.

        Parameters
        ----------
        text : str
            The new text.
        """
        before, text = self.text, as_shown(text)
        if text == before:
            return
        start = _common(before, text)
        tail = _common(before[start:][::-1], text[start:][::-1])
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(_units(before[:start]))
        cursor.setPosition(_units(before[: len(before) - tail]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start : len(text) - tail])
        cursor.endEditBlock()

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Mark the lines that problems name.

        Parameters
        ----------
        problems : sequence of Problem
            All there are.
        """
        self._messages = {}
        for problem in problems:
            if problem.line:
                self._messages.setdefault(problem.line, []).append(
                    f"{problem.path}: {problem.found}; {problem.expected}"
                )
        self.highlighter.mark(self.faulty_lines)
        self.gutter.update()

    def message_at(self, line: int) -> str:
        """Return what is wrong in a line; empty if nothing is.

        Parameters
        ----------
        line : int
            1-based.
        """
        return "\n".join(self._messages.get(line, ()))

    def go_to(self, line: int) -> None:
        """Select a line and bring it into view; nothing happens if there is none of that number.

        Parameters
        ----------
        line : int
            1-based.
        """
        block = self.document().findBlockByNumber(line - 1)
        if not block.isValid():
            return
        cursor = QTextCursor(block)
        cursor.select(QTextCursor.SelectionType.LineUnderCursor)
        self.setTextCursor(cursor)
        self.centerCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Indent with blanks, keep the indentation on Enter, and let Tab leave after Escape.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        leaving, self._leaving = self._leaving, event.key() == Qt.Key.Key_Escape
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        back = event.key() == Qt.Key.Key_Backtab or (event.key() == Qt.Key.Key_Tab and shift)
        if leaving and (back or event.key() == Qt.Key.Key_Tab):
            self.setTabChangesFocus(True)
            self.focusNextPrevChild(not back)
            self.setTabChangesFocus(False)
        elif event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self._indent()
        elif back:
            self._outdent()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~_WITH_ENTER:
            before = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
            self.textCursor().insertText("\n" + before[: len(before) - len(before.lstrip(" "))])
        elif not self._leaving:
            super().keyPressEvent(event)

    def _chosen_lines(self) -> range:
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart()).blockNumber()
        last = self.document().findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber()
        return range(first, last + 1)

    def _indent(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.insertText(INDENT[: len(INDENT) - cursor.positionInBlock() % len(INDENT)])
            return
        lines = self._chosen_lines()
        cursor.beginEditBlock()
        for line in lines:
            cursor.setPosition(self.document().findBlockByNumber(line).position())
            cursor.insertText(INDENT)
        cursor.endEditBlock()

    def _outdent(self) -> None:
        lines, cursor = self._chosen_lines(), self.textCursor()
        cursor.beginEditBlock()
        for line in lines:
            block = self.document().findBlockByNumber(line)
            blanks = min(len(INDENT), len(block.text()) - len(block.text().lstrip(" ")))
            cursor.setPosition(block.position())
            cursor.setPosition(block.position() + blanks, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        cursor.endEditBlock()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter as high as the text.

        Parameters
        ----------
        event : QResizeEvent
            The new size.
        """
        super().resizeEvent(event)
        inner = self.contentsRect()
        self.gutter.setGeometry(QRect(inner.left(), inner.top(), self.gutter.sizeHint().width(), inner.height()))

    @Slot()
    def _make_room(self, _count: int = 0) -> None:
        width = self.gutter.sizeHint().width()
        self.setViewportMargins(width, 0, 0, 0)
        inner = self.contentsRect()
        self.gutter.setGeometry(QRect(inner.left(), inner.top(), width, inner.height()))

    @Slot(QRect, int)
    def _follow(self, _area: QRect, scrolled: int) -> None:
        if scrolled:
            self.gutter.scroll(0, scrolled)
        else:
            self.gutter.update()

    def paint_gutter(self, painter: QPainter, area: QRect) -> None:
        """Draw the numbers and signs of the lines in view.

        Parameters
        ----------
        painter : QPainter
            Of the gutter.
        area : QRect
            What has to be drawn.
        """
        theme = tokens()
        painter.fillRect(area, QColor(theme.raised))
        sign = pixmap("danger", theme.danger, _SIGN, self.devicePixelRatioF())
        width, height = self.gutter.width(), self.fontMetrics().height()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            number = block.blockNumber() + 1
            faulty = number in self._messages
            if faulty:
                painter.drawPixmap(GRID // 2, round(top) + (height - _SIGN) // 2, sign)
            painter.setPen(QColor(theme.danger if faulty else theme.text_muted))
            place = QRect(0, round(top), width - GRID, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(number))
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def line_at(self, y: int) -> int:
        """Return the 1-based line at a height of the view; 0 below the last.

        Parameters
        ----------
        y : int
            Pixels from the top of the view.
        """
        block = self.cursorForPosition(self.viewport().rect().topLeft()).block()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() <= y < place.bottom():
                return block.blockNumber() + 1
            block = block.next()
        return 0


class Gutter(QWidget):
    """The strip beside the text, with line numbers and the signs of problems.

    Parameters
    ----------
    edit : YamlEdit
        The text.
    """

    def __init__(self, edit: YamlEdit) -> None:
        super().__init__(edit)
        self.setObjectName("strategyPanel.gutter")
        self._edit = edit

    def sizeHint(self) -> QSize:
        """Return the room for the longest number and a sign."""
        digits = max(2, len(str(self._edit.blockCount())))
        return QSize(_SIGN + 2 * GRID + digits * self._edit.fontMetrics().horizontalAdvance("0"), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what stands beside the lines in view.

        Parameters
        ----------
        event : QPaintEvent
            What has to be drawn.
        """
        painter = QPainter(self)
        painter.setFont(self._edit.font())
        self._edit.paint_gutter(painter, event.rect())
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what is wrong in the line under the mouse.

        Parameters
        ----------
        event : QEvent
            Anything; only tool tips are answered here.
        """
        if event.type() != QEvent.Type.ToolTip:
            return super().event(event)
        asked = cast(QHelpEvent, event)
        said = self._edit.message_at(self._edit.line_at(asked.pos().y()))
        if said:
            QToolTip.showText(asked.globalPos(), said, self)
        else:
            QToolTip.hideText()
        return True


def as_shown(text: str) -> str:
    """Return what the editor makes of a file's text: no byte order mark, and a line feed at each end of a line.

    Parameters
    ----------
    text : str
        The text.
    """
    return re.sub("\r\n|[\r\u2029\ufdd0\ufdd1]", "\n", text.removeprefix("\ufeff"))


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _units(text: str) -> int:
    """Return the length of a text as Qt counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
