"""Layers on top of each other: sums are kept at any zoom, against plain means, and pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, DateTicks, ValueAxis, write_percent
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.run_studies import studies_of
from ktrdr_app.gui.charts.stack_item import OPACITY, StackItem
from ktrdr_app.gui.charts.study_pane import StudyPane
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.charts.test_run_studies import panes
from tests.gui.charts.test_study_pane import plain

pytestmark = pytest.mark.gui

RED, GREEN, BLUE = "#ff0000", "#00ff00", "#0000ff"


def shares(size: int, seed: int = 3) -> np.ndarray:
    """Return three probabilities per bar, shape (3, size), that add up to 1."""
    return np.random.default_rng(seed).dirichlet((2.0, 3.0, 1.0), size).T


def stack(layers: np.ndarray) -> StackItem:
    item = StackItem()
    item.set_layers([f"layer {number}" for number in range(len(layers))], list(layers))
    item.set_colours([RED, GREEN, BLUE][: len(layers)])
    return item


def drawn(
    qtbot: QtBot, item: StackItem, left: float, right: float, low: float = 0.0, high: float = 1.0
) -> tuple[ThemedPlot, QImage]:
    """Return the layers drawn in a plot of 700 by 320 pixels."""
    plot = ThemedPlot("Layers", ValueAxis(write_percent), BarDateAxis())
    qtbot.addWidget(plot)
    plot.view.addItem(item)
    plot.resize(700, 320)
    plot.view.setRange(xRange=(left, right), yRange=(low, high), padding=0)
    plot.show()
    qtbot.waitExposed(plot)
    return plot, plot.viewport().grab().toImage()


def colour_at(plot: ThemedPlot, image: QImage, bar: float, value: float) -> str:
    """Return which of red, green and blue leads where a value of a bar lies; nothing on the bare ground."""
    point = plot.view_point(bar, value).toPoint()
    pixel = image.pixelColor(point)
    parts = {RED: pixel.red(), GREEN: pixel.green(), BLUE: pixel.blue()}
    strongest = max(parts, key=lambda name: parts[name])
    return strongest if parts[strongest] > OPACITY - 20 else ""


@pytest.mark.parametrize("step", [1, 2, 8, 64])
def test_a_block_is_as_thick_as_the_mean_of_its_bars(step: int) -> None:
    layers = shares(1000)
    blocks = stack(layers).blocks(130, 771, step)
    assert blocks.start[0] <= 130
    assert blocks.stop[-1] >= 771
    for place, (start, stop) in enumerate(zip(blocks.start.astype(int), blocks.stop.astype(int), strict=True)):
        means = [float(np.mean(values[start:stop])) for values in layers]
        below = [0.0, means[0], means[0] + means[1]]
        assert blocks.low[:, place] == pytest.approx(below, abs=1e-12)
        assert blocks.high[:, place] == pytest.approx(np.add(below, means), abs=1e-12)
    np.testing.assert_allclose(blocks.high[-1], 1.0, atol=1e-12, err_msg="probabilities add up to 1 at any zoom")


def test_the_last_block_ends_with_the_bars() -> None:
    blocks = stack(shares(13)).blocks(0, 13, 8)
    assert list(zip(blocks.start, blocks.stop, strict=True)) == [(0, 8), (8, 13)]


def test_a_million_bars_keep_their_sum() -> None:
    blocks = stack(shares(1_000_000)).blocks(999_000, 1_000_000, 1)
    np.testing.assert_allclose(blocks.high[-1], 1.0, atol=1e-9)


def test_bars_that_are_not_known_leave_a_gap_and_take_no_part_in_a_mean() -> None:
    layers = shares(16)
    layers[1, 4:8] = np.nan
    layers[0, 9] = np.nan
    item = stack(layers)
    near = item.blocks(0, 16, 1)
    assert [int(start) for start in near.start] == [*range(4), 8, *range(10, 16)]
    far = item.blocks(0, 16, 4)
    assert [int(start) for start in far.start] == [0, 8, 12]
    known = [8, 10, 11]
    assert far.high[0, 1] == pytest.approx(np.mean(layers[0, known]))
    assert far.high[-1, 1] == pytest.approx(1.0)


def test_what_is_below_zero_hangs_from_zero() -> None:
    item = stack(np.array([[0.5, -0.2, 0.0], [0.25, 0.4, -0.3]]))
    blocks = item.blocks(0, 3, 1)
    above, below = slice(0, 2), slice(2, 4)
    np.testing.assert_allclose(blocks.low[above], [[0, 0, 0], [0.5, 0, 0]])
    np.testing.assert_allclose(blocks.high[above], [[0.5, 0, 0], [0.75, 0.4, 0]])
    np.testing.assert_allclose(blocks.high[below], [[0, 0, 0], [0, -0.2, 0]])
    np.testing.assert_allclose(blocks.low[below], [[0, -0.2, 0], [0, -0.2, -0.3]])
    assert item.extent(0, 3) == pytest.approx((-0.3, 0.75))
    assert item.extent(1, 2) == pytest.approx((-0.2, 0.4))
    rect = item.boundingRect()
    assert (rect.left(), rect.right(), rect.top(), rect.bottom()) == pytest.approx((-0.5, 2.5, -0.3, 0.75))


@pytest.mark.parametrize("size", [12, 90])
def test_each_bar_shows_its_own_layers(size: int, qtbot: QtBot, dark: QApplication) -> None:
    layers = shares(size)
    plot, image = drawn(qtbot, stack(layers), -0.5, size - 0.5)
    edges = np.vstack([np.zeros(size), np.cumsum(layers, axis=0)])
    checked = 0
    for bar in range(size):
        for place, colour in enumerate((RED, GREEN, BLUE)):
            low, high = edges[place, bar], edges[place + 1, bar]
            if high - low > 0.04:
                checked += 1
                assert colour_at(plot, image, bar, (low + high) / 2) == colour
    assert checked > 2 * size


@pytest.mark.parametrize("size", [3000, 70_000])
def test_no_pixel_between_the_bars_stays_empty_and_shapes_are_few(size: int, qtbot: QtBot, dark: QApplication) -> None:
    item = stack(shares(size))
    plot, image = drawn(qtbot, item, -0.5, size - 0.5)
    assert 0 < item.blocks_painted <= 3 * (plot.view.width() + 2)
    first, last = (round(plot.view_point(bar, 0).x()) for bar in (-0.5, size - 0.5))
    row = round(plot.view_point(0, 0.05).y())
    ground = QColor(tokens().chart_ground).red()
    assert all(image.pixelColor(x, row).red() > ground + 60 for x in range(first + 1, last - 1))


def test_drawing_below_zero_and_above(qtbot: QtBot, dark: QApplication) -> None:
    plot, image = drawn(qtbot, stack(np.array([[0.6] * 20, [-0.5] * 20])), -0.5, 19.5, -1.0, 1.0)
    assert colour_at(plot, image, 10, 0.3) == RED
    assert colour_at(plot, image, 10, -0.25) == GREEN
    assert colour_at(plot, image, 10, 0.8) == ""
    assert colour_at(plot, image, 10, -0.8) == ""


def test_nothing_is_drawn_of_nothing(qtbot: QtBot, dark: QApplication) -> None:
    item = StackItem()
    plot, _ = drawn(qtbot, item, 0, 10)
    assert item.blocks_painted == 0
    assert item.columns() == ()
    assert item.extent(0, 0) == (0.0, 0.0)
    item.set_layers(("a", "b"), (np.empty(0), np.empty(0)))
    plot.grab()
    assert (len(item), item.columns(), item.blocks_painted) == (0, (), 0)
    item.set_layers(("a",), (np.full(10, np.nan),))
    item.set_colours([RED])
    plot.grab()
    assert item.blocks_painted == 0


def test_the_table_has_every_bar_of_every_layer() -> None:
    layers = shares(25)
    columns = stack(layers).columns()
    assert [column.title for column in columns] == ["layer 0", "layer 1", "layer 2"]
    for column, values in zip(columns, layers, strict=True):
        np.testing.assert_array_equal(column.values, values)


def test_a_run_offers_its_probabilities_as_layers_too() -> None:
    told = panes()
    (study,) = [study for study in studies_of(told) if study.kind == "layers"]
    assert study.key == "probabilities:layers"
    assert [curve.name for curve in study.curves] == ["BUY", "HOLD", "SELL"], "BUY up from 0, SELL down from 1"
    np.testing.assert_array_equal(np.column_stack([curve.values for curve in study.curves]), told.probabilities)
    assert study.bounds == (0.0, 1.0)
    assert study.levels == pytest.approx((0.6, 0.4)), "SELL hangs from 1, so its threshold is 1 less the threshold"


def test_the_pane_reads_every_class_out(qtbot: QtBot, dark: QApplication) -> None:
    (study,) = [study for study in studies_of(panes()) if study.kind == "layers"]
    pane = StudyPane(study, DateTicks())
    qtbot.addWidget(pane)
    said = plain(pane.heading_at(4))
    for curve in study.curves:
        assert f"{curve.name} {plain(numbers.percent(float(curve.values[4])))}" in said
    assert said.startswith("Probabilities, stacked")
    assert "BUY" in pane.accessibleDescription()


def test_it_is_chosen_in_the_menu_and_drawn_in_the_colours_of_the_classes(filled: LinkedCharts, qtbot: QtBot) -> None:
    count = len(filled.data)
    probabilities = np.tile([0.5, 0.3, 0.2], (count, 1))
    filled.set_panes(studies_of(panes(probabilities=probabilities, indicators=(), memberships={})))
    (action,) = [
        action
        for action in filled.tools.panes_menu.actions()
        if action.objectName() == "charts.pane.probabilities:layers"
    ]
    action.trigger()
    pane = filled.shelf.panes["probabilities:layers"]
    filled.show_range(100, 160)
    image = pane.viewport().grab().toImage()
    ground = QColor(tokens().chart_ground)
    for value, token in ((0.2, tokens().up), (0.7, tokens().flat), (0.9, tokens().down)):
        seen, wanted, share = (
            image.pixelColor(pane.view_point(130.2, value).toPoint()),
            QColor(token),
            OPACITY / 255,
        )
        for part in ("red", "green", "blue"):
            mixed = share * getattr(wanted, part)() + (1 - share) * getattr(ground, part)()
            assert getattr(seen, part)() == pytest.approx(mixed, abs=14)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_thresholds_lie_over_the_layers_and_can_be_told_from_them(
    theme: str, filled: LinkedCharts, dark: QApplication
) -> None:
    apply_theme(dark, theme)
    count = len(filled.data)
    filled.set_panes(studies_of(panes(probabilities=np.tile([0.5, 0.3, 0.2], (count, 1)), indicators=())))
    filled.show_panes({"probabilities:layers"})
    pane = filled.shelf.panes["probabilities:layers"]
    image = pane.viewport().grab().toImage()
    for level in pane.study.levels:
        row = round(pane.view_point(0, level).y())
        across = range(100, pane.viewport().width() - 120)
        found = [tokens().text in (image.pixelColor(x, row + shift).name() for shift in (-1, 0, 1)) for x in across]
        assert 0.3 < np.mean(found) < 0.9, f"no dashes at {level}"
