"""The column cache: the same bars to the last bit, never a stale or a damaged one, never a file out of place."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import DataNotFound, EmptyData, InvalidValue, KtrdrError, MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data import column_cache
from ktrdr_app.data.column_cache import BLOCK, CachedCSVSource, Note
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.quick_parse import parse_bars
from tests.conftest import make_bars
from tests.shared_data import shared_path

OLD_NS = 1_600_000_000_000_000_000
COLUMNS = ("open", "high", "low", "close", "volume")
ROOT = Path(__file__).resolve().parents[2]


def write_series(folder: Path, bars: pd.DataFrame, name: str = "X_1h", stamp_ns: int = OLD_NS) -> Path:
    """Write bars as a CSV file that was last changed at a given time."""
    folder.mkdir(parents=True, exist_ok=True)
    table = bars.copy()
    table.insert(0, "timestamp", bars.index.strftime("%Y-%m-%dT%H:%M:%SZ"))
    path = folder / f"{name}.csv"
    path.write_text(table.to_csv(index=False), encoding="utf-8")
    os.utime(path, ns=(stamp_ns, stamp_ns))
    return path


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Hold two frames to the same bits, index, names and types."""
    pd.testing.assert_frame_equal(left, right, check_exact=True, check_freq=True, check_column_type="exact")
    assert left.index.dtype == right.index.dtype
    for name in COLUMNS:
        assert left[name].to_numpy().tobytes() == right[name].to_numpy().tobytes(), name


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are parsed from now on."""
    names: list[str] = []

    def note(path: Path) -> pd.DataFrame:
        names.append(path.name)
        return parse_bars(path)

    monkeypatch.setattr(column_cache, "parse_bars", note)
    return names


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return a data folder with one series of 10,000 bars, and a place for the cache."""
    write_series(tmp_path / "data", make_bars(10_000))
    return tmp_path / "data", tmp_path / ".cache" / "bars"


def test_a_second_load_parses_nothing_and_gives_the_same_bits(folders: tuple[Path, Path], parsed: list[str]) -> None:
    plain = CSVDataSource(folders[0]).load("X", "1h")
    for _ in range(3):
        same(CachedCSVSource(*folders).load("X", "1h"), plain)
    assert parsed == ["X_1h.csv"]


@pytest.mark.parametrize("symbol", ["AAPL", "GOOG", "IBM", "MSFT"])
def test_the_sample_series_are_the_same(sample_workspace: Workspace, symbol: str) -> None:
    cached = CachedCSVSource(sample_workspace.data, sample_workspace.cache / "bars")
    plain = CSVDataSource(sample_workspace.data).load(symbol, "1d")
    same(cached.load(symbol, "1d"), plain)
    same(cached.load(symbol, "1d"), plain)


