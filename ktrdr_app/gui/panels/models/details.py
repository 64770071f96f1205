"""Everything that is known of one model: figures, what it is made of, what the user says of it."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.about import AboutView
from ktrdr_app.gui.panels.models.coverage_card import CoverageCard
from ktrdr_app.gui.panels.models.figures import FiguresView
from ktrdr_app.gui.panels.models.remarks import RemarksView
from ktrdr_app.gui.panels.models.verifying import outcome
from ktrdr_app.gui.panels.models.words import badge, kind_words, say, states, tone, verdict
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import Card, label, set_tone
from ktrdr_app.workflows.report_figures import judgement_of
from ktrdr_app.workflows.wording import model_verdict

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.model_store.verify import Verification

WIDTH, NARROWEST = 344, 272


class ModelDetails(Card):
    """The card at the right of the models station; each tab is a view of its own.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    remarksWanted = Signal(object, str, object)
    """ModelInfo, its new note, and its new tags."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setMinimumWidth(NARROWEST)
        self.setMaximumWidth(WIDTH)
        self._context, self._workspace = context, context.workspace
        self.model: ModelInfo | None = None
        self._name = label("", "figure", wrap=True)
        self._states = label("", wrap=True)
        self._verdict = label("", "", wrap=True)
        self.figures, self.about, self.remarks = FiguresView(), AboutView(), RemarksView()
        self.coverage = CoverageCard(context)
        self.coverage.heading.hide()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("modelsPanel.detailTabs")
        self.tabs.setDocumentMode(True)
        accessibility.name(self.tabs, say("What is known of the model"))
        accessibility.name(self.tabs.tabBar(), say("What is known of the model"))
        views = (self.figures, self.about, self.coverage, self.remarks)
        for view, words in zip(views, (say("Figures"), say("About"), say("Coverage"), say("Notes")), strict=True):
            self.tabs.addTab(view, words)
        self.tabs.currentChanged.connect(self._compare)
        for widget in (self._name, self._states, self._verdict):
            self.body.addWidget(widget)
        self.body.addWidget(self.tabs, 1)
        self.remarks.saveRequested.connect(self._save_remarks)
        self.reading = Latest(context.tasks, self)
        self.reading.arrived.connect(self._show_document)
        self.reading.failed.connect(self._refuse)

    def show_model(self, model: ModelInfo) -> None:
        """Show one model, and read what its folder says.

        Parameters
        ----------
        model : ModelInfo
            Which one.
        """
        if model == self.model:
            return
        self.model = model
        self._name.setText(f"{badge(model)} {model.label}")
        self._states.setText(" · ".join((kind_words(model), *states(model))))
        set_tone(self._states, tone(model))
        judged, words = verdict(model)
        self._verdict.setText(words)
        self._verdict.setToolTip("")
        set_tone(self._verdict, judged)
        self.about.show_model(model)
        self.remarks.show_model(model)
        self._compare()
        if not model.complete:
            self.reading.stop()
            self.figures.clear(say("It cannot be used, so its figures are not shown: {0}.").format(model.problem))
            return
        self.figures.clear(say("Reading its folder…"))
        read = partial(workflows.show_model, self._workspace, model.path)
        self.reading.ask(say("Read a model"), lambda *_told: read())

    @Slot()
    def _compare(self) -> None:
        """Compare bars with the training rows only where somebody looks: it reads a whole series."""
        if self.tabs.currentWidget() is self.coverage:
            self.coverage.show_model(self.model)

    def show_checks(self, found: Verification) -> None:
        """Say what a verification gave, if it was of the model that is shown.

        Parameters
        ----------
        found : Verification
            What it gave.
        """
        if self.model is not None and self.model.path == found.path:
            self.about.say_checks(*outcome(found))

    @Slot(object)
    def _show_document(self, document: dict[str, Any]) -> None:
        worth = judgement_of(document)
        if worth is not None:
            judged = model_verdict(worth)
            self._verdict.setText(f"{judged.headline}.")
            self._verdict.setToolTip(judged.detail)
            set_tone(self._verdict, "success" if judged.good else "warning")
        self.figures.show_document(document)
        self.about.show_document(document)

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        words = " ".join(error_text(error))
        self.figures.clear(words)
        self.about.say_checks("danger", words)

    @Slot(str, object)
    def _save_remarks(self, note: str, tags: tuple[str, ...]) -> None:
        if self.model is not None:
            self.remarksWanted.emit(self.model, note, tags)
