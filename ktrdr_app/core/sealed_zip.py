"""Zip files of ours, each file in them with its checksum; what comes in is taken for hostile until all is checked.

A zip holds files without folders: a label (JSON: format, what it is, the SHA-256 of each file) and the files that its
rules allow, none larger than they say.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ktrdr_app.core.errors import KtrdrError, StorageProblem
from ktrdr_app.core.files import json_text

AGAIN = "export it again"
_LARGEST_LABEL = 64 << 10
_LARGEST_DIRECTORY = 16 << 10
_PIECE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_END = b"PK\x05\x06"
_END_BYTES = 22
_END_64 = b"PK\x06\x07"
_END_64_BYTES = 20


@dataclass(frozen=True)
class ZipRules:
    """What a zip may hold, and how it is refused.

    Attributes
    ----------
    label : str
        Name of its label.
    format : int
        The format that is read.
    largest : mapping of str to int
        Bytes that each file may have, by name; no other files may be there.
    noun : str
        What it holds, in one word: ``model``.
    refused : callable
        Makes the error of a reason and a hint; an empty hint is the error's own.
    """

    label: str
    format: int
    largest: Mapping[str, int]
    noun: str
    refused: Callable[[str, str], KtrdrError]


class SealedZip:
    """A zip whose list of entries and label are as the rules want them; its files are checked as they are unpacked.

    Parameters
    ----------
    archive : ZipFile
        The zip.
    rules : ZipRules
        What it may hold.
    """

    def __init__(self, archive: zipfile.ZipFile, rules: ZipRules) -> None:
        self._archive, self._rules = archive, rules
        self._entries = self._checked_entries()
        self.label = self._read_label()
        self.files: dict[str, str] = {str(name): str(held) for name, held in self.label["files"].items()}
        if self.files.keys() != self._entries.keys() - {rules.label}:
            raise rules.refused(f"{rules.label} does not list the files that are there", "")

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        """Return the entries by name, once their names, kinds and declared sizes are allowed."""
        rules, entries = self._rules, self._archive.infolist()
        if len(entries) > len(rules.largest) + 1:
            raise rules.refused(f"it holds too many entries: {len(entries)}", "")
        found: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.orig_filename
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if name != rules.label and name not in rules.largest:
                raise rules.refused(f"it holds {name[:100]!r}, which is no file of a {rules.noun}", "")
            if name in found or entry.filename != name:
                raise rules.refused(f"it holds {name!r} twice", "")
            if kind not in (0, stat.S_IFREG):
                raise rules.refused(f"{name} is a link or device, not a file", "")
            if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise rules.refused(f"{name} is encrypted or packed in a way that {rules.noun}s are not", "")
            self._check_size(name, entry.file_size)
            found[name] = entry
        return found

    def _check_size(self, name: str, size: int) -> None:
        rules = self._rules
        most = _LARGEST_LABEL if name == rules.label else rules.largest[name]
        if size > most:
            raise rules.refused(f"{name} is larger than {most >> 10:,} KiB", "")

    def _read_label(self) -> dict[str, Any]:
        rules = self._rules
        if rules.label not in self._entries:
            raise rules.refused(f"it has no {rules.label}", f"use a file that this program wrote of a {rules.noun}")
        try:
            with self._archive.open(self._entries[rules.label]) as packed:
                document = json.loads(packed.read(_LARGEST_LABEL))  # bounded: `read()` would unpack a bomb first
            if document["format"] != rules.format or not isinstance(document["files"], dict):
                raise ValueError("another format")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise rules.refused(f"{rules.label} is not readable ({error})", "") from error
        found: dict[str, Any] = document
        return found

    def unpack(self, name: str, target: Path) -> None:
        """Write one file, counting what really comes out of it.

        Parameters
        ----------
        name : str
            Which file.
        target : Path
            Where it goes; nothing may be there.

        Raises
        ------
        KtrdrError
            As the rules refuse, if it is larger than it may be or its checksum does not match.
        StorageProblem
            If the disk refuses.
        """
        digest, size = hashlib.sha256(), 0
        with self._archive.open(self._entries[name]) as packed, open(target, "xb") as out:
            while piece := self._piece(packed):
                size += len(piece)
                self._check_size(name, size)
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if size != self._entries[name].file_size or digest.hexdigest() != self.files[name]:
            raise self._rules.refused(f"the checksum of {name} does not match: it was changed or is damaged", "")

    def _piece(self, packed: IO[bytes]) -> bytes:
        try:
            return packed.read(_PIECE)
        except OSError as error:  # the zip's disk, not that of the target
            raise StorageProblem(str(self._archive.filename), error.strerror or str(error)) from error


@contextmanager
def open_sealed(file: Path, rules: ZipRules) -> Iterator[SealedZip]:
    """Open a zip that `sealed` made.

    Parameters
    ----------
    file : Path
        The zip.
    rules : ZipRules
        What it may hold.

    Yields
    ------
    SealedZip
        The zip, its entries and label checked.

    Raises
    ------
    KtrdrError
        As the rules refuse, here and within the block, if anything in it is not as it must be.
    StorageProblem
        If the disk refuses.
    """
    try:
        with open(file, "rb") as stream:
            _check_directory(stream, rules)
            with zipfile.ZipFile(stream) as archive:
                yield SealedZip(archive, rules)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise rules.refused(f"the file is damaged: {error}", AGAIN) from error
    except OSError as error:
        raise StorageProblem(str(file), error.strerror or str(error)) from error


def _check_directory(stream: IO[bytes], rules: ZipRules) -> None:
    """Look at the end of the file before anyone reads its list of entries, which could be made of millions."""
    size = stream.seek(0, 2)
    parts = sum(rules.largest.values())
    most = parts + (parts >> 10) + _LARGEST_LABEL + 2 * _LARGEST_DIRECTORY  # what cannot be packed grows a little
    if size > most:
        raise rules.refused(f"it is larger than {most >> 20} MiB", "")
    stream.seek(max(0, size - _END_BYTES - _END_64_BYTES))
    tail = stream.read()
    end = tail[-_END_BYTES:]
    if not end.startswith(_END) or end[-2:] != b"\0\0" or tail.startswith(_END_64):
        raise rules.refused(f"it is no zip file as {rules.noun}s are exported", AGAIN)
    if int.from_bytes(end[12:16], "little") > _LARGEST_DIRECTORY:
        raise rules.refused("it holds too many entries", "")
    stream.seek(0)


def sealed(rules: ZipRules, label: Mapping[str, Any], contents: Mapping[str, bytes]) -> bytes:
    """Return a zip with a label and files; the same content always gives the same bytes.

    Parameters
    ----------
    rules : ZipRules
        Name and format of the label.
    label : mapping
        What the label says beside its format and the checksums.
    contents : mapping of str to bytes
        The files by name.
    """
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(rules.label), json_text({"format": rules.format, **label, "files": checksums}))
        for name, content in contents.items():
            archive.writestr(_entry(name), content)
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info
