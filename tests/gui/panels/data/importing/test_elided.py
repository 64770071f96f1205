"""A long text is cut to the width there is; nothing of it is lost to a tool tip or a screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.importing.elided import ElidedLabel

pytestmark = pytest.mark.gui

TEXT = "a/very/long/path/to/a/file/that/does/not/fit/anywhere.csv"


def test_it_is_cut_where_it_should_be_and_comes_back(qtbot: QtBot, dark: object) -> None:
    label = ElidedLabel(TEXT, "muted", Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.show()
    label.resize(150, 20)
    assert "…" in label.text()
    assert label.text().startswith("a/")
    assert label.text().endswith(".csv")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= 150
    assert (label.toolTip(), label.accessibleName()) == (TEXT, TEXT)
    label.resize(2000, 20)
    assert label.text() == TEXT
    assert label.toolTip() == ""


def test_it_asks_for_no_width(qtbot: QtBot, dark: object) -> None:
    label = ElidedLabel("x" * 10_000)
    qtbot.addWidget(label)
    assert label.sizeHint().width() < 100
    assert label.textFormat() is Qt.TextFormat.PlainText
