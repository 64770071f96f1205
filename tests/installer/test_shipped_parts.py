"""A frozen folder described inside itself."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.installer.conftest import load


@pytest.fixture
def shipped(scripts: None) -> ModuleType:
    """Return ``shipped_parts.py``."""
    return load("shipped_parts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a frozen folder of three files and a link."""
    inside = tmp_path / "app" / "_internal"
    (inside / "numpy").mkdir(parents=True)
    (inside / "numpy" / "core.so").write_bytes(b"x" * 1000)
    (inside / "table.dat").write_bytes(b"x" * 20)
    (inside / "core.so").symlink_to("numpy/core.so")
    return tmp_path / "app"


ROWS = [
    ("numpy/core.so", "/env/numpy/core.so", "BINARY"),
    ("core.so", "numpy/core.so", "SYMLINK"),
    ("table.dat", "/env/table.dat", "DATA"),
    ("gone.dat", "/env/gone.dat", "DATA"),
    ("numpy.linalg", "/env/numpy/linalg.py", "PYMODULE"),
    ("numpy.fft", "/env/numpy/fft.py", "PYMODULE-2"),
]


def test_sizes_are_those_on_the_disk_and_links_count_nothing(shipped: ModuleType, folder: Path) -> None:
    sizes = shipped.sizes_of(ROWS, folder / "_internal", {"numpy.linalg": 300})
    assert sizes == {"numpy/core.so": 1000, "table.dat": 20, "gone.dat": 0, "numpy.linalg": 300, "numpy.fft": 0}


def test_the_total_counts_each_file_once(shipped: ModuleType, folder: Path) -> None:
    assert shipped.total_bytes(folder) == 1020


class Owners:
    """Sources in which the first word of a path names the distribution."""

    def owner_of(self, source: str) -> tuple[str, str]:
        """Return kind and name."""
        return ("system", "libc6") if source.startswith("/lib") else ("python", source.split("/")[2])


def test_a_library_of_which_only_the_metadata_were_packed_is_found(shipped: ModuleType) -> None:
    rows = [
        ("numpy-2.dist-info/METADATA", "/env/numpy/METADATA", "DATA"),
        ("numpy/core.so", "/env/numpy/core.so", "BINARY"),
        ("exchange_calendars-4.dist-info/METADATA", "/env/exchange-calendars/METADATA", "DATA"),
        ("libc.so.6", "/lib/libc.so.6", "BINARY"),
    ]
    assert shipped.without_code(rows, Owners()) == ["exchange-calendars"]


def test_documents_are_written_into_the_folder(shipped: ModuleType, folder: Path) -> None:
    part = load("part_sources").Part
    parts: list[Any] = [
        part("numpy", "2.4.6", "python", "BSD-3-Clause", (("LICENSE.txt", b"numpy's"), ("third__COPYING", b"x")), 1000),
        part("ktrdr-app", "0.1.0", "python", "MIT", (("LICENSE", b"ours"),), 20),
    ]
    assert shipped.write_documents(parts, folder, "0.1.0") == []
    assert (folder / "licences" / "numpy-2.4.6" / "LICENSE.txt").read_bytes() == b"numpy's"
    assert (folder / "licences" / "numpy-2.4.6" / "third__COPYING").is_file()
    assert "numpy-2.4.6" in (folder / "licences" / "INDEX.txt").read_text(encoding="utf-8")
    bill = json.loads((folder / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert bill["components"][0]["purl"] == "pkg:pypi/numpy@2.4.6"
    assert (folder / "SIZES.txt").read_text(encoding="utf-8").rstrip().endswith("100.0%  all")


@pytest.mark.parametrize(("licence", "texts"), [("", (("LICENSE", b"x"),)), ("MIT", ()), ("", ())])
def test_a_part_without_licence_or_text_is_named(
    shipped: ModuleType, folder: Path, licence: str, texts: tuple[tuple[str, bytes], ...]
) -> None:
    part = load("part_sources").Part
    parts = [
        part("ktrdr-app", "0.1.0", "python", "MIT", (("LICENSE", b"ours"),), 20),
        part("mystery", "3", "python", licence, texts, 5),
    ]
    assert shipped.write_documents(parts, folder, "0.1.0") == ["mystery-3"]


def test_well_known_licences_that_a_text_only_points_to_are_brought_along(
    shipped: ModuleType, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is unpacked on systems that have no Debian's files."""
    there = tmp_path / "common"
    there.mkdir()
    (there / "LGPL-2.1").write_text("the whole of it", encoding="utf-8")
    (there / "GPL-3").write_text("nobody's", encoding="utf-8")
    monkeypatch.setattr(shipped, "COMMON_PLACE", there)
    part = load("part_sources").Part
    text = b"found in `/usr/share/common-licenses/LGPL-2.1'. Or /usr/share/common-licenses/Gone."
    parts = [
        part("ktrdr-app", "0.1.0", "python", "MIT", (("LICENSE", b"ours"),), 20),
        part("libglib2.0-0", "2.74", "system", "LGPL-2.1+", (("copyright", text),), 5),
    ]
    assert shipped.write_documents(parts, folder, "0.1.0") == []
    brought = {file.name: file.read_text(encoding="utf-8") for file in (folder / "licences" / "common-licenses").iterdir()}
    assert brought == {"LGPL-2.1": "the whole of it"}
    assert "common-licenses" in (folder / "licences" / "INDEX.txt").read_text(encoding="utf-8")
