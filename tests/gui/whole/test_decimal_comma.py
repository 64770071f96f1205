"""The window where numbers have a decimal comma: typed into every kind of field, kept, and written for programs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel
from ktrdr_app.gui.ui.inputs import CalmSpinBox
from tests.gui.helpers import QUICK_STRATEGY, child, rest, settle
from tests.gui.whole.tour import wait_idle

pytestmark = pytest.mark.gui

GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)


@pytest.fixture(scope="module")
def german(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """Return a window that was opened under a German locale."""
    from ktrdr_app.core.paths import shipped
    from ktrdr_app.gui.ui.theme import apply_theme

    before = QLocale()
    QLocale.setDefault(GERMAN)
    apply_theme(dressed, "dark")
    workspace = Workspace(tmp_path_factory.mktemp("german"))
    workspace.data.mkdir()
    for symbol in ("AAPL", "IBM"):
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", workspace.data)
    workspace.strategies.mkdir(parents=True)
    (workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    window = MainWindow(workspace)
    window.resize(1440, 900)
    window.show()
    wait_idle(window)
    window.context.select_strategy("quick")
    wait_idle(window)
    yield window
    QLocale.setDefault(before)
    window._quitting = True
    window.tasks.cancel_all()
    window.close()
    window.deleteLater()


@pytest.fixture
def window(german: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    german.activateWindow()
    yield german
    rest(qtbot, german)


def enter(qtbot: QtBot, field: Any, text: str) -> None:
    """Replace what a field holds by typing, as a user does."""
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def whole_fields(window: MainWindow) -> list[CalmSpinBox]:
    found = [
        field
        for panel in window.panels.values()
        for field in panel.findChildren(CalmSpinBox)
        if field.maximum() >= 1500
    ]
    assert found
    return found


@pytest.mark.parametrize("text", ["1.500", "1500", "1 500"])
def test_thousands_may_be_set_apart_in_every_field_of_whole_numbers(
    window: MainWindow, qtbot: QtBot, text: str
) -> None:
    for field in whole_fields(window):
        before = field.value()
        field.setValue(field.minimum())
        enter(qtbot, field, text)
        assert field.value() == 1500, field.objectName()
        field.setValue(before)


@pytest.mark.parametrize("text", ["1,5", "15,00"])
def test_a_fraction_in_a_field_of_whole_numbers_changes_nothing(window: MainWindow, qtbot: QtBot, text: str) -> None:
    """Qt's own reading would drop the mark: 1,5 would become 15."""
    for field in whole_fields(window):
        before = field.value()
        enter(qtbot, field, text)
        assert field.value() == before, field.objectName()


@pytest.mark.parametrize(("text", "value"), [("47,5", 47.5), ("47.5", 47.5), ("4,75e1", 47.5), ("0.047,5e3", None)])
def test_corners_of_fuzzy_sets_take_comma_and_point_and_are_saved_with_a_point(
    window: MainWindow, qtbot: QtBot, text: str, value: float | None
) -> None:
    window.show_panel("fuzzyPanel")
    wait_idle(window)
    panel = cast(FuzzyPanel, window.panels["fuzzyPanel"])
    table, document = panel.table, panel.document
    assert document is not None
    model = table.model()
    row = list(document.sets()).index("middle")
    titles = [str(model.headerData(place, Qt.Orientation.Horizontal)) for place in range(model.columnCount())]
    place = next(number for number, title in enumerate(titles) if title.startswith("b"))
    table.setCurrentIndex(model.index(row, place))
    table.edit(model.index(row, place))
    (editor,) = [each for each in table.viewport().findChildren(QDoubleSpinBox) if each.isVisible()]
    enter(qtbot, editor, text)
    QApplication.processEvents()
    middle = document.sets()["middle"].parameters
    assert middle[1] == (50.0 if value is None else value)
    panel.save()
    settle(qtbot, window.tasks)
    file = window.context.workspace.strategies / "quick.yaml"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["fuzzy_sets"]["rsi"]["sets"]["middle"]["parameters"]
    assert written == [30, middle[1], 70]
    document.set_numbers("middle", [30.0, 50.0, 70.0])
    panel.save()
    settle(qtbot, window.tasks)


@pytest.mark.parametrize(("text", "value"), [("2,5", 2.5), ("0,75", 0.75), ("3.25", 3.25)])
def test_a_number_of_the_strategy_form_becomes_the_same_number_in_the_text(
    window: MainWindow, qtbot: QtBot, text: str, value: float
) -> None:
    window.show_panel("strategyPanel")
    wait_idle(window)
    panel: Any = window.panels["strategyPanel"]
    qtbot.waitUntil(lambda: "name: quick" in panel.yaml.text and panel.form.ready, timeout=20_000)
    panel.form.show_section("labels")
    enter(qtbot, child(panel, QLineEdit, "strategyPanel.form.labels.threshold.editor"), text)
    qtbot.waitUntil(lambda: yaml.safe_load(panel.yaml.text)["labels"]["threshold"] == value, timeout=20_000)
    panel.keeper.save()
    settle(qtbot, window.tasks)
    file = window.context.workspace.strategies / "quick.yaml"
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["labels"]["threshold"] == value


def test_what_stations_write_of_their_numbers_has_no_comma_as_a_mark(window: MainWindow) -> None:
    """One way to write numbers for every reader: a point, and thousands apart by a thin space."""
    window.show_panel("dataPanel")
    wait_idle(window)
    panel: Any = window.panels["dataPanel"]
    panel.table.choose(("IBM", "1d"))
    wait_idle(window)
    shown = window.docks.inspector.shown
    assert shown is not None
    facts = dict(shown.facts)
    assert facts["Bars"] == "2\N{NARROW NO-BREAK SPACE}015"
    assert "," not in facts["Complete"]
