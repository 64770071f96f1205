"""What is known of one model, as a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel

from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.widgets import GRID, Card, label, set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo


class ModelDetails(Card):
    """The card at the right of the models station."""

    def __init__(self) -> None:
        super().__init__("Model")
        self.heading.setText(self.tr("Model"))
        self.setFixedWidth(304)
        self._name = label("", "figure", wrap=True)
        self._verdict = label("", "", wrap=True)
        self.body.addWidget(self._name)
        self.body.addWidget(self._verdict)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        self._facts: dict[str, QLabel] = {}
        for key, words in (
            ("kind", self.tr("Kind")),
            ("strategy", self.tr("Strategy")),
            ("timeframe", self.tr("Bar length")),
            ("version", self.tr("Version")),
            ("accuracy", self.tr("Test accuracy")),
            ("skill", self.tr("Skill")),
            ("symbols", self.tr("Learnt from")),
            ("made", self.tr("Made (UTC)")),
        ):
            self._facts[key] = label("", wrap=True)
            form.addRow(label(words, "muted"), self._facts[key])
        self.body.addLayout(form)
        self._place = label("", "muted", wrap=True)
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addStretch(1)
        self.body.addWidget(self._place)

    def show_model(self, model: ModelInfo) -> None:
        """Show one model.

        Parameters
        ----------
        model : ModelInfo
            Which one.
        """
        self._name.setText(model.label)
        tone, words = self._judge(model)
        self._verdict.setText(words)
        set_tone(self._verdict, tone)
        for key, text in {
            "kind": model.kind,
            "strategy": model.strategy_name,
            "timeframe": model.timeframe,
            "version": str(model.version),
            "accuracy": numbers.percent(model.test_accuracy),
            "skill": numbers.percent(model.skill, signed=True),
            "symbols": ", ".join(model.training_symbols) or numbers.NONE,
            "made": numbers.moment(model.created_at),
        }.items():
            self._facts[key].setText(text)
        # a zero-width space after each separator lets a long path break there
        self._place.setText(str(model.path).replace("/", "/\N{ZERO WIDTH SPACE}"))

    def _judge(self, model: ModelInfo) -> tuple[str, str]:
        if not model.complete:
            return "danger", self.tr("Cannot be used: {0}").format(model.problem)
        if model.look_ahead:
            return "warning", self.tr("A model of the original: its features look ahead, so its results do too.")
        if model.skill is None:
            return "info", self.tr("It does not say how it did on unseen bars.")
        if model.skill <= 0:
            return "warning", self.tr("No skill: class shares alone predict its test bars as well.")
        return "success", self.tr("Better than the class shares on its test bars.")
