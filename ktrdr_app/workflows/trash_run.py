"""Deletes a series in a way that can be undone, and brings it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.data import trash
from ktrdr_app.data.trash import TrashedSeries


@dataclass(frozen=True)
class DeleteRequest:
    """Move a series into the trash.

    Attributes
    ----------
    workspace : Workspace
        Whose series it is.
    symbol, timeframe : str
        The series.
    """

    workspace: Workspace
    symbol: str
    timeframe: str


@dataclass(frozen=True)
class RestoreRequest:
    """Bring a series back from the trash.

    Attributes
    ----------
    workspace : Workspace
        Whose series it is.
    symbol, timeframe : str
        The series.
    folder : Path, optional
        The deletion that is undone; the newest one by default.
    """

    workspace: Workspace
    symbol: str
    timeframe: str
    folder: Path | None = None


def delete_data(
    request: DeleteRequest, _progress: Progress = silent, cancel: CancelToken | None = None
) -> TrashedSeries:
    """Move a series and every file named after it into the workspace's trash.

    Parameters
    ----------
    request : DeleteRequest
        Which series.
    _progress : Progress
        Not used: it takes no time.
    cancel : CancelToken, optional
        Checked before anything moves.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.data.trash.delete_series` raises it.
    """
    (cancel or CancelToken("the deletion")).check()
    return trash.delete_series(request.workspace, request.symbol, request.timeframe)


def restore_data(
    request: RestoreRequest, _progress: Progress = silent, cancel: CancelToken | None = None
) -> TrashedSeries:
    """Bring a deleted series back; one that came back meanwhile is never overwritten.

    Parameters
    ----------
    request : RestoreRequest
        Which series.
    _progress : Progress
        Not used: it takes no time.
    cancel : CancelToken, optional
        Checked before anything moves.

    Raises
    ------
    KtrdrError
        As `ktrdr_app.data.trash.restore_series` raises it.
    """
    (cancel or CancelToken("the undoing")).check()
    return trash.restore_series(request.workspace, request.symbol, request.timeframe, request.folder)


def list_trash(workspace: Workspace) -> list[TrashedSeries]:
    """Return the deleted series of a workspace, newest first.

    Parameters
    ----------
    workspace : Workspace
        Whose trash is looked into.
    """
    return trash.trashed_series(workspace)
