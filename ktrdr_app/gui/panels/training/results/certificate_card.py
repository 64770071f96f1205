"""Does it generalise: the certificate of a model in words and by symbol, or the way to one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.words import say, share_with_interval
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.certify_lookup import CertifiedSymbol, FoundCertificate
from ktrdr_app.workflows.training_results import TrainingResults
from ktrdr_app.workflows.wording import typographic

LEAST_SYMBOLS = 3


class CertificateCard(QWidget):
    """The verdict, its reasons, the skill on each symbol seen and unseen, and a button that makes a certificate.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    failed = Signal(object)
    """KtrdrError or TaskError: no certificate could be made."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._results: TrainingResults | None = None
        self._task: Task | None = None
        self._asked: Path | None = None
        self.found: FoundCertificate | None = None
        self.verdict = label(say("No certificate"), "heading", wrap=True)
        self.verdict.setObjectName("trainingPanel.certificateVerdict")
        self.about = label("", "muted", wrap=True)
        self.reasons = QPlainTextEdit()
        self.reasons.setObjectName("trainingPanel.certificateReasons")
        self.reasons.setReadOnly(True)
        self.reasons.setTabChangesFocus(True)
        accessibility.name(self.reasons, say("What the certificate says"))
        self.table = self._make_table()
        self.certify = button(say("Certify"), "trainingPanel.certifyButton", icon="play")
        self.certify.clicked.connect(self.make)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        line = row(self.verdict, self.certify)
        line.setStretchFactor(self.verdict, 1)
        box.addLayout(line)
        box.addWidget(self.about)
        box.addWidget(self.reasons, 2)
        box.addWidget(self.table, 3)
        self._asking = Latest(context.tasks, self)
        self._asking.arrived.connect(self._show)
        self._asking.failed.connect(self._refuse)
        self.clear()

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Symbol"), lambda entry: entry.symbol),
            Column(say("Rows"), lambda entry: numbers.integer(entry.rows), lambda entry: entry.rows, number=True),
            Column(
                say("Weight"),
                lambda entry: numbers.percent(entry.weight),
                lambda entry: entry.weight,
                number=True,
                help=say("Share in the verdict: by rows that are as good as independent"),
            ),
            Column(
                say("Skill if it took part"),
                _estimate("seen"),
                lambda entry: entry.seen.value,
                number=True,
                token=_token("seen"),
                help=say("On its test bars, of the model of all symbols, with its 90 % interval"),
            ),
            Column(
                say("Skill if left out"),
                _estimate("unseen"),
                lambda entry: entry.unseen.value,
                number=True,
                token=_token("unseen"),
                help=say("On the same bars, of a model that never saw the symbol"),
            ),
        ]
        table = RecordTable(columns, "trainingPanel.certificateTable", say("Skill on each symbol, seen and unseen"))
        table.fit(0)
        return table

    def show_results(self, results: TrainingResults) -> None:
        """Look for the certificate of a training.

        Parameters
        ----------
        results : TrainingResults
            The training.
        """
        self._results = results
        self._ask()

    def clear(self) -> None:
        """Show nothing."""
        self._asking.stop()
        self._results = self.found = None
        self._say(say("No training is shown"), "", say("Train a model, or choose a run."))
        self._fill((), ())

    @property
    def running(self) -> bool:
        """Whether a certificate is being made."""
        return self._task is not None

    def _ask(self) -> None:
        results = self._results
        if results is None:
            return
        workspace, path = self._context.workspace, results.path

        def work(_progress: Progress, _cancel: CancelToken) -> FoundCertificate | None:
            return workflows.model_certificate(workspace, path)

        self._asking.ask(say("Look for a certificate"), work)

    @Slot()
    def make(self) -> None:
        """Make the certificate of the training that is shown, as a task of the window."""
        results = self._results
        if results is None or self.running:
            return
        workspace, path, cluster = self._context.workspace, results.path, self._context.tasks.shared_with

        def work(progress: Progress, cancel: CancelToken) -> FoundCertificate:
            return workflows.certify_model(workspace, path, progress, cancel, cluster)

        task = self._task = Task(say("Certify {0}").format(path.name), work)
        self._asked = path
        task.succeeded.connect(self._made)
        task.failed.connect(self.failed)
        task.finished.connect(self._over)
        self._allow()
        self._context.submit(task)

    @Slot(object)
    def _made(self, found: FoundCertificate) -> None:
        self._context.notify("success", say("The certificate is made: {0}").format(say(found.verdict)))
        if self._results is not None and self._results.path == self._asked:
            self._asking.stop()
            self._show(found)

    @Slot()
    def _over(self) -> None:
        self._task = None
        self._allow()

    @Slot(object)
    def _show(self, found: FoundCertificate | None) -> None:
        self.found = found
        if found is None:
            self._say(say("Not certified yet"), "warning", self._why_none())
            self._fill((), ())
            return
        tone = {"pass": "success", "fail": "danger"}.get(found.verdict, "warning")
        kept = found.retention
        ends = None if kept is None else (kept.low, kept.high)
        share = "" if kept is None else say("{0} of the skill is kept on symbols that were left out; {1} is required.")
        about = share.format(
            share_with_interval(None if kept is None else kept.value, ends), numbers.percent(found.required, 0)
        )
        if found.differences:
            tone = "warning"
            about = say("Made for {0} than this model's. {1}").format(_listed(found.differences), about)
        self._say(say("Certificate: {0}").format(say(found.verdict)), tone, about.strip())
        self._fill(found.sentences, found.symbols)

    @Slot(object)
    def _refuse(self, error: KtrdrError | TaskError) -> None:
        self.found = None
        self._say(say("The certificate cannot be read"), "danger", ". ".join(filter(None, error_text(error))))
        self._fill((), ())

    def _why_none(self) -> str:
        symbols = 0 if self._results is None else len(self._results.training_symbols)
        if symbols < LEAST_SYMBOLS:
            return say("Only a universal model of three symbols or more can be certified: one is left out each time.")
        words = say(
            "Certify trains {0} more models: one of all symbols, one without each, and one without each group that "
            "belongs together; it takes about as many times as long as the training did."
        )
        return words.format(symbols + 1)

    def _say(self, verdict: str, tone: str, about: str) -> None:
        self.verdict.setText(verdict)
        set_tone(self.verdict, tone)
        self.about.setText(about)
        self._allow()

    def _fill(self, sentences: tuple[str, ...], symbols: tuple[CertifiedSymbol, ...]) -> None:
        self.reasons.setPlainText(typographic("\n".join(f"• {sentence}" for sentence in sentences)))
        self.table.records.set_records(symbols)
        self.reasons.setVisible(bool(sentences))
        self.table.setVisible(bool(symbols))

    def _allow(self) -> None:
        results = self._results
        enough = results is not None and len(results.training_symbols) >= LEAST_SYMBOLS
        self.certify.setEnabled(enough and not self.running)
        self.certify.setText(say("Certifying…") if self.running else say("Certify"))


def _estimate(name: str) -> Callable[[CertifiedSymbol], str]:
    def text(entry: CertifiedSymbol) -> str:
        found = getattr(entry, name)
        return share_with_interval(found.value, (found.low, found.high), signed=True)

    return text


def _token(name: str) -> Callable[[CertifiedSymbol], str]:
    return lambda entry: "success" if getattr(entry, name).value > 0 else "warning"


def _listed(differences: tuple[str, ...]) -> str:
    return ", ".join(say(words) for words in differences)
