"""A run as curves, figures per symbol and plain words; it grows epoch by epoch, or shows a finished one."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app.core.progress import EpochFinished, LearningStarted
from ktrdr_app.gui.charts.curves import CurvePlot, CurveSpec
from ktrdr_app.gui.panels.training.view_model import CURVES, RunView, SymbolRow
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, row
from ktrdr_app.workflows.wording import typographic


class RunBoard(QWidget):
    """The right side of the training station."""

    def __init__(self) -> None:
        super().__init__()
        self._prior: float | None = None
        self._baseline: float | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID + GRID // 2)
        box.addLayout(self._make_plots(), 3)
        box.addLayout(self._make_results(), 2)

    def _make_plots(self) -> QHBoxLayout:
        train, validation = self.tr("train"), self.tr("validation")
        self.loss = CurvePlot(
            self.tr("Loss"),
            self.tr("epoch"),
            self.tr("NLL"),
            [
                CurveSpec("train", train, "series_1", "dash"),
                CurveSpec("val", validation, "series_2", "solid"),
                CurveSpec("prior", self.tr("prior"), "series_8", "dot"),
            ],
        )
        self.loss.setToolTip(
            self.tr("Prior: NLL on the validation rows of always giving the class shares of the training rows")
        )
        self.loss.setObjectName("trainingPanel.lossPlot")
        self.accuracy = CurvePlot(
            self.tr("Accuracy"),
            self.tr("epoch"),
            self.tr("share"),
            [
                CurveSpec("train", train, "series_1", "dash"),
                CurveSpec("val", validation, "series_2", "solid"),
                CurveSpec("baseline", self.tr("baseline"), "series_8", "dot"),
            ],
        )
        self.accuracy.setObjectName("trainingPanel.accuracyPlot")
        self.accuracy.setToolTip(
            self.tr("Baseline: accuracy on the validation rows of always naming the most frequent class")
        )
        for plot in (self.loss, self.accuracy):
            plot.setMinimumHeight(150)
        return row(self.loss, self.accuracy, spacing=GRID + GRID // 2)

    def _make_results(self) -> QHBoxLayout:
        columns = [
            Column(self.tr("Symbol"), lambda entry: entry.symbol),
            Column(self.tr("Rows"), lambda entry: numbers.integer(entry.rows), lambda e: e.rows, number=True),
            Column(
                self.tr("Accuracy"),
                lambda entry: numbers.percent(entry.accuracy),
                lambda entry: entry.accuracy or 0.0,
                number=True,
            ),
            Column(
                self.tr("Baseline"),
                lambda entry: numbers.percent(entry.majority),
                lambda entry: entry.majority or 0.0,
                number=True,
                help=self.tr("Accuracy of always naming the most frequent class of the training rows"),
            ),
            Column(
                self.tr("Skill"),
                lambda entry: numbers.percent(entry.skill, signed=True),
                lambda entry: entry.skill or 0.0,
                number=True,
                token=_skill_token,
                help=self.tr("1 − NLL / NLL of the class shares: above 0 the model knows something"),
            ),
            Column(
                self.tr("B · H · S %"),
                _balance,
                lambda entry: entry.balance.get("HOLD") or 0.0,
                number=True,
                help=self.tr("Shares of BUY, HOLD and SELL among the labelled rows, in percent"),
            ),
        ]
        self.per_symbol = RecordTable(columns, "trainingPanel.perSymbolTable", self.tr("Test figures per symbol"))
        self.per_symbol.fit(0)
        self.report = QPlainTextEdit()
        self.report.setObjectName("trainingPanel.report")
        self.report.setReadOnly(True)
        self.report.setMinimumWidth(240)
        self.report.document().setDocumentMargin(GRID)
        self.report.setPlaceholderText(self.tr("What the model is worth shows here in plain words."))
        accessibility.name(self.report, self.tr("The run in plain words"))
        box = QHBoxLayout()
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(self.per_symbol, 2)
        box.addWidget(self.report, 1)
        return box

    def begin(self, event: LearningStarted) -> None:
        """Draw what the figures are held against, before there are any, and the epochs before an interruption.

        Parameters
        ----------
        event : LearningStarted
            The first epoch is about to begin.
        """
        self._prior, self._baseline = event.prior_loss, event.majority_accuracy
        self._append_lines(0)
        for epoch in event.history:
            self.add_epoch(epoch)

    def clear(self) -> None:
        """Show nothing."""
        self._prior, self._baseline = None, None
        self.loss.clear()
        self.accuracy.clear()
        self.per_symbol.records.set_records(())
        self.report.clear()

    def add_epoch(self, event: EpochFinished) -> None:
        """Add one epoch to the curves.

        Parameters
        ----------
        event : EpochFinished
            Its figures.
        """
        self._append(event.epoch, event.train_loss, event.val_loss, event.train_accuracy, event.val_accuracy)
        self._append_lines(event.epoch)
        self._mark(event.best_epoch)

    def show_run(self, view: RunView) -> None:
        """Show a finished run.

        Parameters
        ----------
        view : RunView
            The run.
        """
        self.loss.clear()
        self.accuracy.clear()
        self._prior, self._baseline = view.prior, view.baseline
        for epoch, figures in enumerate(zip(*(view.curves[name] for name in CURVES), strict=False), start=1):
            self._append(epoch, *figures)
            self._append_lines(epoch)
        self._mark(view.best_epoch)
        self.per_symbol.records.set_records(view.rows)
        self.report.setPlainText(typographic("\n".join(view.sentences)))

    def _append(
        self, epoch: int, train_loss: float, val_loss: float, train_accuracy: float, val_accuracy: float
    ) -> None:
        self.loss.append("train", epoch, train_loss)
        self.loss.append("val", epoch, val_loss)
        self.accuracy.append("train", epoch, train_accuracy)
        self.accuracy.append("val", epoch, val_accuracy)

    def _append_lines(self, epoch: int) -> None:
        if self._prior is not None:
            self.loss.append("prior", epoch, self._prior)
        if self._baseline is not None:
            self.accuracy.append("baseline", epoch, self._baseline)

    def _mark(self, epoch: int | None) -> None:
        self.loss.set_marker(epoch)
        self.accuracy.set_marker(epoch)


def _balance(entry: SymbolRow) -> str:
    shares = [entry.balance.get(name) for name in ("BUY", "HOLD", "SELL")]
    if any(share is None for share in shares):
        return numbers.NONE
    return " · ".join(numbers.decimal(100 * (share or 0.0), 0) for share in shares)


def _skill_token(entry: SymbolRow) -> str:
    if entry.skill is None:
        return ""
    return "success" if entry.skill > 0 else "warning"
