"""Ends of shared libraries that nothing loads: what goes, what stays to the byte, and what is left alone."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml._yaml

from tests.installer.conftest import load

REAL = Path(yaml._yaml.__file__)
"""A library that comes with megabytes of names for debuggers."""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries of Linux")


@pytest.fixture
def trimmer(scripts: None) -> ModuleType:
    """Return ``trim_libraries.py``."""
    return load("trim_libraries")


def library(segments: list[tuple[int, int]], size: int) -> bytes:
    """Return a file with the header and the segments (offset, length) of a library, filled with counted bytes."""
    table = b"".join(struct.pack("<IIQQQQQQ", 1, 5, offset, 0, 0, length, length, 4096) for offset, length in segments)
    words = (b"\x7fELF\x02\x01\x01" + bytes(9), 3, 62, 1, 0, 64, size - 640, 0, 64, 56, len(segments), 64, 10, 9)
    head = struct.pack("<16sHHIQQQIHHHHHH", *words)
    return head + table + bytes(index % 251 for index in range(size - len(head) - len(table)))


def test_what_is_mapped_stays_to_the_byte_and_the_rest_goes(trimmer: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "a.so"
    whole = library([(0, 4000), (8192, 10_000), (0, 0)], 200_000)
    file.write_bytes(whole)
    assert trimmer.trim(file) == 200_000 - 18_192
    left = file.read_bytes()
    assert left[64:] == whole[64:18_192]
    assert left[:40] == whole[:40]
    assert struct.unpack_from("<Q", left, 40) == (0,), "where the list of sections would be"
    assert struct.unpack_from("<HH", left, 60) == (0, 0), "how many they are, and which one names them"
    assert struct.unpack_from("<HHH", left, 54) == struct.unpack_from("<HHH", whole, 54), "sizes are no places"


def test_a_second_time_there_is_nothing_left_to_cut(trimmer: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "a.so"
    file.write_bytes(library([(0, 30_000)], 100_000))
    trimmer.trim(file)
    once = file.read_bytes()
    assert trimmer.trim(file) == 0
    assert file.read_bytes() == once


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF",
        b"GROUP ( libc.so.6 )" * 10_000,
        b"\x7fELF\x01\x01" + bytes(100_000),  # 32 bits
        b"\x7fELF\x02\x02" + bytes(100_000),  # the other byte first
        b"MZ" + bytes(100_000),
        library([(0, 60_000)], 100_000),  # too little to gain
        library([(0, 100_000)], 100_000),  # mapped to its end
    ],
)
def test_other_files_are_left_alone(trimmer: ModuleType, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.so"
    file.write_bytes(content)
    assert trimmer.trim(file) == 0
    assert file.read_bytes() == content


def test_qt_links_and_what_is_no_library_by_name_stay_whole(trimmer: ModuleType, tmp_path: Path) -> None:
    content = library([(0, 5_000)], 100_000)
    places = ["PySide6/Qt/lib/libQt6Core.so.6", "shiboken6/Shiboken.abi3.so", "torch/lib/libtorch_cpu.so", "x.so.1.2"]
    for place in [*places, "program"]:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(content)
    (tmp_path / "link.so").symlink_to("torch/lib/libtorch_cpu.so")
    assert trimmer.trim_folder(tmp_path) == 2 * 95_000
    sizes = {place: (tmp_path / place).stat().st_size for place in [*places, "program"]}
    assert [place for place, size in sizes.items() if size == 5_000] == places[2:]
    assert (tmp_path / "link.so").is_symlink()


@linux
def test_a_real_library_is_smaller_and_works_as_before(trimmer: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(REAL.parent, tmp_path / "yaml")
    copy = tmp_path / "yaml" / REAL.name
    gone = trimmer.trim_folder(tmp_path)
    assert gone == REAL.stat().st_size - copy.stat().st_size > 1_000_000
    code = "import yaml, yaml._yaml; print(yaml._yaml.__file__); print(yaml.load('a: [1, 2]', yaml.CSafeLoader))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == [str(copy), "{'a': [1, 2]}"], done.stderr


@linux
def test_the_script_says_how_much_went(trimmer: ModuleType, tmp_path: Path) -> None:
    shutil.copy(REAL, tmp_path / "a.so")
    command = [sys.executable, trimmer.__file__, tmp_path]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (
        said
        == f"{(REAL.stat().st_size - (tmp_path / 'a.so').stat().st_size) / 1e6:.0f} MB of names for debuggers cut off\n"
    )
