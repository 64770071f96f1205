"""Traces packed files to the distribution, system package or interpreter that they came from, with its licence."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parent.parent
STANDARD_TEXTS = Path(__file__).resolve().parent / "licences"
TEXT_NAME = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)
NO_TEXT = (".py", ".pyc", ".so", ".pyi", ".json", ".html", ".js")
CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
}
NAMED_HERE = {"pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception"}
"""Licences that metadata tell in too many words."""

SPELLINGS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd license": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "mit license": "MIT",
    "the mit license": "MIT",
    "mit": "MIT",
    "psfl": "PSF-2.0",
}


@dataclass(frozen=True)
class Part:
    """One thing of somebody's that is shipped.

    Attributes
    ----------
    name, version : str
        As whoever made it calls it.
    kind : str
        ``python``, ``system``, ``interpreter``, or ``inside`` for what lies in another part.
    licence : str
        SPDX identifier or expression where one is known, else the maker's words; empty if nobody knows.
    texts : tuple of (str, bytes)
        File names and contents of its licence texts.
    size : int
        Bytes in the folder.
    needs : tuple of str
        Names of Python distributions that it asks for.
    """

    name: str
    version: str
    kind: str
    licence: str
    texts: tuple[tuple[str, bytes], ...]
    size: int
    needs: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, fit for a folder."""
        return re.sub(r"[^A-Za-z0-9._+-]", "_", f"{self.name}-{self.version}")


@dataclass(frozen=True)
class Sources:
    """Where packed files can come from.

    Attributes
    ----------
    distributions : mapping of str to Distribution
        Installed ones by canonical name.
    owners : mapping of str to str
        Absolute path of a file to the canonical name of its distribution.
    standard_library : tuple of Path
        Folders of the interpreter.
    """

    distributions: Mapping[str, Any]
    owners: Mapping[str, str]
    standard_library: tuple[Path, ...]

    @classmethod
    def of_this_python(cls) -> Sources:
        """Return those of the Python that runs."""
        distributions = {canonical(found.metadata["Name"]): found for found in importlib.metadata.distributions()}
        owners = {
            str(found.locate_file(file)): name for name, found in distributions.items() for file in found.files or ()
        }
        bases = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.base_prefix}
        return cls(distributions, owners, tuple(Path(base).resolve() for base in bases))

    def owner_of(self, source: str) -> tuple[str, str]:
        """Return kind and name of the part that a file came from.

        Parameters
        ----------
        source : str
            Its absolute path; empty for what has no file.
        """
        path = Path(source)
        if source in self.owners:
            return "python", self.owners[source]
        if source and path.is_relative_to(REPO / "installer"):
            return "python", "ktrdr-app"
        if source and path.is_relative_to(REPO / "ktrdr_app"):
            raise LookupError(f"{source} was packed from the checkout, not from the environment")
        if not source or not path.is_absolute() or any(path.is_relative_to(base) for base in self._interpreter(path)):
            return "interpreter", "python"
        return ("python", "pyinstaller") if path.is_relative_to(REPO / "build") else ("system", _package_of(path))

    def _interpreter(self, path: Path) -> Iterable[Path]:
        return () if "site-packages" in path.parts else self.standard_library


