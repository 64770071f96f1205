"""The help pages say what is declared, and do not block."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import __version__
from ktrdr_app.gui.ui.actions import ACTIONS
from ktrdr_app.gui.ui.help import about_dialog, shortcuts_dialog
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


def texts(widget: QWidget) -> list[str]:
    return [words.text() for words in widget.findChildren(QLabel)]


def test_every_shortcut_is_listed(dark: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = shortcuts_dialog(parent)
    shown = texts(dialog)
    for spec in ACTIONS:
        if spec.shortcut:
            assert spec.shortcut in shown
            assert spec.text.replace("&", "") in shown


def test_about_names_version_and_licences_and_closes(dark: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    dialog = about_dialog(parent)
    dialog.open()
    shown = " ".join(texts(dialog))
    assert __version__ in shown
    assert "MIT" in shown
    assert "LGPL" in shown
    (close,) = dialog.findChildren(QPushButton)
    click(qtbot, close)
    assert dialog.isHidden()
