"""Models into the workspace's trash and back, with ``_latest`` kept right, and what a deletion would change."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core import trash
from ktrdr_app.core.errors import BadInput, InvalidValue, ModelRejected, NothingInTrash, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import Judge
from ktrdr_app.model_store.preference import preferred_kind
from ktrdr_app.model_store.resolver import Resolution, resolve
from ktrdr_app.model_store.rollback import best_left, named_by, point_to
from ktrdr_app.model_store.versions import locked, remember_version

log = logging.getLogger(__name__)

KIND = "model"


@dataclass(frozen=True)
class TrashedModel:
    """One deleted model.

    Attributes
    ----------
    model : str
        Its folder below the store: ``{strategy}/{name}`` or ``{strategy}/legacy/{name}``.
    deleted : str
        When it was deleted, ISO UTC.
    latest_before, latest_after : str
        Folder that its ``_latest`` named before the deletion and after it; empty for none.
    folder : Path
        The deletion in the trash.
    """

    model: str
    deleted: str
    latest_before: str
    latest_after: str
    folder: Path

    @property
    def name(self) -> str:
        """Bare name of the model's folder."""
        return self.model.rpartition("/")[2]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"folder": str(self.folder)}


@dataclass(frozen=True)
class Change:
    """One request that another model would serve if a model were deleted.

    Attributes
    ----------
    strategy_name, timeframe : str
        What is asked for.
    symbol : str or None
        Symbol that is asked for; None for a request without one.
    before, after : Resolution
        The resolver's answers now and then.
    """

    strategy_name: str
    timeframe: str
    symbol: str | None
    before: Resolution
    after: Resolution

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; ``reason`` in the resolver's words."""
        before, after = self.before.chosen, self.after.chosen
        said = [entry.reason for entry in self.after.trace if entry.result == "chosen"]
        return {
            "strategy_name": self.strategy_name,
            "timeframe": self.timeframe,
            "symbol": self.symbol,
            "before": before.to_document() if before else None,
            "after": after.to_document() if after else None,
            "reason": said[0] if said else "no model would serve",
            "warning": self.after.warning,
        }


def delete_model(workspace: Workspace, path: Path) -> TrashedModel:
    """Move a model into the trash; a ``_latest`` that named it names the highest version that is left and usable.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder, damaged or not, or its ``_latest``.

    Raises
    ------
    InvalidValue
        If it is no model of the workspace's store.
    ModelNotFound
        If it is not there.
    StorageProblem
        If the disk refuses; nothing has changed then.
    """
    stored = layout.in_store(layout.named_folder(path), workspace.models)
    strategy, folder = stored.strategy, stored.folder
    place, stem = folder.parent, stored.name.stem
    with locked(strategy):
        layout.existing(folder)
        remember_version(strategy, folder.name)
        before = named_by(place, stem)
        after = before if before not in ("", folder.name) else best_left(place, stem, workspace.models, {folder})
        # The pointer moves first: whenever this is cut short, what it names is there.
        point_to(place, stem, after)
        model = folder.relative_to(workspace.models).as_posix()
        facts = {"model": model, "latest_before": before, "latest_after": after}
        try:
            label = f"{strategy.name}_{folder.name}"
            gone, deleted = trash.put_away(workspace, KIND, label, [folder], facts)
        except StorageProblem:
            point_to(place, stem, before)
            raise
    return TrashedModel(model, deleted, before, after, gone)


def trashed_models(workspace: Workspace) -> list[TrashedModel]:
    """Return the deleted models, newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    """
    found = [_read(workspace, folder, document) for folder, document in trash.deletions(workspace, KIND)]
    return [entry for entry in found if entry]


