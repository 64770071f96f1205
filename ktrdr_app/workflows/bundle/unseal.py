"""Opens a run bundle: checked and whole or not at all, then run again to see that the numbers are what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BundleRejected, DataProblem, FileMissing, ModelRejected, UnknownName, UnsafeName
from ktrdr_app.core.files import new_folder, write_json
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.core.protection import check_writable
from ktrdr_app.core.sealed_zip import SealedZip, open_sealed
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.data.symbols import FILE as SYMBOLS_FILE
from ktrdr_app.model_store.archive import import_model
from ktrdr_app.workflows.bundle.layout import BARS_FILE, LABEL, MODEL_FILE, PAGE_HEAD, REPORT_FILE, rules
from ktrdr_app.workflows.bundle.places import FILES
from ktrdr_app.workflows.bundle.replay import Replay, replay_run, request_of
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.reopen import reopen_run
from ktrdr_app.workflows.requests import BacktestOutcome
from ktrdr_app.workflows.run_folders import RESULT_FILE, SOURCES


@dataclass(frozen=True)
class BundleOpened:
    """A run that came as one file.

    Attributes
    ----------
    outcome : BacktestOutcome
        The run, as it is shown.
    files : int
        Files whose checksums match.
    known : bool
        Whether it had been opened in this workspace before.
    replay : Replay or None
        What came of running it again; None if it was not.
    """

    outcome: BacktestOutcome
    files: int
    known: bool
    replay: Replay | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was checked, in plain words."""
        whose = "It was opened here before; this is that run. " if self.known else ""
        checked = (
            f"{whose}{self.files} files have the checksums that the bundle names, and the bars are those of the run."
        )
        return (checked, *((self.replay.sentence,) if self.replay else ()))

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "run": str(self.outcome.folder),
            "files": self.files,
            "known": self.known,
            "replay": self.replay.to_document() if self.replay else None,
            "sentences": list(self.sentences),
            "backtest": self.outcome.document,
        }


def open_bundle(
    workspace: Workspace,
    file: Path,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    *,
    replay: bool = True,
) -> BundleOpened:
    """Take a run from a bundle into a workspace's ``runs``, with bars and model in a folder of its own.

    No series and no model of the workspace is touched.

    Parameters
    ----------
    workspace : Workspace
        Where the run goes.
    file : Path
        As `export_bundle` writes it.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it; before the run is there, nothing is left.
    replay : bool
        Whether the backtest is run again, to see that it gives the same numbers here.

    Raises
    ------
    FileMissing
        If there is no such file.
    BundleRejected
        If anything in it is not as `export_bundle` writes it; nothing is left then.
    StorageProblem
        If the disk refuses, or the workspace is open read-only; nothing is left then.
    """
    check_writable(workspace.runs)
    if not file.is_file():
        raise FileMissing(str(file), "a run bundle that `ktrdr-app bundle export` wrote")
    token = cancel or CancelToken("opening the bundle")
    with stage("check", progress), open_sealed(file, rules(str(file))) as opened:
        name = _name(opened, file)
        folder = _there_already(workspace, name, opened)
        known = folder is not None
        if folder is None:
            folder = _free(workspace.runs / name)
            with new_folder(folder) as hidden:
                _unpack(opened, hidden, token)
                _settle(hidden, folder, file)
    outcome = reopen_run(workspace, folder, progress, token)
    again = replay_run(workspace, folder, progress, token) if replay else None
    return BundleOpened(outcome, len(opened.files), known, again)


def _name(opened: SealedZip, file: Path) -> str:
    try:
        for kind in ("symbol", "timeframe"):
            safe_name(str(opened.label[kind]), kind)
        return safe_name(str(opened.label["run"]), "run")
    except (KeyError, UnsafeName) as error:
        raise BundleRejected(str(file), f"{LABEL} does not name a run ({error})") from error


def _there_already(workspace: Workspace, name: str, opened: SealedZip) -> Path | None:
    """Return the folder of the same bundle, opened before."""
    for folder in sorted(workspace.runs.glob(f"{name}*/{LABEL}")):
        if json.loads(folder.read_text(encoding="utf-8")) == opened.label:
            return folder.parent
    return None


def _free(folder: Path) -> Path:
    """Return the folder, or the first of its name with a number that is not there."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free


def _unpack(opened: SealedZip, hidden: Path, token: CancelToken) -> None:
    sources = Workspace(hidden / SOURCES)
    sources.data.mkdir(parents=True)
    elsewhere = {
        BARS_FILE: sources.data / f"{opened.label['symbol']}_{opened.label['timeframe']}.csv",
        MODEL_FILE: hidden / MODEL_FILE,
        SYMBOLS_FILE: sources.root / SYMBOLS_FILE,
    }
    for name in opened.files:
        token.check()
        opened.unpack(name, elsewhere.get(name, hidden / name))
    write_json(hidden / LABEL, opened.label)


def _settle(hidden: Path, folder: Path, file: Path) -> None:
    """Judge what was unpacked, take the model into the run's own store, and write where things lie now."""
    sources = Workspace(hidden / SOURCES)
    try:
        document = json.loads((hidden / RESULT_FILE).read_text(encoding="utf-8"))
        _check_bars(sources, document)
        model = None
        if (document["model"] is None) == (hidden / MODEL_FILE).exists():
            raise BundleRejected(str(file), f"{RESULT_FILE} and {MODEL_FILE} do not fit together")
        if document["model"] is not None:
            taken = import_model(hidden / MODEL_FILE, sources.models).path
            (hidden / MODEL_FILE).unlink()
            model = {**document["model"], "path": str(folder.resolve() / taken.relative_to(hidden))}
        write_json(hidden / RESULT_FILE, {**document, **_places(document, folder), "model": model})
        reopen_run(sources, hidden)
        request_of(sources, hidden, document)
        _check_page(hidden / REPORT_FILE)
    except OSError as error:
        raise BundleRejected(str(file), f"it lacks a file of a run ({Path(error.filename or '').name})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BundleRejected(str(file), f"a file of the run is not readable ({error!r})") from error
    except (DataProblem, ModelRejected, UnsafeName, UnknownName) as error:
        raise BundleRejected(str(file), error.message) from error


def _check_page(page: Path) -> None:
    """Refuse a report that does not begin as ours do: with the rule that lets a browser run and load nothing."""
    with open(page, "rb") as stream:
        if stream.read(len(PAGE_HEAD)) != PAGE_HEAD:
            raise ValueError(f"{page.name} is no report of this program")


def _check_bars(sources: Workspace, document: Mapping[str, Any]) -> None:
    span = (document["symbol"], document["timeframe"], document["start"], document["end"])
    if fingerprint(source_of(sources).load(*span)) != document["data_fingerprint"]:
        raise ValueError(f"the bars of {span[0]} {span[1]} are not those of the run")


def _places(document: Mapping[str, Any], folder: Path) -> dict[str, str | None]:
    home = folder.resolve()
    names = {key: document[key] for key in FILES}
    return {key: None if name is None else str(home / Path(str(name)).name) for key, name in names.items()}
