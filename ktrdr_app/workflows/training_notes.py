"""What a user says of trainings: a name and a star for any, a note for those that have no model yet.

``runs/trainings.json`` holds them by key (`TrainingRun.key`). A model's note stays where `annotate_model` keeps it, so
that the models station shows the same words. What is said of a deleted training waits for its return.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.files import write_json
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace

FILE = "trainings.json"
LONGEST_NAME = 60
_LOCK = ".trainings.lock"


@dataclass(frozen=True)
class TrainingRemarks:
    """What is said of one training.

    Attributes
    ----------
    name : str
        What the user calls it; empty for its folder's name.
    star : bool
        Whether it is one of the user's favourites.
    note : str
        Free text, of trainings without a model.
    """

    name: str = ""
    star: bool = False
    note: str = ""


def read_remarks(workspace: Workspace) -> dict[str, TrainingRemarks]:
    """Return what is said of each training, by its key.

    Parameters
    ----------
    workspace : Workspace
        Whose ``runs`` are looked into.

    Raises
    ------
    StorageProblem
        If the file is there and cannot be read.
    """
    path = workspace.runs / FILE
    try:
        said = json.loads(path.read_bytes())["trainings"]
        return {str(key): _remarks(entry) for key, entry in said.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise StorageProblem(str(path), f"it cannot be read ({error}); move it away to begin anew") from error


def remark_training(
    workspace: Workspace, key: str, name: str | None = None, star: bool | None = None, note: str | None = None
) -> TrainingRemarks:
    """Say something of a training, and return what was said of it before.

    Parameters
    ----------
    workspace : Workspace
        Whose training it is.
    key : str
        As `TrainingRun.key` names it.
    name : str, optional
        What it is called from now on; empty for its folder's name.
    star : bool, optional
        Whether it is a favourite.
    note : str, optional
        Free text; empty to take it away.

    Raises
    ------
    InvalidValue
        If the name is longer than `LONGEST_NAME` signs or has more than one line.
    StorageProblem
        If the disk refuses, or what is there cannot be read.
    """
    if name is not None and (len(name) > LONGEST_NAME or "\n" in name):
        raise InvalidValue("name", f"{name[:20]}…", f"one line of at most {LONGEST_NAME} letters")
    with file_lock(workspace.runs / _LOCK):
        every = read_remarks(workspace)
        before = every.get(key, TrainingRemarks())
        after = TrainingRemarks(
            name=before.name if name is None else name,
            star=before.star if star is None else star,
            note=before.note if note is None else note,
        )
        kept = {other: said for other, said in every.items() if other != key}
        kept |= {} if after == TrainingRemarks() else {key: after}
        document = {other: asdict(said) for other, said in sorted(kept.items())}
        write_json(Path(workspace.runs / FILE), {"format": 1, "trainings": document})
    return before


def _remarks(entry: Mapping[str, object]) -> TrainingRemarks:
    return TrainingRemarks(str(entry.get("name", "")), bool(entry.get("star", False)), str(entry.get("note", "")))
