"""The coverage card: asked off the window's thread, the newest question wins, every band told by word and colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress
from ktrdr_app.features.coverage import Drift, FeatureDrift
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.coverage_card import CoverageCard
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.registry import ModelInfo
from ktrdr_app.workflows.coverage_run import ModelCoverage
from ktrdr_app.workflows.model_requests import CoverageRequest
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> CoverageCard:
    made = CoverageCard(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.show()
    made._context.catalog.refresh()
    settle(qtbot, tasks)
    return made


@pytest.fixture
def model(card: CoverageCard) -> ModelInfo:
    """Return the model that AAPL and IBM trained."""
    found: ModelInfo = card._context.catalog.models.items[0]
    return found


def answered(qtbot: QtBot, card: CoverageCard) -> None:
    """Wait for the answer to the question at hand."""
    if card.comparing.busy:
        with qtbot.waitSignal(card.comparing.busyChanged, timeout=20_000):
            pass
    settle(qtbot, card._context.tasks)


def cell(card: CoverageCard, row: int, column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> object:
    records = card.table.model()
    return records.data(records.index(row, column), role)


def heard(monkeypatch: pytest.MonkeyPatch, given: ModelCoverage | Exception) -> list[CoverageRequest]:
    """Answer every question alike from now on, and return what is asked."""
    asked: list[CoverageRequest] = []

    def answer(request: CoverageRequest, _progress: Progress, _cancel: CancelToken) -> ModelCoverage:
        asked.append(request)
        if isinstance(given, Exception):
            raise given
        return given

    monkeypatch.setattr(workflows, "model_coverage", answer)
    return asked


def test_without_a_model_it_asks_nothing(card: CoverageCard) -> None:
    assert not card.comparing.busy
    assert not card.symbol.isEnabled()
    assert card.sentence.text() == card.verdict.text() == ""
    assert card.table.isHidden()
    assert accessibility.nameless(card) == []


def test_an_unseen_symbol_is_compared_for_real(card: CoverageCard, model: ModelInfo, qtbot: QtBot) -> None:
    card.show_model(model)
    assert card.symbol.currentData() == "GOOG", "the first that has its bars and that it did not learn from"
    assert card.sentence.text() == "comparing…"
    answered(qtbot, card)
    direct = workflows.model_coverage(CoverageRequest(card._context.workspace, "GOOG", str(model.path)))
    assert card.sentence.text() == direct.sentence
    assert card.coverage == direct
    assert direct.drift is not None
    assert card.table.records.records == direct.drift.features
    assert cell(card, 0, 2) == f"{direct.drift.features[0].psi:.2f}"
    assert str(cell(card, 0, 0, Qt.ItemDataRole.ToolTipRole)).startswith(f"{direct.drift.features[0].name} is ")
    card.symbol.setCurrentIndex(card.symbol.findData("AAPL"))
    answered(qtbot, card)
    assert "one of the symbols it learnt from" in card.sentence.text()


def test_only_symbols_with_bars_of_its_length_are_offered(card: CoverageCard, model: ModelInfo, qtbot: QtBot) -> None:
    card.show_model(model)
    assert [card.symbol.itemData(place) for place in range(card.symbol.count())] == ["AAPL", "GOOG", "IBM", "MSFT"]
    card.show_model(replace(model, timeframe="5m"))
    assert card.symbol.count() == 0
    assert card.sentence.text() == "There are no bars of its length to compare."
    answered(qtbot, card)
    assert card.coverage is None


@pytest.mark.parametrize(
    ("verdict", "word", "tone"),
    [
        ("covered", "Covered", "success"),
        ("partly covered", "Partly covered", "warning"),
        ("not covered", "Not covered", "danger"),
    ],
)
def test_the_verdict_and_every_band_have_a_word_and_a_colour(
    card: CoverageCard,
    model: ModelInfo,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    verdict: str,
    word: str,
    tone: str,
) -> None:
    bands = (("different", 0.5, "danger"), ("shifted", 0.2, "warning"), ("alike", 0.01, "success"))
    features = tuple(FeatureDrift(name, psi, name, None, 1.0, None, 0.5, 0.1) for name, psi, _ in bands)
    drift = Drift(9, features, (), None, 0.0)
    given = ModelCoverage(model.path, "GOOG", "1d", ("AAPL",), verdict, "So it is.", ("A note.",), drift=drift)
    asked = heard(monkeypatch, given)
    card.show_model(model)
    answered(qtbot, card)
    assert asked == [CoverageRequest(card._context.workspace, "GOOG", str(model.path))]
    assert card.verdict.text() == word
    assert card.verdict.palette().color(QPalette.ColorRole.WindowText) == color(tone)
    for row, (band, _, token) in enumerate(bands):
        assert cell(card, row, 1) == band
        assert cell(card, row, 1, Qt.ItemDataRole.ForegroundRole) == color(token)
    assert card.notes.text() == "A note."


def test_an_older_folder_says_that_it_cannot_be_told_and_what_helps(
    card: CoverageCard, model: ModelInfo, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ModelCoverage(model.path, "GOOG", "1d", ("AAPL",), "unknown", "No reference.", hint="train again")
    heard(monkeypatch, given)
    card.show_model(model)
    answered(qtbot, card)
    assert (card.verdict.text(), card.sentence.text()) == ("Cannot be told", "No reference.")
    assert card.notes.text() == "What to do: train again."
    assert card.table.isHidden()


def test_a_failure_is_said_in_the_card(
    card: CoverageCard, model: ModelInfo, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(monkeypatch, TooFewRows("GOOG 1d", 0, 1, "all bars are warm-up"))
    card.show_model(model)
    answered(qtbot, card)
    assert card.verdict.text() == "Cannot be told"
    assert "all bars are warm-up" in card.sentence.text()
    assert card.coverage is None


def test_a_model_that_cannot_be_used_empties_it(card: CoverageCard, model: ModelInfo, qtbot: QtBot) -> None:
    card.show_model(model)
    answered(qtbot, card)
    assert card.coverage is not None
    card.show_model(replace(model, complete=False))
    answered(qtbot, card)
    assert card.coverage is None
    assert card.table.isHidden()
    assert not card.symbol.isEnabled()


def test_only_the_newest_question_is_answered(
    card: CoverageCard, model: ModelInfo, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: CoverageRequest, _progress: Progress, _cancel: CancelToken) -> ModelCoverage:
        return ModelCoverage(model.path, request.symbol, "1d", (), "unknown", f"of {request.symbol}")

    monkeypatch.setattr(workflows, "model_coverage", answer)
    card.show_model(model)
    for symbol in ("AAPL", "IBM", "MSFT"):
        card.symbol.setCurrentIndex(card.symbol.findData(symbol))
    answered(qtbot, card)
    assert card.sentence.text() == "of MSFT"
