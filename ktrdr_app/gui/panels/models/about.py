"""What a model was made of and what lies in its folder: data, dates, contract, network, files and their state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.models.words import kind_words, say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

_BREAK = "/\N{ZERO WIDTH SPACE}"


class AboutView(QScrollArea):
    """The tab *About* of the model's card."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("modelsPanel.about")
        accessibility.name(self, say("What the model is made of"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        form = QFormLayout()
        form.setHorizontalSpacing(GRID)
        form.setVerticalSpacing(GRID // 2)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self.facts: dict[str, QLabel] = {}
        for key, words in (
            ("kind", say("Kind")),
            ("strategy", say("Strategy")),
            ("timeframe", say("Bar length")),
            ("version", say("Version")),
            ("symbols", say("Learnt from")),
            ("rows", say("Rows")),
            ("dates", say("Dates")),
            ("test", say("Tested from")),
            ("made", say("Made (UTC)")),
            ("contract", say("Contract")),
            ("network", say("Network")),
            ("scaler", say("Scaler")),
            ("files", say("Files")),
            ("checks", say("Checks")),
            ("command", say("Made by")),
            ("place", say("Folder")),
        ):
            self.facts[key] = label("", wrap=True)
            self.facts[key].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label(words, "muted"), self.facts[key])
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, GRID, GRID // 2, 0)
        box.addLayout(form)
        box.addStretch(1)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def show_model(self, model: ModelInfo) -> None:
        """Show what the list knows of a model.

        Parameters
        ----------
        model : ModelInfo
            Which one.
        """
        for key, text in {
            "kind": kind_words(model),
            "strategy": model.strategy_name,
            "timeframe": model.timeframe,
            "version": str(model.version),
            "symbols": ", ".join(model.training_symbols) or numbers.NONE,
            "rows": numbers.integer(model.rows),
            "made": numbers.moment(model.created_at),
            # a zero-width space after each separator lets a long path break there
            "place": str(model.path).replace("/", _BREAK),
        }.items():
            self.facts[key].setText(text)
        for key in ("dates", "test", "contract", "network", "scaler", "files", "command"):
            self.facts[key].setText(numbers.NONE)
        if not model.complete:
            self.say_checks("danger", model.problem)
        elif model.look_ahead:
            self.say_checks("", say("whole and safe; not verified since the list was read"))
        else:
            self.say_checks("", say("checksums of what is read match; not verified since the list was read"))

    def show_document(self, document: Mapping[str, Any]) -> None:
        """Add what the folder itself says.

        Parameters
        ----------
        document : mapping
            What `workflows.show_model` returned.
        """
        manifest, network, files = document["training_manifest"], document["network"], document["files"]
        span, split = manifest.get("data_date_range") or {}, manifest.get("split") or {}
        digest, features = document["contract_digest"], len(document["feature_names"])
        contract = (
            say("{0} features, {1}…").format(features, digest[:12])
            if digest
            else say("{0} features, no hash").format(features)
        )
        layers = " → ".join(map(str, (network["inputs"], *network["hidden"], 3)))
        listed = say("with checksums") if "checksums.json" in files else say("no checksums: the original wrote it")
        size = numbers.integer(sum(files.values()) / 1024)
        for key, text in {
            "dates": say("{0} to {1}").format(_day(span.get("start")), _day(span.get("end"))) if span else "",
            "test": _day(split.get("test_start")) if split.get("test_start") else "",
            "contract": contract,
            "network": f"{layers}, {network['activation']}",
            "scaler": str(document["scaler"].get("kind", "")),
            "files": say("{0}, {1} KiB, {2}").format(len(files), size, listed),
            "command": str(manifest.get("command") or ""),
        }.items():
            self.facts[key].setText(text or numbers.NONE)

    def say_checks(self, tone: str, words: str) -> None:
        """Say how the folder's files are.

        Parameters
        ----------
        tone : str
            As `set_tone` takes it.
        words : str
            In words.
        """
        self.facts["checks"].setText(words)
        set_tone(self.facts["checks"], tone)


def _day(stamp: object) -> str:
    return numbers.moment(str(stamp), time=False) if stamp else numbers.NONE
