"""The chart of a cell: all candles, marks at the right bars and prices, the chosen one in view, dates as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.results.bars_chart import AROUND, BarsChart
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.workflows.cell_bars import JudgedBars

pytestmark = pytest.mark.gui

BARS, FIRST = 400, 250
PLACES = np.arange(FIRST, BARS, dtype=np.intp)


def judged(frequency: str = "1D", answers: tuple[int, ...] = (0, 1, 2)) -> JudgedBars:
    """Return test rows whose labels repeat 0, 1, 2, and whose answers repeat as given."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, BARS)))
    index = pd.date_range("2020-01-01", periods=BARS, freq=frequency, tz="UTC").as_unit("ns")
    bars = pd.DataFrame({"open": close, "high": close + 1, "low": close - 1, "close": close}, index=index)
    label = (np.arange(len(PLACES)) % 3).astype(np.int8)
    answer = np.array([answers[place % len(answers)] for place in range(len(PLACES))])
    shares = np.full((len(PLACES), 3), 0.2)
    shares[np.arange(len(PLACES)), answer] = 0.6
    return JudgedBars("TEST", "1d" if frequency == "1D" else "1h", bars, PLACES, label, shares, "")


@pytest.fixture
def chart(qtbot: QtBot, dark: object) -> BarsChart:
    made = BarsChart()
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def around(chart: BarsChart, image: QImage, bar: int, price: float, up: int, colour: str) -> int:
    """Return how many pixels of a colour there are in a small box so far above (or below) a price."""
    spot = chart.view_point(bar, price).toPoint() + QPoint(2, 2 - up)
    reach = range(-5, 6)
    return sum(image.pixelColor(spot.x() + i, spot.y() + j).name() == colour for i in reach for j in reach)


def test_the_bars_of_the_cell_are_marked_and_no_others(chart: BarsChart) -> None:
    rows = judged()
    for cell in ((0, 0), (1, 1), (2, 2)):
        marked = chart.show_bars(rows, *cell)
        assert marked.tolist() == [place for number, place in enumerate(PLACES) if number % 3 == cell[0]]
        assert chart.marks.bars.tolist() == marked.tolist()
        assert chart.marks.chosen is None
    assert chart.show_bars(rows, 0, 2).tolist() == []


def test_all_test_bars_are_in_view_at_first(chart: BarsChart) -> None:
    chart.show_bars(judged(), 0, 0)
    left, right = chart.view.viewRange()[0]
    assert left <= FIRST
    assert right >= BARS - 1
    low, high = chart.view.viewRange()[1]
    shown = judged().bars.iloc[FIRST:]
    assert low < shown["low"].min()
    assert high > shown["high"].max()


@pytest.mark.parametrize("bar", [FIRST, 320, BARS - 1])
def test_the_chosen_bar_is_brought_into_view(chart: BarsChart, bar: int) -> None:
    rows = judged()
    chart.show_bars(rows, 0, 0)
    chart.choose(bar)
    left, right = chart.view.viewRange()[0]
    assert left < bar < right
    assert right - left <= 2 * AROUND + 1
    low, high = chart.view.viewRange()[1]
    assert low < rows.bars["low"].iloc[bar]
    assert high > rows.bars["high"].iloc[bar]
    assert chart.marks.chosen == bar


def test_the_values_follow_what_is_in_view(chart: BarsChart) -> None:
    rows = judged()
    chart.show_bars(rows, 0, 0)
    chart.view.setXRange(10, 40, padding=0)
    low, high = chart.view.viewRange()[1]
    part = rows.bars.iloc[10:41]
    assert low == pytest.approx(part["low"].min(), abs=0.3 * (high - low))
    assert low < part["low"].min() < part["high"].max() < high


