"""The first page of the station: charts above trades, and beside them verdict, notes and figures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.chart_memory import ChartMemory
from ktrdr_app.gui.panels.backtest.run_panes_task import RunPanesTask
from ktrdr_app.gui.panels.backtest.tables import metrics_table
from ktrdr_app.gui.panels.backtest.trades_view import TradesView
from ktrdr_app.gui.panels.backtest.view_model import RunView
from ktrdr_app.gui.panels.backtest.why.card import WhyCard, iso_time
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, set_tone, splitter


class RunPage(QStackedWidget):
    """A run, or what to do where there is none.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    trade_chosen = Signal(int)
    """Number of the trade that was chosen, in the table or on the chart."""
    settings_wanted = Signal()
    """Somebody wants to change what decides."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.settled = False
        self.why = WhyCard(context)
        self.charts = LinkedCharts()
        for plot, part in zip(self.charts.plots, ("candlePlot", "equityPlot", "drawdownPlot"), strict=True):
            plot.setObjectName(f"backtestPanel.{part}")
        self.panes = RunPanesTask(context, self.charts, self)
        self.memory = ChartMemory(context.store, self.charts, self)
        self.trades = TradesView()
        self.addWidget(
            EmptyState(
                "backtest",
                self.tr("No backtest yet"),
                self.tr(
                    "Pick a symbol, then press Run. Symbols marked ✦ are new to the model: they are the better test."
                ),
            )
        )
        self.addWidget(self._across())
        self.charts.tradeChosen.connect(self._on_chart)
        self.charts.barChosen.connect(self._bar_chosen)
        self.trades.trade_chosen.connect(self._in_table)
        self.trades.filtered.connect(self.charts.show_trades)

    def _across(self) -> QSplitter:
        left = splitter(Qt.Orientation.Vertical, (self.charts, 4), (self.trades, 1))
        left.setSizes([530, 200])
        whole = splitter(Qt.Orientation.Horizontal, (left, 1), (self._beside(), 0))
        whole.setSizes([820, 384])
        return whole

    def _beside(self) -> QTabWidget:
        self.beside = QTabWidget()
        self.beside.setObjectName("backtestPanel.besideTabs")
        self.beside.addTab(self._figures(), self.tr("Figures"))
        self.beside.addTab(self.why, self.tr("Why"))
        accessibility.name(self.beside, self.tr("Figures, or why a trade was made"))
        accessibility.name(self.beside.tabBar(), self.tr("Figures, or why a trade was made"))
        return self.beside

    def _figures(self) -> QWidget:
        self.metrics = metrics_table()
        self.verdict = label("", "heading", wrap=True)
        self.verdict.setObjectName("backtestPanel.verdict")
        self.notes = label("", "muted", wrap=True)
        self.notes.setObjectName("backtestPanel.notes")
        self.change = button(self.tr("Change what decides…"), "backtestPanel.changeButton")
        self.change.setToolTip(self.tr("Opens the strategy, whose section decision has the confidence threshold"))
        self.change.clicked.connect(self.settings_wanted)
        self.change.hide()
        figures = QWidget()
        beside = QVBoxLayout(figures)
        beside.setContentsMargins(GRID // 2, 0, 0, 0)
        beside.setSpacing(GRID)
        beside.addWidget(self.verdict)
        beside.addWidget(self.notes)
        beside.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        beside.addWidget(self.metrics, 1)
        return figures

    def show_view(self, view: RunView) -> None:
        """Show a finished run.

        Parameters
        ----------
        view : RunView
            The run.
        """
        self.settled = True
        self.setCurrentIndex(1)
        self.panes.set_run(view.outcome)
        self.charts.set_data(view.chart)
        self.metrics.records.set_records((*view.metrics, *view.luck))
        self.trades.set_trades(view.trades)
        self.charts.show_trades(self.trades.left)
        self.verdict.setText(view.verdict.headline)
        self.verdict.setToolTip(view.verdict.detail)
        set_tone(self.verdict, "success" if view.verdict.good else "warning")
        self.notes.setText("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))
        self.change.setVisible(view.idle)
        self.why.show_run(view.outcome.folder)

    def show_partial(self, data: ChartData) -> None:
        """Show the account of a run that is under way.

        Parameters
        ----------
        data : ChartData
            As far as it has come.
        """
        self.settled = False
        self.setCurrentIndex(1)
        self.charts.set_data(data)

    def show_nothing(self) -> None:
        """Say what to do."""
        self.setCurrentIndex(0)

    @Slot(int)
    def _in_table(self, number: int) -> None:
        self.charts.show_trade(number)
        self._say_why(number)

    @Slot(int)
    def _on_chart(self, number: int) -> None:
        self.trades.select(number)
        self._say_why(number)

    def _say_why(self, number: int) -> None:
        self.why.show_trade(number)
        self.trade_chosen.emit(number)

    @Slot(int)
    def _bar_chosen(self, bar: int) -> None:
        """Ask why a bar without a trade was decided as it was; a run that is under way has not been logged yet."""
        if self.settled:
            self.beside.setCurrentWidget(self.why)
            self.why.show_bar(iso_time(int(self.charts.data.times[bar])))
