"""The use case: a vendor's file into the workspace, or the questions that must be answered."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Note, ProgressEvent, StageFinished, StageStarted
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.workflows.import_run import ImportRequest, files_to_import, import_data, preview_import
from tests.data.importing.vendors import VENDORS, series


@pytest.fixture
def request_of(tmp_path: Path) -> ImportRequest:
    """Return a request for a Yahoo file."""
    path = tmp_path / "XYZ.csv"
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")))
    return ImportRequest(Workspace(tmp_path / "workspace"), path, asset_class="crypto")


def test_the_series_is_in_the_workspace(request_of: ImportRequest) -> None:
    events: list[ProgressEvent] = []
    result = import_data(request_of, events.append)
    bars = CSVDataSource(request_of.workspace.data).load("XYZ", "1d")
    pd.testing.assert_frame_equal(bars, series(60, "1D"), check_freq=False)
    assert result.path == request_of.workspace.data / "XYZ_1d.csv"
    assert result.document["rows_written"] == len(result.bars) == 60
    assert [type(event) for event in events] == [StageStarted, StageFinished, Note]
    assert [event.text for event in events if isinstance(event, Note)] == [
        entry["message"] for entry in result.document["warnings"]
    ]


def test_questions_are_raised(request_of: ImportRequest) -> None:
    import_data(request_of)
    with pytest.raises(ImportQuestions) as raised:
        import_data(request_of)
    assert [question.key for question in raised.value.questions] == ["on_conflict"]


def test_a_preview_shows_questions_and_bars_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(VENDORS["metatrader 4"].text(series(60)))
    found = preview_import(ImportRequest(Workspace(tmp_path / "workspace"), path))
    assert [question.key for question in found.questions] == ["symbol", "timezone"]
    assert found.timeframe == "1h"
    assert found.span is not None
    assert found.span.bars == 60
    assert not (tmp_path / "workspace").exists()


def test_a_preview_knows_what_is_in_the_workspace(request_of: ImportRequest) -> None:
    assert preview_import(request_of).conflict is None
    import_data(request_of)
    seen = preview_import(request_of)
    assert seen.conflict is not None
    assert (seen.conflict.rows, seen.conflict.same, seen.conflict.new) == (60, 60, 0)


def test_files_are_found_in_folders_and_told_as_a_stage(request_of: ImportRequest, tmp_path: Path) -> None:
    events: list[ProgressEvent] = []
    (tmp_path / "notes.md").write_text("no bars")
    assert files_to_import([tmp_path], events.append) == (request_of.file,)
    assert [type(event) for event in events] == [StageStarted, StageFinished]


@pytest.mark.parametrize("function", [import_data, preview_import])
def test_a_cancelled_task_stops(function: object, request_of: ImportRequest) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        function(request_of, cancel=token)  # type: ignore[operator]