def canonical(name: str) -> str:
    """Return a distribution's name in the one spelling that indexes use.

    Parameters
    ----------
    name : str
        As its maker writes it.
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def find_parts(
    rows: Iterable[tuple[str, str, str]], sizes: Mapping[str, int], sources: Sources, start_code: int
) -> list[Part]:
    """Return the parts that a listing of packed files consists of, largest first.

    Parameters
    ----------
    rows : iterable of (name, source, kind)
        Packed files.
    sizes : mapping of str to int
        Bytes by name.
    sources : Sources
        Where they can come from.
    start_code : int
        Bytes of PyInstaller's own in the program.
    """
    held: dict[tuple[str, str], int] = defaultdict(int)
    for name, source, kind in rows:
        if kind != "SYMLINK":
            held[sources.owner_of(source)] += sizes.get(name, 0)
    held["python", "pyinstaller"] += start_code
    parts = [_part(kind, name, size, sources) for (kind, name), size in held.items()]
    return sorted(parts, key=lambda part: (-part.size, part.name))


def _part(kind: str, name: str, size: int, sources: Sources) -> Part:
    if kind == "system":
        return _system_part(name, size)
    if kind == "interpreter":
        version = ".".join(map(str, sys.version_info[:3]))
        text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
        texts = ((text.name, text.read_bytes()),) if text.is_file() else ()
        return Part("python", version, kind, "PSF-2.0", texts, size)
    found = sources.distributions[name]
    own = _texts_of(found)
    licence = NAMED_HERE.get(name) or licence_of(found.metadata) or recognised(own)
    own = own or tuple(_standard_texts(licence))
    needs = tuple(sorted({canonical(re.split(r"[^A-Za-z0-9._-]", text)[0]) for text in found.requires or ()}))
    return Part(name, found.version, kind, licence, own, size, needs)


def licence_of(metadata: Any) -> str:
    """Return the licence that a distribution's metadata name, as SPDX where that can be told.

    Parameters
    ----------
    metadata : Message
        As ``importlib.metadata`` gives it.
    """
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    said = str(metadata.get("License") or "").strip()
    said = "" if said.upper() == "UNKNOWN" else said
    if said and "\n" not in said and len(said) < 60:
        return SPELLINGS.get(said.lower(), said)
    names = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if line.startswith("License")]
    known = sorted({CLASSIFIERS.get(name, name) for name in names if name != "OSI Approved"})
    if known:
        return " OR ".join(known)
    return _first_words(said)


def recognised(texts: Iterable[tuple[str, bytes]]) -> str:
    """Return the licences whose well-known sentences stand in some texts, as an SPDX expression.

    Parameters
    ----------
    texts : iterable of (str, bytes)
        File names and contents.
    """
    found = set()
    for _, content in texts:
        text = " ".join(content.decode("utf-8", "replace").split())
        if "Permission is hereby granted, free of charge" in text:
            found.add("MIT")
        if "Redistribution and use in source and binary forms" in text:
            found.add("BSD-3-Clause" if re.search(r"[Nn]either the name", text) else "BSD-2-Clause")
        if "Apache License" in text and "Version 2.0" in text:
            found.add("Apache-2.0")
    return " AND ".join(sorted(found))


def _first_words(text: str) -> str:
    """Return what a whole licence text, put where its name belongs, is called in its first line."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return SPELLINGS.get(first.lower(), first[:60])


def _texts_of(found: Any) -> tuple[tuple[str, bytes], ...]:
    """Return the licence texts of a distribution: those beside its metadata, or else any in its package."""
    files = [file for file in found.files or () if TEXT_NAME.search(file.name) or "licenses" in file.parts[:-1]]
    files = [file for file in files if not file.name.endswith(NO_TEXT)]
    beside = [file for file in files if file.parts[0].endswith(".dist-info")]
    texts: dict[str, bytes] = {}
    for file in beside or files:
        path = Path(found.locate_file(file))
        if path.is_file():
            inside = file.parts[1:] if beside else file.parts
            texts["__".join(part for part in inside if part != "licenses")] = path.read_bytes()
    return tuple(sorted(texts.items()))


def _standard_texts(licence: str) -> Iterable[tuple[str, bytes]]:
    for name in re.findall(r"[A-Za-z0-9.+-]+", licence):
        file = STANDARD_TEXTS / f"{name}.txt"
        if file.is_file():
            yield file.name, file.read_bytes()


def _package_of(path: Path) -> str:
    """Return the Debian package that a file of the system belongs to, or its own name where nobody knows."""
    if shutil.which("dpkg-query") is None:
        return path.name
    # a package's list may name a file by the way that was there before /lib became a link to /usr/lib
    spellings = {str(path), str(path.resolve())}
    spellings |= {spelling.removeprefix("/usr") for spelling in spellings}
    for spelling in sorted(spellings):
        done = subprocess.run(["dpkg-query", "-S", spelling], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.splitlines()[0].split(":")[0]
    return path.name


def _system_part(name: str, size: int) -> Part:
    version = ""
    if shutil.which("dpkg-query"):
        asked = ["dpkg-query", "-W", "-f", "${Version}\n", name]
        version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.partition("\n")[0]
    file = Path("/usr/share/doc") / name / "copyright"
    if not file.is_file():
        return Part(name, version or "unknown", "system", "", (), size)
    text = file.read_bytes()
    named = re.findall(rb"^License: *(\S.*)$", text, flags=re.MULTILINE)
    words = sorted({line.decode("utf-8", "replace").strip() for line in named})
    return Part(name, version, "system", "; ".join(words) or "see its text", ((file.name, text),), size)
