"""What a user says of models: notes, tags and pins, in one file beside the folders, which stay as they were saved.

``models/{strategy}/notes.json`` holds ``pins`` (time frame to folder, so that there is one at most) and ``models``
(folder to note and tags). Versions are never used twice, so what is said of a deleted model waits for its return.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.files import write_json
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import check_in_store
from ktrdr_app.model_store.versions import locked

LONGEST_NOTE = 10_000
_TAG = re.compile(r"[^\s,]{1,40}")
_LARGEST = 16 << 20


@dataclass(frozen=True)
class Remarks:
    """What is said of one model.

    Attributes
    ----------
    note : str
        Free text.
    tags : tuple of str
        Single words, sorted.
    """

    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemarksSet:
    """What is said of a model after a change.

    Attributes
    ----------
    path : Path
        The model.
    note : str
        Free text.
    tags : tuple of str
        Words.
    """

    path: Path
    note: str
    tags: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"path": str(self.path), "note": self.note, "tags": list(self.tags)}


@dataclass(frozen=True)
class PinSet:
    """What is pinned for a strategy and time frame after a change.

    Attributes
    ----------
    strategy_name, timeframe : str
        Whose requests the pin answers.
    before, after : str
        Pinned folder below the strategy's, then and now; empty for none.
    """

    strategy_name: str
    timeframe: str
    before: str
    after: str

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return vars(self).copy()


@dataclass(frozen=True)
class Notebook:
    """What is said of a strategy's models.

    Attributes
    ----------
    pins : mapping of str to str
        Folder that is pinned for a time frame, below the strategy's.
    models : mapping of str to Remarks
        What is said of each folder.
    problem : str
        Why the file cannot be read; empty if it can, or is not there.
    """

    pins: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, Remarks] = field(default_factory=dict)
    problem: str = ""

    def of(self, key: str) -> Remarks:
        """Return what is said of a folder.

        Parameters
        ----------
        key : str
            `Stored.key` of a model.
        """
        return self.models.get(key, Remarks())


def read_notes(strategy: Path) -> Notebook:
    """Return what is said of a strategy's models; a file that is damaged says so and nothing else.

    Parameters
    ----------
    strategy : Path
        ``models/{strategy}``.
    """
    path = strategy / layout.NOTES
    try:
        if path.stat().st_size > _LARGEST:
            return Notebook(problem=f"{layout.NOTES} is larger than {_LARGEST >> 20} MiB")
        document = json.loads(path.read_bytes())
        pins = {str(timeframe): str(folder) for timeframe, folder in document["pins"].items()}
        models = {
            str(name): Remarks(str(said["note"]), tuple(sorted(map(str, said["tags"]))))
            for name, said in document["models"].items()
        }
    except FileNotFoundError:
        return Notebook()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Notebook(problem=f"{layout.NOTES} cannot be read ({error})")
    return Notebook(pins, models)


def annotate(folder: Path, models_dir: Path, note: str) -> RemarksSet:
    """Write a note to a model; it replaces the one before.

    Parameters
    ----------
    folder : Path
        The model's folder; it may be damaged.
    models_dir : Path
        The store.
    note : str
        Free text; empty to take the note away.

    Raises
    ------
    InvalidValue
        If it is longer than `LONGEST_NOTE` characters.
    StorageProblem
        If the disk refuses, or the notes that are there cannot be read.
    """
    if len(note) > LONGEST_NOTE:
        raise InvalidValue("note", f"{note[:20]}...", f"at most {LONGEST_NOTE:,} characters")
    return _remark(folder, models_dir, lambda said: replace(said, note=note))


def tag(folder: Path, models_dir: Path, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> RemarksSet:
    """Give a model tags, or take some away.

    Parameters
    ----------
    folder : Path
        The model's folder; it may be damaged.
    models_dir : Path
        The store.
    add, remove : tuple of str
        Words without blanks and commas.

    Raises
    ------
    InvalidValue
        For a tag that is no such word.
    StorageProblem
        If the disk refuses, or the notes that are there cannot be read.
    """
    for word in (*add, *remove):
        if not _TAG.fullmatch(word):
            raise InvalidValue("tag", word, "a word of at most 40 characters, without blanks and commas")
    return _remark(folder, models_dir, lambda said: replace(said, tags=tuple(sorted({*said.tags, *add} - set(remove)))))


def pin(folder: Path, models_dir: Path) -> PinSet:
    """Let a model serve every request for its strategy and time frame.

    Parameters
    ----------
    folder : Path
        The model's folder.
    models_dir : Path
        The store.

    Raises
    ------
    InvalidValue
        If it is no place for a model of the store.
    ModelRejected
        If it must not be used.
    StorageProblem
        If the disk refuses, or the notes that are there cannot be read.
    """
    stored = layout.in_store(folder, models_dir)
    check_in_store(stored.folder, models_dir)
    return _repinned(stored, stored.key)


def unpin(folder: Path, models_dir: Path) -> PinSet:
    """Take a pin away.

    Parameters
    ----------
    folder : Path
        The pinned model's folder; it may be damaged or gone.
    models_dir : Path
        The store.

    Raises
    ------
    InvalidValue
        If it is not pinned.
    StorageProblem
        If the disk refuses, or the notes that are there cannot be read.
    """
    return _repinned(layout.in_store(folder, models_dir), "")


def _repinned(stored: layout.Stored, key: str) -> PinSet:
    """Pin a folder for a model's time frame or, with an empty key, take away the pin that the model has."""
    strategy, timeframe = stored.strategy, stored.name.timeframe
    with locked(strategy):
        notes = _readable(strategy)
        before = notes.pins.get(timeframe, "")
        if not key and before != stored.key:
            expected = "a pinned model; `ktrdr-app models list` shows them"
            raise InvalidValue("path", stored.key, expected, where=str(stored.folder))
        pins = {frame: folder for frame, folder in notes.pins.items() if frame != timeframe}
        _write(strategy, replace(notes, pins=pins | ({timeframe: key} if key else {})))
    return PinSet(strategy.name, timeframe, before, key)


def _remark(folder: Path, models_dir: Path, change: Callable[[Remarks], Remarks]) -> RemarksSet:
    stored = layout.in_store(folder, models_dir)
    strategy, key = stored.strategy, stored.key
    with locked(strategy):
        notes = _readable(strategy)
        said = change(notes.of(key))
        models = {name: held for name, held in notes.models.items() if name != key}
        _write(strategy, replace(notes, models=models | ({} if said == Remarks() else {key: said})))
    return RemarksSet(stored.folder, said.note, said.tags)


def _readable(strategy: Path) -> Notebook:
    notes = read_notes(strategy)
    if notes.problem:
        raise StorageProblem(str(strategy / layout.NOTES), notes.problem)
    return notes


def _write(strategy: Path, notes: Notebook) -> None:
    models = {name: {"note": said.note, "tags": list(said.tags)} for name, said in sorted(notes.models.items())}
    write_json(strategy / layout.NOTES, {"format": 1, "pins": dict(notes.pins), "models": models})
