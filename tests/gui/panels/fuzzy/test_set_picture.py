"""What lies where in the picture: the set under a point, the axis, ghosts in their colours, words of the heading."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.handle_layer import set_colour
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from tests.gui.panels.fuzzy.conftest import every_kind, some_values
from tests.gui.panels.fuzzy.test_plot import grip_of, pixel

pytestmark = pytest.mark.gui

CORNERS = {
    "low": ([-1e9, 25, 40], [1, 1, 0]),
    "middle": ([25, 50, 75], [0, 1, 0]),
    "high": ([60, 75, 1e9], [0, 1, 1]),
}
"""Curves of the input rsi, as straight lines between corners."""


def test_the_set_under_a_point_is_the_one_whose_curve_is_above_it(plot: FuzzyPlot) -> None:
    random = np.random.default_rng(4)
    low, high = plot.shown_range
    hits = set()
    for x, y in zip(random.uniform(low, high, 300), random.uniform(0.02, 1.15, 300), strict=True):
        levels = {key: float(np.interp(x, *corners)) for key, corners in CORNERS.items()}
        if any(abs(level - y) < 0.03 for level in levels.values()):
            continue  # within a pixel of a curve
        plot.layer.selected = "middle"
        above = {key: level for key, level in levels.items() if level > y}
        wanted = "middle" if "middle" in above else max(above, key=lambda key: levels[key], default="")
        found = plot.body_at(plot.view_point(float(x), float(y)))
        assert found == wanted
        hits.add(found)
    assert hits == {"", "low", "middle", "high"}


@pytest.mark.parametrize("point", [QPointF(-50, 100), QPointF(5000, 100), QPointF(450, 5000)])
def test_outside_the_axes_there_is_no_set(point: QPointF, plot: FuzzyPlot) -> None:
    assert plot.body_at(point) == ""
    assert plot.grip_at(point) is None


def test_points_and_data_are_the_same_both_ways(plot: FuzzyPlot) -> None:
    for x, y in ((10.0, 0.0), (50.0, 1.0), (93.3, 0.25)):
        place = plot.data_point(plot.view_point(x, y))
        assert (place.x(), place.y()) == (pytest.approx(x, abs=pixel(plot)), pytest.approx(y, abs=0.01))
    for grip in plot.layer.grips:
        assert plot.grip_at(plot.grip_point(grip)) is not None


def test_all_handles_and_nearly_all_values_are_on_the_axis(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    values = {"A": np.concatenate([np.random.default_rng(1).normal(50, 30, 5000), [1e7, -1e7]])}
    plot.set_values(values)
    low, high = plot.shown_range
    assert np.mean((values["A"] >= low) & (values["A"] <= high)) >= 0.995
    assert high < 1000, "one wild value has taken the axis"
    for grip in plot.layer.grips:
        assert low < grip.handle.x < high
    assert plot.grain < plot.step < (high - low) / 50


def test_the_axis_stands_still_while_the_list_changes(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    before = plot.shown_range
    document.change_sets({**document.sets(), "far": FuzzySet(type="triangular", parameters=[90, 300, 400])}, "add")
    assert plot.shown_range == before
    assert {grip.key for grip in plot.layer.grips} == {"low", "middle", "high", "far"}
    document.undo()
    assert {grip.key for grip in plot.layer.grips} == {"low", "middle", "high"}
    document.show("macd")
    assert plot.shown_range != before


def test_a_set_that_is_taken_out_gives_up_selection_and_keyboard(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    plot._focus(grip_of(plot, "high", "left foot"))
    assert plot.layer.selected == "high"
    document.change_sets({key: entry for key, entry in document.sets().items() if key != "high"}, "out")
    assert plot.layer.selected == "low"
    assert plot.focused_grip is None
    assert "high" not in plot.accessibleDescription()


def test_a_ghost_wears_the_colour_of_its_set_whatever_its_place(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    sets = every_kind()["rsi"].sets
    plot.set_ghost({"high": sets["high"], "gone": sets["middle"]}, "v3 <b>")
    colours = [ghost.opts["pen"].color().name() for ghost in plot._ghosts]
    assert colours[0] == set_colour(list(document.sets()).index("high"), tokens())
    assert {ghost.opts["pen"].style() for ghost in plot._ghosts} != {Qt.PenStyle.SolidLine}
    assert "v3 <b>" in plot.heading.toPlainText()
    items = len(plot.scene().items())
    for _ in range(5):
        plot.set_ghost({"high": sets["high"], "gone": sets["middle"]}, "v3")
    assert len(plot.scene().items()) == items
    plot.set_ghost({}, "")
    assert len(plot.scene().items()) == items - 2
    assert "v3" not in plot.heading.toPlainText()


def test_a_picture_made_anew_draws_ghosts_and_heading_once(
    plot: FuzzyPlot, document: FuzzyDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Histogram and heading are laid out in milliseconds, and each reading of values would pay for them twice."""
    plot.set_ghost({"middle": document.sets()["middle"]}, "v3")
    added: list[object] = []
    headings: list[str] = []
    add, write = plot.view.addItem, plot.set_heading
    monkeypatch.setattr(plot.view, "addItem", lambda item: (added.append(item), add(item)))
    monkeypatch.setattr(plot, "set_heading", lambda text: (headings.append(text), write(text)))
    plot.set_values(some_values(6))
    assert [item for item in added if item in plot._ghosts] == plot._ghosts
    assert len(added) == len(document.sets()) + 1, "three curves and one ghost"
    assert len(headings) == 1
    assert "v3" in plot.heading.toPlainText()
    plot.show_symbols(by_symbol=True)
    assert "AAA" in plot.heading.toPlainText()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("ratio_to_price", "close / bands.lower"),
        ("percent", "bands.lower in % of the close"),
        ("atr", "bands.lower / ATR"),
        ("atr_distance", "(close − bands.lower) / ATR"),
        ("zscore", "z-score of bands.lower"),
        ("auto", "bands.lower, scale-free"),
        ("raw", "x"),
    ],
)
def test_the_heading_says_in_which_form_the_values_are(form: str, words: str, plot: FuzzyPlot) -> None:
    entry = FuzzyInput(input="bands.lower", form=form, sets=every_kind()["rsi"].sets)  # type: ignore[arg-type]
    other = FuzzyDocument("other", {"x": entry})
    plot.set_document(other)
    assert words in plot.heading.toPlainText()
    assert ("bands" in plot.heading.toPlainText()) is (form != "raw")
    plot.set_document(None)
    assert plot.heading.toPlainText().strip() == ""
    other.deleteLater()


def test_wide_and_narrow_scales_have_fitting_steps(plot: FuzzyPlot) -> None:
    for scale in (1e-4, 1.0, 1e5):
        sets = {
            "a": FuzzySet(type="triangular", parameters=[0, scale, 2 * scale]),
            "b": FuzzySet(type="triangular", parameters=[scale, 2 * scale, 3 * scale]),
        }
        other = FuzzyDocument("other", {"x": FuzzyInput(sets=sets)})
        plot.set_document(other)
        assert plot.grain < scale / 100
        assert 0.3 * pixel(plot) < plot.step < 10 * pixel(plot)
        text = f"{plot.grain:.{plot.places}f}"
        assert float(text) > 0, "the grain is not to be seen in a handle's number"
        plot.set_document(None)
        other.deleteLater()


def test_bands_keep_their_room_at_any_height(plot: FuzzyPlot, qtbot: QtBot) -> None:
    plot.set_values({f"S{number}": array for number, array in enumerate([*some_values().values()] * 2)})
    for height in (260, 420, 800):
        plot.resize(900, height)
        plot.viewport().grab()
        room = plot.view_point(0, plot.view.viewRange()[1][0]).y() - plot.view_point(0, 0).y()
        assert room >= plot.backdrop.bands.height - 2
