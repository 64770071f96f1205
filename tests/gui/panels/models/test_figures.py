"""Figures beside their baselines, from metrics as trainings write them and as the original did."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.figures import FiguresView, lines_of, report_of
from ktrdr_app.gui.ui.theme import color
from tests.gui.panels.models.helpers import cells

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


def part(accuracy: float, skill: float, rows: str = "rows") -> dict[str, Any]:
    return {rows: 100, "accuracy": accuracy, "majority_accuracy": 0.4, "skill": skill}


OURS: dict[str, Any] = {
    "train": part(0.5, 0.1),
    "validation": part(0.45, 0.05),
    "test": part(0.42, 0.01),
    "per_symbol_test": {"AAPL": part(0.43, 0.02, "support"), "IBM": part(0.39, -0.01, "support")},
    "judgement": {"report": ["It stopped.", "It beats the prior - a little."]},
}


def test_every_part_beside_the_most_frequent_class(qtbot: QtBot, dark: object) -> None:
    view = FiguresView()
    qtbot.addWidget(view)
    view.show_document({"metrics": OURS})
    assert cells(view.table) == [
        ("train", f"50.0{THIN}%", f"40.0{THIN}%", f"+10.0{THIN}%"),
        ("validation", f"45.0{THIN}%", f"40.0{THIN}%", f"+5.0{THIN}%"),
        ("test", f"42.0{THIN}%", f"40.0{THIN}%", f"+1.0{THIN}%"),
        ("test AAPL", f"43.0{THIN}%", f"40.0{THIN}%", f"+2.0{THIN}%"),
        ("test IBM", f"39.0{THIN}%", f"40.0{THIN}%", f"\N{MINUS SIGN}1.0{THIN}%"),
    ]
    assert view.report.toPlainText().splitlines()[0] == "• It stopped."


def test_the_originals_own_figures_have_no_baseline() -> None:
    lines = lines_of({"final_train_accuracy": 0.99, "final_val_accuracy": 0.07, "history": {}})
    assert [(line.part, line.accuracy, line.majority) for line in lines] == [
        ("train", 0.99, None),
        ("validation", 0.07, None),
    ]


@pytest.mark.parametrize("metrics", [{}, {"test": 3, "judgement": 4}, {"judgement": {"report": "x"}}])
def test_metrics_that_say_nothing_are_no_error(qtbot: QtBot, dark: object, metrics: dict[str, Any]) -> None:
    view = FiguresView()
    qtbot.addWidget(view)
    view.show()
    view.show_document({"metrics": metrics})
    assert view.table.isHidden()
    assert report_of(metrics) == "This model brings no report of its training."


def test_nothing_of_the_last_model_stays(qtbot: QtBot, dark: object) -> None:
    view = FiguresView()
    qtbot.addWidget(view)
    view.show_document({"metrics": OURS})
    view.clear("Reading…")
    assert cells(view.table) == []
    assert view.report.toPlainText() == "Reading…"


@pytest.mark.parametrize(
    ("metrics", "parts"),
    [
        ({}, []),
        ({"test": part(0.4, 0.0)}, ["test"]),
        ({"train": part(0.4, 0.0), "test": part(0.4, 0.0)}, ["train", "test"]),
        ({"train": None, "validation": part(0.4, 0.0)}, ["validation"]),
        ({"test": part(0.4, 0.0), "per_symbol_test": None}, ["test"]),
        ({"test": part(0.4, 0.0), "per_symbol_test": {"IBM": None, "GE": {}}}, ["test", "test GE"]),
        ({"per_symbol_test": {"IBM": part(0.4, 0.0)}}, []),
        ({"test_accuracy": 0.6, "train_accuracy": 0.7, "val_accuracy": 0.65}, ["train", "validation", "test"]),
        ({"final_train_accuracy": "x", "test_accuracy": None}, []),
        ({"final_val_accuracy": 0.5, "val_accuracy": 0.6}, ["validation"]),
    ],
)
def test_whatever_metrics_hold_their_lines_are_those_that_are_figures(
    metrics: dict[str, Any], parts: list[str]
) -> None:
    assert [line.part for line in lines_of(metrics)] == parts


def test_a_final_figure_goes_before_a_plain_one() -> None:
    (line,) = lines_of({"final_val_accuracy": 0.5, "val_accuracy": 0.6})
    assert line.accuracy == 0.5


@pytest.mark.parametrize(
    ("report", "shown"),
    [
        (["One."], "• One."),
        (["One.", "Two."], "• One.\n• Two."),
        (["skill -1.2 %"], "• skill −1.2\N{NARROW NO-BREAK SPACE}%"),
        ([], ""),
    ],
)
def test_a_report_is_a_list_of_sentences(report: list[str], shown: str) -> None:
    assert report_of({"judgement": {"report": report}}) == shown


@pytest.mark.parametrize(("skill", "token"), [(0.1, "success"), (0.0, "warning"), (-0.1, "warning"), (None, "")])
def test_skill_has_a_colour_beside_its_sign(qtbot: QtBot, dark: object, skill: float | None, token: str) -> None:
    view = FiguresView()
    qtbot.addWidget(view)
    view.show_document({"metrics": {"test": part(0.4, 0.0) | {"skill": skill}}})
    model = view.table.records
    shown = model.data(model.index(0, 3), Qt.ItemDataRole.ForegroundRole)
    assert shown == (color(token) if token else None)
