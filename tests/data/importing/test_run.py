"""One import from the file to the folder: what is written, what is not, and what a kill leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import (
    Cancelled,
    FileMissing,
    InvalidValue,
    StorageProblem,
    UnknownName,
    UnsafeName,
)
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import import_file
from ktrdr_app.data.importing.save import canonical
from tests.core.children import printed
from tests.data.importing.vendors import series

posix = pytest.mark.skipif(os.name != "posix", reason="NOT TESTED: needs fork and signals of POSIX")

KILLED = """
import os, signal, sys
from pathlib import Path
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import import_file

sources, target = [Path(name) for name in sys.argv[1:3]], Path(sys.argv[3])
options = ImportOptions(symbol="X", timeframe="1m", asset_class="crypto", on_conflict="replace")
written = target / "X_1m.csv"
import_file(sources[0], options, target)
whole = {written.read_bytes()}
import_file(sources[1], options, target)
whole.add(written.read_bytes())
assert len(whole) == 2
sizes = {len(content) for content in whole}
cut = 0


def being_written():
    if any(name.endswith(".tmp") for name in os.listdir(target)):
        return True
    return os.path.getsize(written) not in sizes


for attempt in range(12):
    child = os.fork()
    if child == 0:
        for round in range(1000):
            import_file(sources[round % 2], options, target)
        os._exit(0)
    while not being_written():
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert written.read_bytes() in whole, "a cut or mixed file"
    hidden = [path for path in target.iterdir() if path.name.startswith(".")]
    assert [path.name for path in target.iterdir() if path not in hidden] == ["X_1m.csv"]
    for path in hidden:
        cut += path.stat().st_size not in sizes
        path.unlink()
assert cut, "no write was met"
print("whole", attempt + 1)
"""


def write(folder: Path, bars: pd.DataFrame, name: str = "XYZ_1h.csv") -> Path:
    """Write bars as a canonical file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(canonical(bars))
    return path


