"""The confusion matrix: counts and shares, marks for right and wrong, and cells that ask for their bars."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.confusion import RIGHT, SHARE, ConfusionMatrix
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.panels.training.results.made import AAPL, BARE, CONFUSION, IBM

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def matrix(qtbot: QtBot, dark: object) -> ConfusionMatrix:
    made = ConfusionMatrix()
    qtbot.addWidget(made)
    made.resize(420, 220)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(matrix: ConfusionMatrix) -> list[list[object]]:
    model = matrix.model()
    return [[model.index(row, column).data() for column in range(4)] for row in range(model.rowCount())]


def middle(matrix: ConfusionMatrix, label: int, answer: int) -> QPoint:
    return matrix.visualRect(matrix.model().index(label, answer)).center()


def test_counts_shares_recall_and_precision(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    shown = texts(matrix)
    for label, line in enumerate(CONFUSION):
        for answer, count in enumerate(line):
            share = f"{100 * count / sum(line):.1f}{THIN}%"
            assert shown[label][answer] == f"{count}\n{share}"
        assert shown[label][3] == f"{100 * line[label] / sum(line):.1f}{THIN}%", "recall"
    for answer in range(3):
        answered = sum(line[answer] for line in CONFUSION)
        assert shown[3][answer] == f"{100 * CONFUSION[answer][answer] / answered:.1f}{THIN}%", "precision"
    assert shown[3][3] == f"60.0{THIN}%", "accuracy"


def test_a_class_that_is_never_answered_has_no_precision(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(IBM)
    assert texts(matrix)[3][2] == "–"


def test_headers_say_what_is_and_what_was_said(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    model = matrix.model()
    across = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(4)]
    down = [model.headerData(place, Qt.Orientation.Vertical) for place in range(4)]
    assert across == ["said BUY", "said HOLD", "said SELL", "found"]
    assert down == ["is BUY", "is HOLD", "is SELL", "right"]
    assert "Recall" in model.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "Precision" in model.headerData(3, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole)


def test_a_cell_is_told_in_a_sentence(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    index = matrix.model().index(0, 2)
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == f"20 bars are BUY and were answered SELL: 16.7{THIN}% of that label"
    assert (index.data(SHARE), index.data(RIGHT)) == (pytest.approx(20 / 120), False)
    assert matrix.model().index(1, 1).data(RIGHT) is True
    assert matrix.model().index(3, 0).data(RIGHT) is None


def test_the_summary_says_how_many_of_each_label_are_found(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    words = matrix.accessibleDescription()
    assert words.startswith("AAPL: 80 of 120 BUY found, 100 of 160 HOLD found, 60 of 120 SELL found")


def test_a_click_asks_for_the_bars_of_its_cell(matrix: ConfusionMatrix) -> None:
    heard: list[tuple[int, int]] = []
    matrix.cellChosen.connect(lambda label, answer: heard.append((label, answer)))
    matrix.show_figures(AAPL)
    for cell in ((0, 1), (2, 2)):
        QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=middle(matrix, *cell))
    assert heard == [(0, 1), (2, 2)]
    QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=middle(matrix, 3, 3))
    assert len(heard) == 2, "beside the matrix there are no bars"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_keyboard_reaches_every_cell(matrix: ConfusionMatrix, qtbot: QtBot, key: Qt.Key) -> None:
    heard: list[tuple[int, int]] = []
    matrix.cellChosen.connect(lambda label, answer: heard.append((label, answer)))
    matrix.show_figures(AAPL)
    matrix.setFocus()
    matrix.setCurrentIndex(matrix.model().index(0, 0))
    for step in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(matrix, step)
    qtbot.keyClick(matrix, key)
    assert heard == [(1, 1)]


def test_without_counts_nothing_is_chosen(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    matrix.show_figures(BARE)
    assert texts(matrix) == []
    assert matrix.accessibleDescription() == "no confusion matrix"
    with qtbot.assertNotEmitted(matrix.cellChosen):
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    matrix.show_figures(AAPL)
    matrix.clear()
    assert texts(matrix) == []


def picture(matrix: ConfusionMatrix) -> QImage:
    return matrix.viewport().grab().toImage()


def reds(image: QImage, matrix: ConfusionMatrix, label: int, answer: int, colour: str) -> int:
    """Return how many pixels of the upper left corner of a cell have the full colour: its mark."""
    place = matrix.visualRect(matrix.model().index(label, answer))
    wanted = QColor(colour).rgb()
    return sum(
        image.pixel(x, y) == wanted
        for x in range(place.left(), place.left() + 24)
        for y in range(place.top(), place.top() + 24)
    )


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_right_and_wrong_differ_in_shape_and_colour(matrix: ConfusionMatrix, dark: object, theme: str) -> None:
    apply_theme(dark, theme)
    matrix.show_figures(AAPL)
    image = picture(matrix)
    up, down = tokens().up, tokens().down
    disc, cross = reds(image, matrix, 1, 1, up), reds(image, matrix, 1, 0, down)
    assert disc > cross > 0, "a disc has more ink than a cross"
    assert reds(image, matrix, 1, 1, down) == reds(image, matrix, 1, 0, up) == 0


def test_a_higher_share_fills_more_of_its_cell(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    image = picture(matrix)

    def filled(label: int, answer: int) -> int:
        place = matrix.visualRect(matrix.model().index(label, answer))
        ground = QColor(tokens().panel).rgb()
        column = place.right() - 6
        return sum(image.pixel(column, y) != ground for y in range(place.top() + 3, place.bottom() - 3))

    assert filled(0, 0) > filled(1, 0) > filled(0, 1) > 0


@pytest.mark.parametrize("seed", range(3))
def test_shares_recall_and_precision_are_those_of_numpy(matrix: ConfusionMatrix, seed: int) -> None:
    counts = np.random.default_rng(seed).integers(1, 5000, (3, 3))
    matrix.matrix.set_counts(tuple(tuple(int(count) for count in line) for line in counts))
    model = matrix.matrix
    for label in range(3):
        for answer in range(3):
            share = model.data(model.index(label, answer), SHARE)
            assert share == pytest.approx(counts[label, answer] / counts[label].sum())
        assert model.data(model.index(label, 3)) == numbers.percent(counts[label, label] / counts[label].sum())
        assert model.data(model.index(3, label)) == numbers.percent(counts[label, label] / counts[:, label].sum())
    assert model.data(model.index(3, 3)) == numbers.percent(np.trace(counts) / counts.sum())


def test_of_no_rows_nothing_is_right_or_wrong(matrix: ConfusionMatrix) -> None:
    matrix.matrix.set_counts(((0, 0, 0), (0, 0, 0), (0, 0, 0)))
    model = matrix.matrix
    beside = [model.data(model.index(3, place)) for place in range(4)]
    beside += [model.data(model.index(place, 3)) for place in range(3)]
    assert set(beside) == {numbers.NONE}
    assert model.data(model.index(0, 0)) == f"0\n{numbers.NONE}"
    matrix.grab()


def test_a_cell_has_no_cells_below_it_and_an_invalid_one_no_text(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    model = matrix.matrix
    assert (model.rowCount(), model.columnCount()) == (4, 4)
    assert (model.rowCount(model.index(0, 0)), model.columnCount(model.index(0, 0))) == (0, 0)
    assert model.data(QModelIndex()) is None
    assert model.data(model.index(3, 3), SHARE) is None
    assert model.data(model.index(3, 0), RIGHT) is None
    assert model.data(model.index(1, 1), RIGHT) is True


def test_the_keyboard_frame_is_drawn_over_the_chosen_cell(matrix: ConfusionMatrix) -> None:
    matrix.show_figures(AAPL)
    wanted = QColor(tokens().focus).rgb()
    matrix.setCurrentIndex(matrix.model().index(0, 2))
    place = matrix.visualRect(matrix.model().index(0, 2))
    image = picture(matrix)
    edge = [image.pixel(x, place.top() + 2) == wanted for x in range(place.left() + 4, place.right() - 4)]
    assert np.mean(edge) > 0.8
    assert image.pixel(matrix.visualRect(matrix.model().index(1, 2)).center()) != wanted