def restore_model(workspace: Workspace, model: str = "") -> TrashedModel:
    """Bring a deleted model back; if ``_latest`` is still as the deletion left it, it is set back too.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    model : str
        ``{strategy}/{name}``, with or without ``models/`` before it; the newest deletion by default.

    Raises
    ------
    NothingInTrash
        If the trash does not hold it.
    InvalidValue
        If a folder of its name is there again.
    StorageProblem
        If the disk refuses.
    """
    held = trashed_models(workspace)
    wanted = model.replace("\\", "/").strip("/").removeprefix("models/")
    entry = next((entry for entry in held if wanted in ("", entry.model)), None)
    if entry is None:
        raise NothingInTrash(model or "a model", sorted({entry.model for entry in held}), str(workspace.trash))
    stored = layout.in_store(workspace.models / entry.model, workspace.models)
    folder, stem = stored.folder, stored.name.stem
    with locked(stored.strategy):
        if folder.exists() or folder.is_symlink():
            raise InvalidValue("path", entry.model, "a model whose place is free; one of its name is there again")
        trash.take_back(entry.folder, [entry.name], folder.parent)
        if entry.latest_before == entry.name and named_by(folder.parent, stem) == entry.latest_after:
            point_to(folder.parent, stem, entry.name)
    return entry


def what_would_change(workspace: Workspace, path: Path) -> list[Change]:
    """Return the requests that would be answered differently without a model, as the resolver answers them.

    Asked for are the model's strategy and time frame: without a symbol, with each symbol that a model of them knows,
    and with each symbol whose bars the workspace has.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder, or its ``_latest``.

    Raises
    ------
    InvalidValue
        If it is no model of the workspace's store.
    ModelNotFound
        If it is not there.
    BadInput, StorageProblem
        If nobody can ask for it, such as one of an unknown time frame, or the workspace's settings cannot be read; it
        can be deleted all the same.
    """
    stored = layout.in_store(layout.named_folder(path), workspace.models)
    strategy, timeframe = stored.strategy, stored.name.timeframe
    judge = Judge(workspace.models)
    prefer = preferred_kind(workspace.models)
    changes = []
    for symbol in (None, *sorted(_symbols(workspace, strategy, timeframe, judge))):
        asked = (workspace.models, strategy.name, timeframe, symbol, prefer)
        before, after = resolve(*asked, judge=judge), resolve(*asked, without={stored.folder}, judge=judge)
        if before.chosen != after.chosen:
            changes.append(Change(strategy.name, timeframe, symbol, before, after))
    return changes


def _symbols(workspace: Workspace, strategy: Path, timeframe: str, judge: Judge) -> set[str]:
    ending = f"_{timeframe}.csv"
    found = {path.name.removesuffix(ending) for path in workspace.data.glob(f"*{ending}")}
    for path, name in layout.model_folders(strategy):
        if name.timeframe == timeframe:
            found |= {name.symbol} if name.symbol else set(_learnt_from(path, judge))
    return {symbol for symbol in found if _can_be_asked(strategy.name, timeframe, symbol)}


def _learnt_from(path: Path, judge: Judge) -> Iterable[str]:
    try:
        symbols = judge.check(path).manifest.get("training_symbols")
    except ModelRejected:
        return ()
    return map(str, symbols) if isinstance(symbols, list) else ()


def _can_be_asked(strategy_name: str, timeframe: str, symbol: str) -> bool:
    try:
        layout.checked_names(strategy_name, timeframe, symbol)
    except BadInput:
        return False
    return True


def _read(workspace: Workspace, folder: Path, document: dict[str, Any]) -> TrashedModel | None:
    try:
        model, before, after = (str(document[key]) for key in ("model", "latest_before", "latest_after"))
        stored = layout.in_store(workspace.models / model, workspace.models)
        names = [named for named in (before, after) if named and layout.parse_folder(named) is None]
        if f"{stored.strategy.name}/{stored.key}" != model or names or document["files"] != [model.rpartition("/")[2]]:
            raise InvalidValue("model", model, "a model's folder below the store")
    except (KeyError, TypeError, ValueError, InvalidValue) as error:
        log.warning("%s of the trash is passed over: %s", folder, error)
        return None
    if not (folder / model.rpartition("/")[2]).is_dir():
        return None  # the deletion was cut short before anything moved
    return TrashedModel(model, str(document["deleted"]), before, after, folder)
