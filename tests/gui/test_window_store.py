"""The store of window places: a torn file gives way to its backup, then to the first layout, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from ktrdr_app.gui.window_store import keep_backup, open_store

pytestmark = pytest.mark.gui


def written(folder: Path, geometry: bytes) -> None:
    """Write a store as a window does when it closes."""
    store, fault = open_store(folder)
    assert fault == ""
    store.setValue("geometry", QByteArray(geometry))
    keep_backup(store)


def geometry(folder: Path) -> tuple[bytes, str]:
    """Return what a new window would find, and what is said about it."""
    store, fault = open_store(folder)
    return bytes(store.value("geometry", QByteArray()).data()), fault


def test_a_first_start_finds_nothing_and_no_fault(tmp_path: Path) -> None:
    assert geometry(tmp_path) == (b"", "")


def test_what_is_written_is_found_again(tmp_path: Path) -> None:
    written(tmp_path, b"\x00\x01binary\xff")
    assert geometry(tmp_path) == (b"\x00\x01binary\xff", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["window.ini", "window.ini.bak"]


@pytest.mark.parametrize("content", [b"\x00\x00\x00", b"[General", b"geometry=@Byte", b"\xff\xfe garbage"])
def test_a_torn_file_gives_way_to_the_backup(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, b"good")
    (tmp_path / "window.ini").write_bytes(content)
    assert geometry(tmp_path) == (b"good", "window.ini was damaged; the layout of the time before was taken")
    assert (tmp_path / "window.ini.damaged").read_bytes() == content
    assert geometry(tmp_path) == (b"good", "")


def test_a_torn_file_without_a_backup_gives_way_to_the_first_layout(tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_bytes(b"\x00torn")
    assert geometry(tmp_path) == (b"", "window.ini was damaged; the window has its first layout again")


def test_a_torn_file_is_never_kept_as_the_backup(tmp_path: Path) -> None:
    written(tmp_path, b"good")
    store, _fault = open_store(tmp_path)
    (tmp_path / "window.ini").write_bytes(b"\x00torn")
    keep_backup(store)
    assert b"good" in (tmp_path / "window.ini.bak").read_bytes()
