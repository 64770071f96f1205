"""The form: what is offered, which symbols are unseen, and what the badge says of the model."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.form import ResolutionBadge
from ktrdr_app.gui.ui import accessibility
from tests.gui import helpers
from tests.gui.panels.backtest.journey import await_badge, choose, open_station

pytestmark = pytest.mark.gui


def entries(panel: BacktestPanel, combo: str) -> list[str]:
    box = helpers.child(panel, QComboBox, f"backtestPanel.{combo}")
    return [box.itemText(place) for place in range(box.count())]


def test_symbols_that_the_model_has_never_seen_are_marked(station: BacktestPanel) -> None:
    assert entries(station, "symbolCombo") == ["AAPL", "GOOG  ✦", "IBM", "MSFT  ✦"]
    assert "never seen" in station.form.symbol.toolTip()


def test_an_unseen_symbol_is_offered_first(station: BacktestPanel) -> None:
    assert station.form.symbol.currentData() == "GOOG"


def test_a_symbol_that_was_chosen_stays(station: BacktestPanel, qtbot: QtBot) -> None:
    choose(qtbot, station, "symbolCombo", "AAPL")
    station.context.modelsChanged.emit()
    helpers.settle(qtbot, station.context.tasks)
    await_badge(qtbot, station)
    assert station.form.symbol.currentData() == "AAPL"


def test_without_a_model_nothing_is_marked(qtbot: QtBot, context: AppContext) -> None:
    panel = open_station(qtbot, context, "trend_momentum")
    assert entries(panel, "symbolCombo") == ["AAPL", "GOOG", "IBM", "MSFT"]
    assert panel.form.badge.text().startswith("✖ no model serves")
    assert panel.form.badge.property("tone") == "danger"


def test_models_of_the_strategy_and_bar_length_are_offered(station: BacktestPanel, qtbot: QtBot) -> None:
    assert entries(station, "modelCombo") == ["automatic", "universal only", "legacy only", "universal_1d_v1"]
    choose(qtbot, station, "timeframeCombo", "1h")
    assert entries(station, "modelCombo") == ["automatic", "universal only", "legacy only"]
    choose(qtbot, station, "timeframeCombo", "1d")
    choose(qtbot, station, "strategyCombo", "trend_momentum")
    assert entries(station, "modelCombo") == ["automatic", "universal only", "legacy only"]


def test_a_file_called_otherwise_than_its_strategy_still_finds_its_models(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    folder = trained_workspace.strategies
    (folder / "quick.yaml").rename(folder / "renamed.yaml")
    station.refresh()
    helpers.settle(qtbot, station.context.tasks)
    choose(qtbot, station, "strategyCombo", "renamed")
    assert station.form.badge.text() == "✔ universal_1d_v1, universal, step 1"
    assert entries(station, "modelCombo")[-1] == "universal_1d_v1"
    assert entries(station, "symbolCombo")[1] == "GOOG  ✦"


def test_the_badge_says_which_model_serves_and_why(station: BacktestPanel) -> None:
    badge = station.form.badge
    assert badge.text() == "✔ universal_1d_v1, universal, step 1"
    assert badge.property("tone") == "success"
    assert "universal_1d_latest" in badge.toolTip()
    assert "chosen" in badge.toolTip()
    assert "universal_1d_latest" in badge.accessibleDescription()
    assert badge.accessibleName() == "Model that serves"


def test_a_model_chosen_by_hand_is_named_so(station: BacktestPanel, qtbot: QtBot) -> None:
    path = next(str(info.path) for info in station.context.catalog.models.items)
    choose(qtbot, station, "modelCombo", path)
    assert station.form.badge.text() == "✔ universal_1d_v1, universal, chosen by hand"
    assert entries(station, "symbolCombo")[1] == "GOOG  ✦"


def test_legacy_only_finds_none_where_there_is_none(station: BacktestPanel, qtbot: QtBot) -> None:
    choose(qtbot, station, "modelCombo", "legacy")
    assert station.form.badge.text().startswith("✖ no model serves")
    choose(qtbot, station, "modelCombo", "universal")
    assert station.form.badge.text().startswith("✔ universal_1d_v1")


def test_a_damaged_model_is_marked_and_the_trace_says_why(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    folder = trained_workspace.models / "quick" / "universal_1d_v1"
    (folder / "features.json").unlink()
    station.context.modelsChanged.emit()
    helpers.settle(qtbot, station.context.tasks)
    await_badge(qtbot, station)
    assert "⚠ universal_1d_v1" in entries(station, "modelCombo")
    assert station.form.badge.property("tone") == "danger"
    assert "rejected" in station.form.badge.toolTip()


def test_step_three_is_a_loud_warning(badge_of: ResolutionBadge) -> None:
    model = {"path": "/w/models/quick/AAPL_1d_v4", "kind": "legacy", "step": 3, "trace": []}
    badge_of.show_model(model, "no model for quick GOOG 1d; AAPL_1d_v4 is used instead")
    assert badge_of.text().startswith("⚠ AAPL_1d_v4, step 3 (any model)")
    assert "is used instead" in badge_of.text()
    assert badge_of.property("tone") == "warning"
    badge_of.show_model(model)
    assert "made for something else" in badge_of.text()


@pytest.fixture
def badge_of(qtbot: QtBot, dark: QApplication) -> ResolutionBadge:
    made = ResolutionBadge()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    "path", ["/w/models/s/universal_1d_v2", "C:\\w\\models\\s\\universal_1d_v2", "s/universal_1d_v2/"]
)
def test_the_badge_shows_the_folder_on_any_system(path: str, badge_of: ResolutionBadge) -> None:
    badge_of.show_model({"path": path, "kind": "universal", "step": 1})
    assert badge_of.text() == "✔ universal_1d_v2, universal, step 1"
    assert badge_of.toolTip() == ""


def test_names_in_the_trace_cannot_bring_mark_up(badge_of: ResolutionBadge) -> None:
    entry = {"step": 1, "pattern": "<img src=x>", "result": "absent", "reason": "a & b"}
    badge_of.say("<b>x</b>", "danger", [entry])
    assert "<img" not in badge_of.toolTip()
    assert "&lt;img src=x&gt;" in badge_of.toolTip()
    assert badge_of.text() == "<b>x</b>"
    assert "1  <img src=x>: absent – a & b" in badge_of.accessibleDescription()


def test_strategies_with_problems_are_marked_and_explained_when_asked(
    station: BacktestPanel, qtbot: QtBot, trained_workspace: Workspace
) -> None:
    (trained_workspace.strategies / "typo.yaml").write_text(helpers.TYPO_STRATEGY, encoding="utf-8")
    station.refresh()
    helpers.settle(qtbot, station.context.tasks)
    assert "⚠ typo" in entries(station, "strategyCombo")
    choose(qtbot, station, "strategyCombo", "typo")
    assert station.form.badge.text().startswith("✖")
    assert "lookahed" in station.form.badge.text()


def test_the_request_says_what_the_form_says(station: BacktestPanel, qtbot: QtBot) -> None:
    choose(qtbot, station, "symbolCombo", "MSFT")
    choose(qtbot, station, "modelCombo", "universal")
    request = station.form.request()
    assert (request.strategy, request.symbol, request.timeframe, request.model) == ("quick", "MSFT", "1d", "universal")
    assert request.workspace == station.context.workspace


def test_without_data_or_strategies_the_form_says_what_is_missing(qtbot: QtBot, context: AppContext) -> None:
    panel = BacktestPanel(context)
    qtbot.addWidget(panel)
    with pytest.raises(InvalidValue) as refused:
        panel.form.request()
    assert "strategy" in refused.value.hint
    for file in context.workspace.data.glob("*.csv"):
        file.unlink()
    context.catalog.refresh()
    helpers.settle(qtbot, context.tasks)
    with pytest.raises(InvalidValue) as refused:
        panel.form.request()
    assert "data first" in refused.value.hint
    helpers.settle(qtbot, context.tasks)


def test_strategy_and_bar_length_are_shared_with_the_window(station: BacktestPanel, qtbot: QtBot) -> None:
    context = station.context
    context.select_strategy("trend_momentum")
    context.select_timeframe("1h")
    await_badge(qtbot, station)
    assert station.form.strategy.currentData() == "trend_momentum"
    assert station.form.timeframe.currentData() == "1h"
    assert station.form.symbol.currentData() == "EURUSD"
    choose(qtbot, station, "timeframeCombo", "1d")
    assert context.timeframe == "1d"


def test_quick_changes_end_with_the_answer_to_the_last(station: BacktestPanel, qtbot: QtBot) -> None:
    box = station.form.symbol
    for _ in range(5):
        for place in range(box.count()):
            box.setCurrentIndex(place)
    await_badge(qtbot, station)
    assert station.form.answer is not None
    assert station.form.answer.asked == station.form.asked
    assert station.form.asked[1] == box.currentData()


def test_every_field_has_a_name(station: BacktestPanel) -> None:
    assert accessibility.nameless(station) == []


@pytest.mark.parametrize("step", [2, "path"])
def test_a_model_of_the_original_is_marked_as_look_ahead(badge_of: ResolutionBadge, step: int | str) -> None:
    badge_of.show_model({"path": "models/s/MSFT_1h_v2", "kind": "legacy", "step": step, "look_ahead": True})
    assert badge_of.text() == "⚠ MSFT_1h_v2, legacy: a model of the original, whose features look ahead"
    assert badge_of.property("tone") == "warning"
