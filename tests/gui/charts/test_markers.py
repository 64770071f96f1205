"""Trade markers: arrows in pixels at the fills, connectors between them, found under the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.markers import ARROW, TradeArrays, TradeMarkers, arrow
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui


def trades_of(*rows: tuple[int, int, float, float, bool, float]) -> TradeArrays:
    """Return trades from rows of entry, exit, entry price, exit price, long, profit."""
    entry, leave, bought, sold, long, profit = zip(*rows, strict=True)
    return TradeArrays(
        np.array(entry), np.array(leave), np.array(bought), np.array(sold), np.array(long), np.array(profit)
    )


ONE_LONG = trades_of((20, 60, 40.0, 60.0, True, 5.0))
ONE_SHORT = trades_of((20, 60, 60.0, 40.0, False, 5.0))


def many(count: int) -> TradeArrays:
    entry = np.linspace(1, 90, count).astype(np.int64)
    price = np.full(count, 50.0)
    return TradeArrays(entry, entry + 3, price, price + 1, np.ones(count, dtype=np.bool_), np.ones(count))


class Shown:
    """Markers in a plot over bars 0 to 100 and prices 0 to 100."""

    def __init__(self, qtbot: QtBot) -> None:
        self.markers = TradeMarkers()
        self.plot = ThemedPlot("Trades", ValueAxis(write_value), BarDateAxis())
        qtbot.addWidget(self.plot)
        self.plot.view.addItem(self.markers)
        self.markers.dress(tokens())
        self.plot.resize(800, 500)
        self.plot.show()
        qtbot.waitExposed(self.plot)
        self.look(0, 100)

    def look(self, left: float, right: float) -> QImage:
        self.plot.view.setRange(xRange=(left, right), yRange=(0, 100), padding=0)
        return self.plot.viewport().grab().toImage()

    def near(self, image: QImage, bar: float, price: float, down: float) -> QColor:
        """Return the colour some pixels below a point."""
        place = self.plot.view_point(bar, price)
        return image.pixelColor(round(place.x()), round(place.y() + down))


@pytest.fixture
def shown(qtbot: QtBot, dark: QApplication) -> Shown:
    return Shown(qtbot)


def alike(first: QColor, second: str) -> bool:
    return all(abs(a - b) <= 30 for a, b in zip(first.getRgb(), QColor(second).getRgb(), strict=True))


def share_of(found: QColor, wanted: str) -> float:
    """Return how much of a colour is laid over the ground, 0 to 1; 0 for another hue."""
    ground, full = np.array(QColor(tokens().chart_ground).getRgb()[:3]), np.array(QColor(wanted).getRgb()[:3])
    mixed, way = np.array(found.getRgb()[:3]) - ground, full - ground
    part = float(mixed @ way / (way @ way))
    return part if np.abs(mixed - part * way).max() < 25 else 0.0


def test_arrows_point_at_the_price_from_the_right_side() -> None:
    up, down = arrow(QPointF(50, 50), 6.0, upwards=True), arrow(QPointF(50, 50), 6.0, upwards=False)
    assert up.first().y() > 50, "a buy stands below the price"
    assert down.first().y() < 50, "a sale stands above it"
    assert up.boundingRect().width() == pytest.approx(12.0)
    assert up.first().y() < up.boundingRect().bottom(), "its tip is its highest point"
    assert down.first().y() > down.boundingRect().top()


def test_a_long_trade_is_bought_below_and_sold_above(shown: Shown) -> None:
    shown.markers.set_trades(ONE_LONG)
    image = shown.look(0, 100)
    theme = tokens()
    assert shown.markers.arrows_painted == 2
    assert alike(shown.near(image, 20, 40, +11), theme.up), "the entry is a filled arrow below"
    assert alike(shown.near(image, 60, 60, -11), theme.chart_ground), "the exit is a hollow arrow above"
    assert alike(shown.near(image, 20, 40, -11), theme.chart_ground)


def test_a_short_trade_is_sold_above_and_bought_back_below(shown: Shown) -> None:
    shown.markers.set_trades(ONE_SHORT)
    image = shown.look(0, 100)
    assert alike(shown.near(image, 20, 60, -11), tokens().down)
    assert alike(shown.near(image, 60, 40, +11), tokens().chart_ground)


@pytest.mark.parametrize(("profit", "token"), [(5.0, "success"), (-5.0, "danger"), (0.0, "danger")])
def test_the_connector_tells_profit_from_loss(profit: float, token: str, shown: Shown) -> None:
    shown.markers.set_trades(trades_of((20, 80, 50.0, 50.0, True, profit)))
    image = shown.look(0, 100)
    row = round(shown.plot.view_point(50, 50).y())
    columns = range(round(shown.plot.view_point(35, 50).x()), round(shown.plot.view_point(65, 50).x()))
    wanted = getattr(tokens(), token)
    rows = range(row - 2, row + 3)
    hits = sum(max(share_of(image.pixelColor(x, y), wanted) for y in rows) > 0.4 for x in columns)
    share = hits / len(columns)
    if profit > 0:
        assert share > 0.95
    else:
        assert 0.4 < share < 0.95, "a loss is dashed, so that colour is not all"


def test_only_trades_in_view_are_painted(shown: Shown) -> None:
    shown.markers.set_trades(
        trades_of(
            (5, 9, 50.0, 51.0, True, 1.0),
            (15, 85, 50.0, 51.0, True, 1.0),
            (40, 45, 50.0, 51.0, True, 1.0),
            (90, 95, 50.0, 51.0, True, 1.0),
        )
    )
    assert shown.markers.visible(QRectF(30, 0, 30, 100)).tolist() == [1, 2], "one spans the view, one lies in it"
    shown.look(30, 60)
    assert shown.markers.arrows_painted == 4
    shown.look(0, 100)
    assert shown.markers.arrows_painted == 8


def test_trades_that_are_not_wanted_are_neither_drawn_nor_clicked_nor_tabled(shown: Shown) -> None:
    shown.markers.set_trades(many(4))
    all_of_them = shown.look(0, 100)
    entry = shown.markers.trades.entry.tolist()
    shown.markers.show_only({0, 3})
    fewer = shown.look(0, 100)
    assert shown.markers.arrows_painted == 4
    assert fewer != all_of_them
    found = [shown.markers.trade_at(float(bar), float(shown.markers.trades.entry_price[0])) for bar in entry]
    assert found == [0, None, None, 3]
    (column,) = shown.markers.columns()
    told = " ".join(column.values.tolist())
    assert "trade 1 " in told
    assert "trade 4 " in told
    assert "trade 2 " not in told
    shown.markers.show_only(())
    shown.look(0, 100)
    assert shown.markers.arrows_painted == 0
    assert shown.markers.columns() == ()
    shown.markers.show_only(None)
    assert shown.look(0, 100) == all_of_them
    shown.markers.show_only({1})
    shown.markers.set_trades(many(4))
    assert shown.look(0, 100) == all_of_them, "another run shows all of its trades"


def test_a_crowd_of_trades_shows_connectors_alone(shown: Shown) -> None:
    shown.markers.set_trades(many(2000))
    shown.look(0, 100)
    assert shown.markers.arrows_painted == 0
    shown.markers.set_trades(many(100))
    shown.look(0, 100)
    assert shown.markers.arrows_painted == 200


def test_arrows_get_smaller_where_there_are_many(shown: Shown) -> None:
    def reach(count: int) -> int:
        shown.markers.set_trades(many(count))
        image = shown.look(0, 100)
        bar = int(shown.markers.trades.entry[-1])
        return sum(alike(shown.near(image, bar, 50, down), tokens().up) for down in range(3, 24))

    assert reach(3) > reach(80) > reach(300) > 0


def test_the_selected_trade_is_ringed(shown: Shown) -> None:
    shown.markers.set_trades(ONE_LONG)
    plain = shown.look(0, 100)
    shown.markers.select(0)
    ringed = shown.look(0, 100)
    assert plain != ringed
    radius = 2.2 * ARROW
    below = shown.near(ringed, 20, 40, 10 + radius)
    assert alike(below, tokens().focus)
    shown.markers.select(None)
    assert shown.look(0, 100) == plain


def test_the_trade_under_the_mouse_is_found(shown: Shown) -> None:
    shown.markers.set_trades(
        trades_of((20, 60, 40.0, 60.0, True, 5.0), (62, 90, 60.0, 30.0, True, -5.0), (22, 70, 80.0, 90.0, False, -1.0))
    )
    shown.look(0, 100)
    assert shown.markers.trade_at(20.1, 40.2) == 0
    assert shown.markers.trade_at(62.0, 60.0) == 1
    assert shown.markers.trade_at(90.0, 30.5) == 1
    assert shown.markers.trade_at(22.0, 79.0) == 2
    assert shown.markers.trade_at(50.0, 10.0) is None


def test_no_trades_paint_nothing_and_are_nowhere(shown: Shown) -> None:
    shown.markers.set_trades(ONE_LONG)
    shown.markers.select(0)
    shown.markers.set_trades(TradeArrays())
    shown.look(0, 100)
    assert shown.markers.selected is None
    assert shown.markers.arrows_painted == 0
    assert shown.markers.trade_at(20, 40) is None
    assert shown.markers.boundingRect().isNull()
    assert shown.markers.visible(None).tolist() == []


def test_bounds_leave_room_for_the_arrows_at_any_zoom(shown: Shown) -> None:
    shown.markers.set_trades(ONE_LONG)
    for left, right in ((0, 100), (15, 25)):
        shown.look(left, right)
        bounds = shown.markers.boundingRect()
        pixel = (right - left) / shown.plot.view.width()
        assert bounds.left() <= 20 - ARROW * pixel
        assert bounds.top() < 40
        assert bounds.bottom() > 60
