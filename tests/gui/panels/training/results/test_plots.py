"""Calibration and importance: the dots stand where the figures say, with their bounds, and can be read as words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.calibration import CalibrationPlot
from ktrdr_app.gui.panels.training.results.error_dots import ErrorDots
from ktrdr_app.gui.panels.training.results.importance import ImportancePlot
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.panels.training.results.made import AAPL, BARE, BINS, IMPORTANCE

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def calibration(qtbot: QtBot, dark: object) -> CalibrationPlot:
    made = CalibrationPlot()
    qtbot.addWidget(made)
    made.resize(420, 260)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def importance(qtbot: QtBot, dark: object) -> ImportancePlot:
    made = ImportancePlot()
    qtbot.addWidget(made)
    made.resize(520, 260)
    made.show()
    qtbot.waitExposed(made)
    return made


def columns(plot: CalibrationPlot | ImportancePlot) -> dict[str, list[object]]:
    return {column.title: column.values.tolist() for column in plot.figures().columns}


def test_the_bins_are_the_dots_and_the_table(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    dots = calibration._dots
    assert dots.place.tolist() == [entry.confidence for entry in BINS]
    assert dots.value.tolist() == [entry.accuracy for entry in BINS]
    assert (dots.low.tolist(), dots.high.tolist()) == tuple([entry.interval[end] for entry in BINS] for end in (0, 1))
    table = columns(calibration)
    assert table["rows"] == [100, 250, 50]
    assert table["share right"] == [0.40, 0.60, 0.98]


def test_every_dot_and_bound_is_in_view(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    (left, right), (bottom, top) = calibration.view.viewRange()
    assert left < BINS[0].low
    assert right > 1.0
    assert bottom < 0.0
    assert top > 1.0


def test_the_scores_it_belongs_to_stand_above(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    words = " ".join(calibration.heading.toPlainText().split())
    assert "ECE 4.0 % · Brier 0.500 · NLL 0.900 nats" in words


def test_it_says_in_words_where_it_is_furthest_off(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    words = calibration.accessibleDescription()
    assert words.startswith("AAPL: ECE")
    assert f"of 250 rows stated at 50.0{THIN}%, 60.0{THIN}% are right" in words


def test_a_heading_too_long_for_the_plot_gives_way(calibration: CalibrationPlot, qtbot: QtBot) -> None:
    calibration.show_figures(AAPL)
    calibration.resize(265, 200)
    qtbot.waitUntil(lambda: calibration.heading.boundingRect().width() <= calibration.width())
    assert calibration.heading.toPlainText().startswith("Calibration")


def test_without_bins_it_says_so(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    calibration.show_figures(BARE)
    assert calibration.accessibleDescription() == "no calibration to show"
    assert "says nothing" in calibration.heading.toPlainText() or "say nothing" in calibration.heading.toPlainText()
    assert "rows" not in columns(calibration)
    calibration.clear()
    assert calibration.heading.toPlainText().strip() == "Calibration"


def test_the_most_important_group_stands_at_the_top(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE)
    dots = importance._dots
    assert dots.place.tolist() == [0.0, -1.0]
    assert dots.value.tolist() == [0.05, 0.01]
    assert (dots.low.tolist(), dots.high.tolist()) == ([0.03, -0.01], [0.07, 0.03])
    assert importance.value_axis._tickLevels == [[(0, "rsi"), (-1, "price")]]


def test_its_words_part_what_matters_from_what_may_not(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE)
    assert importance.accessibleDescription() == "raises the test NLL when shuffled: rsi 0.0500; may not matter: price"


def test_its_table_has_names_bounds_and_agreement(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE)
    table = columns(importance)
    assert table["inputs"] == ["rsi", "price"]
    assert table["5 % of repeats"] == [0.03, -0.01]
    assert table["share of symbols that agree"] == [1.0, 0.5]


def test_of_one_symbol_its_own_rises_are_shown(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE, "IBM")
    assert importance._dots.value.tolist() == [0.02, -0.01]
    assert "on IBM" in importance.heading.toPlainText()
    left, right = importance.view.viewRange()[0]
    assert left < -0.01 < 0.02 < right


def test_a_symbol_that_is_not_among_them_leaves_gaps(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE, "GOOG")
    assert np.isnan(importance._dots.value).all()
    importance.grab()


def test_zero_is_always_in_view(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE[:1])
    left, right = importance.view.viewRange()[0]
    assert left < 0.0 < 0.07 < right


def test_without_figures_there_is_nothing_to_show(importance: ImportancePlot) -> None:
    importance.show_importance(IMPORTANCE)
    importance.clear()
    assert importance.accessibleDescription() == "no importance to show"
    assert columns(importance) == {}


def test_names_are_escaped_and_long_ones_shortened(importance: ImportancePlot) -> None:
    long = replace(IMPORTANCE[0], name="a_very_long_name_of_an_indicator_that_nobody_would_give_it_really")
    importance.show_importance([long], "<b>x</b>")
    assert "<b>x</b>" in importance.heading.toPlainText()
    ((_place, shown),) = importance.value_axis._tickLevels[0]
    assert "…" in shown
    assert columns(importance)["inputs"] == [long.name]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_dots_are_painted_in_the_colour_of_the_theme(
    calibration: CalibrationPlot, importance: ImportancePlot, dark: QApplication, theme: str
) -> None:
    apply_theme(dark, theme)
    calibration.show_figures(AAPL)
    importance.show_importance(IMPORTANCE)
    for plot in (calibration, importance):
        image = plot.grab().toImage()
        wanted = tokens().series_1
        inked = sum(
            image.pixelColor(x, y).name() == wanted for x in range(image.width()) for y in range(image.height())
        )
        assert inked > 40


def test_the_dot_of_more_rows_is_larger(calibration: CalibrationPlot) -> None:
    calibration.show_figures(AAPL)
    image = calibration.grab().toImage()
    centres = [calibration.view_point(entry.confidence, entry.accuracy).toPoint() for entry in BINS]
    wanted = tokens().series_1

    def ink(place: QPoint) -> int:
        around = range(-10, 11)
        return sum(image.pixelColor(place.x() + x, place.y() + y).name() == wanted for x in around for y in around)

    small, large, least = (ink(centre) for centre in centres)
    assert large > small > least > 0


def test_no_dots_paint_nothing(dark: object) -> None:
    dots = ErrorDots(across=True)
    assert dots.columns() == ()
