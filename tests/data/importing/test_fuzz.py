"""Whatever bytes come, the import gives a series or an error of ours, and never writes a wrong one."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import import_file
from tests.data.importing.mutations import restructured
from tests.data.importing.vendors import VENDORS, series
from tests.shared_data import SHARED, shared_path

DIRTY = sorted(path.name for path in (SHARED / "data" / "dirty").glob("[mr]*.csv")) or ["none"]
ANSWERS = ImportOptions(symbol="X", timeframe="1h", timezone="Europe/Berlin", asset_class="forex")
SIGNS = b",;\t|\"'\n\r\x00\xff .-+:/TZ09aeNE#<>{}"
WORDS = st.sampled_from(
    [
        *("timestamp", "date", "time", "open", "high", "low", "close", "volume", "symbol", "unix", "Datum", ""),
        *("2021-01-01", "2021-01-01T00:00:00Z", "01/02/2021", "1610000000", "1610000000000", "44197.5", "9999-12-31"),
        *("1.5", "1,5", "-1", "0", "nan", "inf", "1e400", "1,234.5", "12:00", "2400", "31/12/99", "00:00:00+99:99"),
        *("2021-13-45", "20210101", "20210101000000", "٣", "½", "\u2028", "Mar 1, 2021", "1e5", "0x10", "True", "$5"),
    ]
)


def attempt(path: Path, options: ImportOptions, folder: Path) -> bool:
    """Import a file; return whether it was accepted. Anything but an error of ours ends the test."""
    failed = None
    try:
        report = import_file(path, options, folder, dry_run=True)
    except KtrdrError as error:
        failed = error
    if failed is not None:
        assert failed.message
        assert "\n" not in failed.message
        return False
    check_bars(report.bars, path.name)
    detection = report.detection
    assert len(report.bars) <= detection.rows_read
    assert all(len(found.rows) <= 20 and found.count >= len(found.rows) for found in report.findings)
    return True


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """Return bytes with a few of them changed, taken out, put in, repeated or cut off."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 12))):
        place = int(random.integers(0, max(len(data), 1)))
        kind = int(random.integers(0, 6))
        if kind == 0 and data:
            data[place % len(data)] = int(random.integers(0, 256))
        elif kind == 1:
            data[place:place] = bytes([SIGNS[int(random.integers(0, len(SIGNS)))]])
        elif kind == 2:
            del data[place : place + int(random.integers(1, 40))]
        elif kind == 3:
            data[place:place] = data[place : place + int(random.integers(1, 200))]
        elif kind == 4:
            other = int(random.integers(0, max(len(data), 1)))
            data[place : place + 8], data[other : other + 8] = data[other : other + 8], data[place : place + 8]
        elif random.random() < 0.2:
            del data[place:]
    return bytes(data)


@pytest.mark.shared
@pytest.mark.parametrize("name", DIRTY)
def test_real_files_with_changed_bytes(name: str, tmp_path: Path) -> None:
    content = (shared_path("data/dirty") / name).read_bytes()[:6000]
    random = np.random.default_rng(zlib.crc32(name.encode()))
    path = tmp_path / "X_1h.csv"
    for _ in range(12):
        path.write_bytes(mutated(content, random))
        attempt(path, ANSWERS if random.random() < 0.7 else ImportOptions(), tmp_path / "data")


@pytest.mark.parametrize("name", VENDORS)
def test_vendor_files_with_changed_bytes(name: str, tmp_path: Path) -> None:
    vendor = VENDORS[name]
    content = vendor.text(series(40, "1D" if vendor.daily else "1h")).encode()
    random = np.random.default_rng(zlib.crc32(name.encode()))
    path = tmp_path / vendor.name
    accepted = 0
    for _ in range(20):
        path.write_bytes(mutated(content, random))
        accepted += attempt(path, ANSWERS, tmp_path / "data")
    assert accepted > 0


@pytest.mark.parametrize("name", VENDORS)
def test_vendor_files_with_changed_columns_and_lines(name: str, tmp_path: Path) -> None:
    random = np.random.default_rng(zlib.crc32(name.encode()))
    path = tmp_path / VENDORS[name].name
    for _ in range(15):
        other = VENDORS[list(VENDORS)[int(random.integers(0, len(VENDORS)))]]
        texts = [vendor.text(series(24, "1D" if vendor.daily else "1h")) for vendor in (VENDORS[name], other)]
        path.write_text(restructured(*texts, random), encoding="utf-8")
        attempt(path, ANSWERS if random.random() < 0.7 else ImportOptions(), tmp_path / "data")


@pytest.mark.parametrize("seed", range(6))
def test_packed_files_with_changed_bytes(seed: int, tmp_path: Path) -> None:
    content = gzip.compress(VENDORS["yahoo"].text(series(40, "1D")).encode(), mtime=0)
    random = np.random.default_rng(seed)
    path = tmp_path / "X.csv.gz"
    for _ in range(20):
        path.write_bytes(mutated(content, random))
        attempt(path, ANSWERS, tmp_path / "data")


@pytest.mark.parametrize("seed", range(4))
def test_parquet_files_with_changed_bytes(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "X_1h.parquet"
    series(40).to_parquet(path)
    content, random = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(20):
        path.write_bytes(mutated(content, random))
        attempt(path, ANSWERS, tmp_path / "data")


@settings(max_examples=150)
@given(content=st.binary(max_size=400))
def test_any_bytes(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    path = folder / "X_1h.csv"
    path.write_bytes(content)
    attempt(path, ANSWERS, folder / "data")


@settings(max_examples=150)
@given(text=st.text(max_size=300))
def test_any_text(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "text"
    folder.mkdir(exist_ok=True)
    path = folder / "X_1h.csv"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    attempt(path, ImportOptions(), folder / "data")


@settings(max_examples=200)
@given(
    rows=st.lists(st.lists(WORDS, min_size=1, max_size=7), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
    given_answers=st.booleans(),
)
def test_tables_of_odd_cells(
    rows: list[list[str]], delimiter: str, given_answers: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "cells"
    folder.mkdir(exist_ok=True)
    path = folder / "X_1h.csv"
    path.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    attempt(path, ANSWERS if given_answers else ImportOptions(), folder / "data")


@settings(max_examples=200)
@given(
    cells=st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=6),
    order=st.sampled_from([None, "dmy", "mdy", "ymd"]),
)
def test_odd_cells_under_known_headings(
    cells: list[tuple[str, ...]], order: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "headed"
    folder.mkdir(exist_ok=True)
    path = folder / "X_1h.csv"
    lines = ["timestamp;open;high;low;close;volume", *(";".join(row) for row in cells)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    attempt(path, ImportOptions(timezone="Europe/Berlin", date_order=order, decimal="."), folder / "data")
