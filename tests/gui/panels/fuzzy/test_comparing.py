"""Ghosts of the saved sets and of a model's own, taking them over, and the note on models with other sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.comparing import SAVED, Comparison
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.panels.fuzzy.values import outline
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows.model_sets import ModelSets
from tests.gui.panels.fuzzy.conftest import every_kind
from tests.gui.panels.fuzzy.test_panel import open_panel, settle
from tests.gui.panels.fuzzy.test_plot import drag, grip_of

pytestmark = pytest.mark.gui


@pytest.fixture
def comparison(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> Comparison:
    made = Comparison(plot, plot)
    for widget in (made.combo, made.reset_button, made.banner):
        qtbot.addWidget(widget)
    made.set_document(document)
    return made


def model(label: str, inputs: dict[str, FuzzyInput]) -> ModelSets:
    return ModelSets(label, Path(label), inputs)


def choose(comparison: Comparison, data: str) -> None:
    comparison.combo.setCurrentIndex(comparison.combo.findData(data))


def test_the_saved_version_is_drawn_dashed_where_it_lies(
    comparison: Comparison, plot: FuzzyPlot, document: FuzzyDocument
) -> None:
    assert plot._ghosts == []
    assert not comparison.reset_button.isEnabled()
    choose(comparison, SAVED)
    assert not comparison.reset_button.isEnabled(), "there is nothing to take back yet"
    document.set_numbers("middle", [30, 55, 80])
    assert comparison.reset_button.isEnabled()
    assert len(plot._ghosts) == 3
    x, y = plot._ghosts[1].getData()
    wanted = outline(every_kind()["rsi"].sets["middle"], *plot.shown_range)
    np.testing.assert_array_equal((x, y), wanted)
    assert "saved version" in plot.heading.toPlainText()
    comparison.reset_button.click()
    assert document.sets()["middle"].parameters == [25, 50, 75]
    assert document.undo_stack.undoText() == "Reset to saved version"
    assert not document.dirty
    document.show("macd")
    assert len(plot._ghosts) == 2
    choose(comparison, "")
    assert plot._ghosts == []


def test_a_models_own_sets_are_a_ghost_and_can_be_taken_over(
    comparison: Comparison, plot: FuzzyPlot, document: FuzzyDocument
) -> None:
    other = every_kind()
    sets = {**other["rsi"].sets, "middle": FuzzySet(type="gaussian", parameters=[48, 9])}
    other["rsi"] = other["rsi"].model_copy(update={"sets": sets})
    comparison.set_models([model("universal_1d_v2", other), model("universal_1d_v1", every_kind())])
    choose(comparison, "universal_1d_v2")
    assert len(plot._ghosts) == 3
    comparison.reset()
    assert document.sets() == sets
    document.undo()
    assert document.sets() == every_kind()["rsi"].sets
    comparison.set_models([])
    assert plot._ghosts == [], "a model that is gone leaves no ghost"


def test_models_with_other_sets_are_counted_as_they_are_edited(comparison: Comparison, document: FuzzyDocument) -> None:
    assert comparison.banner.isHidden()
    fewer = {"rsi": every_kind()["rsi"]}
    comparison.set_models([model("a", every_kind()), model("b", every_kind()), model("c", fewer)])
    assert comparison.banner.text().startswith("1 model was trained with other sets")
    document.set_numbers("middle", [30, 55, 80])
    assert comparison.banner.text() == (
        "3 models were trained with other sets — backtests of them keep the sets stored in the model."
    )
    document.undo()
    comparison.set_models([model("a", every_kind())])
    same = "The models of this strategy were trained with these sets."
    assert comparison.banner.text() == same
    assert not comparison.banner.isHidden(), "the plot would jump when a drag brings the first difference"
    sets = document.sets()
    document.change_sets({key: sets[key] for key in reversed(sets)}, "Reorder")
    assert comparison.banner.text() != same, "another order makes other columns"


def test_the_station_reads_the_models_of_its_strategy(
    qtbot: QtBot, dark: QApplication, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    context = AppContext(trained_workspace, tasks)
    context.select_strategy("quick")
    panel, _ = open_panel(qtbot, context)
    qtbot.waitUntil(lambda: panel.document is not None and panel.document.strategy == "quick", timeout=20_000)
    settle(qtbot, panel)
    assert panel.comparison.combo.findData("universal_1d_v1") > 0
    assert "were trained with these sets" in panel.comparison.banner.text()
    place = panel.plot.geometry()
    drag(qtbot, panel.plot, grip_of(panel.plot, "middle", "peak"), 55.0)
    assert "trained with other sets" in panel.comparison.banner.text()
    assert panel.plot.geometry() == place
    choose(panel.comparison, "universal_1d_v1")
    panel.comparison.reset_button.click()
    assert panel.document is not None
    assert panel.document.sets()["middle"].parameters == [30, 50, 70]
    assert "were trained with these sets" in panel.comparison.banner.text()
