"""Whether the bars of a symbol look like what a model learnt from; compared in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import Card, label, row, set_tone
from ktrdr_app.workflows.model_requests import CoverageRequest

if TYPE_CHECKING:
    from ktrdr_app.features.coverage import FeatureDrift
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.workflows.coverage_run import ModelCoverage

DELAY_MS = 150
"""How long the choice must rest before bars are compared."""
_TONES = {"covered": "success", "partly covered": "warning", "not covered": "danger", "unknown": "info"}
_BANDS = {"alike": "success", "shifted": "warning", "different": "danger"}


class CoverageCard(Card):
    """A symbol to choose, the verdict on it, and every feature with its distance from the training rows.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__("Coverage")
        self.heading.setText(self.tr("Coverage"))
        self._context = context
        self._model: ModelInfo | None = None
        self.coverage: ModelCoverage | None = None
        self.symbol = CalmComboBox("modelsPanel.coverageSymbolCombo", self.tr("Symbol to compare with the training"))
        self.symbol.currentIndexChanged.connect(self._ask)
        self.verdict = label("", "heading", wrap=True)
        self.verdict.setObjectName("modelsPanel.coverageVerdict")
        self.sentence = label("", wrap=True)
        self.notes = label("", "muted", wrap=True)
        self.table = self._make_table()
        self.comparing = Latest(context.tasks, self, DELAY_MS)
        self.comparing.arrived.connect(self._show)
        self.comparing.failed.connect(self._refuse)
        self.body.addLayout(row(label(self.tr("Does it know the likes of"), "muted"), self.symbol, 1))
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.notes)
        context.catalog.series.loaded.connect(self._offer)
        self.show_model(None)

    def _make_table(self) -> RecordTable:
        columns = [
            Column(self.tr("Feature"), lambda drift: drift.name, tip=self._tip),
            Column(
                self.tr("Distribution"),
                self._band,
                lambda drift: drift.psi,
                token=lambda drift: _BANDS[drift.band],
                help=self.tr("PSI below 0.10 is alike, from 0.25 different"),
            ),
            Column(
                self.tr("PSI"),
                lambda drift: numbers.decimal(drift.psi, 2),
                lambda drift: drift.psi,
                number=True,
                help=self.tr("Population stability index of the bars beside the training rows"),
            ),
        ]
        table = RecordTable(columns, "modelsPanel.coverageTable", self.tr("Features beside their training rows"))
        table.fit(0)
        table.verticalHeader().setDefaultSectionSize(26)
        table.setMinimumHeight(110)
        return table

    def show_model(self, model: ModelInfo | None) -> None:
        """Compare with another model.

        Parameters
        ----------
        model : ModelInfo or None
            Which one; None, or one that cannot be used, empties the card.
        """
        self._model = model if model is not None and model.complete else None
        self.symbol.setEnabled(self._model is not None)
        self._offer()
        self._ask()

    def _band(self, drift: FeatureDrift) -> str:
        return {"alike": self.tr("alike"), "shifted": self.tr("shifted"), "different": self.tr("different")}[drift.band]

    def _tip(self, drift: FeatureDrift) -> str:
        return self.coverage.words_of(drift) if self.coverage else drift.name

    @Slot()
    def _offer(self, _changed: object = None) -> None:
        """Offer the symbols that have bars of the model's length, first one that it did not learn from."""
        if self._model is None:
            return
        symbols = self._context.catalog.symbols(self._model.timeframe)
        unseen = [name for name in symbols if name not in self._model.training_symbols]
        before = self.symbol.currentData()
        wanted = before if before in symbols else next(iter(unseen), None)
        self.symbol.fill([(name, name) for name in symbols], wanted)

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        symbol = self.symbol.currentData()
        if self._model is None or symbol is None:
            self.comparing.stop()
            self._empty()
            missing = self.tr("There are no bars of its length to compare.") if self._model else ""
            self._say("", missing, "")
            return
        request = CoverageRequest(self._context.workspace, symbol, str(self._model.path))

        def work(progress: Progress, cancel: CancelToken) -> ModelCoverage:
            return workflows.model_coverage(request, progress, cancel)

        self._empty()
        self._say("", self.tr("comparing…"), "")
        self.comparing.ask(self.tr("Compare with the training rows"), work)

    @Slot(object)
    def _show(self, found: ModelCoverage) -> None:
        self.coverage = found
        words = {
            "covered": self.tr("Covered"),
            "partly covered": self.tr("Partly covered"),
            "not covered": self.tr("Not covered"),
            "unknown": self.tr("Cannot be told"),
        }
        hint = [self.tr("What to do: {0}.").format(found.hint)] if found.hint else []
        self._say(words[found.verdict], found.sentence, _TONES[found.verdict])
        self.table.records.set_records(found.drift.features if found.drift else ())
        self.table.setVisible(found.drift is not None)
        self.notes.setText("\n".join([*found.notes, *hint]))
        self.notes.setVisible(bool(self.notes.text()))

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        text, hint = error_text(error)
        self._empty()
        self._say(self.tr("Cannot be told"), f"{text}. {hint}", "danger")

    def _empty(self) -> None:
        self.coverage = None
        self.table.records.set_records(())
        self.table.hide()
        self.notes.hide()

    def _say(self, verdict: str, sentence: str, tone: str) -> None:
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        set_tone(self.verdict, tone)
        self.sentence.setText(sentence)
        accessibility.name(self.table, self.tr("Features beside their training rows"), f"{verdict} {sentence}".strip())
