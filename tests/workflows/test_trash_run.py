"""Deleting and bringing back as use cases; the rules themselves are tested with `ktrdr_app.data.trash`."""

from __future__ import annotations

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import delete_data, list_data, list_trash, restore_data
from ktrdr_app.workflows.trash_run import DeleteRequest, RestoreRequest


def test_there_and_back(sample_workspace: Workspace) -> None:
    before = list_data(sample_workspace)
    entry = delete_data(DeleteRequest(sample_workspace, "IBM", "1d"))
    assert [info.symbol for info in list_data(sample_workspace)] == ["AAPL", "EURUSD", "GOOG", "MSFT"]
    assert list_trash(sample_workspace) == [entry]
    assert restore_data(RestoreRequest(sample_workspace, "IBM", "1d", entry.folder)) == entry
    assert list_data(sample_workspace) == before


def test_stopped_before_anything_moves(sample_workspace: Workspace) -> None:
    token = CancelToken("it")
    token.cancel()
    with pytest.raises(Cancelled):
        delete_data(DeleteRequest(sample_workspace, "IBM", "1d"), cancel=token)
    assert len(list_data(sample_workspace)) == 5
    assert not sample_workspace.trash.exists()
    delete_data(DeleteRequest(sample_workspace, "IBM", "1d"))
    with pytest.raises(Cancelled):
        restore_data(RestoreRequest(sample_workspace, "IBM", "1d"), cancel=token)
    assert len(list_trash(sample_workspace)) == 1
