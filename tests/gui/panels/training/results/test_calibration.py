"""Stated and true: the diagonal, the words about the worst bin by rows, and headings that fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.calibration import CalibrationPlot
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.workflows.training_results import Bin
from tests.gui.panels.training.results.made import AAPL, BARE, POOLED

pytestmark = pytest.mark.gui


@pytest.fixture
def plot(qtbot: QtBot, dark: object) -> CalibrationPlot:
    made = CalibrationPlot()
    qtbot.addWidget(made)
    made.resize(560, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


def bins(seed: int) -> tuple[Bin, ...]:
    """Return random bins, right more or less often than stated."""
    random = np.random.default_rng(seed)
    edges = np.linspace(0.4, 1.0, 7)
    made = []
    for low, high in zip(edges, edges[1:], strict=False):
        right = float(random.uniform(0, 1))
        interval = (max(0.0, right - 0.1), min(1.0, right + 0.1))
        made.append(Bin(low, high, int(random.integers(1, 500)), (low + high) / 2, right, interval))
    return tuple(made)


@pytest.mark.parametrize("seed", range(4))
def test_the_words_name_the_bin_that_is_furthest_off_by_rows(plot: CalibrationPlot, seed: int) -> None:
    found = bins(seed)
    plot.show_figures(replace(AAPL, calibration=found))
    off = np.array([one.rows * abs(one.accuracy - one.confidence) for one in found])
    worst = found[int(off.argmax())]
    said = plot.accessibleDescription()
    assert said.startswith("AAPL: ECE ")
    assert said.endswith(
        f"of {numbers.integer(worst.rows)} rows stated at {numbers.percent(worst.confidence)}, "
        f"{numbers.percent(worst.accuracy)} are right"
    )


@pytest.mark.parametrize("seed", range(3))
def test_all_bins_are_in_view_whatever_their_lowest(plot: CalibrationPlot, seed: int) -> None:
    found = bins(seed)[seed:]
    plot.show_figures(replace(AAPL, calibration=found))
    (left, right), (bottom, top) = plot.view.viewRange()
    assert left < found[0].low < found[-1].high <= right
    assert bottom < 0 < 1 < top


def test_a_symbol_without_bins_says_so_and_takes_nothing_from_the_one_before(plot: CalibrationPlot) -> None:
    plot.show_figures(AAPL)
    plot.show_figures(BARE)
    assert "the papers of this model say nothing of it" in plot.heading.toPlainText()
    assert plot.accessibleDescription() == "no calibration to show"
    assert "rows" not in {column.title for column in plot.figures().columns}


def test_all_symbols_together_have_their_name(plot: CalibrationPlot) -> None:
    plot.show_figures(POOLED)
    assert not plot.accessibleDescription().startswith(":")


@pytest.mark.parametrize("width", [270, 330, 420, 560, 900])
def test_no_heading_is_wider_than_the_plot(plot: CalibrationPlot, qtbot: QtBot, width: int) -> None:
    plot.show_figures(AAPL)
    plot.resize(width, 320)
    qtbot.waitUntil(lambda: plot.heading.x() + plot.heading.boundingRect().width() <= plot.width())
    said = plot.heading.toPlainText()
    assert said.startswith("Calibration")
    assert ("as stated" in said) <= ("ECE" in said), "the legend goes first"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_diagonal_is_dashed_from_corner_to_corner(plot: CalibrationPlot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    plot.show_figures(replace(AAPL, calibration=(Bin(0.0, 0.1, 5, 0.05, 0.9, (0.8, 1.0)),)))
    image = plot.viewport().grab().toImage()
    ground = image.pixelColor(plot.view_point(0.75, 0.2).toPoint())

    def inked(x: float, y: float) -> bool:
        spot = plot.view_point(x, y).toPoint()
        return any(
            abs(image.pixelColor(spot.x(), spot.y() + dy).lightness() - ground.lightness()) > 30 for dy in (-1, 0, 1)
        )

    places = np.linspace(0.2, 0.98, 120)
    assert 0.3 < np.mean([inked(x, x) for x in places]) < 0.98
    assert np.mean([inked(x, x - 0.15) for x in places]) < 0.1
