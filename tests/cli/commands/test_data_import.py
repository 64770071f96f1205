"""``data import``: its options, and what it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.cli.commands.data_import import FILE, OPTIONS, columns, import_file, imported
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.importing.findings import ImportQuestions
from tests.cli.commands.conftest import Run, error_of, files_of
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


@pytest.fixture
def file(workspace: Path) -> Path:
    """Return ten daily bars of which one stands twice and one has its high below its low."""
    days = pd.bdate_range("2024-01-02", periods=10)
    rows = [f"{day:%Y-%m-%d},{10 + n},{12 + n},{9 + n},{11 + n},{100 * n + 100}" for n, day in enumerate(days)]
    rows.insert(4, rows[3])
    rows[8] = rows[8].replace(",19,", ",7,")
    path = workspace / "vendor.csv"
    path.write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def written_in(path: Path) -> pd.DataFrame:
    """Return the vendor's rows as pandas reads them, each day once."""
    frame = pd.read_csv(path).drop_duplicates()
    frame.columns = ["timestamp", "open", "high", "low", "close", "volume"]
    return frame.assign(timestamp=frame["timestamp"] + "T00:00:00Z").reset_index(drop=True)


def test_the_document_counts_rows_and_the_file_holds_them(run: Run, workspace: Path, file: Path) -> None:
    before = files_of(workspace)
    document = run("data", "import", "vendor.csv", "--symbol", "ZZ", "--asset-class", "stock", json=True).document
    assert (document["symbol"], document["timeframe"], document["asset_class"]) == ("ZZ", "1d", "stock")
    assert (document["rows_read"], document["rows_written"]) == (11, 10)
    assert (document["first"], document["last"]) == ("2024-01-02T00:00:00Z", "2024-01-15T00:00:00Z")
    detected = {key: document["detected"][key] for key in ("delimiter", "encoding", "header", "timeframe")}
    assert detected == {"delimiter": ",", "encoding": "ascii", "header": True, "timeframe": "1d"}
    assert document["detected"]["columns"]["close"] == "Close"
    told = {warning["code"]: (warning["count"], warning["rows"]) for warning in document["warnings"]}
    assert told.pop("duplicate_identical") in ((1, [5]), (1, [6])), "either of the twins"
    assert told == {"ohlc_violation": (1, [10])}
    made = Path(document["path"])
    assert made == workspace / "data" / "ZZ_1d.csv"
    changed = {name for name, content in files_of(workspace).items() if before.get(name) != content}
    assert "data/ZZ_1d.csv" in changed
    assert not changed & set(before), "nothing that was there is changed"
    pd.testing.assert_frame_equal(pd.read_csv(made), written_in(file), check_dtype=False)


def test_a_dry_run_says_the_same_and_writes_nothing(run: Run, workspace: Path, file: Path) -> None:
    before = files_of(workspace)
    words = ("data", "import", "vendor.csv", "--symbol", "ZZ", "--asset-class", "stock")
    dry = run(*words, "--dry-run", json=True).document
    assert files_of(workspace) == before
    done = run(*words, json=True).document
    assert (dry.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert dry == done


def test_a_series_that_is_there_is_asked_about_and_each_answer_holds(run: Run, workspace: Path, file: Path) -> None:
    words = ("data", "import", "vendor.csv", "--symbol", "ZZ", "--asset-class", "stock")
    run(*words)
    series = workspace / "data" / "ZZ_1d.csv"
    old = series.read_bytes()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("2024-01-15,19,21,18,20", "2024-01-16,29,31,28,30"), encoding="utf-8")
    error = error_of(run(*words, json=True), 2, "import_questions")
    (question,) = error["questions"]
    assert (question["flag"], question["options"]) == ("--on-conflict", ["append", "replace", "skip"])
    assert run(*words, "--on-conflict", "skip", json=True).document["rows_written"] == 0
    assert series.read_bytes() == old
    run(*words, "--on-conflict", "append")
    days = pd.read_csv(series)["timestamp"].str[:10].tolist()
    assert days[-2:] == ["2024-01-15", "2024-01-16"]
    assert len(days) == 11
    run(*words, "--on-conflict", "replace")
    pd.testing.assert_frame_equal(pd.read_csv(series), written_in(file), check_dtype=False)


def test_columns_named_by_the_user_are_the_ones_that_are_read(run: Run, workspace: Path, file: Path) -> None:
    words = ("--symbol", "ZZ", "--asset-class", "stock", "--columns", "open=Close,close=2")
    run("data", "import", "vendor.csv", *words)
    made, wanted = pd.read_csv("data/ZZ_1d.csv"), written_in(file)
    assert made["open"].tolist() == wanted["close"].tolist()
    assert made["close"].tolist() == wanted["open"].tolist()


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("none.csv",), 3, "file_missing", "path"),
        (("vendor.csv", "--asset-class", "tulips"), 2, "unknown_name", "crypto, forex, index, metal, stock"),
        (("vendor.csv", "--on-conflict", "merge"), 2, "unknown_name", "append, replace, skip"),
        (("vendor.csv", "--columns", "close"), 2, "invalid_value", "close=5"),
        (("vendor.csv", "--columns", "close=Last"), 2, "invalid_value", "Close"),
        (("vendor.csv", "--symbol", "../ZZ"), 2, "unsafe_name", "letters"),
        (("vendor.csv", "--timeframe", "1y"), 2, "unknown_name", "1d"),
        ((), 2, "usage", "data import --help"),
    ],
)
def test_refusals_write_nothing(
    run: Run, workspace: Path, file: Path, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    before = files_of(workspace)
    given_symbol = () if "--symbol" in words or not words else ("--symbol", "ZZ")
    assert hint in error_of(run("data", "import", *words, *given_symbol, json=True), exit_code, code)["hint"]
    assert files_of(workspace) == before
