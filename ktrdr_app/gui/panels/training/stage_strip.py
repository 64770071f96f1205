"""A run's stages in a row: what is done, what runs, what is to come, with the time each took."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ktrdr_app.core.progress import ProgressEvent, StageFinished, StageStarted
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone

STAGES = ("load", "indicators", "fuzzy", "features", "labels", "train", "test", "importance", "save")

_SIGNS = {"waiting": "○", "running": "●", "done": "✓", "failed": "✗", "stopped": "■"}
_TONES = {"waiting": "", "running": "accent", "done": "success", "failed": "danger", "stopped": "warning"}


class StageStrip(QWidget):
    """The strip.

    Parameters
    ----------
    object_name : str
        Qt object name.
    """

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        self._names: dict[str, QLabel] = {}
        self._times: dict[str, QLabel] = {}
        self.states: dict[str, str] = {}
        for place, stage in enumerate(STAGES):
            self._names[stage] = label("", "")
            self._times[stage] = label("", "muted")
            grid.addWidget(self._names[stage], 0, place, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(self._times[stage], 1, place, Qt.AlignmentFlag.AlignLeft)
            grid.setColumnStretch(place, 1)
        self.clear()

    def clear(self) -> None:
        """Show every stage as still to come."""
        for stage in STAGES:
            self._times[stage].setText(" ")
            self._set(stage, "waiting")

    def take(self, events: Iterable[ProgressEvent]) -> None:
        """Learn from one batch.

        Parameters
        ----------
        events : iterable of ProgressEvent
            Oldest first; those of unknown stages are passed over.
        """
        for event in events:
            if isinstance(event, StageStarted) and event.stage in self.states:
                self._set(event.stage, "running")
            elif isinstance(event, StageFinished) and event.stage in self.states:
                self._set(event.stage, "done")
                self._times[event.stage].setText(numbers.seconds(event.seconds))

    def end(self, how: str) -> None:
        """Mark the stage that was running by the way the run ended.

        Parameters
        ----------
        how : str
            ``failed`` or ``stopped``.
        """
        for stage, state in self.states.items():
            if state == "running":
                self._set(stage, how)

    def _set(self, stage: str, state: str) -> None:
        self.states[stage] = state
        self._names[stage].setText(f"{_SIGNS[state]} {stage}")
        set_tone(self._names[stage], _TONES[state])
        self.setAccessibleDescription(", ".join(f"{name} {how}" for name, how in self.states.items()))
