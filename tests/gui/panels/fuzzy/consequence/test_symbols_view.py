"""The meter, the symbols that stand apart, and the advice on a raw scale."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.consequence.symbols_view import SymbolsView
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from tests.gui import helpers
from tests.workflows.quick import with_strategy

pytestmark = pytest.mark.gui

SETS = {
    "low": FuzzySet(type="triangular", parameters=[-1, 0, 1], shoulder="left"),
    "high": FuzzySet(type="triangular", parameters=[0, 1, 2], shoulder="right"),
}
RAW = """\
name: raw
indicators:
  macd: {name: macd}
fuzzy_sets:
  macd:
    form: raw
    sets:
      low: {type: triangular, parameters: [-1, 0, 1], shoulder: left}
      high: {type: triangular, parameters: [0, 1, 2], shoulder: right}
"""


@pytest.fixture
def view(qtbot: QtBot, context: AppContext) -> SymbolsView:
    with_strategy(context.workspace, RAW, "raw")
    made = SymbolsView(context)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def document(qtbot: QtBot) -> FuzzyDocument:
    return FuzzyDocument("raw", {"macd": FuzzyInput(form="raw", sets=SETS)})


def measure(qtbot: QtBot, view: SymbolsView, document: FuzzyDocument, **values: list[float]) -> None:
    view.measure(document, {name: np.array(column) for name, column in values.items()})
    helpers.settle(qtbot, view.context.tasks)


def test_the_symbol_that_stands_apart_is_named(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    measure(qtbot, view, document, A=[0, 0, 0, 1], B=[0, 0, 0, 1], C=[1, 1, 1, 1])
    assert view.figure.text() == "0.50"
    assert view.meter.value() == 50
    assert view.verdict.text() == "⚠ stands apart: C"
    assert view.meter.accessibleDescription() == view.verdict.text()
    rows = view.table.records.records
    assert [(use.key, use.spread, use.least[0]) for use in rows] == [("low", 0.75, "C"), ("high", 0.75, "A")]


def test_alike_is_said_too(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    measure(qtbot, view, document, A=[0, 1], B=[1, 0])
    assert view.figure.text() == "1.00"
    assert view.verdict.text().startswith("✓")


def test_numbers_in_price_units_come_with_advice(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    measure(qtbot, view, document, A=[0, 1], B=[1, 0])
    assert view.advice.isVisible()
    assert "Write form: atr or percent" in view.advice.text()
    with_strategy(view.context.workspace, RAW.replace("form: raw", "form: atr"), "raw")
    measure(qtbot, view, document, A=[0, 1], B=[1, 0])
    assert view.advice.isVisible(), "the strategy is read once"
    view.forget()
    measure(qtbot, view, document, A=[0, 1], B=[1, 0])
    assert not view.advice.isVisible()


def test_one_symbol_is_not_enough(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    measure(qtbot, view, document, A=[0, 1])
    assert view.figure.text() == "–"
    assert view.meter.value() == 0
    assert "two symbols" in view.verdict.text()


def test_a_strategy_that_went_away_is_named(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    (view.context.workspace.strategies / "raw.yaml").unlink()
    measure(qtbot, view, document, A=[0, 1], B=[1, 0])
    assert "raw" in view.verdict.text()


def test_the_newest_sets_are_shown(view: SymbolsView, document: FuzzyDocument, qtbot: QtBot) -> None:
    values = {"A": np.array([0.0, 0.0]), "B": np.array([0.4, 0.4])}
    for peak in (0.1, 0.2, 0.3, 0.4):
        document.set_numbers("low", [-1, peak, 1])
        view.measure(document, values)
    helpers.settle(qtbot, view.context.tasks)
    low = view.table.records.records[0]
    assert (low.least, low.most) == (("B", pytest.approx(1 / 1.4)), ("A", 1.0))
