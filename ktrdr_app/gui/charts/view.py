"""Candles, studies, equity and drawdown above each other: one x-axis, one crosshair, values that fit the view."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ktrdr_app.gui.charts import zones
from ktrdr_app.gui.charts.axis import BarDateAxis, DateTicks
from ktrdr_app.gui.charts.base_panes import LEAST_HEIGHTS, BasePanes
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.chart_keys import press
from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.export import screen_picture
from ktrdr_app.gui.charts.headings import headings
from ktrdr_app.gui.charts.navigation import NavigableBars
from ktrdr_app.gui.charts.pane_chooser import PaneChooser
from ktrdr_app.gui.charts.pane_stack import HANDLE, PaneStack
from ktrdr_app.gui.charts.picture_files import PictureFiles
from ktrdr_app.gui.charts.shade import SpanShade
from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.charts.study_shelf import StudyShelf
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.charts.tools import ChartTools
from ktrdr_app.gui.ui.theme import Tokens, themeChanged, tokens

_GAP = "&nbsp;&nbsp;&nbsp;"


class LinkedCharts(NavigableBars):
    """Panes over the same bars: prices, equity and drawdown, and whatever studies are given and chosen.

    Keys, with one of them focused: ←/→ move, PgUp/PgDn move a whole view, ↑/↓ zoom, Home/End, ``[`` and ``]`` previous
    and next trade (with Shift losing trades only), Enter asks about the bar under the crosshair, or else in the middle
    of the view, B shows or hides the benchmark, L changes to a logarithmic scale of
    prices and equity and back, Ctrl+C copies the picture, Ctrl+Shift+D opens the figures as a table.

    Parameters
    ----------
    parent : QWidget, optional
        Owner.
    """

    benchmarkShown = Signal(bool)
    """Buy and hold was shown or hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = ChartData("", np.empty(0, dtype=np.int64))
        self.zone = "UTC"
        self._wall = self._data.times
        ticks = DateTicks()
        self.base = BasePanes(ticks)
        self.plots = self.base.panes
        self.price_plot, self.equity_plot, self.drawdown_plot = self.plots
        self.candles, self.markers = self.base.candles, self.base.markers
        self.equity, self.benchmark, self.drawdown = self.base.equity, self.base.benchmark, self.base.drawdown
        self.rivals = self.base.rivals
        self.stack = PaneStack(self.plots, ticks)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.stack)
        self.setMinimumHeight(sum(LEAST_HEIGHTS) + 2 * HANDLE)
        self.crosshair = LinkedCrosshair(self.plots, self)
        self.crosshair.moved.connect(self._on_crosshair)
        self.shelf = StudyShelf(self.stack, self.crosshair)
        self.price_plot.scene().sigMouseClicked.connect(self._on_click)
        self._make_tools()
        self._dress(tokens())
        themeChanged.connect(self._on_theme)
        self.set_data(self._data)

    def _make_tools(self) -> None:
        self.tools = ChartTools(self)
        self.tools.benchmark.setChecked(True)
        self.tools.show_all.triggered.connect(self.show_all)
        self.tools.logarithmic.toggled.connect(self.set_logarithmic)
        self.tools.benchmark.toggled.connect(self.show_benchmark)
        self.tools.copy.triggered.connect(self.copy_picture)
        self.tools.zoneChosen.connect(self.set_zone)
        self.pictures = PictureFiles(self.stack, self)
        self.tools.save.triggered.connect(self.pictures.ask)
        self.panes = PaneChooser(self.shelf, self.tools, self)
        self.panes.arranged.connect(self._on_arranged)
        self.stack.resized.connect(self._place_tools)
        for plot in self.plots:
            plot.addActions(self.tools.actions_of_charts)

    # what is shown

    @property
    def axes(self) -> list[BarDateAxis]:
        """The date axes of prices, equity and drawdown."""
        return [plot.dates for plot in self.plots]

    @property
    def shades(self) -> list[SpanShade]:
        """What tints the bars that the model has learnt from, in the same order."""
        return [plot.shade for plot in self.plots]

    @property
    def splitter(self) -> QSplitter:
        """What holds the panes."""
        return self.stack.splitter

    def set_data(self, data: ChartData) -> None:
        """Show other bars, all of them in view.

        Parameters
        ----------
        data : ChartData
            What to show.
        """
        self._data = data
        self.base.set_data(data)
        self.pictures.title, self.pictures.words = data.title, self.price_plot.accessibleDescription()
        self.stack.set_bars(len(data))
        self.crosshair.set_size(len(data))
        for plot in self.plots:
            plot.shade.set_mask(data.shaded)
        self._take_times()
        self.panes.set_studies(data.studies, may_ask=bool(len(data.close)))
        self._write_headings(-1)
        self.show_all()

    def set_panes(self, studies: Sequence[Study], note: str = "") -> None:
        """Offer other studies over the same bars; the view stays where it is.

        Parameters
        ----------
        studies : sequence of Study
            In the order of the panes; arrays as long as the bars.
        note : str
            Why there are no more, or that more are being computed; stands in the menu.
        """
        self._data = replace(self._data, studies=tuple(studies))
        self.panes.set_studies(studies, note)

    def show_panes(self, keys: Collection[str]) -> None:
        """Show some panes and curves over the candles, and no others; prices always.

        Parameters
        ----------
        keys : collection of str
            ``price``, ``equity``, ``drawdown`` or the key of a study; what is not there is shown as soon as it is.
        """
        self.panes.show_only(keys)

    @Slot()
    def _on_arranged(self) -> None:
        self._write_headings(self.crosshair.bar)

    # how it is shown

    @Slot(bool)
    def set_logarithmic(self, on: bool) -> None:
        """Scale prices and account values by their logarithms, or evenly.

        Parameters
        ----------
        on : bool
            Whether by logarithms.
        """
        self.tools.logarithmic.setChecked(on)
        self.base.set_logarithmic(on)
        self.shelf.set_logarithmic(on)
        self.stack.scale()

    @Slot(str)
    def set_zone(self, name: str) -> None:
        """Tell times as they are told in a zone.

        Parameters
        ----------
        name : str
            Such as ``Europe/London``.
        """
        self.zone = name
        self.tools.tick_zone(name)
        self._take_times()
        self._write_headings(self.crosshair.bar)

    def _take_times(self) -> None:
        self._wall = zones.wall_times(self._data.times, self.zone)
        self.stack.ticks.set_times(self._data.times, self._wall)
        self.price_plot.sessions.set_times(self._wall)
        for pane in self.stack.panes:
            pane.follow(self.price_plot)

    def toggle_logarithmic(self) -> None:
        """Scale by logarithms, or evenly."""
        self.tools.logarithmic.toggle()

    @Slot()
    def toggle_benchmark(self) -> None:
        """Show or hide buy and hold."""
        self.tools.benchmark.toggle()

    @Slot(bool)
    def show_benchmark(self, wanted: bool) -> None:
        """Show or hide buy and hold.

        Parameters
        ----------
        wanted : bool
            Whether it is shown.
        """
        self.tools.benchmark.setChecked(wanted)
        self.benchmark.setVisible(wanted)
        self.benchmarkShown.emit(wanted)
        self._rescale()

    @Slot(bool)
    def show_luck(self, wanted: bool) -> None:
        """Show or hide what random trades would have brought.

        Parameters
        ----------
        wanted : bool
            Whether it is shown, where it is known.
        """
        self.rivals.show_luck(wanted)
        self._rescale()

    def _rescale(self) -> None:
        self._write_headings(self.crosshair.bar)
        self.stack.scale()

    # pictures

    @Slot()
    def copy_picture(self) -> None:
        """Put a picture of the panes on the clipboard."""
        QGuiApplication.clipboard().setPixmap(screen_picture(self.stack))

    # what happens to it

    @Slot(object)
    def _on_click(self, event: object) -> None:
        point: QPointF = self.price_plot.view.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        number = self.markers.trade_at(point.x(), point.y())
        if number is not None:
            self.markers.select(number)
            self.tradeChosen.emit(number)
        elif 0 <= round(point.x()) < len(self._data):
            self.barChosen.emit(round(point.x()))

    @Slot(int)
    def _on_crosshair(self, bar: int) -> None:
        self._write_headings(bar)

    @Slot(object)
    def _on_theme(self, theme: Tokens) -> None:
        self._dress(theme)

    def _dress(self, theme: Tokens) -> None:
        self.base.dress(theme)
        self.crosshair.dress(theme)
        for overlay in self.shelf.overlays:
            overlay.dress(theme)
        self._write_headings(-1)

    def _moment(self, bar: int) -> str | None:
        if not 0 <= bar < len(self._wall):
            return None
        told = stamp_text(int(self._wall[bar]), with_time=not self._data.daily)
        return told if self.zone == "UTC" or self._data.daily else f"{told} {zones.words(self.zone)}"

    def _write_headings(self, bar: int) -> None:
        if not len(self._data):
            texts = ["", "", ""]
        else:
            shown = {"benchmark": self.benchmark.isVisible(), "luck": self.rivals.shows_luck}
            texts = headings(self._data, self.drawdown.values, bar, **shown, moment=self._moment(bar))
            texts[0] = _GAP.join([texts[0], *self.shelf.told_over_prices(bar)])
        for plot, text in zip(self.plots, texts, strict=True):
            plot.set_heading(text)
        self.shelf.write_headings(bar)

    @Slot()
    def _place_tools(self) -> None:
        self.tools.move(self.stack.viewport().width() - self.tools.width() - 6, 3)
        self.tools.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out the keys named in the class; others are left to the window.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if not press(self, event):
            super().keyPressEvent(event)
