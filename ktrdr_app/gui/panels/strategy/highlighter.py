"""Colours YAML for reading: keys, strings, numbers, comments."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ktrdr_app.gui.ui.theme import tokens

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])"), "series_3"),
    (re.compile(r"\b(?:true|false|null)\b"), "series_4"),
    (re.compile(r"(?P<word>[A-Za-z_][\w-]*)(?=\s*:)"), "series_1"),
    (re.compile(r"#.*$"), "text_muted"),
)


class YamlHighlighter(QSyntaxHighlighter):
    """Colours a document in the current theme.

    Parameters
    ----------
    document : QTextDocument
        The text.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.faulty_lines: frozenset[int] = frozenset()

    def mark(self, lines: frozenset[int]) -> None:
        """Underline lines that hold a problem.

        Parameters
        ----------
        lines : frozenset of int
            1-based.
        """
        self.faulty_lines = lines
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line; called by Qt.

        Parameters
        ----------
        text : str
            The line.
        """
        theme = tokens()
        for pattern, token in _RULES:
            style = QTextCharFormat()
            style.setForeground(QColor(getattr(theme, token)))
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), style)
        if self.currentBlock().blockNumber() + 1 in self.faulty_lines:
            style = QTextCharFormat()
            style.setForeground(QColor(theme.danger))
            style.setFontWeight(QFont.Weight.Bold)
            style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(QColor(theme.danger))
            start = len(text) - len(text.lstrip())
            self.setFormat(start, len(text) - start, style)
