"""Reads what belongs to the chosen series - candles, coverage, quality report - and links the charts' ranges."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.data.quality.inspect import QualityReport
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.coverage_card import CoverageCard
from ktrdr_app.gui.panels.data.details_card import DetailsCard
from ktrdr_app.gui.panels.data.market_form import Market
from ktrdr_app.gui.panels.data.preview import SeriesPreview
from ktrdr_app.gui.panels.data.series_row import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.workflows.inspect_data import DataCheckRequest
from ktrdr_app.workflows.series_view import SeriesView, SeriesViewRequest
from ktrdr_app.workflows.symbol_change import SymbolChange


class ChosenSeries(QObject):
    """The series that strip, candles and details show.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    coverage : CoverageCard
        Shows its coverage.
    preview : SeriesPreview
        Shows its candles.
    details : DetailsCard
        Shows its quality report; its examples lead to places in the charts.
    """

    shown = Signal()
    """Its candles are there."""
    reported = Signal(object)
    """QualityFigures of its report."""
    failed = Signal(object)
    """KtrdrError or TaskError."""

    def __init__(
        self, context: AppContext, coverage: CoverageCard, preview: SeriesPreview, details: DetailsCard
    ) -> None:
        super().__init__(coverage)
        self._context, self._coverage, self._preview, self._details = context, coverage, preview, details
        self._series: SeriesInfo | None = None
        self._linking = False
        self.viewing = Latest(context.tasks, self)
        self.viewing.arrived.connect(self._take_view)
        self.viewing.failed.connect(self._refuse_view)
        self.checking = Latest(context.tasks, self)
        self.checking.arrived.connect(self._take_report)
        self.checking.failed.connect(self._refuse_report)
        coverage.strip.rangeChanged.connect(self._follow_strip)
        preview.spanChanged.connect(self._follow_preview)
        details.exampleChosen.connect(self._go)
        details.market.changeWanted.connect(self._change_market)

    def forget(self) -> None:
        """Read again what is shown when it is asked for next: the file or its calendar may have changed."""
        self._series = None

    def show(self, series: SeriesInfo) -> bool:
        """Show a series, if it is not shown already; return whether it has to be read.

        Parameters
        ----------
        series : SeriesInfo
            Which one.
        """
        if series == self._series:
            return False
        self._series = series
        workspace, symbol, timeframe = self._context.workspace, series.symbol, series.timeframe
        self._preview.clear()
        self._coverage.show_own(None)
        self._details.clear_report(say("Looking at the quality…"))
        view = SeriesViewRequest(workspace, symbol, timeframe)
        check = DataCheckRequest(workspace, symbol, timeframe)
        self.viewing.ask(say("Read a series"), lambda *told: workflows.view_series(view, *told))

        def work(progress: Progress, cancel: CancelToken) -> tuple[QualityReport, Market]:
            report = workflows.check_data(check, progress, cancel)
            return report, Market.of(report.settings)

        self.checking.ask(say("Check a series"), work)
        return True

    @Slot(object)
    def _take_view(self, view: SeriesView) -> None:
        self._preview.show_series(view)
        self._coverage.show_own(view.coverage)
        self.shown.emit()

    @Slot(object)
    def _refuse_view(self, error: KtrdrError | TaskError) -> None:
        self.failed.emit(error)

    @Slot(object)
    def _take_report(self, found: tuple[QualityReport, Market]) -> None:
        report, market = found
        self._details.show_report(report, market)
        self.reported.emit(QualityFigures.of(report))

    @Slot(object)
    def _refuse_report(self, error: KtrdrError | TaskError) -> None:
        text, hint = error_text(error)
        self._details.clear_report(f"{text}. {hint}")

    @Slot(object)
    def _follow_strip(self, span: tuple[int, int]) -> None:
        if not self._linking:
            self._linking = True
            self._preview.show_span(*span)
            self._linking = False

    @Slot(object)
    def _follow_preview(self, span: tuple[int, int]) -> None:
        if not self._linking:
            self._linking = True
            self._coverage.strip.show_range(*span)
            self._linking = False

    @Slot(str, object)
    def _change_market(self, field: str, value: object) -> None:
        if self._series is None:
            return
        request = SymbolChange(self._context.workspace, self._series.symbol, {field: value})
        task = Task(say("Change symbols.yaml"), lambda *told: workflows.change_symbol(request, *told), quiet=True)
        task.succeeded.connect(self._market_changed)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot(object)
    def _market_changed(self, _settings: object) -> None:
        self._context.dataChanged.emit()

    @Slot(object)
    def _go(self, span: tuple[int, int]) -> None:
        self._coverage.strip.zoom_to(*span)
