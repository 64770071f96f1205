"""Tells the inspector of the chosen series, and the problem list of every series whose quality is doubtful."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.panels.data.series_row import TONES, key_of, quality_text, short_moment
from ktrdr_app.gui.panels.inspector.steps import Panels, backtest_on, press, say, train_on
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.ui import numbers

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel
    from ktrdr_app.workflows.data_inventory import InventoryEntry

_WEIGHTS = {"error": "danger", "unreadable": "danger", "warning": "warning"}


class DataTeller(Teller):
    """Tells of the data station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "dataPanel")
        self.panel: DataPanel = panels["dataPanel"]
        table = self.panel.table
        table.selectionModel().selectionChanged.connect(self.later)
        for signal in (table.symbols.dataChanged, table.symbols.modelReset):
            signal.connect(self.later)
        context.catalog.models.loaded.connect(self.later)
        self.panel.chosen.reported.connect(self.later)

    @Slot()
    def tell(self) -> None:
        """Tell of the chosen series, and of all that are doubtful."""
        super().tell()
        self.context.problems.tell("quality", tuple(self._problems()))

    def _problems(self) -> list[KnownProblem]:
        return [
            KnownProblem(
                self.key,
                _WEIGHTS[entry.quality.verdict],
                f"{entry.symbol} {entry.timeframe}",
                entry.quality.worst,
                partial(self._choose, *key_of(entry)),
            )
            for entry in self.panel.entries
            if entry.quality is not None and entry.quality.verdict in _WEIGHTS
        ]

    def _choose(self, symbol: str, timeframe: str) -> None:
        self.panel.filters.clear()
        self.panel.table.choose((symbol, timeframe))

    def inspected(self) -> Inspected | None:
        """Return the chosen series; None if none is."""
        entry: InventoryEntry | None = self.panel.table.selected
        if entry is None:
            return None
        series, quality = entry.series, entry.quality
        learnt = [model for model in self.context.catalog.models.items if series.symbol in model.training_symbols]
        facts = [
            (say("Bars"), numbers.integer(series.rows)),
            (say("First bar"), f"{short_moment(series.timeframe, series.first)} UTC"),
            (say("Last bar"), f"{short_moment(series.timeframe, series.last)} UTC"),
            (say("Market"), entry.asset_class or say("unknown")),
            (say("Complete"), quality_text(entry)),
        ]
        if quality is not None:
            facts.append((say("Gaps"), say("{0} unexpected").format(numbers.integer(quality.gaps_unexpected))))
        facts.append((say("Models"), say("{0} learnt from it").format(len(learnt))))
        return Inspected(
            say("Series"),
            f"{series.symbol} {series.timeframe}",
            tuple(facts),
            *_judged(entry, bool(learnt)),
            self._steps(entry),
        )

    def _steps(self, entry: InventoryEntry) -> tuple[Step, ...]:
        symbol, timeframe = key_of(entry)
        chosen = (self.context, self.panels, symbol, timeframe)
        unreadable = entry.quality is not None and entry.quality.verdict == "unreadable"
        off = say("Its file cannot be read") if unreadable else ""
        return (
            Step(say("Train on it"), partial(train_on, *chosen), "training", off),
            Step(say("Backtest on it"), partial(backtest_on, *chosen), "backtest", off),
            press(self.panel.details.repair),
        )


def _judged(entry: InventoryEntry, learnt: bool) -> tuple[str, str]:
    """Return what a series is good for, and the tone of that."""
    quality = entry.quality
    if quality is None:
        return say("Its quality has not been looked at yet; that is done in the background."), ""
    if quality.worst:
        return quality.worst, TONES[quality.verdict]
    if not learnt:
        return say("Nothing wrong was found, and no model has seen it: good for an honest backtest."), "success"
    return say("Nothing wrong was found. Models have learnt from it, so a backtest on it flatters them."), ""
