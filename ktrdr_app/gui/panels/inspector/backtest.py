"""Tells the inspector of the run shown, or of the trade that is chosen in it, and says if the run has become stale."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.panels.backtest.view_model import METRICS
from ktrdr_app.gui.panels.inspector.steps import Panels, go, press, say
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.ui import numbers

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.backtest.panel import BacktestPanel
    from ktrdr_app.gui.panels.backtest.view_model import RunView, TradeRow

_FIGURES = ("total_return", "max_drawdown", "sharpe_ratio", "total_trades", "win_rate")
"""Keys of the figures that are told of a run, the first first."""


class BacktestTeller(Teller):
    """Tells of the backtest station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "backtestPanel")
        self.panel: BacktestPanel = panels["backtestPanel"]
        self.panel.trades.selectionModel().selectionChanged.connect(self.later)
        self.panel.form.changed.connect(self._chosen)
        context.tasks.taskRemoved.connect(self.later)

    @Slot()
    def _chosen(self) -> None:
        self.context.select_symbol(str(self.panel.form.symbol.currentData() or ""))
        self.later()

    @Slot()
    def tell(self) -> None:
        """Tell of the run or trade, and mark the station if another model would serve by now."""
        super().tell()
        view = self.panel.view
        if view is None or self.panel.running:
            return
        stale = self._stale(view)
        told = self.context.state_reason(self.key, "stale")
        if stale and stale != told:
            self.context.say_state(self.key, "stale", stale)
        elif told and not stale:
            self.context.say_state(self.key, "ready", "")

    def _stale(self, view: RunView) -> str:
        """Return why the run shown is no longer what a run would give; empty if it still is, or nobody knows."""
        answer, document = self.panel.form.answer, view.document
        if answer is None or not document.get("model") or answer.document.get("chosen") is None:
            return ""
        shown = (document["strategy_name"], document["symbol"], document["timeframe"])
        asked = (answer.strategy_name, *answer.asked[1:3])
        if asked != shown or answer.asked != self.panel.form.asked or answer.asked[3] != "auto":
            return ""
        used, serves = Path(document["model"]["path"]), Path(answer.document["chosen"]["path"])
        if used.parts[-2:] == serves.parts[-2:]:
            return ""
        return say("The run shown is of {0}; by now {1} serves").format(used.name, serves.name)

    def inspected(self) -> Inspected | None:
        """Return the chosen trade, else the run; None before there is one."""
        view = self.panel.view
        if view is None:
            return None
        trade: TradeRow | None = self.panel.trades.selected
        return self._run(view) if trade is None else self._trade(view, trade)

    def _run(self, view: RunView) -> Inspected:
        document = view.document
        figures = {key: row for (key, *_), row in zip(METRICS, view.metrics, strict=True)}
        model = Path(document["model"]["path"]).name if document.get("model") else numbers.NONE
        facts = [(say("Strategy"), str(document.get("strategy_name", numbers.NONE))), (say("Model"), model)]
        facts += [
            (figures[key].title, say("{0} (held: {1})").format(figures[key].model, figures[key].held))
            for key in _FIGURES
        ]
        steps = [press(self.panel.run_button, say("Run again"), "play")]
        if view.trades:
            steps.append(Step(say("First trade"), partial(self._select, 0), "search"))
        steps.append(go(self.context, "modelsPanel", say("Show the models"), "models"))
        title = f"{document['symbol']} {document['timeframe']}"
        why = "\n".join((view.verdict.headline, *view.notes))
        tone = "success" if view.verdict.good else "warning"
        return Inspected(say("Backtest"), title, tuple(facts), why, tone, tuple(steps))

    def _trade(self, view: RunView, trade: TradeRow) -> Inspected:
        facts = (
            (say("Side"), trade.side),
            (say("Entry"), f"{trade.entry}  {numbers.significant(trade.entry_price)}"),
            (say("Exit"), f"{trade.exit}  {numbers.significant(trade.exit_price)}"),
            (say("Net profit"), f"{numbers.decimal(trade.net, 2)} ({numbers.percent(trade.fraction, 2, signed=True)})"),
            (say("Best"), numbers.percent(trade.mfe, 2, signed=True)),
            (say("Worst"), numbers.percent(trade.mae, 2, signed=True)),
            (say("Held"), say("{0} bars").format(numbers.integer(trade.bars))),
        )
        why = say("It ended because of: {0}.").format(trade.reason)
        losers = [row.number for row in view.trades if row.net < 0]
        steps = (
            self._jump(say("Next trade"), [row.number for row in view.trades if row.number > trade.number]),
            self._jump(say("Previous trade"), [row.number for row in view.trades if row.number < trade.number][::-1]),
            self._jump(say("Next losing trade"), [number for number in losers if number > trade.number]),
            Step(say("Back to the run"), self.panel.trades.clearSelection, "backtest"),
        )
        tone = "success" if trade.net > 0 else "danger" if trade.net < 0 else ""
        title = say("Trade {0} of {1}").format(trade.number + 1, len(view.trades))
        return Inspected(say("Trade"), title, facts, why, tone, steps)

    def _jump(self, words: str, numbers_there: list[int]) -> Step:
        if not numbers_there:
            return Step(words, self.panel.trades.setFocus, "", say("There is none"))
        return Step(words, partial(self._select, numbers_there[0]))

    def _select(self, number: int) -> None:
        self.panel.trades.select(lambda trade: trade.number == number)
        self.panel.charts.show_trade(number)
