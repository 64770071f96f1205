"""The picture of the coverage strip: a row per series, time across, colour for the share of bars, holes marked."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFont, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ktrdr_app.data.quality.coverage import CoverageMap
from ktrdr_app.gui.charts.axis import date_labels, tick_times
from ktrdr_app.gui.charts.data_table import DataTwin
from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.charts.plot import TICK_POINTS
from ktrdr_app.gui.panels.data.coverage_picture import hole_pixels, palette, shade_pixels
from ktrdr_app.gui.panels.data.coverage_words import covered_words, series_words
from ktrdr_app.gui.panels.data.series_row import say
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import color, themeChanged, tokens

ROW, MARK, AXIS, PAD = 16, 9, 20, 4
"""Pixels: height of a row, of the room for marks above it, of the dates below, and of the frame."""
MOST_ROWS = 6
LEAST_BARS = 8
"""Closest zoom."""


class StripPicture(QWidget):
    """Which bars are there, over time, in the span that is shown."""

    rangeChanged = Signal(object)
    """(start, end) of what is shown, nanoseconds UTC."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dataPanel.coverageStrip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        accessibility.name(self, say("Coverage"), say("nothing to show"))
        self.twin = DataTwin(self)
        self._maps: tuple[CoverageMap, ...] = ()
        self._range = (0, 1)
        self._row = 0
        self._hole = -1
        themeChanged.connect(self._on_theme)

    @property
    def maps(self) -> tuple[CoverageMap, ...]:
        """The series shown, top to bottom."""
        return self._maps

    @property
    def visible_range(self) -> tuple[int, int]:
        """First and last moment in view, nanoseconds UTC."""
        return self._range

    @property
    def chosen_hole(self) -> int:
        """Number of the hole that the keys have chosen in the current row; -1 for none."""
        return self._hole

    def set_maps(self, maps: Sequence[CoverageMap], *, keep_range: bool = False) -> None:
        """Show other series.

        Parameters
        ----------
        maps : sequence of CoverageMap
            Top to bottom; those beyond `MOST_ROWS` are left out.
        keep_range : bool
            Whether the span in view stays, if it is a part and still touches a series.
        """
        whole = self._range == self._whole()
        self._maps = tuple(maps[:MOST_ROWS])
        self._row, self._hole = 0, -1
        first, last = self._whole()
        inside = self._range[0] < last and self._range[1] > first and not whole
        self.updateGeometry()
        self._describe()
        if not (keep_range and inside):
            self.show_all()
        self.update()

    @Slot()
    def show_all(self) -> None:
        """Bring all series into view from the first bar to the last."""
        self.show_range(*self._whole())

    def show_range(self, start: int, end: int) -> None:
        """Bring a span into view, kept within the series and no closer than a few bars.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC.
        """
        first, last = self._whole()
        least = LEAST_BARS * min((each.length for each in self._maps), default=1)
        width = min(max(end - start, least), max(last - first, 1))
        middle = (start + end) // 2
        begin = min(max(middle - width // 2, first), max(last - width, first))
        if (begin, begin + width) != self._range:
            self._range = (begin, begin + width)
            self.update()
            self.rangeChanged.emit(self._range)

    def zoom_to(self, start: int, end: int) -> None:
        """Bring a stretch into view with its surroundings.

        Parameters
        ----------
        start, end : int
            Nanoseconds UTC.
        """
        room = max(2 * (end - start), 12 * max((each.length for each in self._maps), default=1))
        self.show_range(start - room, end + room)

    def sizeHint(self) -> QSize:
        """Return the room that the rows and the dates need."""
        return QSize(400, 2 * PAD + max(len(self._maps), 1) * (ROW + MARK) + AXIS)

    def minimumSizeHint(self) -> QSize:
        """Return the least room: rows are never squeezed."""
        return QSize(200, self.sizeHint().height())

    def row_rect(self, row: int) -> QRectF:
        """Return where a row's bar of time lies.

        Parameters
        ----------
        row : int
            Which row.
        """
        left, right = self._gutters()
        top = PAD + row * (ROW + MARK) + MARK
        return QRectF(left, top, max(self.width() - left - right, 1), ROW)

    def hole_point(self, row: int, hole: int) -> QPointF:
        """Return where a hole is marked.

        Parameters
        ----------
        row, hole : int
            Which hole of which row.
        """
        rect, holes = self.row_rect(row), self._maps[row].holes
        middle = (max(int(holes.start[hole]), self._range[0]) + min(int(holes.end[hole]), self._range[1])) // 2
        return QPointF(self._x(middle, rect), rect.center().y())

    def _whole(self) -> tuple[int, int]:
        if not self._maps:
            return 0, 1
        return min(each.start for each in self._maps), max(each.end for each in self._maps)

    def _gutters(self) -> tuple[int, int]:
        metrics = self.fontMetrics()
        names = [metrics.horizontalAdvance(each.symbol) for each in self._maps]
        return max([48, *names]) + 16, metrics.horizontalAdvance("99.99 %") + 14

    def _x(self, moment: int, rect: QRectF) -> float:
        start, end = self._range
        return rect.left() + (moment - start) / (end - start) * rect.width()

    def paintEvent(self, _event: QEvent) -> None:
        """Draw rows, marks, names and dates.

        Parameters
        ----------
        _event : QPaintEvent
            All is drawn.
        """
        painter = QPainter(self)
        theme = tokens()
        painter.fillRect(self.rect(), color("chart_ground"))
        colours = palette(theme)
        for row, covered in enumerate(self._maps):
            rect = self.row_rect(row)
            self._paint_row(painter, covered, rect, colours)
            self._paint_marks(painter, row, rect)
            painter.setPen(color("text"))
            middle = Qt.AlignmentFlag.AlignVCenter
            names = QRectF(0, rect.top(), rect.left() - 8, ROW)
            painter.drawText(names, middle | Qt.AlignmentFlag.AlignRight, covered.symbol)
            painter.setPen(color("text_muted"))
            figures = QRectF(rect.right() + 8, rect.top(), 200, ROW)
            painter.drawText(figures, middle | Qt.AlignmentFlag.AlignLeft, covered_words(covered))
        if self._maps:
            self._paint_dates(painter)
        outline = QPen(color("focus" if self.hasFocus() else "border"), 2)
        painter.setPen(outline)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_row(self, painter: QPainter, covered: CoverageMap, rect: QRectF, colours: NDArray[np.uint32]) -> None:
        width = max(1, round(rect.width() * self.devicePixelRatioF()))
        line = np.ascontiguousarray(colours[shade_pixels(covered, *self._range, width)])
        painter.drawImage(rect, QImage(line.data, width, 1, 4 * width, QImage.Format.Format_RGB32))

    def _paint_marks(self, painter: QPainter, row: int, rect: QRectF) -> None:
        covered = self._maps[row]
        pixels, holes = hole_pixels(covered, *self._range, max(1, round(rect.width())))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("danger"))
        for pixel, hole in zip(pixels.tolist(), holes.tolist(), strict=True):
            x, high = rect.left() + pixel + 0.5, 3.0 + min(np.log10(covered.holes.missing[hole]) * 2.0, 4.0)
            painter.drawPolygon(_arrow(x, rect.top() - 1, high))
            # a hole narrower than a pixel is seen too
            painter.fillRect(QRectF(round(x - 1), rect.top(), 2, ROW), color("danger"))
        if row == self._row and 0 <= self._hole < len(covered.holes):
            painter.setPen(QPen(color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ends = (covered.holes.start[self._hole], covered.holes.end[self._hole])
            left, right = (min(max(self._x(int(end), rect), rect.left()), rect.right()) for end in ends)
            painter.drawRect(QRectF(left - 3, rect.top() - 2, right - left + 6, ROW + 4))

    def _paint_dates(self, painter: QPainter) -> None:
        rect = self.row_rect(len(self._maps) - 1)
        marks = tick_times(*self._range, rect.width())
        font = QFont(self.font())
        font.setPointSizeF(TICK_POINTS)
        painter.setFont(font)
        painter.setPen(color("axis"))
        free = rect.left() - 40
        for moment, text in zip(marks.tolist(), date_labels(marks), strict=True):
            x, half = self._x(moment, rect), painter.fontMetrics().horizontalAdvance(text) / 2
            if x - half > free and x + half < self.width() - 2:
                place = QRectF(x - half - 2, rect.bottom() + 2, 2 * half + 4, AXIS - 2)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                free = x + half + 8

    @Slot(object)
    def _on_theme(self, _theme: object) -> None:
        self.update()

    def _describe(self) -> None:
        words = "; ".join(f"{each.symbol} {each.timeframe}: {series_words(each)}" for each in self._maps)
        self.setAccessibleDescription(words or say("nothing to show"))

    def figures(self) -> Figures:
        """Return each series and each of its holes as a row: which, from when until when, how many bars are missing."""
        rows = []
        for each in self._maps:
            rows.append((each.symbol, say("series"), each.start, each.end, each.missing))
            holes = zip(each.holes.start, each.holes.end, each.holes.missing, strict=True)
            rows += [(each.symbol, say("hole"), int(start), int(end), int(missing)) for start, end, missing in holes]
        symbols, kinds, starts, ends, missing = zip(*rows, strict=True) if rows else ((),) * 5
        columns = (
            Series(say("symbol"), np.array(symbols, dtype=object)),
            Series(say("what"), np.array(kinds, dtype=object)),
            Series(say("from"), np.array(starts, dtype=np.int64), times=True),
            Series(say("until"), np.array(ends, dtype=np.int64), times=True),
            Series(say("bars missing"), np.array(missing, dtype=np.int64)),
        )
        return Figures(say("Coverage"), columns if rows else ())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the strip's actions, at the mouse or from the menu key.

        Parameters
        ----------
        event : QContextMenuEvent
            Where.
        """
        self.twin.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Repaint when the keyboard comes or goes.

        Parameters
        ----------
        event : QEvent
            What happens.
        """
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)


def _arrow(x: float, y: float, high: float) -> QPolygonF:
    """Return a small arrow that points down at a hole."""
    return QPolygonF([QPointF(x - high / 2 - 1, y - high), QPointF(x + high / 2 + 1, y - high), QPointF(x, y)])
