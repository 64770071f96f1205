"""What a model relies on: a line per group, words that are about the symbol that is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.importance import ImportancePlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.workflows.training_results import InputImportance
from tests.gui.panels.training.results.made import IMPORTANCE

pytestmark = pytest.mark.gui

MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def plot(qtbot: QtBot, dark: object) -> ImportancePlot:
    made = ImportancePlot()
    qtbot.addWidget(made)
    made.resize(560, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_of_one_symbol_the_words_are_about_that_symbol(plot: ImportancePlot) -> None:
    plot.show_importance(IMPORTANCE, "IBM")
    assert plot.accessibleDescription() == (
        f"rise of the test NLL on IBM when shuffled: rsi 0.0200, price {MINUS}0.0100"
    )
    plot.show_importance(IMPORTANCE, "GOOG")
    assert plot.accessibleDescription() == "rise of the test NLL on GOOG when shuffled: rsi –, price –"
    plot.show_importance(IMPORTANCE)
    assert plot.accessibleDescription().startswith("raises the test NLL when shuffled: rsi 0.0500")


@pytest.mark.parametrize(("low", "surely"), [(0.0, False), (1e-9, True), (-0.1, False)])
def test_a_group_whose_interval_reaches_zero_may_not_matter(plot: ImportancePlot, low: float, surely: bool) -> None:
    plot.show_importance([replace(IMPORTANCE[0], low=low)])
    said = plot.accessibleDescription()
    assert said == ("raises the test NLL when shuffled: rsi 0.0500" if surely else "may not matter: rsi")


@pytest.mark.parametrize("count", [1, 2, 9, 30])
def test_every_line_and_both_ends_are_in_view(plot: ImportancePlot, count: int) -> None:
    random = np.random.default_rng(count)
    lines = [
        InputImportance(f"group {number}", mean, mean - 0.02, mean + 0.03, None, {})
        for number, mean in enumerate(sorted(random.normal(0, 0.05, count), reverse=True))
    ]
    plot.show_importance(lines)
    (left, right), (bottom, top) = plot.view.viewRange()
    assert left < min(0.0, *(line.low for line in lines))
    assert right > max(0.0, *(line.high for line in lines))
    assert bottom < -(count - 1)
    assert top > 0
    ticks = dict(plot.value_axis._tickLevels[0])
    assert [ticks[-number] for number in range(count)] == [line.name for line in lines]


def test_one_without_any_rise_still_has_an_axis(plot: ImportancePlot) -> None:
    plot.show_importance([InputImportance("x", 0.0, 0.0, 0.0, None, {})])
    left, right = plot.view.viewRange()[0]
    assert left < 0 < right
    plot.grab()


def test_agreement_that_is_not_known_is_a_gap_in_the_table(plot: ImportancePlot) -> None:
    plot.show_importance([replace(IMPORTANCE[0], agreement=None), IMPORTANCE[1]])
    table = {column.title: column.values for column in plot.figures().columns}
    np.testing.assert_array_equal(table["share of symbols that agree"], [np.nan, 0.5])
    assert plot.x_title in table


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_rise_is_marked_by_a_line(plot: ImportancePlot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    plot.show_importance(IMPORTANCE)
    image = plot.viewport().grab().toImage()
    top, bottom = plot.view_point(0, 0.5).toPoint(), plot.view_point(0, -1.5).toPoint()
    wanted = tokens().text_muted
    inked = [
        any(image.pixelColor(top.x() + dx, y).name() == wanted for dx in (-1, 0, 1))
        for y in range(top.y() + 2, bottom.y() - 2)
    ]
    assert 0.3 < np.mean(inked) < 0.95, "a dashed line"
