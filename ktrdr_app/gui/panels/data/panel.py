"""The data station: what series there are, how good they are, how they fit together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.data.sample import install_sample
from ktrdr_app.data.trash import TrashedSeries
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.alignment_card import AlignmentCard
from ktrdr_app.gui.panels.data.chosen_series import ChosenSeries
from ktrdr_app.gui.panels.data.coverage_card import CoverageCard
from ktrdr_app.gui.panels.data.deletion import Deletion
from ktrdr_app.gui.panels.data.details_card import DetailsCard
from ktrdr_app.gui.panels.data.filters import FilterBar
from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.panels.data.preview import SeriesPreview
from ktrdr_app.gui.panels.data.quality_queue import QualityQueue
from ktrdr_app.gui.panels.data.repairing import Repairing
from ktrdr_app.gui.panels.data.series_row import Key, key_of
from ktrdr_app.gui.panels.data.symbol_table import SymbolTable
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.file_drop import FileDrop
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, splitter
from ktrdr_app.workflows.data_inventory import InventoryEntry

LIST, EMPTY, LOADING = range(3)


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
        self._entries: dict[Key, InventoryEntry] = {}
        self._wanted: Key | None = None
        self.filters = FilterBar()
        self.search = self.filters.search
        self.table = SymbolTable()
        self.coverage = CoverageCard(context)
        self.alignment = AlignmentCard(context)
        self.preview = SeriesPreview()
        self.details = DetailsCard()
        self.chosen = ChosenSeries(context, self.coverage, self.preview, self.details)
        self.inventory = Latest(context.tasks, self)
        self.queue = QualityQueue(context, self.table.visible_keys, self)
        self.deletion = Deletion(context, self, self.notice)
        self.repairing = Repairing(context, self)
        self.importer = Importer(context, self)
        self.drop = FileDrop(self, self.importer.begin)
        self._fill_heading()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(EmptyState("data", self.tr("Reading the list…"), ""))
        self._pages.setCurrentIndex(LOADING)
        self.body.addWidget(self._pages, 1)
        self._connect()
        self._ticked()

    def _fill_heading(self) -> None:
        self._count = label("", "muted")
        self._sample = button(self.tr("Add sample data"), "dataPanel.sampleButton", icon="add")
        self.importButton = button(self.tr("Import…"), "dataPanel.importButton", role="primary", icon="add")
        self.heading.addSpacing(GRID)
        self.heading.addWidget(self._count)
        self.heading.addStretch(1)
        self.heading.addWidget(self.filters, 3)
        self.heading.addWidget(self._sample)
        self.heading.addWidget(self.importButton)

    def _make_list(self) -> QWidget:
        self.table.setMinimumHeight(96)
        self.preview.setMinimumHeight(72)
        parts = ((self.table, 5), (self.coverage, 0), (self.alignment, 2), (self.preview, 4))
        self.split = splitter(Qt.Orientation.Vertical, *parts)
        self.split.setSizes([230, 70, 150, 260])
        page = QWidget()
        box = QHBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(self.split, 1)
        box.addWidget(self.details)
        return page

    def _make_empty(self) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        self.empty = EmptyState(
            "data",
            self.tr("No data yet — drop files here, or open the sample data"),
            self.tr(
                "Files of brokers and exchanges are read as they are and land in {0}. The sample data are real: four "
                "US shares, daily, and EURUSD, hourly."
            ).format(self.context.workspace.data),
        )
        offer = button(self.tr("Open the sample data"), "dataPanel.emptySampleButton", role="primary", icon="add")
        offer.clicked.connect(self.add_sample)
        choose = button(self.tr("Import…"), "dataPanel.emptyImportButton", icon="add")
        choose.clicked.connect(self.importer.choose_files)
        self.empty.offer(offer)
        self.empty.offer(choose)
        box.addWidget(self.empty)
        return holder

    def _connect(self) -> None:
        catalog = self.context.catalog
        catalog.series.loaded.connect(self._list)
        catalog.series.failed.connect(self._listing_failed)
        catalog.models.loaded.connect(self._describe)
        self.context.dataChanged.connect(self._forget)
        self.filters.changed.connect(self._filter)
        self.table.selectionModel().selectionChanged.connect(self._describe)
        self.table.symbols.ticksChanged.connect(self._ticked)
        self.table.deleteRequested.connect(self._ask_delete)
        self.details.delete.clicked.connect(self._ask_delete)
        self.alignment.cleared.connect(self._untick)
        self.inventory.arrived.connect(self._inventory)
        self.inventory.failed.connect(self.show_error)
        self.queue.counted.connect(self._counted)
        self.queue.failed.connect(self.show_error)
        self.queue.changed.connect(self._say_count)
        self.chosen.failed.connect(self.show_error)
        self.chosen.shown.connect(self._series_shown)
        self.chosen.reported.connect(self._reported)
        self.deletion.restored.connect(self._series_restored)
        self.deletion.failed.connect(self.show_error)
        self._sample.clicked.connect(self.add_sample)
        self.details.repair.clicked.connect(self._ask_repair)
        self.repairing.failed.connect(self.show_error)
        self.importButton.clicked.connect(self.importer.choose_files)
        self.importer.imported.connect(self._imported)
        self.importer.failed.connect(self.show_error)

    @property
    def entries(self) -> tuple[InventoryEntry, ...]:
        """Every series, with what is known of its quality."""
        return tuple(self._entries.values())

    def refresh(self) -> None:
        """Read the data folder again."""
        self.notice.dismiss()
        self._forget()
        self.context.catalog.series.refresh()

    def run_main_action(self) -> None:
        """Put the cursor into the search field: finding a series is what this station is for."""
        self.search.setFocus()
        self.search.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look at the quality of the data once the station is seen.

        Parameters
        ----------
        event : QShowEvent
            The station comes into view.
        """
        super().showEvent(event)
        self.queue.wake()

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

    @Slot()
    def _forget(self) -> None:
        self.chosen.forget()
        self.coverage.forget()

    @Slot(object)
    def _listing_failed(self, error: object) -> None:
        self._pages.setCurrentIndex(LIST if self._entries else EMPTY)
        self.show_error(error)  # type: ignore[arg-type]

    @Slot(object)
    def _list(self, items: tuple[SeriesInfo, ...]) -> None:
        before = self._entries
        found: dict[Key, InventoryEntry] = {}
        for info in items:
            known = before.get((info.symbol, info.timeframe))
            same = known is not None and known.series == info
            found[info.symbol, info.timeframe] = known if known and same else InventoryEntry(info, "", None)
        self._entries = found
        self.table.symbols.set_records(list(found.values()))
        self.table.symbols.tick(key for key in self.table.symbols.ticked if key in found)
        self._pages.setCurrentIndex(LIST if items else EMPTY)
        for widget in (self.filters, self._sample):
            widget.setVisible(bool(items))
        self.filters.offer(found.values())
        if self._wanted in found:
            self.table.choose(self._wanted)
            self._wanted = None
        elif items and self.table.chosen is None:
            self.table.selectRow(0)
        self._describe()
        self._say_count()
        self.alignment.show_ticked(self.table.symbols.ticked)
        self.context.stateChanged.emit(self.object_name, "ready" if items else "empty")
        workspace = self.context.workspace
        if items:
            self.inventory.ask(self.tr("List the data"), lambda *told: workflows.list_inventory(workspace, *told))

    @Slot(object)
    def _inventory(self, entries: tuple[InventoryEntry, ...]) -> None:
        self._fill(entries)
        self.filters.offer(self._entries.values())
        self.queue.want(key for key, entry in self._entries.items() if entry.quality is None)

    @Slot(object)
    def _counted(self, found: tuple[QualityFigures, ...]) -> None:
        known = ((self._entries.get((each.symbol, each.timeframe)), each) for each in found)
        self._fill(
            InventoryEntry(entry.series, figures.asset_class or entry.asset_class, figures)
            for entry, figures in known
            if entry is not None
        )

    def _fill(self, entries: Iterable[InventoryEntry]) -> None:
        fresh = {key_of(entry): entry for entry in entries}
        self._entries |= {key: entry for key, entry in fresh.items() if key in self._entries}
        self.table.symbols.fill(fresh)

    @Slot()
    def _filter(self) -> None:
        self.table.symbols.set_filter(self.filters.accepts)
        self._describe()
        self._say_count()

    @Slot()
    def _say_count(self, _waiting: int = 0) -> None:
        shown, all_ = len(self.table.symbols.records), len(self._entries)
        words = self.tr("{0} series").format(all_) if all_ else ""
        if shown != all_:
            words = self.tr("{0} of {1} series").format(shown, all_)
        waiting = len(self.queue.waiting)
        if waiting:
            words = self.tr("{0} · {1} to look at").format(words, numbers.integer(waiting))
        self._count.setText(words)

    def _models_of(self, symbol: str) -> int:
        return sum(symbol in model.training_symbols for model in self.context.catalog.models.items)

    @Slot()
    def _describe(self, _changed: object = None) -> None:
        entry: InventoryEntry | None = self.table.selected
        self.details.setVisible(entry is not None)
        if entry is None:
            return
        place = self.context.workspace.relative(entry.series.path)
        self.details.show_entry(entry, self._models_of(entry.series.symbol), place)
        if self.chosen.show(entry.series) and self.notice.level == "danger":
            self.notice.dismiss()

    @Slot()
    def _series_shown(self) -> None:
        self.context.stateChanged.emit(self.object_name, "ready")

    @Slot(object)
    def _reported(self, figures: QualityFigures) -> None:
        self._counted((figures,))

    @Slot()
    def _ticked(self) -> None:
        ticked = self.table.symbols.ticked
        self.alignment.setVisible(bool(ticked))
        self.alignment.show_ticked(ticked)
        self.coverage.show_ticked(ticked)

    @Slot()
    def _untick(self) -> None:
        self.table.symbols.tick(())
        self.table.setFocus()

    @Slot()
    def _ask_delete(self) -> None:
        chosen = self.table.chosen
        if chosen is not None:
            self.deletion.ask(chosen, self._models_of(chosen[0]))

    @Slot()
    def _ask_repair(self) -> None:
        chosen, report = self.table.chosen, self.details.report
        if chosen is not None:
            self.repairing.ask(chosen, [found.code for found in report.findings] if report else [])

    @Slot(object)
    def _imported(self, documents: tuple[dict[str, Any], ...]) -> None:
        self._wanted = (documents[-1]["symbol"], documents[-1]["timeframe"])
        self.context.dataChanged.emit()

    @Slot(object)
    def _series_restored(self, entry: TrashedSeries) -> None:
        self.table.choose((entry.symbol, entry.timeframe))
