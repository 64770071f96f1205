"""Lists the workspace's series, finds one by name, tells what is known of it, and adds the sample data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.csv_source import CSVDataSource, SeriesInfo
from ktrdr_app.data.sample import install_sample
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.preview import ClosePreview
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, Card, EmptyState, button, label

_ORDER = list(NANOSECONDS)


@dataclass(frozen=True)
class Closes:
    """What the preview draws.

    Attributes
    ----------
    path : Path
        File they came from.
    symbol : str
        Whose they are.
    times : ndarray of int64, shape (n,)
        Bar opens, nanoseconds UTC.
    values : ndarray of float64, shape (n,)
        Closing prices.
    """

    path: Path
    symbol: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]


def short_moment(entry: SeriesInfo, stamp: str) -> str:
    """Return a stamp as the table shows it: daily and longer bars without the hour.

    Parameters
    ----------
    entry : SeriesInfo
        Whose stamp it is.
    stamp : str
        As the file has it.
    """
    return numbers.moment(stamp, time=NANOSECONDS[entry.timeframe] < NANOSECONDS["1d"])


class DataPanel(Station):
    """The first station: what there is to learn from.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Data"
    object_name: ClassVar[str] = "dataPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.search = QLineEdit()
        self.search.setObjectName("dataPanel.search")
        self.search.setPlaceholderText(self.tr("Search symbols…"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(240)
        accessibility.name(self.search, self.tr("Search symbols"))
        self.search.textChanged.connect(self._filter)
        self._sample = button(self.tr("Add sample data"), "dataPanel.sampleButton", icon="add")
        self._sample.clicked.connect(self.add_sample)
        self._count = label("", "muted")
        self.heading.addSpacing(2 * GRID)
        self.heading.addWidget(self._count)
        self.heading.addStretch(1)
        self.heading.addWidget(self.search)
        self.heading.addWidget(self._sample)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_empty())
        self.body.addWidget(self._pages, 1)
        self._previewed: Path | None = None
        context.catalog.series.loaded.connect(self._show)
        context.catalog.models.loaded.connect(self._describe)
        context.catalog.series.failed.connect(self.show_error)

    def _make_list(self) -> QWidget:
        columns = [
            Column(self.tr("Symbol"), lambda entry: entry.symbol),
            Column(self.tr("Bar"), lambda entry: entry.timeframe, lambda entry: _ORDER.index(entry.timeframe)),
            Column(self.tr("Bars"), lambda entry: numbers.integer(entry.rows), lambda entry: entry.rows, number=True),
            Column(self.tr("First bar (UTC)"), lambda entry: short_moment(entry, entry.first)),
            Column(self.tr("Last bar (UTC)"), lambda entry: short_moment(entry, entry.last)),
            Column(self.tr("File"), lambda entry: self.context.workspace.relative(entry.path)),
        ]
        self.table = RecordTable(columns, "dataPanel.symbolTable", self.tr("Series in the workspace"))
        self.table.fit(5)
        self.table.setMinimumHeight(180)
        self.table.selectionModel().selectionChanged.connect(self._describe)
        page = QWidget()
        box = QHBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID + GRID // 2)
        self._caption = label("", "heading")
        self.preview = ClosePreview()
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.table, 2)
        left.addWidget(self._caption)
        left.addWidget(self.preview, 3)
        box.addLayout(left, 1)
        box.addWidget(self._make_detail())
        return page

    def _make_detail(self) -> Card:
        card = Card(self.tr("Series"))
        card.setFixedWidth(320)
        self._symbol = label("", "figure")
        card.body.addWidget(self._symbol)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        self._facts: dict[str, QLabel] = {}
        for key, words in (
            ("bar", self.tr("Bar length")),
            ("rows", self.tr("Bars")),
            ("first", self.tr("First bar")),
            ("last", self.tr("Last bar")),
            ("models", self.tr("Models trained on it")),
        ):
            self._facts[key] = label("", wrap=True)
            form.addRow(label(words, "muted"), self._facts[key])
        card.body.addLayout(form)
        self._place = label("", "muted", wrap=True)
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(self._place)
        card.body.addStretch(1)
        return card

    def _make_empty(self) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        self.empty = EmptyState(
            "data",
            self.tr("No data yet"),
            self.tr(
                "Put CSV files named SYMBOL_timeframe.csv (such as AAPL_1d.csv) into {0}, or begin with the real "
                "sample series: four US shares, daily, and EURUSD, hourly."
            ).format(self.context.workspace.data),
        )
        offer = button(self.tr("Add sample data"), "dataPanel.emptySampleButton", role="primary", icon="add")
        offer.clicked.connect(self.add_sample)
        self.empty.offer(offer)
        box.addWidget(self.empty)
        return holder

    def refresh(self) -> None:
        """Read the data folder again."""
        self.notice.dismiss()
        self._previewed = None
        self.context.catalog.series.refresh()

    def run_main_action(self) -> None:
        """Put the cursor into the search field: finding a series is what this station is for."""
        self.search.setFocus()

    @Slot()
    def add_sample(self) -> None:
        """Copy the sample series into the workspace."""
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> list[Path]:
            return install_sample(workspace)

        self._sample.setEnabled(False)
        self.start(self.tr("Add sample data"), work, self._sample_added).finished.connect(self._sample_over)

    @Slot(object)
    def _sample_added(self, written: list[Path]) -> None:
        series = [path for path in written if path.suffix == ".csv"]
        text = self.tr("{0} series added").format(len(series)) if series else self.tr("The sample data were all there")
        self.context.notify("success", text)
        self.context.dataChanged.emit()

    @Slot()
    def _sample_over(self) -> None:
        self._sample.setEnabled(True)

    @Slot(object)
    def _show(self, items: tuple[SeriesInfo, ...]) -> None:
        before = self.table.selected
        self.table.records.set_records(items)
        self._pages.setCurrentIndex(0 if items else 1)
        self.search.setVisible(bool(items))
        self._sample.setVisible(bool(items))
        self._count.setText(self.tr("{0} series").format(len(items)) if items else "")
        wanted = before.path if before else (items[0].path if items else None)
        self.table.select(lambda entry: entry.path == wanted)
        self.context.stateChanged.emit(self.object_name, "ready" if items else "empty")

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        self.table.records.set_filter(lambda entry: wanted in f"{entry.symbol} {entry.timeframe}".lower())
        if self.table.records.records:
            self.table.selectRow(0)

    @Slot()
    def _describe(self, _changed: object = None) -> None:
        entry: SeriesInfo | None = self.table.selected
        if entry is None:
            return
        models = [model for model in self.context.catalog.models.items if entry.symbol in model.training_symbols]
        self._symbol.setText(f"{entry.symbol}  {entry.timeframe}")
        for key, text in {
            "bar": entry.timeframe,
            "rows": numbers.integer(entry.rows),
            "first": short_moment(entry, entry.first),
            "last": short_moment(entry, entry.last),
            "models": numbers.integer(len(models)) if models else self.tr("none: good for an honest backtest"),
        }.items():
            self._facts[key].setText(text)
        self._place.setText(self.context.workspace.relative(entry.path))
        self._caption.setText(self.tr("{0} {1}, closing prices").format(entry.symbol, entry.timeframe))
        if entry.path != self._previewed:
            self._read(entry)

    def _read(self, entry: SeriesInfo) -> None:
        self._previewed = entry.path
        self.notice.dismiss()
        self.preview.clear()
        folder, symbol, timeframe, path = self.context.workspace.data, entry.symbol, entry.timeframe, entry.path

        def work(_progress: Progress, _cancel: CancelToken) -> Closes:
            bars = CSVDataSource(folder).load(symbol, timeframe)
            return Closes(path, symbol, nanoseconds(bars.index), bars["close"].to_numpy())

        self.start(self.tr("Read a series"), work, self._preview, quiet=True)

    @Slot(object)
    def _preview(self, closes: Closes) -> None:
        if closes.path == self._previewed:
            self.preview.show_closes(closes.symbol, closes.times, closes.values)