@pytest.mark.shared
def test_every_real_series_is_the_same(tmp_path: Path) -> None:
    folder = shared_path("data/dev")
    cached, plain = CachedCSVSource(folder, tmp_path), CSVDataSource(folder)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    found = cached.series()
    assert found == plain.series() == cached.series()
    for info in found:
        if info.rows < 60_000:
            expected = plain.load(info.symbol, info.timeframe)
            cached.load(info.symbol, info.timeframe)
            same(cached.load(info.symbol, info.timeframe), expected)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@given(
    prices=st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=30),
    volumes=st.lists(st.none() | st.floats(0, 1e15), min_size=30, max_size=30),
)
def test_any_numbers_are_the_same(
    prices: list[float], volumes: list[float | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("floats")
    index = pd.date_range("2020-01-01", periods=len(prices), freq="h", tz="UTC", name="timestamp").as_unit("ns")
    columns: dict[str, Any] = dict.fromkeys(COLUMNS[:4], prices)
    frame = pd.DataFrame(columns | {"volume": np.array(volumes[: len(prices)], dtype=float)}, index=index)
    write_series(folder, frame)
    source = CachedCSVSource(folder, folder / "cache")
    source.load("X", "1h")
    same(source.load("X", "1h"), CSVDataSource(folder).load("X", "1h"))


RANGES = [
    ("2020-03-01", "2020-03-02"),
    ("2020-03-01", None),
    (None, "2020-01-02"),
    ("2020-06-18T12:00Z", "2020-06-18T12:00Z"),
    ("1999-01-01", "2099-01-01"),
    ("2020-01-01T05:00+05:00", "2020-01-01T06:59:59+05:00"),
    ("2021-02-20T15:00", None),
]


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_ranges_are_the_same_cold_and_warm(folders: tuple[Path, Path], start: str | None, end: str | None) -> None:
    plain = CSVDataSource(folders[0]).load("X", "1h", start, end)
    cached = CachedCSVSource(*folders)
    same(cached.load("X", "1h", start, end), plain)
    same(cached.load("X", "1h", start, end), plain)


@given(first=st.integers(-5, 10_005), length=st.integers(0, 9_000), shift=st.integers(-1, 1))
def test_any_range_is_the_same(first: int, length: int, shift: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "any_range"
    if not folder.exists():
        write_series(folder / "data", make_bars(10_000))
    begin = pd.Timestamp("2020-01-01", tz="UTC") + pd.Timedelta(hours=first, seconds=shift)
    end = begin + pd.Timedelta(hours=length)
    words = ("X", "1h", begin.isoformat(), end.isoformat())
    cached, plain = CachedCSVSource(folder / "data", folder / "cache"), CSVDataSource(folder / "data")
    found = [_loaded_or_error(source, words) for source in (plain, cached)]
    if isinstance(found[0], pd.DataFrame) and isinstance(found[1], pd.DataFrame):
        same(found[1], found[0])
    else:
        assert found[0] == found[1]


def _loaded_or_error(source: CSVDataSource, words: tuple[str, str, str, str]) -> pd.DataFrame | dict[str, str]:
    try:
        return source.load(*words)
    except EmptyData as error:
        return error.to_dict()


@pytest.mark.parametrize("bars", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_every_length_about_a_block_is_whole(tmp_path: Path, bars: int) -> None:
    write_series(tmp_path, make_bars(bars))
    source = CachedCSVSource(tmp_path, tmp_path / "c")
    source.load("X", "1h")
    plain = CSVDataSource(tmp_path).load("X", "1h")
    same(source.load("X", "1h"), plain)
    last = plain.index[-1].isoformat()
    same(source.load("X", "1h", last, last), plain.iloc[-1:])


def test_a_range_takes_memory_for_what_it_asks(tmp_path: Path, parsed: list[str]) -> None:
    write_series(tmp_path, make_bars(200_000, frequency="1min"), "X_1m")
    source = CachedCSVSource(tmp_path, tmp_path / "c")
    source.load("X", "1m")
    tracemalloc.start()
    try:
        day = source.load("X", "1m", "2020-03-01", "2020-03-01")
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(day) == 1440
    assert taken < 3_000_000, "all 200,000 bars are 9.6 MB"
    assert parsed == ["X_1m.csv"]


def test_loaded_bars_may_be_changed_without_harm(folders: tuple[Path, Path]) -> None:
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    bars = source.load("X", "1h")
    bars.loc[:, "close"] = 1.0
    bars.iloc[5, 0] = 7.0
    same(source.load("X", "1h"), CSVDataSource(folders[0]).load("X", "1h"))


def test_another_size_is_another_file(folders: tuple[Path, Path], parsed: list[str]) -> None:
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    write_series(folders[0], make_bars(10_001))
    assert len(source.load("X", "1h")) == 10_001
    assert len(parsed) == 2


def test_another_time_and_content_of_the_same_size_is_another_file(
    folders: tuple[Path, Path], parsed: list[str]
) -> None:
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    path = folders[0] / "X_1h.csv"
    text = path.read_text()
    path.write_text(text.replace("2020-01-01T00:00:00Z,100.0", "2020-01-01T00:00:00Z,100.1"))
    assert path.stat().st_size == len(text)
    os.utime(path, ns=(OLD_NS + 1, OLD_NS + 1))
    assert source.load("X", "1h")["open"].iloc[0] == 100.1
    assert len(parsed) == 2


def test_another_time_and_the_same_content_is_read_once_and_not_parsed(
    folders: tuple[Path, Path], parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    true_hash = column_cache.sha256
    monkeypatch.setattr(column_cache, "sha256", lambda path: hashed.append(path) or true_hash(path))
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    os.utime(folders[0] / "X_1h.csv", ns=(OLD_NS + 5, OLD_NS + 5))
    for _ in range(3):
        same(source.load("X", "1h"), CSVDataSource(folders[0]).load("X", "1h"))
    assert parsed == ["X_1h.csv"]
    assert len(hashed) == 2, "once when it was parsed, once when its time had changed"


def test_size_and_time_are_trusted_without_reading(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    source = CachedCSVSource(*folders)
    plain = source.load("X", "1h")

    def refuse(path: Path) -> Any:
        raise AssertionError(f"{path} is read")

    monkeypatch.setattr(column_cache, "sha256", refuse)
    monkeypatch.setattr(column_cache, "parse_bars", refuse)
    same(source.load("X", "1h"), plain)


def test_a_file_written_just_now_is_not_trusted_by_its_time(tmp_path: Path) -> None:
    path = write_series(tmp_path, make_bars(50))
    os.utime(path)
    now = path.stat().st_mtime_ns
    source = CachedCSVSource(tmp_path, tmp_path / "c")
    source.load("X", "1h")
    path.write_text(path.read_text().replace("2020-01-01T00:00:00Z,100.0", "2020-01-01T00:00:00Z,100.1"))
    os.utime(path, ns=(now, now))
    assert source.load("X", "1h")["open"].iloc[0] == 100.1


def test_two_data_folders_with_one_cache_are_told_apart(tmp_path: Path) -> None:
    for number in (1, 2):
        write_series(tmp_path / str(number), make_bars(100, seed=number))
    sources = [CachedCSVSource(tmp_path / str(number), tmp_path / "c") for number in (1, 2, 1, 2)]
    for source in sources:
        same(source.load("X", "1h"), CSVDataSource(source.data_dir).load("X", "1h"))


def test_nothing_is_written_beside_the_users_files(folders: tuple[Path, Path]) -> None:
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    source.series()
    assert [path.name for path in folders[0].iterdir()] == ["X_1h.csv"]


def test_old_contents_are_swept_away(folders: tuple[Path, Path]) -> None:
    source = CachedCSVSource(*folders)
    source.load("X", "1h")
    write_series(folders[0], make_bars(11), "Y_1h")
    source.load("Y", "1h")
    for rows in (20, 30, 40):
        write_series(folders[0], make_bars(rows))
        source.load("X", "1h")
    kept = sorted(path.name.split(".")[0] for path in folders[1].iterdir() if path.is_dir())
    assert kept == ["X_1h", "Y_1h"]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def _zero_a_page(path: Path) -> None:
    content = path.read_bytes()
    at = min(8192, len(content) // 2)
    path.write_bytes(content[:at] + bytes(min(4096, len(content) - at)) + content[at + 4096 :])


DAMAGES: list[Callable[[Path], None]] = [
    _truncate,
    _flip,
    _zero_a_page,
    Path.unlink,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"no array"),
    lambda path: np.save(path, np.arange(7)),
    lambda path: np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True),
]


@pytest.mark.parametrize("column", ["timestamp", *COLUMNS, "sums"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_columns_are_ignored_logged_and_rebuilt(
    folders: tuple[Path, Path],
    parsed: list[str],
    caplog: pytest.LogCaptureFixture,
    column: str,
    damage: Callable[[Path], None],
) -> None:
    source = CachedCSVSource(*folders)
    plain = source.load("X", "1h")
    damage(next(folders[1].glob(f"X_1h.*/{column}.npy")))
    with caplog.at_level(logging.WARNING):
        same(source.load("X", "1h"), plain)
    assert "the cache of X_1h.csv is damaged and is built again" in caplog.text
    assert len(parsed) == 2
    same(source.load("X", "1h"), plain)
    assert len(parsed) == 2, "the rebuilt cache serves"


@given(row=st.integers(0, 9_999), value=st.integers(-(2**62), 2**62), first=st.integers(0, 9_999))
def test_a_wrong_stamp_never_leads_a_range_astray(
    row: int, value: int, first: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("astray")
    base = tmp_path_factory.getbasetemp() / "astray_base"
    if not base.exists():
        write_series(base, make_bars(10_000))
    source = CachedCSVSource(base, folder)
    plain = source.load("X", "1h")
    path = next(folder.glob("X_1h.*/timestamp.npy"))
    stamps = np.load(path)
    stamps[row] = value
    np.save(path, stamps)
    begin = plain.index[first].isoformat()
    same(source.load("X", "1h", begin, begin), plain.iloc[first : first + 1])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": 1}',
        '{"format": 2, "source": "", "size": 1, "mtime_ns": 1, "checked_ns": 1, "sha256": "", "rows": 1}',
        '{"format": 1, "source": "", "size": "x", "mtime_ns": 1, "checked_ns": 1, "sha256": "", "rows": 1}',
        "\udcff",
    ],
)
def test_damaged_notes_are_ignored_and_rewritten(folders: tuple[Path, Path], parsed: list[str], note: str) -> None:
    source = CachedCSVSource(*folders)
    plain = source.load("X", "1h")
    (folders[1] / "X_1h.json").write_bytes(note.encode("utf-8", "surrogateescape"))
    same(source.load("X", "1h"), plain)
    same(source.load("X", "1h"), plain)
    assert len(parsed) == 2


def test_a_note_with_wrong_rows_is_damage(folders: tuple[Path, Path], parsed: list[str]) -> None:
    source = CachedCSVSource(*folders)
    plain = source.load("X", "1h")
    path = folders[1] / "X_1h.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rows": 9_000}))
    same(source.load("X", "1h"), plain)
    assert len(parsed) == 2


@pytest.mark.parametrize("words", [("NO", "1h"), ("X", "1d"), ("X", "1h", "soon"), ("X", "1h", None, "2020-99-01")])
def test_errors_are_those_of_the_plain_source(folders: tuple[Path, Path], words: tuple[str | None, ...]) -> None:
    cached = CachedCSVSource(*folders)
    for _ in range(2):
        with pytest.raises((DataNotFound, InvalidValue)) as expected:
            CSVDataSource(folders[0]).load(*words)  # type: ignore[arg-type]
        with pytest.raises(KtrdrError) as raised:
            cached.load(*words)  # type: ignore[arg-type]
        assert raised.value.to_dict() == expected.value.to_dict()
        cached.load("X", "1h")


def test_a_file_that_is_no_series_is_never_cached(tmp_path: Path) -> None:
    (tmp_path / "X_1h.csv").write_text("timestamp,open,high,low,close,volume\n2020-01-01T00:00:00Z,1,1,1,-1,1\n")
    source = CachedCSVSource(tmp_path, tmp_path / "c")
    for _ in range(2):
        with pytest.raises(MalformedBars, match="close -1"):
            source.load("X", "1h")
    assert not (tmp_path / "c").exists()


def test_a_cache_folder_that_cannot_be_written_still_loads_with_a_log_line(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    folders[1].parent.mkdir()
    folders[1].write_text("a file where the folder should be: refused by every system, even for root")
    source = CachedCSVSource(*folders)
    with caplog.at_level(logging.WARNING):
        same(source.load("X", "1h"), CSVDataSource(folders[0]).load("X", "1h"))
        assert len(source.series()) == 1
    assert "the cache of X_1h.csv is not kept" in caplog.text
    assert "the cache of the inventory is not kept" in caplog.text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_folder_still_loads(folders: tuple[Path, Path]) -> None:
    folders[1].mkdir(parents=True)
    folders[1].chmod(0o500)
    try:
        same(CachedCSVSource(*folders).load("X", "1h"), CSVDataSource(folders[0]).load("X", "1h"))
    finally:
        folders[1].chmod(0o700)


def test_the_inventory_is_the_plain_one_and_reads_only_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write_series(tmp_path, make_bars(10 + number), f"S{number}_1h")
    for name, text in {"EMPTY_1h": "", "CR_1d": "timestamp,o\r2020-01-01,1\r\r2020-01-02,1\r", "notes": "x"}.items():
        (tmp_path / f"{name}.csv").write_bytes(text.encode())
    counted: list[str] = []
    true_count = column_cache._counted
    monkeypatch.setattr(column_cache, "_counted", lambda path: counted.append(path.name) or true_count(path))
    source = CachedCSVSource(tmp_path, tmp_path / "c")
    for _ in range(2):
        assert source.series() == CSVDataSource(tmp_path).series()
    assert len(counted) == 7
    write_series(tmp_path, make_bars(99), "S3_1h")
    (tmp_path / "S4_1h.csv").unlink()
    assert source.series() == CSVDataSource(tmp_path).series()
    assert counted[7:] == ["S3_1h.csv"]


@pytest.mark.parametrize("text", ["{", "[]", '{"X_1h.csv": 5}', '{"X_1h.csv": {"size": 1}}'])
def test_a_damaged_inventory_is_passed_over(folders: tuple[Path, Path], text: str) -> None:
    folders[1].mkdir(parents=True)
    (folders[1] / "inventory.json").write_text(text)
    assert CachedCSVSource(*folders).series() == CSVDataSource(folders[0]).series()


KILLED = """
import os, signal, sys
import numpy as np
from ktrdr_app.core import files
from ktrdr_app.data import column_cache

data, cache, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
calls = 0
def die_in_time(original):
    def step(*arguments, **named):
        global calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)
    return step
np.save = die_in_time(np.save)
files.os.fsync = die_in_time(os.fsync)
column_cache.write_json = die_in_time(column_cache.write_json)
column_cache.CachedCSVSource(data, cache).load("X", "1h")
print("done")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no kill -9")
@pytest.mark.parametrize("at", [1, 3, 7, 8, 11, 14, 15, 16, 17])
def test_a_kill_while_the_cache_is_written_leaves_the_old_one_or_none(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture, at: int
) -> None:
    source = CachedCSVSource(*folders)
    if at % 2:
        source.load("X", "1h")
        write_series(folders[0], make_bars(9_000, seed=9))
    done = run_python(KILLED, str(folders[0]), str(folders[1]), str(at))
    assert done.returncode == -signal.SIGKILL, done.stderr
    with caplog.at_level(logging.WARNING):
        plain = CSVDataSource(folders[0]).load("X", "1h")
        same(source.load("X", "1h"), plain)
        same(source.load("X", "1h"), plain)
    assert "sum" not in caplog.text, "no half-written column was ever taken for a whole one"
    assert [path.name for path in folders[0].iterdir()] == ["X_1h.csv"]


def test_what_a_killed_process_left_is_removed_when_it_is_old(folders: tuple[Path, Path]) -> None:
    old, young = (folders[1] / f".X_1h.0123456789abcdef.{name}.part" for name in ("aaaaaaaa", "bbbbbbbb"))
    for part in (old, young):
        part.mkdir(parents=True)
    os.utime(old, ns=(OLD_NS, OLD_NS))
    CachedCSVSource(*folders).load("X", "1h")
    assert not old.exists()
    assert young.exists(), "another process may be writing it now"


TOGETHER = """
import hashlib, sys
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.data.column_cache import CachedCSVSource

source = CachedCSVSource(sys.argv[1], sys.argv[2])
sys.stdin.readline()
print(*{fingerprint(source.load("X", "1h")) for _ in range(20)})
"""


def test_processes_at_once_all_get_the_bars(folders: tuple[Path, Path]) -> None:
    from ktrdr_app.data.bars import fingerprint

    line = [sys.executable, "-c", TOGETHER, str(folders[0]), str(folders[1])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(line, cwd=ROOT, text=True, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(*process.communicate(timeout=120), process.returncode) for process in running]
    expected = fingerprint(CSVDataSource(folders[0]).load("X", "1h"))
    assert [(out.strip(), code) for out, _, code in ended] == [(expected, 0)] * 3, ended
    assert len([path for path in folders[1].iterdir() if path.is_dir()]) == 1


def run_python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False)


@given(
    lines=st.lists(
        st.sampled_from(["2020-01-01,1,2,3", "2020-01-02T00:00:00Z,4", "", " ", "\t", "x", ",", "\u00e4,1", "a b,2"]),
        max_size=8,
    ),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    closed=st.booleans(),
)
def test_bars_are_counted_as_the_plain_source_counts_them(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], ends: str, closed: bool
) -> None:
    folder = tmp_path_factory.mktemp("count")
    text = ends.join(["timestamp,open,high,low", *lines]) + (ends if closed else "")
    (folder / "A_1d.csv").write_bytes(text.encode())
    assert CachedCSVSource(folder, folder / "cache").series() == CSVDataSource(folder).series()


def test_a_note_holds_for_the_content_not_for_the_clock(tmp_path: Path) -> None:
    file = tmp_path / "A_1d.csv"
    file.write_text("timestamp,open\n", encoding="utf-8")
    note = Note.of(file, rows=3)
    os.utime(file, ns=(10**18, 10**18))
    renewed = note.renewed(file)
    assert renewed is not None
    assert (renewed.mtime_ns, renewed.sha256, renewed.rows) == (10**18, note.sha256, 3)
    assert renewed.is_of(file)
    assert renewed.renewed(file) is renewed
    file.write_text("timestamp,opem\n", encoding="utf-8")
    assert renewed.renewed(file) is None
    assert Note.of_document({"format": 1}) is None
