"""Two models beside each other: only what differs, with what makes their figures incomparable above it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHeaderView, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.dialog import ModelDialog
from ktrdr_app.gui.panels.models.words import badge, say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import label, row, set_tone
from ktrdr_app.workflows.wording import typographic

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.workflows.compare_run import Difference, ModelComparison

ALL = ""


def partner(model: ModelInfo, models: Sequence[ModelInfo]) -> ModelInfo | None:
    """Return the model that another is most likely to be held against: its neighbour version, else its strategy's.

    Parameters
    ----------
    model : ModelInfo
        The one that is chosen.
    models : sequence of ModelInfo
        All models.
    """

    def far(other: ModelInfo) -> tuple[bool, bool, bool, bool, int]:
        earlier = other.version < model.version
        same = (other.kind, other.symbol, other.timeframe) == (model.kind, model.symbol, model.timeframe)
        distance = abs(other.version - model.version)
        return (
            other.strategy_name != model.strategy_name,
            not same,
            other.timeframe != model.timeframe,
            not earlier,
            distance,
        )

    others = [other for other in models if other.complete and other.path != model.path]
    return min(others, key=far, default=None)


class CompareDialog(ModelDialog):
    """Compares two models of the workspace.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    models : sequence of ModelInfo
        All models; those that cannot be used are not offered.
    chosen : ModelInfo
        The one that is selected.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, context: AppContext, models: Sequence[ModelInfo], chosen: ModelInfo, parent: QWidget) -> None:
        super().__init__("compareDialog", say("Compare two models"), (900, 560), parent)
        self._workspace = context.workspace
        self._found: ModelComparison | None = None
        other = partner(chosen, models)
        usable = [model for model in models if model.complete]
        entries: list[tuple[str, object]] = [
            (f"{badge(model)} {model.strategy_name} / {model.label}", str(model.path)) for model in usable
        ]
        self.first = CalmComboBox("modelsPanel.compareFirst", say("Model"))
        self.second = CalmComboBox("modelsPanel.compareSecond", say("Model that is held against it"))
        for combo, model in ((self.first, chosen), (self.second, other)):
            combo.setMinimumContentsLength(34)
            combo.fill(entries, str(model.path) if model else None)
            combo.currentIndexChanged.connect(self._ask)
        self.body.addLayout(row(self.first, label(say("against"), "muted"), self.second, 1))
        self.cautions = self.sentence()
        self.section = CalmComboBox("modelsPanel.compareSection", say("Section that is shown"))
        self.section.setFixedWidth(200)
        self.section.fill([(say("All sections"), ALL)], ALL)
        self.section.currentIndexChanged.connect(self._filter)
        self.summary = label("", "muted", wrap=True)
        line = row(self.section, self.summary)
        line.setStretchFactor(self.summary, 1)
        self.body.addLayout(line)
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self.foot()
        self._comparing = Latest(context.tasks, self)
        self._comparing.arrived.connect(self._show)
        self._comparing.failed.connect(self._refuse)
        self._ask()

    def _make_table(self) -> RecordTable:
        columns = [
            Column(say("Section"), lambda entry: say(entry.section)),
            Column(say("What"), lambda entry: entry.name),
            Column(say("First"), lambda entry: entry.words[0]),
            Column(say("Second"), lambda entry: entry.words[1]),
            Column(say("Change"), lambda entry: typographic(entry.change), lambda entry: _change(entry), number=True),
        ]
        table = RecordTable(columns, "modelsPanel.compareTable", say("What differs between the two models"))
        header = table.horizontalHeader()
        for column, mode in ((0, "ResizeToContents"), (1, "Interactive"), (4, "ResizeToContents")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        table.setColumnWidth(1, 230)
        return table

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        first, second = self.first.currentData(), self.second.currentData()
        if first is None or second is None:
            return
        compare = partial(workflows.compare_models, self._workspace, first, second)

        def work(_progress: Progress, _cancel: CancelToken) -> ModelComparison:
            return compare()

        self.summary.setText(say("Comparing…"))
        self._comparing.ask(say("Compare two models"), work)

    @Slot(object)
    def _show(self, found: ModelComparison) -> None:
        self._found = found
        self._say("\n".join(found.cautions), "warning")
        counts = dict.fromkeys(found.equal, 0)
        for entry in found.differences:
            counts[entry.section] += 1
        every: tuple[str, object] = (say("All sections ({0})").format(len(found.differences)), ALL)
        lines: list[tuple[str, object]] = [(f"{say(name)} ({count})", name) for name, count in counts.items()]
        self.section.fill([every, *lines], self.section.currentData())
        alike = ", ".join(f"{count} {say(section)}" for section, count in found.equal.items() if count)
        words = say("Only what differs. Alike: {0}.") if found.differences else say("They do not differ. Alike: {0}.")
        self.summary.setText(words.format(alike or say("nothing")))
        self.table.records.set_records(found.differences)

    @Slot()
    def _filter(self, _changed: object = None) -> None:
        section = self.section.currentData()
        self.table.records.set_filter((lambda entry: entry.section == section) if section else None)

    @Slot(object)
    def _refuse(self, error: Any) -> None:
        self.table.records.set_records(())
        self.summary.setText("")
        self._say(" ".join(error_text(error)), "danger")

    def _say(self, words: str, tone: str) -> None:
        self.cautions.setText(words)
        self.cautions.setVisible(bool(words))
        set_tone(self.cautions, tone)

    def done(self, result: int) -> None:
        """Compare nothing any more once it is closed.

        Parameters
        ----------
        result : int
            Qt's answer.
        """
        self._comparing.stop()
        super().done(result)


def _change(entry: Difference) -> float:
    return entry.second - entry.first if entry.change else 0.0
