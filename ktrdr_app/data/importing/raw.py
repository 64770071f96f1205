"""Opens a file as bytes of UTF-8 text, through gzip or zip; what is no text table is refused by its name."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from ktrdr_app.core.errors import BadInput, EmptyData, FileMissing, MalformedBars, StorageProblem

LARGEST = 4 << 30
"""Bytes that a file may hold once it is unpacked."""

_TABLE = "a table of bars as text (CSV), packed with gzip or zip or not"
_TABLE_ENDINGS = ((".csv",), (".csv.gz", ".txt", ".tsv", ".prn"))
"""Endings of files in an archive, the likeliest first: some vendors put a report in .txt beside the table."""
_BLOCK = 1 << 24
_NESTED = 3
"""Archives in archives that are opened."""
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "a Parquet file under another name; rename it to end in .parquet"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls); save it as CSV"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"{\\rtf", "an RTF document"),
    (b"\x90\x01\x00\x00", "a MetaTrader history (.hst); export the bars as CSV"),
    (b"\x91\x01\x00\x00", "a MetaTrader history (.hst); export the bars as CSV"),
    (b"PK\x05\x06", "a zip archive without files"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it first"),
)
_WEB_PAGE = re.compile(rb"<(?:!--|!doctype|head|body|script|table|div|title|meta|center|pre|h1|p)\b|<!--")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class RawText:
    """The text of a file.

    Attributes
    ----------
    content : bytes
        UTF-8, without byte order mark.
    encoding : str
        How the file wrote it.
    packed : str
        ``gzip``, ``zip`` or empty.
    """

    content: bytes
    encoding: str
    packed: str


def open_text(path: Path) -> RawText:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        Any file.

    Raises
    ------
    FileMissing, StorageProblem
        If it cannot be read.
    EmptyData
        If it holds nothing.
    MalformedBars
        If it is something else than text, by the name of what it is.
    """
    content, packed = _unpacked(path)
    _refuse_other_formats(content, path.name)
    text, encoding = _utf8(content, path.name)
    if not text.strip(b"\x00 \t\r\n\v\f\x1a"):
        raise EmptyData(path.name, "the file is empty; export it again")
    _refuse_documents(text, path.name)
    return RawText(text, encoding, packed)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file as it is on disk.

    Parameters
    ----------
    path : Path
        Any file.

    Raises
    ------
    FileMissing, StorageProblem
        If it cannot be read.
    """
    try:
        if not path.exists():
            raise FileMissing(str(path), "a file with bars")
        if path.is_dir():
            raise StorageProblem(str(path), "it is a folder, not a file")
        if path.stat().st_size > LARGEST:
            raise BadInput("the file is larger than 4 GB", hint="cut it into several files", where=path.name)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise StorageProblem(str(path), getattr(error, "strerror", None) or str(error)) from error


def _unpacked(path: Path) -> tuple[bytes, str]:
    content, packed = read_bytes(path), ""
    for _ in range(_NESTED):
        if content.startswith(b"\x1f\x8b"):
            content, packed = _from_gzip(content, path.name), packed or "gzip"
        elif content.startswith(b"PK\x03\x04"):
            content, packed = _from_zip(content, path.name), packed or "zip"
        else:
            break
    return content, packed


def _from_gzip(content: bytes, name: str) -> bytes:
    return _inflated(lambda: gzip.GzipFile(fileobj=io.BytesIO(content)), name, "gzip")


def _inflated(opener: Callable[[], gzip.GzipFile | IO[bytes]], name: str, kind: str) -> bytes:
    parts, size = [], 0
    try:
        with opener() as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > LARGEST:
                    raise BadInput("it unpacks to more than 4 GB", hint="cut it into several files", where=name)
                parts.append(block)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise MalformedBars(name, f"a damaged {kind} archive ({error})", "an archive that is whole") from error
    return b"".join(parts)


def _from_zip(content: bytes, name: str) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [entry for entry in archive.infolist() if not entry.is_dir() and "__MACOSX" not in entry.filename]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise MalformedBars(name, f"a damaged zip archive ({error})", "an archive that is whole") from error
    names = [entry.filename for entry in members]
    if "[Content_Types].xml" in names or "content.xml" in names:
        raise MalformedBars(name, "a workbook (.xlsx, .ods)", f"{_TABLE}: save the sheet as CSV")
    tables = [[entry for entry in members if entry.filename.lower().endswith(ends)] for ends in _TABLE_ENDINGS]
    chosen = next((found for found in (*tables, members) if found), [])
    if len(chosen) != 1:
        found = f"a zip archive with {len(chosen)} files ({', '.join(names[:5])})"
        raise MalformedBars(name, found, "an archive with one table; unpack it and import the one that is meant")
    if chosen[0].flag_bits & 1:
        raise MalformedBars(
            name, "a zip archive that is locked by a password", "an archive without one; unpack it first"
        )
    return _inflated(lambda: archive.open(chosen[0]), name, "zip")


def _refuse_other_formats(content: bytes, name: str) -> None:
    if content[257:262] == b"ustar":
        raise MalformedBars(name, "a tar archive; unpack it first", _TABLE)
    for magic, words in _MAGIC:
        if content.startswith(magic):
            raise MalformedBars(name, words, _TABLE)


def _utf8(content: bytes, name: str) -> tuple[bytes, str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding, name).lstrip("\ufeff").encode(), encoding.removesuffix("-sig")
    nulls = np.frombuffer(content[: 1 << 16], dtype=np.uint8) == 0
    if len(nulls) > 1 and nulls[1::2].mean() > 0.4 and not nulls[::2].any():
        return _decoded(content, "utf-16-le", name).encode(), "utf-16"
    if len(nulls) > 1 and nulls[::2].mean() > 0.4 and not nulls[1::2].any():
        return _decoded(content, "utf-16-be", name).encode(), "utf-16"
    content = content.rstrip(b"\0")
    _refuse_binary(content, name)
    if content.isascii():
        return content, "ascii"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").encode(), "cp1252"
    return content, "utf-8"


def _decoded(content: bytes, encoding: str, name: str) -> str:
    """Return the text; half a sign at the end of a file that breaks off is left away."""
    whole = len(content) - len(content) % {"utf-16": 2, "utf-32": 4}.get(encoding[:6], 1)
    try:
        text = content[:whole].decode(encoding)
        text.encode()
    except UnicodeError as error:
        raise MalformedBars(name, f"text that is not the {encoding} it begins as", _TABLE) from error
    return text


def _refuse_binary(content: bytes, name: str) -> None:
    """Text has no NUL byte and hardly a control sign."""
    sample = np.frombuffer(content[: 1 << 20], dtype=np.uint8)
    control = (sample < 32) & ~np.isin(sample, (9, 10, 12, 13, 26))
    if not len(sample):
        return
    if (sample == 0).mean() > 0.001 or control.mean() > 0.01:
        raise MalformedBars(name, "binary data that is no text", _TABLE)


def _refuse_documents(content: bytes, name: str) -> None:
    head = content[:2048].lstrip().lower()
    if _WEB_PAGE.match(head) or b"<html" in head:
        raise MalformedBars(name, "a web page (HTML)", f"{_TABLE}: the download failed, or needs a login")
    if head.startswith((b"<?xml", b"<rss", b"<svg")):
        raise MalformedBars(name, "an XML document", _TABLE)
    if head.startswith((b"{", b"[{", b"[[", b"[\n", b"[\r", b"[ ", b"[]", b'["')):
        raise MalformedBars(name, "a JSON document", _TABLE)
    if head.startswith((b"version https://git-lfs", b"-----begin")):
        raise MalformedBars(name, "a pointer or key file, not the data", _TABLE)
