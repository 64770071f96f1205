"""What a trained model would do with the sets as they are now: equity beside the old one, figures, a quick try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.core.errors import KtrdrError, ModelNotFound, ModelRejected
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.consequence.equity_plot import OWN, QUICK, YOURS, EquityPlot
from ktrdr_app.gui.panels.fuzzy.consequence.figures_table import FiguresTable
from ktrdr_app.gui.panels.fuzzy.consequence.live_desk import Inputs, LiveDesk
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.live_request import LiveRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.live_edit import LiveResult
    from ktrdr_app.workflows.quick_training import QuickTry


class LiveView(QWidget):
    """Model, equity, figures, note, quick try; or what is missing for that.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.desk = LiveDesk(context, self)
        self.document: FuzzyDocument | None = None
        self.symbols: tuple[str, ...] = ()
        self._request: LiveRequest | None = None
        self._newest: LiveResult | None = None
        self._quick: QuickTry | None = None
        self._tried_on = ("", "", "")  # strategy, symbol and bar length of the quick try
        self._complaint = ""
        self.model = CalmComboBox("fuzzyPanel.modelCombo", self.tr("Model that shows the consequence"))
        self.model.setMinimumContentsLength(18)
        self.try_button = button(self.tr("Retrain"), "fuzzyPanel.retrainButton", icon="play")
        self.try_button.setToolTip(
            self.tr("Quick try: train the strategy with these sets for a few epochs on the chosen symbols; not saved")
        )
        self.stop_button = button(self.tr("Stop"), "fuzzyPanel.stopRetrainButton", icon="stop")
        self.plot = EquityPlot()
        self.plot.setMinimumHeight(84)
        self.figures = FiguresTable()
        self.note = label("", "muted", wrap=True)
        self.note.setObjectName("fuzzyPanel.liveNote")
        self.pages = QStackedWidget()
        self.pages.addWidget(self._content())
        self.pages.addWidget(self._message())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        model_label = label(self.tr("Model"), "muted")
        box.addLayout(row(model_label, self.model, 1, self.try_button, self.stop_button))
        box.addWidget(self.pages, 1)
        self._connect()
        self._follow_try(False)

    def _content(self) -> QWidget:
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.plot, 1)
        box.addWidget(self.figures)
        box.addWidget(self.note)
        return page

    def _message(self) -> QWidget:
        page = QWidget()
        self.message = label("", wrap=True)
        self.message.setObjectName("fuzzyPanel.liveMessage")
        self.hint = label("", "muted", wrap=True)
        self.to_training = button(self.tr("Go to training"), "fuzzyPanel.trainButton", icon="training")
        box = QVBoxLayout(page)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.setSpacing(2 * GRID)
        box.addStretch(1)
        for widget in (self.message, self.hint):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(widget)
        box.addLayout(row(1, self.to_training, 1))
        box.addStretch(2)
        return page

    def _connect(self) -> None:
        self.desk.opened.connect(self._opened)
        self.desk.refused.connect(self._refused)
        self.desk.stepped.connect(self._stepped)
        self.desk.tried.connect(self._tried)
        self.desk.tryFailed.connect(self._try_failed)
        self.desk.tryingChanged.connect(self._follow_try)
        self.model.currentIndexChanged.connect(self._model_chosen)
        self.try_button.clicked.connect(self._retrain)
        self.stop_button.clicked.connect(self.desk.stop_try)
        self.to_training.clicked.connect(self._go_to_training)
        self.context.catalog.models.loaded.connect(self._offer_models)

    @Slot()
    def _offer_models(self, _changed: object = None) -> None:
        """Offer the models of the strategy; the one at hand may be another by now, so it is opened again."""
        strategy, timeframe = ("", "") if self._request is None else (self._request.strategy, self._request.timeframe)
        entries: list[tuple[str, object]] = [(self.tr("automatic"), "auto")]
        entries += [
            (info.label, str(info.path))
            for info in self.context.catalog.models_of(strategy)
            if info.complete and info.timeframe == timeframe
        ]
        self.model.blockSignals(True)
        self.model.fill(entries, self.model.currentData())
        self.model.blockSignals(False)
        if self._request is not None:
            self._open(self._request.symbol, timeframe)

    def show_document(self, document: FuzzyDocument, symbol: str, timeframe: str, symbols: tuple[str, ...]) -> None:
        """Show the consequence of a document's sets on one symbol.

        Parameters
        ----------
        document : FuzzyDocument
            The sets.
        symbol, timeframe : str
            The series.
        symbols : tuple of str
            Symbols that a quick try learns from.
        """
        self.document, self.symbols = document, symbols or (symbol,)
        before = self._request
        asked = (document.strategy, symbol, timeframe)
        if before is not None and (before.strategy, before.symbol, before.timeframe) == asked:
            self.show_sets()
            return
        if asked != self._tried_on:
            self._drop_try()
            self._tried_on = asked
        self._request = LiveRequest(self.context.workspace, *asked)
        self._offer_models()

    def _drop_try(self) -> None:
        self._quick = None
        self.plot.set_curve(QUICK, None)
        self.desk.stop_try()

    def _open(self, symbol: str, timeframe: str) -> None:
        document = self.document
        if document is None:
            return
        model = str(self.model.currentData() or "auto")
        self._request = LiveRequest(self.context.workspace, document.strategy, symbol, timeframe, model)
        self._newest = None
        self._complaint = ""
        self.try_button.setEnabled(False)
        self.note.setText(self.tr("Opening the model and its features …"))
        set_tone(self.note, "")
        self.desk.open(self._request, self._inputs())

    @Slot()
    def _model_chosen(self) -> None:
        if self._request is not None:
            self._open(self._request.symbol, self._request.timeframe)

    def leave(self) -> None:
        """Close the session; the next document opens one of its own. A quick try goes on, and its curve stays."""
        self._request = None
        self.desk.close()

    def forget(self) -> None:
        """Close the session and give the quick try up, as when the bars have changed."""
        self.leave()
        self._drop_try()

    def reopen(self) -> None:
        """Open the same again: bars, strategy or models may have changed."""
        if self._request is not None:
            self._open(self._request.symbol, self._request.timeframe)

    def _inputs(self) -> Inputs:
        document = self.document
        return {} if document is None else {name: document.fuzzy_input(name) for name in document.inputs}

    def show_sets(self) -> None:
        """Show what the model would do with the sets as they are now."""
        self.desk.show_sets(self._inputs())

    @Slot()
    def _opened(self) -> None:
        session = self.desk.session
        assert session is not None
        asked = session.ground.request
        self.pages.setCurrentIndex(0)
        self.plot.set_bars(f"{asked.symbol} {asked.timeframe}", session.times, session.in_sample)
        self.plot.set_curve(OWN, session.own.equity)
        self.model.setItemText(0, self.tr("automatic"))
        if self.model.currentData() == "auto":
            self.model.setItemText(0, self.tr("automatic: {0}").format(session.chosen.path.resolve().name))
        self.model.setToolTip(str(session.chosen.path.resolve()))
        self._follow_try(self.desk.trying)
        self._tell()

    @Slot(object)
    def _stepped(self, result: LiveResult) -> None:
        self._newest = result
        self.pages.setCurrentIndex(0)
        self.plot.set_curve(YOURS, result.equity)
        self._tell()

    @Slot(object)
    def _refused(self, error: KtrdrError | TaskError) -> None:
        text, hint = error_text(error)
        missing = isinstance(error, ModelNotFound)
        if missing and self._request is not None:
            text = self.tr("No model of {0} on {1} bars has been trained yet.").format(
                self._request.strategy, self._request.timeframe
            )
            hint = self.tr("With a model at hand, dragging a set shows at once what it would do with it.")
        self.message.setText(text)
        set_tone(self.message, "" if missing else "danger")
        self.hint.setText(hint)
        self.to_training.setVisible(missing or isinstance(error, ModelRejected))
        self.try_button.setEnabled(False)
        self.pages.setCurrentIndex(1)

    @Slot()
    def _go_to_training(self) -> None:
        self.context.panelRequested.emit("trainingPanel")

    # the quick try

    @Slot()
    def _retrain(self) -> None:
        self._complaint = ""
        self.desk.try_sets(self._inputs(), self.symbols)

    @Slot(bool)
    def _follow_try(self, trying: bool) -> None:
        self.try_button.setEnabled(not trying and self.desk.session is not None)
        self.stop_button.setVisible(trying)

    @Slot(object)
    def _tried(self, found: tuple[LiveRequest, QuickTry]) -> None:
        asked, quick = found
        if (asked.strategy, asked.symbol, asked.timeframe) != self._tried_on:
            return
        self._quick = quick
        self.plot.set_curve(QUICK, quick.equity)
        self._tell()

    @Slot(object)
    def _try_failed(self, error: KtrdrError | TaskError) -> None:
        text, hint = error_text(error)
        self._complaint = self.tr("✖ Quick try: {0}; {1}").format(text, hint)
        self._tell()

    def _tell(self) -> None:
        session, newest, quick = self.desk.session, self._newest, self._quick
        if session is None:
            return
        self.figures.show_figures(
            session.own.figures,
            None if newest is None else newest.figures,
            None if quick is None else quick.figures,
        )
        doubts = [self._complaint] if self._complaint else []
        doubts += [f"⚠ {words}" for words in dict.fromkeys(newest.kept.values())] if newest is not None else []
        doubts += [f"⚠ {session.chosen.warning}"] if session.chosen.warning else []
        self.note.setText("\n".join([*doubts, *self._facts()]))
        set_tone(self.note, "danger" if self._complaint else "warning" if doubts else "")

    def _facts(self) -> list[str]:
        session, newest, quick = self.desk.session, self._newest, self._quick
        assert session is not None
        facts = [self.tr("The model keeps its own sets; this is what it would do with yours, not retrained.")]
        if newest is not None:
            words = self.tr("{0} of {1} answers change, probabilities by {2} on average.")
            answers = numbers.integer(newest.otherwise), numbers.integer(len(newest.equity))
            facts.append(words.format(*answers, numbers.percent(newest.shift)))
        if session.in_sample.any():
            facts.append(self.tr("Shaded: bars it has learnt from."))
        else:
            facts.append(self.tr("✦ It has never seen this symbol."))
        if quick is not None:
            words = self.tr("Quick try: {0} epochs, {1} rows, not saved.")
            facts.append(words.format(quick.epochs, numbers.integer(quick.rows)))
        return [" ".join(facts)]
