"""Figures of a model, each beside its baseline: train, validation and test, test per symbol, and its own report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID
from ktrdr_app.workflows.wording import typographic

_PARTS = (("train", "train"), ("validation", "validation"), ("test", "test"))
_OWN = (
    ("train", ("final_train_accuracy", "train_accuracy")),
    ("validation", ("final_val_accuracy", "val_accuracy")),
    ("test", ("test_accuracy",)),
)
"""Where folders without parts - the original's, above all - say their accuracies."""
_LINE, _HEAD = 26, 38


@dataclass(frozen=True)
class Figures:
    """One line of the table.

    Attributes
    ----------
    part : str
        What the rows are.
    rows : float or None
        How many.
    accuracy, majority, skill : float or None
        Fractions.
    """

    part: str
    rows: float | None
    accuracy: float | None
    majority: float | None
    skill: float | None

    @classmethod
    def of(cls, part: str, found: Mapping[str, Any], rows: str = "rows") -> Figures:
        """Return a line from a part of the metrics.

        Parameters
        ----------
        part : str
            What it is called.
        found : mapping
            The figures.
        rows : str
            Key of the number of rows.
        """
        return cls(part, *(found.get(key) for key in (rows, "accuracy", "majority_accuracy", "skill")))


def lines_of(metrics: Mapping[str, Any]) -> list[Figures]:
    """Return the lines of a model's metrics.

    Parameters
    ----------
    metrics : mapping
        ``metrics.json`` of a folder of ours or of the original's.
    """
    found = [Figures.of(say(words), metrics[key]) for key, words in _PARTS if isinstance(metrics.get(key), Mapping)]
    if not found:
        own = ((say(part), next((metrics[key] for key in keys if key in metrics), None)) for part, keys in _OWN)
        return [Figures(part, None, value, None, None) for part, value in own if isinstance(value, (int, float))]
    symbols = metrics.get("per_symbol_test")
    for symbol, figures in symbols.items() if isinstance(symbols, Mapping) else ():
        if isinstance(figures, Mapping):
            found.append(Figures.of(say("test {0}").format(symbol), figures, "support"))
    return found


def report_of(metrics: Mapping[str, Any]) -> str:
    """Return what the training said of the model, or what is missing.

    Parameters
    ----------
    metrics : mapping
        As `lines_of` takes it.
    """
    worth = metrics.get("judgement")
    report = worth.get("report") if isinstance(worth, Mapping) else None
    if not isinstance(report, list):
        return say("This model brings no report of its training.")
    return typographic("\n".join(f"• {sentence}" for sentence in report))


class FiguresView(QWidget):
    """The tab *Figures* of the model's card."""

    def __init__(self) -> None:
        super().__init__()
        columns = [
            Column(say("Rows"), lambda line: line.part, tip=lambda line: f"{line.part}: {numbers.integer(line.rows)}"),
            Column(
                say("Acc."),
                lambda line: numbers.percent(line.accuracy),
                number=True,
                help=say("Accuracy: share named rightly"),
            ),
            Column(
                say("Always"),
                lambda line: numbers.percent(line.majority),
                number=True,
                help=say("Accuracy of always naming the most frequent class of the training rows"),
            ),
            Column(
                say("Skill"),
                lambda line: numbers.percent(line.skill, signed=True),
                number=True,
                token=lambda line: "" if line.skill is None else "success" if line.skill > 0 else "warning",
                help=say("1 − NLL / NLL of the class shares: above 0 the model knows something"),
            ),
        ]
        self.table = RecordTable(columns, "modelsPanel.figuresTable", say("Figures of the model beside the baselines"))
        self.table.fit(0)
        self.table.setSortingEnabled(False)
        self.table.verticalHeader().setDefaultSectionSize(_LINE)
        self.report = QPlainTextEdit()
        self.report.setObjectName("modelsPanel.report")
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        accessibility.name(self.report, say("What the training said of the model"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.table, 3)
        box.addWidget(self.report, 2)

    def show_document(self, document: Mapping[str, Any]) -> None:
        """Show the figures of a model.

        Parameters
        ----------
        document : mapping
            What `workflows.show_model` returned.
        """
        lines = lines_of(document["metrics"])
        self.table.records.set_records(lines)
        self.table.setVisible(bool(lines))
        self.table.setMaximumHeight(_LINE * len(lines) + _HEAD)
        self.report.setPlainText(report_of(document["metrics"]))

    def clear(self, words: str) -> None:
        """Show no figures, but why there are none.

        Parameters
        ----------
        words : str
            What is going on.
        """
        self.table.records.set_records(())
        self.table.hide()
        self.report.setPlainText(words)
