"""Search field and a choice of kinds that narrow the list of models."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ktrdr_app.gui.panels.models.words import kind_words, say, states
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

UNIVERSAL, LEGACY, MARKED, BROKEN = "universal", "legacy", "marked", "broken"


class FilterBar(QWidget):
    """What the tree shows: models that hold a text, of one kind."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setObjectName("modelsPanel.search")
        self.search.setPlaceholderText(say("Search models…"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(140)
        accessibility.name(
            self.search, say("Search models"), say("Finds models by strategy, symbol, bar length, state, tag and note")
        )
        self.kind = CalmComboBox("modelsPanel.kindFilter", say("Kinds that are listed"))
        every: list[tuple[str, object]] = [
            (say("All kinds"), ""),
            (say("Universal"), UNIVERSAL),
            (say("Legacy"), LEGACY),
            (say("Pinned or latest"), MARKED),
            (say("Not usable"), BROKEN),
        ]
        self.kind.fill(every, "")
        self.kind.setMinimumContentsLength(14)
        self.search.textChanged.connect(self._say)
        self.kind.currentIndexChanged.connect(self._say)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.search, 1)
        box.addWidget(self.kind)
        self.setMaximumWidth(440)

    def accepts(self, model: ModelInfo) -> bool:
        """Return whether a model is to be listed.

        Parameters
        ----------
        model : ModelInfo
            The model.
        """
        kinds = {
            "": True,
            UNIVERSAL: model.kind == UNIVERSAL,
            LEGACY: model.kind == LEGACY,
            MARKED: model.pinned or model.latest,
            BROKEN: not model.complete,
        }
        if not kinds[self.kind.currentData()]:
            return False
        wanted = self.search.text().lower().split()
        if not wanted:
            return True
        text = _searched(model)
        return all(word in text for word in wanted)

    @Slot()
    def clear(self) -> None:
        """Show every model again."""
        self.search.clear()
        self.kind.setCurrentIndex(0)

    @Slot()
    def _say(self, _changed: object = None) -> None:
        self.changed.emit()


@lru_cache(maxsize=4096)
def _searched(model: ModelInfo) -> str:
    said = (model.strategy_name, model.label, kind_words(model), *model.training_symbols, *model.tags, model.note)
    return " ".join((*said, *states(model))).lower()
