"""The view of the models by keyboard and mouse: what is chosen, what stays chosen, what stays folded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.model_tree import ModelTreeView
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui


def model(strategy: str, version: int, accuracy: float = 0.5) -> ModelInfo:
    path = Path(f"/m/{strategy}/universal_1h_v{version}")
    return ModelInfo(path, "universal", strategy, None, "1h", version, complete=True, test_accuracy=accuracy)


HELD = (model("a", 3, 0.4), model("a", 2, 0.6), model("a", 1, 0.5), model("b", 1))


@pytest.fixture
def view(qtbot: QtBot, dark: object) -> ModelTreeView:
    made = ModelTreeView()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    made.models.set_models(HELD)
    return made


def seen(view: ModelTreeView) -> list[str]:
    """Return the rows that are not folded away, top to bottom."""
    index, found = view.models.index(0, 0), []
    while index.isValid():
        found.append(str(view.models.data(index)))
        index = view.indexBelow(index)
    return found


def names(models: Sequence[ModelInfo]) -> list[str]:
    return [f"[U] {each.path.name}" for each in models]


def test_the_first_model_is_chosen_and_all_are_unfolded(view: ModelTreeView) -> None:
    assert view.chosen == HELD[0]
    assert seen(view) == ["a", *names(HELD[:3]), "b", *names(HELD[3:])]


def test_arrows_choose_and_pass_over_strategies(view: ModelTreeView, qtbot: QtBot) -> None:
    view.setFocus()
    for expected in HELD[1:3]:
        with qtbot.waitSignal(view.chosenChanged):
            qtbot.keyClick(view, Qt.Key.Key_Down)
        assert view.chosen == expected
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.chosen == HELD[3]


def test_a_click_chooses(view: ModelTreeView, qtbot: QtBot) -> None:
    place = view.visualRect(view.models.index_of(HELD[2].path)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.chosen == HELD[2]


def test_the_choice_outlasts_sorting_filters_and_readings(view: ModelTreeView) -> None:
    view.choose(HELD[2].path)
    view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert seen(view)[1:4] == names((HELD[1], HELD[2], HELD[0]))
    assert view.chosen == HELD[2]
    view.models.set_filter(lambda each: each.version > 1)
    assert view.chosen == HELD[1], "what is shown first stands in for it"
    view.models.set_filter(None)
    assert view.chosen == HELD[2]
    view.models.set_models(HELD[1:])
    assert view.chosen == HELD[2]


def test_a_model_that_is_not_there_yet_is_chosen_when_it_comes(view: ModelTreeView) -> None:
    new = model("a", 4)
    view.choose(new.path)
    assert view.chosen == HELD[0]
    view.models.set_models((new, *HELD))
    assert view.chosen == new


def test_folded_strategies_stay_folded(view: ModelTreeView, qtbot: QtBot) -> None:
    view.choose(HELD[3].path)
    view.collapse(view.models.index(0, 0))
    assert seen(view) == ["a", "b", *names(HELD[3:])]
    view.models.set_models(HELD)
    assert seen(view) == ["a", "b", *names(HELD[3:])]
    view.expand(view.models.index(0, 0))
    view.models.set_models(HELD)
    assert len(seen(view)) == 6


def test_without_models_nothing_is_chosen(view: ModelTreeView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.chosenChanged):
        view.models.set_models(())
    assert view.chosen is None
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.assertNotEmitted(view.deleteRequested):
        qtbot.keyClick(view, Qt.Key.Key_Delete)


def test_delete_asks_for_a_model(view: ModelTreeView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.deleteRequested):
        qtbot.keyClick(view, Qt.Key.Key_Delete)


def test_a_strategys_name_has_the_whole_line(view: ModelTreeView) -> None:
    assert view.isFirstColumnSpanned(0, QModelIndex())
    assert view.isFirstColumnSpanned(1, QModelIndex())


def test_what_a_screen_reader_hears_of_it(view: ModelTreeView) -> None:
    assert accessibility.nameless(view) == []
    assert view.accessibleName() == "Saved models"
    assert "exclamation mark" in view.accessibleDescription()
