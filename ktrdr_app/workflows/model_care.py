"""Looking after models: verify, roll back, export, import, delete, bring back, note, tag and pin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import archive, deletion, layout, notes, rollback
from ktrdr_app.model_store.archive import Exported, Imported
from ktrdr_app.model_store.deletion import Change, TrashedModel
from ktrdr_app.model_store.notes import PinSet, RemarksSet
from ktrdr_app.model_store.rollback import RolledBack
from ktrdr_app.workflows.models import model_folder

if TYPE_CHECKING:
    from ktrdr_app.model_store.verify import Verification


def verify_model(workspace: Workspace, path: Path | str) -> Verification:
    """Check every file, the checksums, the loading, and the stored predictions of a model.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder.
    path : Path or str
        The folder, or its ``_latest``.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    """
    # Only this needs torch.
    found: Verification = load("ktrdr_app.model_store.verify").verify_model(
        model_folder(workspace, path), workspace.models
    )
    return found


def roll_back(workspace: Workspace, strategy: str, timeframe: str, to: int, symbol: str | None = None) -> RolledBack:
    """Let ``_latest`` name another version.

    Parameters
    ----------
    workspace : Workspace
        Whose models they are.
    strategy, timeframe, to, symbol
        As `ktrdr_app.model_store.rollback.roll_back` takes them.

    Raises
    ------
    KtrdrError
        As it raises it.
    """
    return rollback.roll_back(workspace.models, strategy, timeframe, to, symbol)


def export_model(workspace: Workspace, path: Path | str, file: Path) -> Exported:
    """Write a model as one zip.

    Parameters
    ----------
    workspace : Workspace
        Relative paths of models are looked up in it.
    path : Path or str
        The folder, or its ``_latest``.
    file : Path
        The zip.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.archive.export_model` raises it.
    """
    return archive.export_model(model_folder(workspace, path), file)


def import_model(workspace: Workspace, file: Path) -> Imported:
    """Take a model from a zip into the workspace.

    Parameters
    ----------
    workspace : Workspace
        Where it goes.
    file : Path
        The zip.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.archive.import_model` raises it.
    """
    return archive.import_model(file, workspace.models)


def delete_model(workspace: Workspace, path: Path | str) -> TrashedModel:
    """Move a model into the workspace's trash.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The folder, or its ``_latest``.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.deletion.delete_model` raises it.
    """
    return deletion.delete_model(workspace, model_folder(workspace, path))


def preview_deletion(workspace: Workspace, path: Path | str) -> list[Change]:
    """Return the requests that would be answered differently without a model.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The folder, or its ``_latest``.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.deletion.what_would_change` raises it.
    """
    return deletion.what_would_change(workspace, model_folder(workspace, path))


def restore_model(workspace: Workspace, model: str = "") -> TrashedModel:
    """Bring a deleted model back.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    model : str
        ``{strategy}/{name}``; the newest deletion by default.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.deletion.restore_model` raises it.
    """
    return deletion.restore_model(workspace, model)


def list_trashed_models(workspace: Workspace) -> list[TrashedModel]:
    """Return the deleted models, newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    """
    return deletion.trashed_models(workspace)


def annotate_model(workspace: Workspace, path: Path | str, note: str) -> RemarksSet:
    """Write a note to a model; an empty one takes it away.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The folder, or its ``_latest``.
    note : str
        Free text.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.notes.annotate` raises it.
    """
    return notes.annotate(layout.named_folder(model_folder(workspace, path)), workspace.models, note)


def tag_model(
    workspace: Workspace, path: Path | str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> RemarksSet:
    """Give a model tags, or take some away.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The folder, or its ``_latest``.
    add, remove : tuple of str
        Words.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.notes.tag` raises it.
    """
    return notes.tag(layout.named_folder(model_folder(workspace, path)), workspace.models, add, remove)


def pin_model(workspace: Workspace, path: Path | str) -> PinSet:
    """Let a model serve every request for its strategy and time frame.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The folder, or its ``_latest``: then the version that it names now stays pinned.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.notes.pin` raises it.
    """
    return notes.pin(layout.named_folder(model_folder(workspace, path)), workspace.models)


def unpin_model(workspace: Workspace, path: Path | str) -> PinSet:
    """Take a pin away.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The pinned folder; it may be gone.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.model_store.notes.unpin` raises it.
    """
    return notes.unpin(model_folder(workspace, path), workspace.models)
