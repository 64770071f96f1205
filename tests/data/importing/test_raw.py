"""Files that are text in any encoding, and files that are something else under a table's name."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from ktrdr_app.core.errors import EmptyData, EnvironmentProblem, FileMissing, MalformedBars, StorageProblem
from ktrdr_app.data.importing.plan import detect
from ktrdr_app.data.importing.raw import open_text

TEXT = "Datum;Eröffnung;Hoch\n01.02.2018;1,5;2,5\n"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_text_comes_as_utf8(encoding: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(TEXT.encode(encoding))
    raw = open_text(path)
    assert raw.content.decode() == TEXT
    assert raw.encoding == named


OTHERS: dict[str, tuple[bytes, str]] = {
    "web page": (b"<!DOCTYPE html><html><body>429</body></html>", "a web page"),
    "web page after spaces": (b"\n\n  <HTML><head></head></HTML>", "a web page"),
    "xml": (b"<?xml version='1.0'?><a/>", "an XML document"),
    "json object": (json.dumps({"error": "limit"}).encode(), "a JSON document"),
    "json list": (json.dumps([[1, 2], [3, 4]]).encode(), "a JSON document"),
    "parquet": (b"PAR1\x15\x04\x15", "a Parquet file"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "png": (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    "excel": (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
    "sqlite": (b"SQLite format 3\x00", "an SQLite database"),
    "hdf5": (b"\x89HDF\r\n", "an HDF5 file"),
    "xz": (b"\xfd7zXZ\x00", "an xz archive"),
    "seven zip": (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    "random": (bytes(range(256)) * 20, "binary data"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer"),
    "broken zip": (b"PK\x03\x04broken", "a damaged zip"),
    "broken gzip": (b"\x1f\x8b\x08broken", "a damaged gzip"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_table_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    content, words = OTHERS[name]
    path = tmp_path / "X_1h.csv"
    path.write_bytes(content)
    with pytest.raises(MalformedBars, match=words):
        open_text(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \r\n", b"\x00\x00"])
def test_an_empty_file_is_called_empty(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    path.write_bytes(content)
    with pytest.raises(EmptyData) as raised:
        open_text(path)
    assert "empty" in raised.value.hint


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.csv": "1", "b.csv": "2"}, "2 files"),
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, "a workbook"),
        ({}, "0 files"),
    ],
)
def test_an_archive_without_one_table_is_refused(members: dict[str, str], words: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("folder/", "")
        for name, content in members.items():
            archive.writestr(name, content)
    path = tmp_path / "X.zip"
    path.write_bytes(stream.getvalue())
    with pytest.raises(MalformedBars, match=words):
        open_text(path)


def test_files_that_are_not_there_or_no_files(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        open_text(tmp_path / "nothing.csv")
    with pytest.raises(StorageProblem):
        open_text(tmp_path)


def test_a_parquet_file_without_its_library_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> None:
        raise ImportError("no pyarrow")

    monkeypatch.setattr("pandas.read_parquet", absent)
    path = tmp_path / "X_1h.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(EnvironmentProblem, match="pyarrow"):
        detect(path)
