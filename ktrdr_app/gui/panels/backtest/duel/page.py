"""The page of the duel: who earned more, how sure that is, both accounts, and the difference of every month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.gui.panels.backtest.duel.difference_plot import DifferencePlot
from ktrdr_app.gui.panels.backtest.results.account_plot import Account, AccountPlot
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone
from ktrdr_app.workflows.wording import typographic

if TYPE_CHECKING:
    from ktrdr_app.workflows.duel_run import Duel

TONES = {"first": "success", "second": "warning", "open": "info", "same": "info", "too_few": "info"}
"""Tone of the sentence by the verdict: the first model is the one that the form names."""


class DuelPage(QWidget):
    """Nothing but words until two models have been run."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("backtestPanel.duel")
        self.duel: Duel | None = None
        self.verdict = label("", "heading", wrap=True)
        self.verdict.setObjectName("backtestPanel.duelVerdict")
        self.cautions = label("", "muted", wrap=True)
        self.cautions.setObjectName("backtestPanel.duelCautions")
        self.accounts = AccountPlot(self.tr("Both accounts"), "backtestPanel.duelEquity")
        self.differences = DifferencePlot()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.verdict)
        box.addWidget(self.cautions)
        box.addWidget(self.accounts, 1)
        box.addWidget(self.differences, 1)
        self.verdict.setText(
            self.tr("Choose another model under Versus, then press Run: both trade the same bars with the same money.")
        )
        self._show(False)

    def _show(self, there: bool) -> None:
        self.accounts.setVisible(there)
        self.differences.setVisible(there)
        self.cautions.setVisible(bool(self.cautions.text()))

    def show_duel(self, duel: Duel) -> None:
        """Show a duel.

        Parameters
        ----------
        duel : Duel
            Two finished runs.
        """
        self.duel = duel
        self.verdict.setText(typographic(duel.sentence))
        set_tone(self.verdict, TONES[duel.paired.verdict])
        self.cautions.setText("\n".join(duel.cautions))
        held = np.asarray(duel.first.benchmark_equity, dtype=np.float64)
        other = np.asarray(duel.second_equity, dtype=np.float64)
        self.accounts.set_accounts(
            nanoseconds(duel.first.bars.index),
            (
                Account(self.tr("buy and hold"), held, "series_8", "dash"),
                Account(duel.names[1], other, "series_2", "dot"),
                Account(duel.names[0], duel.first.result.values, "series_1"),
            ),
        )
        self.differences.show_months(duel.paired, duel.names, duel.sentence)
        self._show(True)
