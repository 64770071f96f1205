"""A run as curves; they grow epoch by epoch, or show a finished one."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ktrdr_app.core.progress import EpochFinished, LearningStarted
from ktrdr_app.gui.charts.curves import CurvePlot, CurveSpec
from ktrdr_app.gui.panels.training.view_model import CURVES, RunView
from ktrdr_app.gui.ui.widgets import GRID, row


class RunBoard(QWidget):
    """The right side of the training station."""

    def __init__(self) -> None:
        super().__init__()
        self._prior: float | None = None
        self._baseline: float | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID + GRID // 2)
        box.addLayout(self._make_plots(), 1)

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
