"""Which model would be loaded: asked off the window's thread, the newest question wins, and doubts are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.resolver import ResolverCard
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.resolver import Chosen, Resolution, TraceEntry
from ktrdr_app.workflows.model_requests import ResolveRequest
from tests.gui.helpers import Gate, click, settle
from tests.gui.panels.models.helpers import cells

pytestmark = pytest.mark.gui


def answer(workspace: Workspace, name: str, step: int) -> Resolution:
    """Return an answer with one entry of each kind in its trace."""
    path = workspace.models / "quick" / name
    results = ("rejected", "skipped", "absent", "chosen")
    trace = tuple(TraceEntry(step, f"{result} one", path, result, f"it was {result}") for result in results)
    return Resolution(Chosen(path, "universal", 1, step), trace, wanted="quick 1d for GOOG")


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, small_workspace: Workspace) -> ResolverCard:
    made = ResolverCard(AppContext(small_workspace, tasks))
    qtbot.addWidget(made)
    made.show()
    made.context.catalog.refresh()
    settle(qtbot, tasks)
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, card: ResolverCard) -> list[ResolveRequest]:
    """Return what the resolver is asked from now on."""
    heard: list[ResolveRequest] = []
    real = workflows.resolve_model

    def listen(request: ResolveRequest) -> Resolution:
        heard.append(request)
        return real(request)

    monkeypatch.setattr(workflows, "resolve_model", listen)
    return heard


def pick(qtbot: QtBot, card: ResolverCard, combo: CalmComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    settle(qtbot, card.context.tasks)


def offered(combo: CalmComboBox) -> list[object]:
    return [combo.itemData(place) for place in range(combo.count())]


def tone_of(words: QLabel) -> object:
    return words.palette().color(QPalette.ColorRole.WindowText)


def test_it_offers_what_the_workspace_holds(card: ResolverCard) -> None:
    assert offered(card.symbol) == [None, "AAPL", "EURUSD", "GOOG", "IBM", "MSFT"]
    assert card.symbol.currentText() == "no symbol"
    assert offered(card.timeframe) == ["1h", "1d", "1m", "5m", "15m", "30m", "4h", "1w"], "those with data first"
    strategies = [info.name for info in card.context.catalog.strategies.items]
    assert offered(card.strategy) == strategies
    assert "quick" in strategies
    assert accessibility.nameless(card) == []


def test_every_choice_is_part_of_the_question(card: ResolverCard, asked: list[ResolveRequest], qtbot: QtBot) -> None:
    pick(qtbot, card, card.strategy, "quick")
    pick(qtbot, card, card.timeframe, "1d")
    pick(qtbot, card, card.symbol, "GOOG")
    assert asked[-1] == ResolveRequest(card.context.workspace, "quick", "1d", "GOOG")
    pick(qtbot, card, card.symbol, None)
    assert asked[-1] == ResolveRequest(card.context.workspace, "quick", "1d", None)


def test_a_model_that_is_selected_fills_the_choices(
    card: ResolverCard, asked: list[ResolveRequest], qtbot: QtBot
) -> None:
    card.ask_for("quick", "1d")
    settle(qtbot, card.context.tasks)
    assert ("quick", "1d") in {(request.strategy, request.timeframe) for request in asked}
    assert "_1d_" in card.trace.records.records[0].pattern, "the newest question's answer is shown"
    count = len(asked)
    card.ask_for("gone", "7m")
    settle(qtbot, card.context.tasks)
    assert (card.strategy.currentData(), card.timeframe.currentData()) == ("quick", "1d")
    assert len(asked) == count, "what is not offered changes nothing"


def test_choices_outlast_a_new_reading(card: ResolverCard, qtbot: QtBot) -> None:
    pick(qtbot, card, card.strategy, "quick")
    pick(qtbot, card, card.timeframe, "1d")
    pick(qtbot, card, card.symbol, "MSFT")
    card.context.catalog.refresh()
    settle(qtbot, card.context.tasks)
    chosen = (card.strategy.currentData(), card.timeframe.currentData(), card.symbol.currentData())
    assert chosen == ("quick", "1d", "MSFT")


def test_without_a_model_it_says_what_to_do(card: ResolverCard, qtbot: QtBot) -> None:
    pick(qtbot, card, card.strategy, "quick")
    assert card.answer.text() == "None: train one, or choose another bar length."
    assert tone_of(card.answer) == color("warning")
    assert card.trace.records.records


@pytest.mark.parametrize(
    ("step", "tone", "words"),
    [
        (1, "success", "universal_1d_v1 (universal, step 1)"),
        (3, "warning", "universal_1d_v1 — not made for this: no model for quick 1d for GOOG"),
    ],
)
def test_a_model_made_for_something_else_is_shown_with_its_doubt(
    card: ResolverCard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, step: int, tone: str, words: str
) -> None:
    given = answer(card.context.workspace, "universal_1d_v1", step)
    monkeypatch.setattr(workflows, "resolve_model", lambda _request: given)
    card.ask()
    settle(qtbot, card.context.tasks)
    assert card.answer.text().startswith(words)
    assert tone_of(card.answer) == color(tone)
    assert card.trace.records.records == given.trace


def test_the_steps_are_coloured_by_what_came_of_them(
    card: ResolverCard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    given = answer(card.context.workspace, "universal_1d_v1", 1)
    monkeypatch.setattr(workflows, "resolve_model", lambda _request: given)
    card.ask()
    settle(qtbot, card.context.tasks)
    model = card.trace.model()
    colours = [model.data(model.index(row, 2), Qt.ItemDataRole.ForegroundRole) for row in range(4)]
    assert colours == [color(token) for token in ("danger", "text_muted", "text_muted", "success")]
    assert model.data(model.index(0, 3)) == "it was rejected"


def test_every_entry_shows_step_result_reason_and_path(
    card: ResolverCard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    given = answer(card.context.workspace, "universal_1d_v1", 1)
    monkeypatch.setattr(workflows, "resolve_model", lambda _request: given)
    card.ask()
    settle(qtbot, card.context.tasks)
    shown = cells(card.trace)
    place = "models/quick/universal_1d_v1"
    assert shown == [
        ("1", "rejected one", "✖ rejected", "it was rejected", place),
        ("1", "skipped one", "– skipped", "it was skipped", place),
        ("1", "absent one", "○ absent", "it was absent", place),
        ("1", "chosen one", "✔ chosen", "it was chosen", place),
    ]
    path = card.trace.records.index(0, 4)
    assert card.trace.records.data(path, Qt.ItemDataRole.ToolTipRole) == str(given.trace[0].path)


def test_a_symbol_that_nobody_knows_can_be_typed(card: ResolverCard, asked: list[ResolveRequest], qtbot: QtBot) -> None:
    pick(qtbot, card, card.strategy, "quick")
    card.symbol.setFocus()
    card.symbol.lineEdit().selectAll()
    qtbot.keyClicks(card.symbol, "BRK_B")
    qtbot.keyClick(card.symbol, Qt.Key.Key_Return)
    settle(qtbot, card.context.tasks)
    assert asked[-1].symbol == "BRK_B"
    card.context.catalog.refresh()
    settle(qtbot, card.context.tasks)
    assert card.symbol.currentData() == "BRK_B"
    card.symbol.lineEdit().selectAll()
    qtbot.keyClick(card.symbol, Qt.Key.Key_Delete)
    qtbot.keyClick(card.symbol, Qt.Key.Key_Return)
    settle(qtbot, card.context.tasks)
    assert asked[-1].symbol is None
    assert card.symbol.currentText() == "no symbol"


def test_preference_and_any_are_part_of_the_question(
    card: ResolverCard, asked: list[ResolveRequest], qtbot: QtBot
) -> None:
    pick(qtbot, card, card.prefer, "legacy")
    click(qtbot, card.any)
    settle(qtbot, card.context.tasks)
    assert (asked[-1].prefer, asked[-1].allow_any) == ("legacy", False)
    pick(qtbot, card, card.prefer, None)
    assert asked[-1].prefer is None, "then the workspace's settings decide"


def test_symbols_of_models_are_offered_too(qtbot: QtBot, dark: object, tasks: TaskManager, store: Workspace) -> None:
    made = ResolverCard(AppContext(store, tasks))
    qtbot.addWidget(made)
    made.context.catalog.refresh()
    settle(qtbot, tasks)
    assert offered(made.symbol) == [None, "AAPL", "MSFT"]


def test_an_answer_that_comes_too_late_is_not_shown(
    card: ResolverCard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate = Gate()
    workspace = card.context.workspace

    def slow_first(request: ResolveRequest) -> Resolution:
        if request.symbol == "AAPL":
            gate.entered.set()
            gate.go_on.wait(10)
        return answer(workspace, f"for_{request.symbol}", 1)

    monkeypatch.setattr(workflows, "resolve_model", slow_first)
    card.symbol.setCurrentIndex(card.symbol.findData("AAPL"))
    qtbot.waitUntil(gate.entered.is_set)
    card.symbol.setCurrentIndex(card.symbol.findData("GOOG"))
    qtbot.waitUntil(lambda: card.answer.text().startswith("for_GOOG"))
    gate.go_on.set()
    settle(qtbot, card.context.tasks)
    assert card.answer.text().startswith("for_GOOG"), "the slow answer was to an older question"


def test_a_failure_is_told(card: ResolverCard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    def refuse(_request: ResolveRequest) -> Resolution:
        raise ModelNotFound("quick 1d", [], [])

    monkeypatch.setattr(workflows, "resolve_model", refuse)
    with qtbot.waitSignal(card.failed) as told:
        card.ask()
    assert told.args[0].code == "model_not_found"
    settle(qtbot, card.context.tasks)


def test_with_nothing_to_choose_nothing_is_asked(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace
) -> None:
    empty = ResolverCard(AppContext(empty_workspace, tasks))
    qtbot.addWidget(empty)
    empty.ask()
    assert tasks.running == ()
    assert empty.answer.text() == ""
