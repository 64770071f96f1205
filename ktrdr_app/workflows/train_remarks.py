"""What a user said of an interrupted training goes on with it, to the model that comes of it."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Note, Progress
from ktrdr_app.workflows.models import list_models
from ktrdr_app.workflows.training_notes import TrainingRemarks, read_remarks
from ktrdr_app.workflows.training_runs import say_of_training


def carry_remarks(workspace: Workspace, before: str, model: Path, progress: Progress) -> None:
    """Give a new model the name, the star and the note of what its training was listed as before.

    Parameters
    ----------
    workspace : Workspace
        Where both lie.
    before : str
        Key of the training until now, as `TrainingRun.key` names it; one that is gone has nothing to give.
    model : Path
        The new model's folder.
    progress : Progress
        Told where it cannot be done, as the model is saved all the same.
    """
    key = f"models/{model.resolve().relative_to(workspace.models.resolve()).as_posix()}"
    try:
        said = read_remarks(workspace).get(before, TrainingRemarks())
        note = said.note or _note(workspace, before)
        if said.name or said.star or note:
            say_of_training(workspace, key, name=said.name, star=said.star, note=note)
    except KtrdrError as error:
        progress(Note("warning", f"name, star and note of {before} do not go on with the model: {error.message}"))


def _note(workspace: Workspace, key: str) -> str:
    """Return the note of a model; empty for anything else, whose note is among the remarks."""
    path = (workspace.root / key).resolve()
    return next((info.note for info in list_models(workspace) if info.path.resolve() == path), "")
