"""What lies under the sets: the histogram of all values, a line for each symbol, and each symbol's quantile bands."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTransform

from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.plot import TICK_POINTS, pen, swatch
from ktrdr_app.gui.panels.fuzzy.values import histogram
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

Floats = NDArray[np.float64]

HISTOGRAM_TOP = 0.8
"""Height of the fullest bin, in membership."""

BAND_ROW, BAND_GAP = 15, 12
"""Height of a symbol's row of bands, and the room above the first one, in pixels."""

BAND_SHARES = (0.01, 0.10, 0.25, 0.50, 0.75, 0.90, 0.99)
"""Quantiles that a row shows: its line, its thin bar, its thick bar and its mark."""

MOST_ROWS = MOST_NAMES = 5
"""Symbols that have a row of bands, and a name in the heading."""

_DASHES = ("solid", "dash", "dot")
_COLOURS = ("series_8", "series_7", "series_4", "series_5", "series_6")


def symbol_style(number: int, theme: Tokens) -> tuple[str, str]:
    """Return the colour and the dash of the n-th symbol's line: fifteen pairs before one comes again.

    Parameters
    ----------
    number : int
        From 0.
    theme : Tokens
        The colours in use.
    """
    return str(getattr(theme, _COLOURS[number % len(_COLOURS)])), _DASHES[number % len(_DASHES)]


class BandLayer(ChartItem):
    """A row for each symbol below the sets: 1-99 % as a line, 10-90 % and 25-75 % as bars, the median as a mark."""

    reaches_with_view = True

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[tuple[str, tuple[float, ...]], ...] = ()
        self.setZValue(20)

    @property
    def height(self) -> int:
        """Room that the rows need below the sets, in pixels."""
        return BAND_GAP + BAND_ROW * len(self.rows) + 2

    def set_values(self, values: Mapping[str, Floats]) -> None:
        """Show other values.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol, some of each.
        """
        self.prepareGeometryChange()
        shown = list(values)[:MOST_ROWS]
        more = f"  +{len(values) - len(shown)}" if len(values) > len(shown) else ""
        self.rows = tuple(
            (symbol + (more if symbol == shown[-1] else ""), tuple(np.quantile(values[symbol], BAND_SHARES).tolist()))
            for symbol in shown
        )
        self.update()

    def draw(self, painter: QPainter, view: QRectF) -> None:
        """Draw the rows.

        Parameters
        ----------
        painter : QPainter
            In data coordinates.
        view : QRectF
            What is visible.
        """
        theme, transform = tokens(), QTransform(painter.transform())
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(painter.font())
        font.setPointSizeF(TICK_POINTS)
        painter.setFont(font)
        left, floor = transform.map(QPointF(view.left(), 0.0)).x(), transform.map(QPointF(0.0, 0.0)).y()
        for number, (name, quantiles) in enumerate(self.rows):
            middle = floor + BAND_GAP + BAND_ROW * (number + 0.5)
            self._draw_row(painter, [transform.map(QPointF(x, 0.0)).x() for x in quantiles], middle, number, theme)
            width = QFontMetricsF(font).horizontalAdvance(name)
            plate = QRectF(left + 2, middle - BAND_ROW / 2, width + 8, BAND_ROW)
            ground = QColor(theme.chart_ground)
            ground.setAlpha(215)
            painter.fillRect(plate, ground)
            painter.setPen(QColor(theme.axis))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
        painter.setTransform(transform)

    def _draw_row(self, painter: QPainter, x: Sequence[float], middle: float, number: int, theme: Tokens) -> None:
        tint = QColor(symbol_style(number, theme)[0])
        painter.setPen(QPen(tint, 1))
        painter.drawLine(QPointF(x[0], middle), QPointF(x[6], middle))
        painter.setPen(Qt.PenStyle.NoPen)
        for begin, end, half, strength in ((1, 5, 2.0, 150), (2, 4, 4.0, 230)):
            tint.setAlpha(strength)
            painter.setBrush(tint)
            painter.drawRoundedRect(QRectF(x[begin], middle - half, x[end] - x[begin], 2 * half), 2, 2)
        painter.setPen(QPen(QColor(theme.chart_ground), 4))
        painter.drawLine(QPointF(x[3], middle - 4), QPointF(x[3], middle + 4))
        painter.setPen(QPen(QColor(theme.text), 2))
        painter.drawLine(QPointF(x[3], middle - 5), QPointF(x[3], middle + 5))


