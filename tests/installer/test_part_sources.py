"""Where packed files come from, and what is known of their licences."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import sysconfig
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

from tests.installer.conftest import load

REPO = Path(__file__).resolve().parents[2]
BSD = b"Redistribution and use in source and binary forms, with or without\nmodification, are permitted"


@pytest.fixture
def sources(scripts: None) -> ModuleType:
    """Return ``part_sources.py``."""
    return load("part_sources")


def make(folder: Path, name: str, version: str, files: dict[str, str], **metadata: str) -> None:
    """Install a distribution of a few files into a folder, as pip would."""
    info = folder / f"{name}-{version}.dist-info"
    heads = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in metadata.items())
    everything = {**files, f"{info.name}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{heads}"}
    for path, text in everything.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    record = "".join(f"{path},,\n" for path in everything)
    (info / "RECORD").write_text(record + f"{info.name}/RECORD,,\n", encoding="utf-8")


@pytest.fixture
def few(sources: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return the sources of a Python that has three distributions."""
    make(tmp_path, "ktrdr_app", "9.9", {"ktrdr_app/a.py": "", "ktrdr_app-9.9.dist-info/LICENSE": "MIT"}, License="MIT",
         Requires_Dist="good-lib>=1; python_version > '3'")  # fmt: skip
    make(tmp_path, "Good.Lib", "1.0", {"good/__init__.py": "", "good/x.so": "x" * 500}, License_Expression="MIT")
    make(tmp_path, "odd", "2.0", {"odd/__init__.py": "", "odd/LICENSE.txt": BSD.decode()})
    make(tmp_path, "pyinstaller", "6", {"PyInstaller/a.py": "", "pyinstaller-6.dist-info/COPYING.txt": "GPL"},
         License="GPLv2-or-later with a special exception")  # fmt: skip
    found = list(importlib.metadata.distributions(path=[str(tmp_path)]))
    monkeypatch.setattr(sources.importlib.metadata, "distributions", lambda: found)
    return sources.Sources.of_this_python()


def rows_of(tmp_path: Path) -> list[tuple[str, str, str]]:
    """Return a listing over those distributions."""
    return [
        ("ktrdr_app.a", str(tmp_path / "ktrdr_app/a.py"), "PYMODULE"),
        ("good", str(tmp_path / "good/__init__.py"), "PYMODULE"),
        ("good/x.so", str(tmp_path / "good/x.so"), "BINARY"),
        ("x.so", "good/x.so", "SYMLINK"),
        ("odd", str(tmp_path / "odd/__init__.py"), "PYMODULE"),
        ("json", str(Path(sysconfig.get_path("stdlib")) / "json/__init__.py"), "PYMODULE"),
    ]


def test_files_are_traced_to_their_distributions_and_the_interpreter(
    sources: ModuleType, few: object, tmp_path: Path
) -> None:
    sizes = {"ktrdr_app.a": 7, "good": 3, "good/x.so": 500, "odd": 2, "json": 40, "x.so": 10**9}
    parts = sources.find_parts(rows_of(tmp_path), sizes, few, start_code=60)
    found = {part.name: (part.kind, part.version, part.size) for part in parts}
    here = ".".join(map(str, sys.version_info[:3]))
    assert found == {
        "good-lib": ("python", "1.0", 503),
        "pyinstaller": ("python", "6", 60),
        "python": ("interpreter", here, 40),
        "ktrdr-app": ("python", "9.9", 7),
        "odd": ("python", "2.0", 2),
    }
    assert [part.size for part in parts] == sorted((part.size for part in parts), reverse=True)


def test_what_lies_inside_another_part_is_a_part_too(few: object, tmp_path: Path) -> None:
    font, folder = "ktrdr_app/_resources/fonts/Inter-Regular.ttf", tmp_path / "frozen"
    (folder / font).parent.mkdir(parents=True)
    (folder / font).write_bytes(b"name table: Version 4.001")
    rows = [*rows_of(tmp_path), (font, str(tmp_path / "ktrdr_app/a.py"), "DATA")]
    parts = load("shipped_parts").parts_of(rows, folder, {"good": 70}, few, 60)
    found = {part.name: (part.version, part.kind, part.size) for part in parts}
    assert found["inter"] == ("4.001", "inside", 0)
    assert found["ktrdr-app"] == ("9.9", "python", 25)
    assert found["good-lib"] == ("1.0", "python", 70)


