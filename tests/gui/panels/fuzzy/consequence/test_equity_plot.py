"""Three curves over the same bars, named and said in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.panels.fuzzy.consequence.equity_plot import OWN, QUICK, YOURS, EquityPlot
from ktrdr_app.gui.ui.theme import apply_theme

pytestmark = pytest.mark.gui

TIMES = np.arange(100, dtype=np.int64) * 86_400_000_000_000


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> EquityPlot:
    made = EquityPlot()
    qtbot.addWidget(made)
    made.resize(420, 180)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_empty_it_says_so(plot: EquityPlot) -> None:
    assert plot.accessibleDescription() == nothing()
    assert plot.accessibleName()


def test_curves_are_named_and_said(plot: EquityPlot) -> None:
    seen = np.arange(100) < 40
    plot.set_bars("GOOG <1d>", TIMES, seen)
    plot.set_curve(OWN, np.linspace(100, 110, 100))
    plot.set_curve(YOURS, np.linspace(100, 80, 100))
    said = plot.accessibleDescription().replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")
    assert said == "GOOG <1d>: model's sets +10.0 %, your sets -20.0 %"
    words = plot.heading.toPlainText()
    assert "GOOG <1d>" in words
    assert "quick try" not in words
    plot.set_curve(QUICK, np.linspace(100, 300, 100))
    assert "quick try" in plot.heading.toPlainText()
    assert plot.view.viewRange()[1][1] > 300, "all curves are in view"
    assert plot.shade.spans.tolist() == [[0, 40]]
    columns = plot.figures().columns
    assert [column.title for column in columns if column.title in plot.names.values()] == list(plot.names.values())
    assert (columns[-1].values == np.linspace(100, 300, 100)).all()
    plot.set_curve(QUICK, None)
    assert plot.view.viewRange()[1][1] < 150


def test_other_bars_take_curves_of_another_length_away(plot: EquityPlot) -> None:
    plot.set_bars("A 1d", TIMES, np.zeros(100, dtype=bool))
    for kind in (OWN, YOURS):
        plot.set_curve(kind, np.ones(100))
    plot.set_bars("B 1d", TIMES[:50], np.zeros(50, dtype=bool))
    assert all(len(line) == 0 for line in plot.lines.values())


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_old_and_new_differ_in_colour_and_dash(plot: EquityPlot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    looks = {(line._colour, line._dash) for line in plot.lines.values()}
    assert len({colour for colour, _ in looks}) == len({dash for _, dash in looks}) == 3