@pytest.mark.parametrize(("frequency", "text"), [("1D", "2020-01-11"), ("1h", "2020-01-01 10:00")])
def test_bars_are_told_by_date_and_hour_only_where_there_is_one(chart: BarsChart, frequency: str, text: str) -> None:
    chart.show_bars(judged(frequency), 0, 0)
    assert chart.time_of(10) == text


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("answer", "up"), [(0, -10), (1, 9), (2, 10)])
def test_each_answer_has_its_sign_at_its_side_of_the_bar(
    chart: BarsChart, dark: QApplication, theme: str, answer: int, up: int
) -> None:
    apply_theme(dark, theme)
    rows = judged()
    chart.show_bars(rows, answer, answer)
    bar = int(chart.marks.bars[10])
    chart.choose(bar)
    chart.marks.choose(None)
    image = chart.grab().toImage()
    price = rows.bars["low" if answer == 0 else "high"].iloc[bar]
    assert around(chart, image, bar, float(price), up, tokens().success) > 8, "filled, as it was right"


def test_wrong_answers_are_hollow_and_of_another_colour(chart: BarsChart) -> None:
    rows = judged(answers=(1, 2, 0))
    chart.show_bars(rows, 0, 1)
    bar = int(chart.marks.bars[10])
    chart.choose(bar)
    chart.marks.choose(None)
    image = chart.grab().toImage()
    price = float(rows.bars["high"].iloc[bar])
    assert around(chart, image, bar, price, 9, tokens().success) == 0
    assert 0 < around(chart, image, bar, price, 9, tokens().danger) < 60


def test_the_chosen_bar_has_a_frame(chart: BarsChart) -> None:
    rows = judged()
    chart.show_bars(rows, 0, 0)
    bar = int(chart.marks.bars[10])
    chart.choose(bar)
    framed = chart.grab().toImage()
    chart.marks.choose(None)
    plain = chart.grab().toImage()
    focus = tokens().focus
    everywhere = [QPoint(x, y) for x in range(0, framed.width(), 1) for y in range(0, framed.height(), 2)]
    inked = [sum(image.pixelColor(spot).name() == focus for spot in everywhere) for image in (framed, plain)]
    assert inked[0] > inked[1]


def test_very_many_marks_become_ticks_beside_their_bars(chart: BarsChart, qtbot: QtBot) -> None:
    rows = judged()
    chart.show_bars(rows, 1, 1)
    count = 20_000
    low, high = np.full(count, 99.0), np.full(count, 101.0)
    chart.view.setLimits(xMin=-1, xMax=count)
    chart.view.setXRange(0, count, padding=0)
    chart.view.setYRange(90, 110, padding=0)
    inked = {}
    for answer, price, up in ((0, 99.0, -6), (2, 101.0, 6)):
        chart.marks.set_marks(np.arange(5_000, 15_000, dtype=np.intp), low, high, answer, right=True)
        image = chart.grab().toImage()
        inked[answer] = [around(chart, image, bar, price, up, tokens().success) for bar in (2_000, 10_000, 18_000)]
    for left, middle, right in inked.values():
        assert left == right == 0
        assert middle > 20


def test_of_ticks_too_the_chosen_one_has_a_frame(chart: BarsChart) -> None:
    rows = judged()
    chart.show_bars(rows, 1, 1)
    low, high = (np.repeat(rows.bars[name].to_numpy(), 2) for name in ("low", "high"))
    chart.marks.set_marks(np.arange(2 * BARS, dtype=np.intp), low, high, 1, right=False)
    chart.view.setLimits(xMin=-1, xMax=2 * BARS)
    chart.view.setXRange(-1, 2 * BARS, padding=0)
    before = chart.grab().toImage()
    chart.marks.choose(BARS)
    assert chart.grab().toImage() != before


def test_words_and_table_say_what_is_marked(chart: BarsChart) -> None:
    chart.show_bars(judged(), 2, 2)
    assert chart.accessibleDescription() == "TEST 1d: 50 bars marked"
    titles = {column.title: column for column in chart.figures().columns}
    assert [place for place, word in enumerate(titles["answered"].values) if word == "SELL"] == list(PLACES[2::3])
    assert len(titles["close"].values) == BARS
    assert isinstance(chart.view_point(0, 100), QPointF)


def test_no_test_rows_are_no_fault(chart: BarsChart) -> None:
    rows = judged()
    empty = np.empty(0, dtype=np.intp)
    bare = JudgedBars(
        rows.symbol, rows.timeframe, rows.bars, empty, empty.astype(np.int8), np.empty((0, 3)), rows.caution
    )
    assert chart.show_bars(bare, 0, 0).tolist() == []
    chart.grab()
