"""One file on its way in: what the user answered, what was read of it, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import ImportPreview, whole_mapping
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.workflows.import_run import ImportRequest

SHARED = ("timezone", "asset_class", "date_order", "decimal", "on_conflict")
"""Answers that may be given to every file at once; symbol and bar length belong to one file."""


class State(Enum):
    """Where a file stands."""

    READING = "reading"
    ASKS = "asks"
    READY = "ready"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"


@dataclass(eq=False)
class Entry:
    """A file of the queue.

    Attributes
    ----------
    path : Path
        The file.
    answers : dict of str to str
        What the user said, by field of `ImportRequest`.
    columns : dict of str to int
        Role to the place of the column that the user chose.
    detected : dict of str to int
        Role to the place of the column that the file tells.
    preview : ImportPreview or None
        What was read last; while ``stale``, with older answers.
    asked : dict of str to Question
        Everything that was asked of this file, the answered ones too, so that a question stays where it is.
    error : KtrdrError or TaskError, optional
        Why the file cannot be read at all, or was not written.
    document : dict, optional
        What was imported.
    stale : bool
        Whether it has to be read again.
    writing : bool
        Whether it is being imported, or is next in line.
    version : int
        Counts the changes, so that what was read before one is told apart.
    """

    path: Path
    answers: dict[str, str] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    detected: dict[str, int] = field(default_factory=dict)
    preview: ImportPreview | None = None
    asked: dict[str, Question] = field(default_factory=dict)
    error: KtrdrError | TaskError | None = None
    document: dict[str, Any] | None = None
    stale: bool = True
    writing: bool = False
    version: int = 0

    @property
    def state(self) -> State:
        """Where the file stands."""
        if self.document is not None:
            return State.IMPORTED
        if self.writing:
            return State.IMPORTING
        if self.error is not None:
            return State.FAILED
        if self.preview is None or self.stale:
            return State.READING
        if self.preview.problem is not None:
            return State.FAILED
        return State.ASKS if self.preview.questions else State.READY

    @property
    def importable(self) -> bool:
        """Whether nothing is open; a file whose writing failed may be tried again."""
        settled = self.document is None and not self.writing and not self.stale
        return settled and self.preview is not None and self.preview.ready

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What must be answered before the file can be imported."""
        return self.preview.questions if self.preview is not None else ()

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Keys of the questions that are open; those answered since the file was read are left out."""
        given = {*self.answers, *(("columns",) if self.columns else ())} if self.stale else set()
        return tuple(question.key for question in self.open_questions if question.key not in given)

    def request(self, workspace: Workspace) -> ImportRequest:
        """Return what to ask of the workflows.

        Parameters
        ----------
        workspace : Workspace
            Where the series goes.
        """
        raw = self.preview.raw if self.preview else None
        columns = whole_mapping(raw, self.detected, self.columns) if raw else {}
        given = self.answers.get
        return ImportRequest(
            workspace,
            self.path,
            symbol=given("symbol"),
            timeframe=given("timeframe"),
            timezone=given("timezone"),
            asset_class=given("asset_class"),
            columns=columns,
            on_conflict=given("on_conflict"),
            date_order=given("date_order"),
            decimal=given("decimal"),
        )

    def take(self, preview: ImportPreview) -> None:
        """Keep what was read.

        Parameters
        ----------
        preview : ImportPreview
            Read with the answers as they are now.
        """
        self.preview, self.stale, self.error = preview, False, None
        if not self.columns:
            self.detected = dict(preview.columns)
        if preview.conflict is None:
            self.asked.pop("on_conflict", None)
        self.asked |= {question.key: question for question in preview.questions}