def test_each_part_has_a_licence_and_a_text(sources: ModuleType, few: object, tmp_path: Path) -> None:
    parts = {part.name: part for part in sources.find_parts(rows_of(tmp_path), {}, few, 0)}
    assert parts["ktrdr-app"].texts == (("LICENSE", b"MIT"),)
    assert parts["ktrdr-app"].needs == ("good-lib",)
    assert (parts["good-lib"].licence, parts["good-lib"].texts[0][0]) == ("MIT", "MIT.txt"), "the standard text"
    assert b"Permission is hereby granted" in parts["good-lib"].texts[0][1]
    assert (parts["odd"].licence, parts["odd"].texts[0][0]) == ("BSD-2-Clause", "odd__LICENSE.txt")
    assert parts["pyinstaller"].licence == "GPL-2.0-or-later WITH Bootloader-exception"
    assert all(part.licence and part.texts for part in parts.values())


def test_files_of_the_checkout_are_no_part_of_an_installed_program(few: object) -> None:
    with pytest.raises(LookupError, match="from the checkout"):
        few.owner_of(str(REPO / "ktrdr_app" / "__init__.py"))  # type: ignore[attr-defined]
    assert few.owner_of(str(REPO / "installer" / "desktop_entry.py")) == ("python", "ktrdr-app")  # type: ignore[attr-defined]


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="NOT TESTED: this is no Debian")
def test_a_library_of_the_system_is_traced_to_its_package(sources: ModuleType, few: object) -> None:
    library = next(Path("/usr/lib").glob("*/libc.so.6"), None) or next(Path("/lib").glob("*/libc.so.6"))
    assert few.owner_of(str(library)) == ("system", "libc6")  # type: ignore[attr-defined]
    (part,) = [part for part in sources.find_parts([("libc.so.6", str(library), "BINARY")], {}, few, 0)
               if part.kind == "system"]  # fmt: skip
    assert part.version[0].isdigit()
    assert part.texts[0][0] == "copyright"


def test_a_library_of_nobody_is_named_after_its_file_and_has_no_licence(
    sources: ModuleType, few: object, tmp_path: Path
) -> None:
    place = Path("/nowhere/libmine.so.1")
    (part,) = [part for part in sources.find_parts([("libmine.so.1", str(place), "BINARY")], {}, few, 0)
               if part.kind == "system"]  # fmt: skip
    assert (part.label, part.licence, part.texts) == ("libmine.so.1-unknown", "", ())


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ({"License-Expression": "Apache-2.0 OR BSD-3-Clause", "License": "other"}, "Apache-2.0 OR BSD-3-Clause"),
        ({"License": "BSD"}, "BSD-3-Clause"),
        ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"License": "LGPL-3.0-only OR GPL-2.0-only"}, "LGPL-3.0-only OR GPL-2.0-only"),
        ({"License": "UNKNOWN"}, ""),
        ({}, ""),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"Classifier": "License :: OSI Approved"}, ""),
        ({"License": "MIT License\n\n  Copyright (c) 2020 somebody\n  Permission is ..."}, "MIT"),
    ],
)
def test_the_licence_that_metadata_name(sources: ModuleType, heads: dict[str, str], expected: str) -> None:
    metadata = Message()
    for name, value in heads.items():
        metadata[name] = value
    assert sources.licence_of(metadata) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([BSD], "BSD-2-Clause"),
        ([BSD + b"... Neither the name of the copyright holder"], "BSD-3-Clause"),
        ([b"Apache License\n      Version 2.0, January 2004"], "Apache-2.0"),
        ([b"Permission is hereby granted,\nfree of charge", BSD], "BSD-2-Clause AND MIT"),
        ([b"do as you like"], ""),
        ([], ""),
    ],
)
def test_well_known_texts_are_recognised(sources: ModuleType, texts: list[bytes], expected: str) -> None:
    assert sources.recognised([(f"{number}", text) for number, text in enumerate(texts)]) == expected


def test_the_standard_texts_are_those_that_they_are_named_after(sources: ModuleType) -> None:
    texts = {file.stem: file.read_bytes() for file in sources.STANDARD_TEXTS.glob("*.txt")}
    for name in ("MIT", "BSD-3-Clause", "Apache-2.0"):
        assert sources.recognised([("x", texts[name])]) == name
    assert b"GNU LESSER GENERAL PUBLIC LICENSE" in texts["LGPL-3.0-only"]
    assert b"GNU GENERAL PUBLIC LICENSE" in texts["GPL-3.0-only"], "the LGPL adds to it, so it must be there too"


def test_qt_comes_with_the_texts_of_both_licences(sources: ModuleType) -> None:
    metadata = importlib.metadata.metadata("pyside6-essentials")
    names = [name for name, _ in sources._standard_texts(sources.licence_of(metadata))]
    assert names == ["LGPL-3.0-only.txt", "GPL-3.0-only.txt"]


def test_a_label_is_fit_for_a_folder(sources: ModuleType) -> None:
    part = sources.Part("libstdc++6", "1:12.2/evil", "system", "", (), 0)
    assert part.label == "libstdc++6-1_12.2_evil"
