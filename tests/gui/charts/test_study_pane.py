"""Studies drawn: values read out at a bar, columns coloured by their sign, strips with names that fit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import DateTicks, write_value
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.study_pane import STRIP_PIXELS, Overlay, StudyPane
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

RAMP = np.linspace(0.0, 1.0, 50)


def pane_of(qtbot: QtBot, study: Study) -> StudyPane:
    made = StudyPane(study, DateTicks())
    qtbot.addWidget(made)
    made.limit(50)
    made.resize(500, 160)
    made.show()
    qtbot.waitExposed(made)
    made.view.setXRange(-1, 50, padding=0)
    made.scale(0, 50)
    return made


def plain(html: str) -> str:
    """Return what a heading says, with every kind of space alike."""
    document = QTextDocument()
    document.setHtml(html)
    return " ".join(document.toPlainText().split())


def colour_at(pane: ChartPane, x: float, y: float) -> str:
    return pane.viewport().grab().toImage().pixelColor(pane.view_point(x, y).toPoint()).name()


def test_a_study_is_told_apart_by_itself_and_cannot_be_changed() -> None:
    first, second = (Study("rsi", "RSI", "curves", (Curve("rsi", RAMP),)) for _ in range(2))
    assert first != second, "arrays are not compared value by value"
    assert len({first, second, first}) == 2
    with pytest.raises(FrozenInstanceError):
        first.title = "other"  # type: ignore[misc]


@pytest.mark.parametrize("percent", [False, True])
def test_the_values_of_a_bar_stand_beside_their_curves(qtbot: QtBot, dark: object, percent: bool) -> None:
    study = Study("s", "A <&> B", "curves", (Curve("up", RAMP), Curve("down", 1 - RAMP)), percent=percent)
    pane = pane_of(qtbot, study)
    write = numbers.percent if percent else lambda value: numbers.significant(value, 5)
    for bar in (0, 17, 49):
        said = plain(pane.heading_at(bar))
        assert said.startswith("A <&> B")
        for curve in study.curves:
            assert f"{curve.name} {plain(write(float(curve.values[bar])))}" in said
    for bar in (-1, 50):
        assert plain(pane.heading_at(bar)).endswith("down"), "beyond the bars there are names only"


def test_a_gap_is_read_out_as_a_dash(qtbot: QtBot, dark: object) -> None:
    pane = pane_of(qtbot, Study("s", "S", "columns", (Curve("v", np.where(RAMP < 0.5, np.nan, RAMP)),)))
    assert plain(pane.heading_at(3)) == f"S {numbers.NONE}"
    assert plain(pane.heading_at(49)) == "S 1"
    assert plain(pane.heading_at(-1)) == "S"


def test_strips_name_their_values(qtbot: QtBot, dark: object) -> None:
    pane = pane_of(qtbot, Study("s", "Sets", "strips", (Curve("low", RAMP), Curve("high", 1 - RAMP))))
    assert plain(pane.heading_at(0)) == "Sets low 0 high 1"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_columns_below_zero_differ_from_those_above(qtbot: QtBot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    signed = pane_of(qtbot, Study("s", "S", "columns", (Curve("v", np.where(RAMP < 0.5, -4.0, 4.0), "series_3"),)))
    assert colour_at(signed, 10, -2) == tokens().down
    assert colour_at(signed, 40, 2) == tokens().up
    plain_ones = pane_of(qtbot, Study("p", "P", "columns", (Curve("v", np.full(50, 4.0), "series_3"),)))
    assert colour_at(plain_ones, 40, 2) == tokens().series_3


def test_columns_that_are_not_known_anywhere_fault_nothing(qtbot: QtBot, dark: object) -> None:
    pane = pane_of(qtbot, Study("s", "S", "columns", (Curve("v", np.full(50, np.nan)),)))
    pane.grab()
    assert pane.accessibleDescription() == "nothing to show yet"


@pytest.mark.parametrize("count", [1, 3, 7])
def test_every_strip_has_its_room_and_its_name(qtbot: QtBot, dark: object, count: int) -> None:
    names = [f"a_rather_long_name_{number}" if number % 2 else f"set{number}" for number in range(count)]
    pane = pane_of(qtbot, Study("s", "S", "strips", tuple(Curve(name, RAMP) for name in names)))
    ticks = pane.values._tickLevels[0]
    assert [words for _, words in ticks] == [name if len(name) <= 11 else f"{name[:10]}…" for name in names]
    low, high = pane.view.viewRange()[1]
    assert all(low < place < high for place, _ in ticks)
    assert [place for place, _ in ticks] == sorted((place for place, _ in ticks), reverse=True)
    assert pane.minimumHeight() >= count * STRIP_PIXELS


class TestCurvesOverPrices:
    @pytest.fixture
    def price(self, qtbot: QtBot, dark: object) -> ChartPane:
        made = ChartPane("price", "Prices", write_value, DateTicks())
        qtbot.addWidget(made)
        made.resize(400, 200)
        made.show()
        qtbot.waitExposed(made)
        made.view.setXRange(0, 49, padding=0)
        made.view.setYRange(0, 10, padding=0)
        return made

    def study(self) -> Study:
        return Study("over:m", "mean", "overlay", (Curve("mean", np.full(50, 6.0), "series_2"),))

    def drawn(self, pane: ChartPane, y: float) -> bool:
        image = pane.viewport().grab().toImage()
        spots = [pane.view_point(x, y).toPoint() for x in range(10, 40)]
        return any(image.pixelColor(p.x(), p.y() + d).name() == tokens().series_2 for p in spots for d in (-1, 0, 1))

    def test_are_hidden_at_first_and_drawn_when_shown(self, price: ChartPane) -> None:
        overlay = Overlay(self.study(), price)
        assert not overlay.shown
        assert not self.drawn(price, 6.0)
        overlay.show(True)
        assert self.drawn(price, 6.0)

    def test_follow_the_scale_of_the_prices(self, price: ChartPane) -> None:
        overlay = Overlay(self.study(), price)
        overlay.show(True)
        overlay.set_logarithmic(True)
        price.view.setYRange(0, 2, padding=0)
        assert self.drawn(price, np.log10(6.0))
        overlay.set_logarithmic(False)
        price.view.setYRange(0, 10, padding=0)
        assert self.drawn(price, 6.0)

    def test_leave_nothing_behind(self, price: ChartPane) -> None:
        before = len(price.view.addedItems)
        overlay = Overlay(self.study(), price)
        assert len(price.view.addedItems) == before + 1
        overlay.remove()
        assert len(price.view.addedItems) == before

    def test_are_read_out_with_their_names(self, price: ChartPane) -> None:
        overlay = Overlay(self.study(), price)
        (said,) = overlay.told(3)
        assert plain(said).endswith("mean 6")
        assert plain(overlay.told(-1)[0]).endswith("mean")
        assert plain(overlay.told(50)[0]).endswith("mean")

    def test_do_not_widen_the_values(self, price: ChartPane) -> None:
        Overlay(self.study(), price).show(True)
        price.scale(0, 50)
        assert price.view.viewRange()[1] == [0, 10]
