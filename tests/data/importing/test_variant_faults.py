"""Faulty rows and files: each fault is counted by its name, no good bar is lost, nothing that is no table gets in."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import DataProblem, EmptyData, MalformedBars
from tests.data.importing.variants import BARS, HEADER, NAMES, Case, Style, asked, attempt, check_accepted, forex

TEXT = Style().text()
ROWS = Style().rows()


def with_row(row: str, place: int = 9) -> str:
    """Return the file with one more row."""
    return Style().text(rows=[*ROWS[:place], row, *ROWS[place:]])


def zipped(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def locked(content: bytes) -> bytes:
    """Return an archive of one file with the mark of a password."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


CROSSED = BARS.copy()
CROSSED.iloc[30, [1, 2]] = CROSSED.iloc[30, [2, 1]].to_numpy()
HALF = BARS.set_axis(BARS.index[:-1].append(BARS.index[-1:] + pd.Timedelta(minutes=37, seconds=12)))
CLOSES = BARS.set_axis(BARS.index + pd.Timedelta(seconds=3599))

ACCEPTED: dict[str, Case] = {
    "newest first": Case(Style().text(rows=ROWS[::-1])),
    "shuffled": Case(Style().text(rows=[ROWS[0], *ROWS[2::2], *ROWS[1::2]]), {"unsorted": 119}),
    "a row twice": Case(with_row(ROWS[8]), {"duplicate_identical": 1}),
    "all rows twice": Case(Style().text(rows=[row for row in ROWS for _ in range(2)]), {"duplicate_identical": 240}),
    "a row twice, newest first": Case(Style().text(rows=[*ROWS[:99:-1], *ROWS[100::-1]]), {"duplicate_identical": 1}),
    "other numbers for a stamp": Case(
        with_row(ROWS[8].rpartition(",")[0] + ",77"),
        {"duplicate_conflicting": 1},
        BARS.assign(volume=BARS["volume"].where(BARS.index != BARS.index[8], 77.0)),
    ),
    "missing prices": Case(with_row("2018-02-20T00:00:00Z,NaN,null,N/A,,-"), {"missing_price": 1}),
    "an infinite price": Case(with_row("2018-02-20T00:00:00Z,1,inf,1,1,5"), {"not_finite": 1}),
    "a price too large": Case(with_row(f"2018-02-20T00:00:00Z,1,{'9' * 400},1,1,5"), {"not_finite": 1}),
    "a price of nothing": Case(with_row("2018-02-20T00:00:00Z,1,1,0,1,5"), {"non_positive": 1}),
    "a price below nothing": Case(with_row("2018-02-20T00:00:00Z,1,1,-1,1,5"), {"non_positive": 1}),
    "a price of words": Case(with_row("2018-02-20T00:00:00Z,1,high,1,1,5"), {"bad_number": 1}),
    "high and low exchanged": Case(Style().text(CROSSED), {"ohlc_violation": 1}, CROSSED),
    "too few and too many cells": Case(
        Style().text(rows=["2018-02-05T00:00:00Z,1.2", *ROWS, f"{ROWS[0]},more,more"]), {"broken_row": 2}
    ),
    "a quotation mark that is not closed": Case(with_row('"' + ROWS[3]), {"broken_row": 1}),
    "empty cells": Case(with_row(",,,,,"), {"bad_stamp": 1}),
    "no volumes in some rows": Case(
        Style(volume=lambda value: "" if value % 2 else str(int(value))).text(),
        bars=BARS.assign(volume=BARS["volume"].where(BARS["volume"] % 2 == 0)),
    ),
    "volumes of words": Case(
        Style(volume=lambda value: "many" if value % 2 else str(int(value))).text(),
        {"bad_volume_text": int((BARS["volume"] % 2).sum())},
        BARS.assign(volume=BARS["volume"].where(BARS["volume"] % 2 == 0)),
    ),
    "volumes below nothing": Case(
        Style(volume=lambda value: f"{-value:.0f}" if value % 2 else str(int(value))).text(),
        {"bad_volume": int((BARS["volume"] % 2).sum())},
        BARS.assign(volume=BARS["volume"].where(BARS["volume"] % 2 == 0)),
    ),
    "cut in a date": Case(TEXT[: TEXT.rfind("\n2018") + 8], {"cut_row": 1}, BARS.iloc[:-1]),
    "cut in a price": Case(TEXT[:-12], {"cut_row": 1}, BARS.iloc[:-1]),
    "cut before the volume": Case(TEXT[: TEXT.rfind(",") + 1], {"cut_row": 1}, BARS.iloc[:-1]),
    "cut in the volume": Case(
        TEXT[: TEXT.rfind(",") + 2],
        {"cut_cell": 1},
        BARS.assign(volume=[*BARS["volume"][:-1], float(TEXT[TEXT.rfind(",") + 1])]),
    ),
    "a bar that still forms": Case(Style().text(HALF), {"odd_seconds": 1}, HALF),
    "stamped by the close": Case(Style().text(CLOSES), {"odd_seconds": 240}, CLOSES),
    "packed with gzip": Case(gzip.compress(TEXT.encode()), name="X_1h.csv.gz"),
    "packed with gzip in two parts": Case(gzip.compress(TEXT[:3000].encode()) + gzip.compress(TEXT[3000:].encode())),
    "packed twice": Case(gzip.compress(gzip.compress(TEXT.encode()))),
    "a zip archive": Case(zipped(("folder/X.csv", TEXT.encode())), name="X.zip"),
    "a zip archive with a folder": Case(zipped(("folder/", b""), ("folder/X.csv", TEXT.encode())), name="X.zip"),
    "a zip archive of a Mac": Case(zipped(("X.csv", TEXT.encode()), ("__MACOSX/._X.csv", b"\0")), name="X.zip"),
    "a zip archive with HistData's report": Case(zipped(("A.csv", TEXT.encode()), ("A.txt", b"gaps")), name="X.zip"),
    "a zip archive, not pressed": Case(zipped(("X.csv", TEXT.encode()), packing=zipfile.ZIP_STORED), name="X.zip"),
    "a zip archive, LZMA": Case(zipped(("X.csv", TEXT.encode()), packing=zipfile.ZIP_LZMA), name="X.zip"),
    "gzip in a zip archive": Case(zipped(("X.csv.gz", gzip.compress(TEXT.encode()))), name="X.zip"),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "web page": (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
    "web page behind a comment": (b"\n\n <!-- x -->\n<html></html>", "web page"),
    "part of a web page": (b"<div>Too many requests</div>", "web page"),
    "web page with its header": (b"HTTP/1.1 200 OK\n\n<html><body>", "web page"),
    "packed web page": (gzip.compress(b"<HTML><HEAD>"), "web page"),
    "XML": (b"<?xml version='1.0'?><a/>", "XML"),
    "JSON object": (b'{"error": "rate limit", "code": 429}', "JSON"),
    "JSON klines": (b'[[1517443200000,"1.2","1.3","1.1","1.25","100"]]', "JSON"),
    "JSON list": (b'["a","b"]', "JSON"),
    "JSON lines": (b'{"t":1,"o":2}\n{"t":2,"o":3}\n', "JSON"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "Excel"),
    "workbook": (zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), "workbook"),
    "Parquet": (b"PAR1 PAR1", "Parquet"),
    "Feather": (b"ARROW1\0\0", "Arrow"),
    "SQLite": (b"SQLite format 3\0", "SQLite"),
    "RTF": (b"{\\rtf1 a}", "RTF"),
    "history of MetaTrader": (b"\x91\x01\0\0(C)opyright 2003, MetaQuotes" + bytes(200), "MetaTrader history"),
    "tar archive": (b"X_1h.csv" + bytes(249) + b"ustar\0" + bytes(300), "tar archive"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(50), "program"),
    "random bytes": (np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8).tobytes(), "binary"),
    "words": (b"lorem ipsum dolor\nsit amet, consectetur\n" * 20, "no table"),
    "message": (b"Error: invalid symbol", "no table"),
    "LFS pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 1\n", "pointer"),
    "cut gzip": (gzip.compress(TEXT.encode())[:-20], "damaged gzip"),
    "cut zip": (zipped(("X.csv", TEXT.encode()))[:-30], "damaged zip"),
    "locked zip": (locked(zipped(("X.csv", TEXT.encode()), packing=zipfile.ZIP_STORED)), "password"),
    "zip of two": (zipped(("X.csv", TEXT.encode()), ("Y.csv", TEXT.encode())), "2 files"),
    "zip of nothing": (zipped(), "without files"),
    "zip of a picture": (zipped(("a.png", b"\x89PNG\r\n\x1a\n")), "PNG"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_fault_is_counted_and_no_good_bar_is_lost(name: str, tmp_path: Path) -> None:
    check_accepted(ACCEPTED[name], tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    content, words = REFUSED[name]
    with pytest.raises(DataProblem, match=words) as raised:
        attempt(Case(content, name="X_1h.csv"), tmp_path)
    assert raised.value.exit_code == 2
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "write", [lambda value: "0", lambda value: "NaN", lambda value: "-1", lambda value: "inf", lambda value: "True"]
)
def test_a_file_without_one_bar_that_is_good_is_refused(write: Callable[[float], str], tmp_path: Path) -> None:
    with pytest.raises(EmptyData):
        attempt(Case(Style(price=write).text()), tmp_path)


def test_two_symbols_are_asked_about_and_told_apart(tmp_path: Path) -> None:
    other = BARS.assign(**{name: BARS[name] * 2 for name in NAMES})
    rows = [
        f"{symbol},{row}"
        for a, b in zip(ROWS, Style().rows(other), strict=True)
        for symbol, row in (("A", a), ("B", b))
    ]
    text = Style(head="symbol," + HEADER).text(rows=rows)
    assert asked(Case(text, options={"symbol": None}), tmp_path) == ["symbol"]
    check_accepted(Case(text, options={"symbol": "A"}), tmp_path / "a")
    check_accepted(Case(text, bars=other, options={"symbol": "B"}), tmp_path / "b")


def test_two_series_under_each_other_are_refused(tmp_path: Path) -> None:
    other = BARS.assign(**{name: BARS[name] * 2 for name in NAMES})
    with pytest.raises(MalformedBars, match="240 of 480 rows"):
        attempt(Case(Style().text(rows=[*ROWS, *Style().rows(other)])), tmp_path)


@pytest.mark.parametrize("step", ["7min", "2h", "3D", "MS"])
def test_a_bar_length_that_is_none_of_ours_is_asked_for(step: str, tmp_path: Path) -> None:
    moments = pd.date_range("2018-02-01", periods=60, freq=step, tz="UTC", name="timestamp").as_unit("ns")
    assert asked(Case(Style().text(BARS.iloc[:60].set_axis(moments))), tmp_path) == ["timeframe"]


@pytest.mark.parametrize("step", ["1min", "5min", "15min", "30min", "1h", "4h", "1D", "7D"])
def test_the_bar_length_is_the_median_step(step: str, tmp_path: Path) -> None:
    moments = pd.date_range("2018-02-01", periods=60, freq=step, tz="UTC", name="timestamp").as_unit("ns")
    report = attempt(Case(Style().text(BARS.iloc[:60].set_axis(moments))), tmp_path)
    names = {"1min": "1m", "5min": "5m", "15min": "15m", "30min": "30m", "1D": "1d", "7D": "1w"}
    assert report.detection.timeframe == names.get(step, step)


def test_two_bar_lengths_in_a_file_are_told(tmp_path: Path) -> None:
    days = forex(rows=1200, start="2018-03-01").iloc[::24]
    report = attempt(Case(Style().text(rows=[*ROWS, *Style().rows(days)])), tmp_path)
    assert "mixed_step" in {found.code for found in report.findings}
    assert len(report.bars) == len(ROWS) + len(days)
