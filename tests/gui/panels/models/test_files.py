"""The file dialogs of models: what they offer, what they tell, and that they block nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.files import ModelFiles
from ktrdr_app.model_store.registry import ModelInfo
from tests.gui.helpers import child

pytestmark = pytest.mark.gui

MODEL = ModelInfo(Path("/m/neuro/universal_1h_v3"), "universal", "neuro", None, "1h", 3, complete=True)


@pytest.fixture
def station(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_an_export_offers_a_name_and_tells_where(station: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    files = ModelFiles(station)
    files.ask_export(MODEL)
    chooser = child(station, QFileDialog, "modelsPanel.exportDialog")
    assert chooser.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert chooser.defaultSuffix() == "zip"
    assert [Path(name).name for name in chooser.selectedFiles()] == ["neuro_universal_1h_v3.zip"]
    with qtbot.waitSignal(files.exportChosen) as told:
        chooser.fileSelected.emit(str(tmp_path / "m.zip"))
    assert told.args == [MODEL.path, tmp_path / "m.zip"]
    chooser.reject()


def test_a_file_that_is_there_is_left_to_the_export_to_refuse(station: QWidget) -> None:
    files = ModelFiles(station)
    files.ask_export(MODEL)
    chooser = child(station, QFileDialog, "modelsPanel.exportDialog")
    assert chooser.testOption(QFileDialog.Option.DontConfirmOverwrite)
    chooser.reject()


def test_an_import_takes_one_file_that_is_there(station: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    files = ModelFiles(station)
    files.ask_import()
    chooser = child(station, QFileDialog, "modelsPanel.importDialog")
    assert chooser.fileMode() is QFileDialog.FileMode.ExistingFile
    assert chooser.nameFilters()[0] == "Models (*.zip)"
    with qtbot.waitSignal(files.importChosen) as told:
        chooser.fileSelected.emit(str(tmp_path / "m.zip"))
    assert told.args == [tmp_path / "m.zip"]
    chooser.reject()


def test_closing_tells_nothing(station: QWidget, qtbot: QtBot) -> None:
    files = ModelFiles(station)
    with qtbot.assertNotEmitted(files.importChosen), qtbot.assertNotEmitted(files.exportChosen):
        files.ask_import()
        child(station, QFileDialog, "modelsPanel.importDialog").reject()
