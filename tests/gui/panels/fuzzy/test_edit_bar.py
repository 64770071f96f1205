"""The second line of the editor: what snaps where, for every mode, and how values are shown."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.snapping import EVERYTHING, GRID, OFF, PERCENTILES, PERCENTS, VERTICES
from ktrdr_app.gui.panels.fuzzy.edit_bar import EditBar
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui import accessibility
from tests.gui.panels.fuzzy.conftest import some_values
from tests.gui.panels.fuzzy.test_plot import drag, grip_of, numbers, pixel

pytestmark = pytest.mark.gui


@pytest.fixture
def bar(plot: FuzzyPlot, qtbot: QtBot) -> EditBar:
    made = EditBar(plot, plot)
    for widget in (made.snap, made.lines):
        qtbot.addWidget(widget)
    made.set_values(some_values())
    return made


def choose(bar: EditBar, mode: str) -> None:
    bar.snap.setCurrentIndex(bar.snap.findData(mode))


def percentile(share: int) -> float:
    """Return the value below which that share of all values lies, by sorting and counting."""
    ordered = np.sort(np.concatenate(list(some_values().values())))
    place = share / 100 * (len(ordered) - 1)
    low = int(place)
    return float(ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]))


@pytest.mark.parametrize("share", [10, 15, 20])
def test_a_foot_can_be_set_to_the_lowest_share_of_the_values(
    share: int, bar: EditBar, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    choose(bar, PERCENTILES)
    wanted = percentile(share)
    drag(qtbot, plot, grip_of(plot, "middle", "left foot"), wanted + 3 * pixel(plot))
    assert numbers(document, "middle")[0] == pytest.approx(wanted, abs=plot.grain / 2 + 1e-9)


@pytest.mark.parametrize(
    ("mode", "x", "lands"),
    [(OFF, 40.4, None), (GRID, 32.4, 32.0), (VERTICES, 40.4, 40.0), (EVERYTHING, 40.4, 40.0), (VERTICES, 33.0, None)],
)
def test_each_choice_does_what_it_says(
    mode: str, x: float, lands: float | None, bar: EditBar, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    choose(bar, mode)
    drag(qtbot, plot, grip_of(plot, "middle", "left foot"), x)
    found = numbers(document, "middle")[0]
    if lands is None:
        assert found == pytest.approx(x, abs=1.5 * pixel(plot))
    else:
        assert found == lands


def test_targets_follow_the_values_and_go_with_them(bar: EditBar, plot: FuzzyPlot) -> None:
    assert len(plot.snapping.percentiles) == len(PERCENTS)
    bar.set_values({"ONE": np.linspace(0, 100, 101), "NONE": np.empty(0)})
    found = {target.label: target.x for target in plot.snapping.percentiles}
    assert found["p25 of ONE"] == pytest.approx(25, abs=plot.grain)
    assert found["p99 of ONE"] == pytest.approx(99, abs=plot.grain)
    bar.set_values({})
    assert plot.snapping.percentiles == ()


def test_values_are_shown_together_or_by_symbol_and_back(bar: EditBar, plot: FuzzyPlot) -> None:
    for by_symbol, count in ((True, 2), (False, 0)):
        bar.lines.setCurrentIndex(bar.lines.findData(by_symbol))
        assert sum(line.isVisible() for line in plot.backdrop.lines) == count
        assert plot.backdrop.whole.isVisible()


def test_the_choices_are_named_and_say_how_to_pass_them_by(bar: EditBar) -> None:
    assert "Alt" in bar.snap.toolTip()
    assert accessibility.nameless(bar.snap) == accessibility.nameless(bar.lines) == []
