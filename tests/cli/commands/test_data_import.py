"""``data import``: its options, and what it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ktrdr_app.cli.commands.data_import import FILE, OPTIONS, columns, import_file, imported
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.importing.findings import ImportQuestions
from tests.data.importing.vendors import VENDORS, series


def given(file: Path, **answers: object) -> dict[str, object]:
    """Return what the command line would hand over."""
    return {**{choice.name: choice.default for choice in OPTIONS}, "file": file, "asset_class": "crypto", **answers}


@pytest.fixture
def yahoo(tmp_path: Path) -> Path:
    """Return a vendor's file."""
    path = tmp_path / "XYZ.csv"
    path.write_text(VENDORS["yahoo"].text(series(40, "1D")))
    return path


def test_the_options_are_those_of_the_interface() -> None:
    flags = {choice.flag for choice in OPTIONS}
    wanted = {"--symbol", "--timeframe", "--timezone", "--asset-class", "--columns", "--on-conflict", "--dry-run"}
    assert wanted <= flags
    assert FILE.flag == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("close=Last", {"close": "Last"}),
        ("timestamp=1, Open = 2", {"timestamp": "1", "open": "2"}),
    ],
)
def test_columns_are_read(text: str, wanted: dict[str, str]) -> None:
    assert columns(text) == wanted


@pytest.mark.parametrize("text", ["", "close", "close=", "=5", "a=1,b"])
def test_columns_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InvalidValue):
        columns(text)


def test_json_is_the_document_alone(yahoo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_file(Session(Workspace(tmp_path / "workspace"), True), given(yahoo))
    document = json.loads(capsys.readouterr().out)
    assert document["rows_written"] == 40
    assert (tmp_path / "workspace" / "data" / "XYZ_1d.csv").is_file()


def test_people_see_the_notes(yahoo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_file(Session(Workspace(tmp_path / "workspace"), False), given(yahoo, dry_run=True))
    shown = capsys.readouterr().out
    assert "XYZ 1d" in shown
    assert "Adj Close" in shown
    assert "Would be written" in shown
    assert not (tmp_path / "workspace").exists()


def test_questions_leave_the_command(yahoo: Path, tmp_path: Path) -> None:
    session = Session(Workspace(tmp_path / "workspace"), True)
    import_file(session, given(yahoo))
    with pytest.raises(ImportQuestions):
        import_file(session, given(yahoo))


def test_long_lists_of_rows_are_cut() -> None:
    document = {
        "symbol": "X",
        "timeframe": "1h",
        "asset_class": "forex",
        "rows_read": 50,
        "rows_written": 25,
        "first": "a",
        "last": "b",
        "path": "p",
        "dry_run": False,
        "detected": {
            "timestamp_format": "f",
            "timezone": "UTC",
            "columns": {"open": "Open"},
            "encoding": "ascii",
            "delimiter": ",",
            "decimal": ".",
        },
        "warnings": [{"code": "spike", "message": "25 bars", "rows": [2, 3], "count": 25}],
    }
    words = [str(part) for part in imported(document)]
    assert any("25 bars (lines 2, 3, ..)" in text for text in words)
    assert words[-1] == "Series: p"
