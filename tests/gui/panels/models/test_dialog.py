"""What every dialog of the station does: Escape closes it, the focus is on the answer that changes nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.ui.widgets import button

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def shown(window: QWidget) -> ModelDialog:
    made = ModelDialog("testDialog", "A <b>title</b>", (400, 200), window)
    made.sentence("Words", "muted")
    made.foot(button("Do it", "modelsPanel.doIt", role="primary"))
    made.open()
    return made


def test_names_and_plain_words(shown: ModelDialog) -> None:
    assert shown.objectName() == "modelsPanel.testDialog"
    assert shown.windowTitle() == "A <b>title</b>"
    assert shown.title.textFormat() is Qt.TextFormat.PlainText
    names = {made.objectName() for made in shown.findChildren(QPushButton)}
    assert names == {"modelsPanel.testDialog.close", "modelsPanel.doIt"}


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_the_answer_at_hand_changes_nothing(shown: ModelDialog, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.waitUntil(shown.close_button.hasFocus)
    with qtbot.waitSignal(shown.rejected), qtbot.assertNotEmitted(shown.accepted):
        qtbot.keyClick(shown.close_button, key)