def crypto(**given: str) -> ImportOptions:
    """Return options of a market without weekends."""
    return ImportOptions(asset_class="crypto", **given)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of series in which XYZ 1h is there already."""
    folder = tmp_path / "data"
    import_file(write(tmp_path / "first", series(100)), crypto(), folder)
    return folder


def test_a_series_that_is_there_is_asked_about(data: Path, tmp_path: Path) -> None:
    before = (data / "XYZ_1h.csv").read_bytes()
    path = write(tmp_path / "new", series(100, start="2021-04-01"))
    with pytest.raises(ImportQuestions) as raised:
        import_file(path, crypto(), data)
    question = raised.value.questions[0]
    assert (question.key, question.flag) == ("on_conflict", "--on-conflict")
    assert question.options == ("append", "replace", "skip")
    assert (data / "XYZ_1h.csv").read_bytes() == before


def test_append_adds_what_is_lacking_and_keeps_the_rest(data: Path, tmp_path: Path) -> None:
    old = CSVDataSource(data).load("XYZ", "1h")
    new = series(150)
    new.loc[new.index[:2], "close"] += 0.01
    report = import_file(write(tmp_path / "new", new), crypto(on_conflict="append"), data)
    whole = CSVDataSource(data).load("XYZ", "1h")
    assert report.rows_written == len(whole) == 150
    pd.testing.assert_frame_equal(whole.iloc[:100], old, check_freq=False)
    pd.testing.assert_frame_equal(whole.iloc[100:], new.iloc[100:], check_freq=False)
    found = {entry.code: entry.message for entry in report.findings}
    assert "50 bars were added to the 100" in found["appended"]
    assert "stayed as they were" in found["kept_existing"]


def test_append_before_the_first_bar_keeps_the_order(data: Path, tmp_path: Path) -> None:
    earlier = series(24, start="2021-02-01")
    import_file(write(tmp_path / "new", earlier), crypto(on_conflict="append"), data)
    whole = CSVDataSource(data).load("XYZ", "1h")
    assert len(whole) == 124
    assert whole.index.is_monotonic_increasing
    assert whole.index[0] == earlier.index[0]


def test_appending_the_same_file_changes_nothing(data: Path, tmp_path: Path) -> None:
    before = (data / "XYZ_1h.csv").read_bytes()
    report = import_file(tmp_path / "first" / "XYZ_1h.csv", crypto(on_conflict="append"), data)
    assert (data / "XYZ_1h.csv").read_bytes() == before
    assert {entry.code for entry in report.findings} == {"appended"}


def test_replace_puts_the_file_in_its_place(data: Path, tmp_path: Path) -> None:
    new = series(30, start="2021-04-01")
    report = import_file(write(tmp_path / "new", new), crypto(on_conflict="replace"), data)
    pd.testing.assert_frame_equal(CSVDataSource(data).load("XYZ", "1h"), new, check_freq=False)
    assert [entry.code for entry in report.findings] == ["replaced"]


def test_skip_leaves_it_alone(data: Path, tmp_path: Path) -> None:
    before = (data / "XYZ_1h.csv").read_bytes()
    report = import_file(write(tmp_path / "new", series(30)), crypto(on_conflict="skip"), data)
    assert report.rows_written == 0
    assert [entry.code for entry in report.findings] == ["skipped"]
    assert (data / "XYZ_1h.csv").read_bytes() == before


@pytest.mark.parametrize("how", ["append", "replace", "skip"])
def test_a_dry_run_leaves_it_alone(how: str, data: Path, tmp_path: Path) -> None:
    before = (data / "XYZ_1h.csv").read_bytes()
    path = write(tmp_path / "new", series(150))
    report = import_file(path, crypto(on_conflict=how), data, dry_run=True)
    assert report.rows_written == {"append": 150, "replace": 150, "skip": 0}[how]
    assert (data / "XYZ_1h.csv").read_bytes() == before


def test_the_document_has_what_the_interface_names(tmp_path: Path) -> None:
    report = import_file(write(tmp_path, series(40)), crypto(), tmp_path / "data")
    document = report.to_document()
    assert document["symbol"] == "XYZ"
    assert document["timeframe"] == "1h"
    assert document["rows_read"] == document["rows_written"] == 40
    assert document["first"] == "2021-03-01T00:00:00Z"
    assert document["last"] == "2021-03-02T15:00:00Z"
    assert document["path"] == str(tmp_path / "data" / "XYZ_1h.csv")
    assert document["warnings"] == []
    detected = document["detected"]
    assert detected["delimiter"] == ","
    assert detected["encoding"] == "ascii"
    assert detected["header"] is True
    assert detected["timestamp_format"] == "%Y-%m-%dT%H:%M:%SZ"
    assert detected["timezone"] == "UTC"
    assert detected["timeframe"] == "1h"
    assert detected["columns"] == {name: name for name in ("timestamp", "open", "high", "low", "close", "volume")}
    assert len(document["preview"]["first"]) == len(document["preview"]["last"]) == 5
    assert document["preview"]["first"][0][0] == document["first"]
    assert document["preview"]["last"][-1][0] == document["last"]


def test_all_questions_are_asked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "some file.csv"
    path.write_text("time,open,high,low,close\n2021-01-04 10:00,1,2,1,2\n")
    with pytest.raises(ImportQuestions) as raised:
        import_file(path, ImportOptions(), tmp_path / "data")
    error = raised.value
    assert [question.key for question in error.questions] == ["symbol", "timezone", "timeframe"]
    assert all(question.flag in error.hint for question in error.questions)
    assert [entry["key"] for entry in error.details()["questions"]] == ["symbol", "timezone", "timeframe"]
    assert error.code == "import_questions"


def test_answers_settle_the_questions(tmp_path: Path) -> None:
    path = tmp_path / "some file.csv"
    path.write_text("time,open,high,low,close\n2021-01-04 10:00,1,2,1,2\n")
    options = ImportOptions(symbol="ABC", timezone="+02:00", timeframe="4h")
    report = import_file(path, options, tmp_path / "data")
    assert report.path.name == "ABC_4h.csv"
    assert report.to_document()["first"] == "2021-01-04T08:00:00Z"


def test_a_cancelled_import_writes_nothing(tmp_path: Path) -> None:
    token = CancelToken("the import")
    token.cancel()
    with pytest.raises(Cancelled):
        import_file(write(tmp_path, series(5)), crypto(), tmp_path / "data", cancel=token)
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        import_file(tmp_path / "nothing.csv", ImportOptions(), tmp_path / "data")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageProblem):
        import_file(tmp_path, ImportOptions(), tmp_path / "data")


@pytest.mark.parametrize("symbol", ["../evil", "a/b", ".hidden", "con"])
def test_a_symbol_cannot_leave_the_folder(symbol: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeName):
        import_file(write(tmp_path, series(5)), ImportOptions(symbol=symbol), tmp_path / "data")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"timeframe": "7m"}, UnknownName),
        ({"asset_class": "bond"}, UnknownName),
        ({"on_conflict": "merge"}, UnknownName),
        ({"date_order": "ydm"}, UnknownName),
        ({"decimal": ";"}, UnknownName),
        ({"columns": {"middle": "3"}}, UnknownName),
        ({"columns": {"close": "nowhere"}}, InvalidValue),
        ({"columns": {"close": "17"}}, InvalidValue),
    ],
)
def test_an_option_that_cannot_be_is_refused(given: dict[str, object], error: type, tmp_path: Path) -> None:
    with pytest.raises(error):
        import_file(write(tmp_path, series(5)), ImportOptions(**given), tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1h.csv"
    path.write_text("time,open,high,low,close\n2021-01-04 10:00,1,2,1,2\n2021-01-04 11:00,1,2,1,2\n")
    with pytest.raises(UnknownName, match="Europe/Berln"):
        import_file(path, ImportOptions(timezone="Europe/Berln"), tmp_path / "data")


def test_columns_may_be_named_or_numbered(tmp_path: Path) -> None:
    bars = series(20)
    path = tmp_path / "XYZ_1h.csv"
    lines = ["wann;a;b;c;d;e"]
    for stamp, bar in bars.iterrows():
        o, h, low, c, v = (repr(float(value)) for value in bar)
        lines.append(f"{stamp.isoformat()};{c};{v};{low};{h};{o}")
    path.write_text("\n".join(lines) + "\n")
    columns = {"timestamp": "wann", "open": "6", "high": "d", "low": "c", "close": "2", "volume": "b"}
    report = import_file(path, crypto(columns=columns), tmp_path / "data")
    pd.testing.assert_frame_equal(report.bars, bars, check_freq=False)


@posix
def test_a_kill_during_the_import_leaves_the_old_file_whole(tmp_path: Path) -> None:
    first = write(tmp_path / "a", series(60_000, "1min"), "X_1m.csv")
    second = write(tmp_path / "b", series(50_000, "1min"), "X_1m.csv")
    assert printed(KILLED, first, second, tmp_path / "data") == "whole 12"
