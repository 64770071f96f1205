"""The three panes that every run has: prices with trades, equity beside buy and hold, drawdown."""

from __future__ import annotations

from ktrdr_app.gui.charts.axis import DateTicks, write_percent, write_value
from ktrdr_app.gui.charts.candles import LodCandles
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.figures import chart_words as _t
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.markers import TradeMarkers
from ktrdr_app.gui.charts.open_mark import OpenMark
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.rivals import Rivals
from ktrdr_app.gui.charts.summary import drawdown_of, drawdown_words, equity_words, price_words
from ktrdr_app.gui.ui.theme import Tokens

LEAST_HEIGHTS = (92, 70, 70)
"""Pixels of prices, equity and drawdown; together they fit a small window with its dock open."""

KEYS = ("price", "equity", "drawdown")
"""What a choice of panes calls them."""

_PRICE_ROOM = 0.1


class BasePanes:
    """Prices, equity and drawdown with what they draw.

    Parameters
    ----------
    ticks : DateTicks
        Dates that all panes share.
    """

    def __init__(self, ticks: DateTicks) -> None:
        names = (_t("Price chart"), _t("Equity chart"), _t("Drawdown chart"))
        writers = (write_value, write_value, write_percent)
        self.panes = [ChartPane(key, name, write, ticks) for key, name, write in zip(KEYS, names, writers, strict=True)]
        self.price, self.equity_pane, self.drawdown_pane = self.panes
        self.price.room = _PRICE_ROOM
        self.drawdown_pane.reaches_zero = True
        self.drawdown_pane.least_low = -0.001
        for pane, least in zip(self.panes, LEAST_HEIGHTS, strict=True):
            pane.setMinimumHeight(least)
        self.candles = LodCandles()
        self.markers = TradeMarkers()
        self.open_mark = OpenMark()
        self.equity = LodCurve(width=1.8, title=_t("model"))
        self.benchmark = LodCurve(width=1.4, dash="dash", title=_t("buy and hold"))
        self.drawdown = LodCurve(width=1.4, fill_to=0.0, title=_t("drawdown"))
        self.price.add(self.candles)
        self.price.add(self.markers, self.open_mark, scaled=False)
        self.equity_pane.add(self.benchmark, self.equity)
        self.rivals = Rivals(self.equity_pane)
        self.equity_pane.more = self.rivals.extents
        self.drawdown_pane.add(self.drawdown)

    def set_data(self, data: ChartData) -> None:
        """Draw other bars.

        Parameters
        ----------
        data : ChartData
            What to draw.
        """
        self.candles.set_data(data.open, data.high, data.low, data.close)
        self.markers.set_trades(data.trades)
        self.open_mark.set_position(data.open_position)
        self.equity.set_data(data.equity)
        self.benchmark.set_data(data.benchmark)
        self.rivals.set_data(data)
        self.drawdown.set_data(drawdown_of(data.equity, data.start_value))
        self.price.setAccessibleDescription(price_words(data.title, data.times, data.close, len(data.trades)))
        self.equity_pane.setAccessibleDescription(equity_words(data.equity, data.benchmark))
        self.drawdown_pane.setAccessibleDescription(drawdown_words(data.times, self.drawdown.values))

    def dress(self, theme: Tokens) -> None:
        """Recolour what is drawn.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.candles.dress(theme)
        self.markers.dress(theme)
        self.open_mark.dress(theme)
        self.equity.set_colour(theme.series_1)
        self.benchmark.set_colour(theme.series_8)
        self.drawdown.set_colour(theme.down)
        self.rivals.dress(theme)

    def set_logarithmic(self, on: bool) -> None:
        """Scale prices and account values by their logarithms, or evenly.

        Parameters
        ----------
        on : bool
            Whether by logarithms.
        """
        self.candles.set_logarithmic(on)
        self.markers.set_logarithmic(on)
        self.open_mark.set_logarithmic(on)
        self.equity.set_logarithmic(on)
        self.benchmark.set_logarithmic(on)
        self.rivals.set_logarithmic(on)
        for pane in (self.price, self.equity_pane):
            pane.values.set_logarithmic(on)