class Backdrop:
    """The items under the sets."""

    def __init__(self) -> None:
        bins = {"x": np.array([0.0, 1.0]), "y": np.array([0.0]), "stepMode": "center"}
        self.values: dict[str, Floats] = {}
        self.by_symbol = False
        words = QCoreApplication.translate("Backdrop", "values: height drawn")
        self.whole = pg.PlotCurveItem(**bins, fillLevel=0.0, name=words)
        self.lines: list[pg.PlotCurveItem] = []
        self.bands = BandLayer()
        self.items = (self.whole, self.bands)

    def show_values(
        self, values: Mapping[str, Floats], low: float, high: float, *, by_symbol: bool
    ) -> list[pg.PlotCurveItem]:
        """Draw the values of some symbols, and return the lines that are new and want a place in the view.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol; one without any is left out, and has neither line nor colour.
        low, high : float
            Ends of the axis.
        by_symbol : bool
            Whether each symbol has a line of its own over the histogram of all.
        """
        self.values = {symbol: array for symbol, array in values.items() if len(array)}
        self.by_symbol = by_symbol
        counted = histogram(self.values, low, high)
        self.whole.setVisible(bool(self.values))
        self.whole.setData(counted.edges, counted.total * HISTOGRAM_TOP)
        middles = (counted.edges[1:] + counted.edges[:-1]) / 2
        symbols = list(self.values) if by_symbol else []
        fresh = [pg.PlotCurveItem(antialias=True) for _ in symbols[len(self.lines) :]]
        for line in fresh:
            line.setZValue(0.5)  # over the histogram, under the sets
        self.lines += fresh
        self._dress_lines(tokens())
        for place, line in enumerate(self.lines):
            line.setVisible(place < len(symbols))
            if line.isVisible():
                name = QCoreApplication.translate("Backdrop", "{0}: height drawn").format(symbols[place])
                line.setData(middles, counted.by_symbol[symbols[place]] * HISTOGRAM_TOP, name=name)
        self.bands.set_values(self.values)
        return fresh

    def dress(self, theme: Tokens) -> None:
        """Recolour everything.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        ground = QColor(theme.flat)
        ground.setAlpha(66)
        self.whole.setPen(None)
        self.whole.setBrush(ground)
        self._dress_lines(theme)
        self.bands.update()

    def _dress_lines(self, theme: Tokens) -> None:
        for number, line in enumerate(self.lines):
            colour, dash = symbol_style(number, theme)
            line.setPen(pen(colour, 1.4, dash))

    def legend(self, theme: Tokens) -> list[str]:
        """Return what the heading says of the values, as rich text.

        Parameters
        ----------
        theme : Tokens
            The colours in use.
        """
        size = sum(len(array) for array in self.values.values())
        if not size:
            return []
        muted = f'<span style="color:{theme.text_muted}">{{}}</span>'
        said = QCoreApplication.translate("Backdrop", "histogram of {0} values").format(numbers.integer(size))
        symbols = list(self.values)
        parts = [muted.format(said)]
        if self.by_symbol:
            parts += [swatch(each, *symbol_style(n, theme)) for n, each in enumerate(symbols[:MOST_NAMES])]
            parts += [muted.format(f"+{len(symbols) - MOST_NAMES}")] if len(symbols) > MOST_NAMES else []
        elif len(symbols) > MOST_NAMES:
            parts.append(muted.format(QCoreApplication.translate("Backdrop", "{0} symbols").format(len(symbols))))
        else:
            parts.append(muted.format(html.escape(", ".join(symbols))))
        return parts
