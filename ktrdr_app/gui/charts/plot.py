"""The bare plot that every chart is built on: one view box, two axes, the theme's colours, a focus outline."""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QGraphicsTextItem, QGraphicsView, QWidget

from ktrdr_app.gui.charts.axis import BarDateAxis
from ktrdr_app.gui.charts.data_table import DataTwin
from ktrdr_app.gui.charts.figures import Figures, Series, beside
from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.ui.theme import Tokens, themeChanged, tokens

TICK_POINTS = 8.5
"""Size of axis figures; a little below body text."""

FRAME = 2
"""Width of the outline in pixels: a hairline colour at rest, the focus colour with the keyboard."""


class ThemedPlot(pg.GraphicsView):
    """A plot area with a value axis on one side and an axis below, dressed in the theme in use.

    A leaner thing than pyqtgraph's PlotWidget: no hidden control widgets, and a context menu of our own actions,
    the first of which opens the figures as a table.

    Parameters
    ----------
    name : str
        Accessible name: what the plot shows.
    value_axis : AxisItem
        Vertical axis, ``left`` or ``right`` by its own orientation.
    bottom_axis : AxisItem
        Horizontal axis.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self, name: str, value_axis: pg.AxisItem, bottom_axis: pg.AxisItem, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.setCacheMode(self.CacheModeFlag.CacheNone)  # one colour is filled sooner than a picture of it is copied
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else what it covers is painted too
        self.setAccessibleName(name)
        self.twin = DataTwin(self)
        self.value_axis = value_axis
        self.bottom_axis = bottom_axis
        self.view = pg.ViewBox(enableMenu=False, defaultPadding=0.0)
        self.view.disableAutoRange()
        self.view.sigRangeChanged.connect(self._apply_range)
        self.heading = QGraphicsTextItem()
        self._layout = pg.GraphicsLayout()
        self._build()
        self._dress(tokens())
        themeChanged.connect(self._on_theme)

    def _build(self) -> None:
        layout = self._layout
        layout.setSpacing(0)
        side = 0 if self.value_axis.orientation == "left" else 2
        layout.addItem(self.view, 0, 1)
        layout.addItem(self.value_axis, 0, side)
        layout.addItem(self.bottom_axis, 1, 1)
        layout.layout.setRowStretchFactor(0, 100)
        layout.layout.setColumnStretchFactor(1, 100)
        self.setCentralItem(layout)
        self.heading.setPos(4, 2)
        self.heading.document().setDocumentMargin(2)
        self.scene().addItem(self.heading)
        self.set_heading("")
        for axis in (self.value_axis, self.bottom_axis):
            axis.linkToView(self.view)
            axis.setZValue(-1000)  # grid lines lie below the data
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, maxTickLevel=0)

    @Slot(object, object, object)
    def _apply_range(self, _view: object, _span: object, _changed: object) -> None:
        """Move what is shown now: pyqtgraph would do so within the painting, which then has to be done twice."""
        self.view.updateMatrix()

    @Slot(object)
    def _on_theme(self, theme: Tokens) -> None:
        self._dress(theme)

    def _dress(self, theme: Tokens) -> None:
        self.setBackground(QColor(theme.chart_ground))
        self.setStyleSheet(
            f"QGraphicsView {{ border: {FRAME}px solid {theme.border}; border-radius: 4px; }}"
            f"QGraphicsView:focus {{ border: {FRAME}px solid {theme.focus}; }}"
        )
        font = self.tick_font()
        height = QFontMetricsF(font).height()
        for axis in (self.value_axis, self.bottom_axis):
            axis.setTickFont(font)
            axis.setTextPen(theme.axis)
            axis.setPen(theme.grid)
            axis.setTickPen(theme.grid)
            axis.setGrid(255)
        self.bottom_axis.setStyle(tickTextHeight=round(height))
        self.dress(theme)

    def dress(self, theme: Tokens) -> None:
        """Recolour what the plot holds; called at the start and whenever the theme changes.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """

    def tick_font(self) -> QFont:
        """Return the font of axis figures, drawn from the widget's own."""
        font = QFont(self.font())
        font.setPointSizeF(TICK_POINTS)
        return font

    def set_heading(self, html: str) -> None:
        """Show a line above the plot, or take its room away where it is empty.

        Parameters
        ----------
        html : str
            Rich text; names that users or files give must be escaped.
        """
        self.heading.setFont(self.font())
        self.heading.setDefaultTextColor(QColor(tokens().text))
        self.heading.setHtml(html)
        self.heading.setVisible(bool(html))
        top = round(QFontMetricsF(self.font()).height()) + 8 if html else 4
        self._layout.setContentsMargins(6, top, 6, 2)

    def view_point(self, x: float, y: float) -> QPointF:
        """Return where a data point lies in the viewport, in pixels: the coordinates of mouse events.

        Parameters
        ----------
        x, y : float
            Data coordinates.
        """
        scene = self.view.mapViewToScene(QPointF(x, y))
        return QPointF(self.mapFromScene(scene))

    def data_point(self, place: QPointF) -> QPointF:
        """Return the data coordinates under a place of the viewport.

        Parameters
        ----------
        place : QPointF
            Pixels, from the viewport's top left corner.
        """
        return QPointF(self.view.mapSceneToView(self.mapToScene(place.toPoint())))

    @property
    def x_title(self) -> str:
        """What the lower axis measures, as the header of a table."""
        return self.tr("x")

    def figures(self) -> Figures:
        """Return what the plot draws as a table: the columns of every visible item that has some, in drawing order."""
        columns: tuple[Series, ...] = ()
        for item in self.view.addedItems:
            if item.isVisible():
                columns = beside(columns, self._columns_of(item))
        return Figures(self.accessibleName(), columns)

    def _columns_of(self, item: pg.GraphicsObject) -> tuple[Series, ...]:
        if isinstance(item, ChartItem):
            columns = item.columns()
            dated = columns and isinstance(self.bottom_axis, BarDateAxis)
            return (Series(self.tr("time"), self.bottom_axis.times, times=True), *columns) if dated else columns
        x, y = item.getData() if isinstance(item, pg.PlotCurveItem) else (None, None)
        if x is None or y is None or not len(y):
            return ()
        name = item.name() or self.tr("curve {0}").format(self.view.addedItems.index(item) + 1)
        if len(x) == len(y):
            return (Series(self.x_title, x), Series(name, y))
        return (Series(self.tr("{0} from").format(self.x_title), x[:-1]), Series(self.tr("to"), x[1:]), Series(name, y))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the plot's actions, at the mouse or from the menu key.

        Parameters
        ----------
        event : QContextMenuEvent
            Where.
        """
        self.twin.popup(event.globalPos())

    def close(self) -> bool:
        """Close like any other widget: pyqtgraph's own way tears the scene down at once, which may crash."""
        return bool(QGraphicsView.close(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave keys to the panel: pyqtgraph's own bare-key commands are off.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        event.ignore()


def pen(colour: str | QColor, width: float = 1.0, dash: str = "solid") -> pg.QtGui.QPen:
    """Return a pen whose width is in pixels at any zoom.

    Parameters
    ----------
    colour : str or QColor
        ``#rrggbb``, or a colour that may be translucent.
    width : float
        Pixels.
    dash : str
        ``solid``, ``dash`` or ``dot``.
    """
    style = {"solid": Qt.PenStyle.SolidLine, "dash": Qt.PenStyle.DashLine, "dot": Qt.PenStyle.DotLine}[dash]
    return pg.mkPen(colour, width=width, style=style)


def swatch(label: str, colour: str, dash: str = "solid") -> str:
    """Return one legend entry as rich text: a stroke in the curve's colour and dash, then its name.

    Parameters
    ----------
    label : str
        Name of the curve; escaped here.
    colour : str
        ``#rrggbb``.
    dash : str
        ``solid``, ``dash`` or ``dot``.
    """
    return _entry({"solid": "━━", "dash": "╍╍", "dot": "┅┅"}[dash], label, colour)


def patch(label: str, colour: str) -> str:
    """Return one legend entry of an area as rich text: a square in its colour, then its name.

    Parameters
    ----------
    label : str
        Name of the area; escaped here.
    colour : str
        ``#rrggbb``.
    """
    return _entry("■", label, colour)


def _entry(sign: str, label: str, colour: str) -> str:
    return f'<span style="color:{colour}">{sign}</span>&nbsp;{escape(label, quote=False)}'
