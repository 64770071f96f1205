"""The Debian package: what it asks for, where it puts things, and that Debian's own tool reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

import ktrdr_app
from tests.installer.conftest import load

DEBIAN = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="NOT TESTED: this is no Debian")


@pytest.fixture
def debian(scripts: None) -> ModuleType:
    """Return ``debian_package.py``."""
    return load("debian_package")


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """Return a small frozen folder: a program that says its name, one bundled library and a link to it."""
    folder = tmp_path / "ktrdr-app"
    (folder / "_internal" / "deep").mkdir(parents=True)
    (folder / "ktrdr-app").write_text("#!/bin/sh\necho it runs\n", encoding="utf-8")
    (folder / "ktrdr-app").chmod(0o755)
    (folder / "_internal" / "libxcb-cursor.so.0").write_bytes(b"library" * 1000)
    (folder / "_internal" / "deep" / "again.so").symlink_to("../libxcb-cursor.so.0")
    return folder


def test_it_asks_for_the_libraries_of_qt_that_the_folder_lacks(debian: ModuleType) -> None:
    everything = debian.dependencies([], "2.36")
    assert everything[0] == "libc6 (>= 2.36)"
    assert {"libegl1", "libgl1", "libxcb-cursor0", "libstdc++6"} <= set(everything)
    fewer = debian.dependencies(["libxcb-cursor.so.0", "libgl.so.1"], "2.36")
    assert set(everything) - set(fewer) == {"libxcb-cursor0"}


def test_a_package_that_brings_two_libraries_is_asked_for_while_one_is_lacking(debian: ModuleType) -> None:
    assert "libglib2.0-0" in debian.dependencies(["libglib-2.0.so.0"], "2.36")
    assert "libglib2.0-0" not in debian.dependencies(["libglib-2.0.so.0", "libgthread-2.0.so.0"], "2.36")


def test_its_version_is_that_of_the_program(debian: ModuleType) -> None:
    assert debian.version() == ktrdr_app.__version__


def test_its_description_is_in_debians_form(debian: ModuleType, frozen: Path) -> None:
    text = debian.control(frozen, "amd64")
    fields = dict(re.findall(r"^([A-Z][\w-]*): (.+)$", text, flags=re.MULTILINE))
    assert (fields["Package"], fields["Architecture"]) == ("ktrdr-app", "amd64")
    assert re.fullmatch(r".+ <\S+@\S+>", fields["Maintainer"])
    assert fields["Installed-Size"] == "6", "7,023 bytes in KiB, the link not counted"
    body = text.partition("Description: ")[2].splitlines()[1:]
    assert body
    assert all(line.startswith(" ") and len(line) <= 80 for line in body)
    assert text.endswith("\n")


@DEBIAN
def test_debians_tool_builds_and_reads_it(debian: ModuleType, frozen: Path, tmp_path: Path) -> None:
    package = debian.build(frozen, tmp_path)
    assert package.name.startswith(f"ktrdr-app_{ktrdr_app.__version__}_")
    listed = subprocess.run(["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True).stdout
    owners = {line.split()[1] for line in listed.splitlines()}
    assert owners == {"root/root"}
    root = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True)
    assert (root / "usr/bin/ktrdr-app").readlink() == Path("/opt/ktrdr-app/ktrdr-app")
    ran = subprocess.run([root / "opt/ktrdr-app/ktrdr-app"], capture_output=True, text=True, check=True)
    assert ran.stdout == "it runs\n"
    again = root / "opt/ktrdr-app/_internal/deep/again.so"
    assert again.is_symlink()
    assert again.read_bytes().startswith(b"library")
    assert (root / "usr/share/icons/hicolor/scalable/apps/ktrdr-app.svg").read_text().startswith("<svg")
    assert "MIT License" in (root / "usr/share/doc/ktrdr-app/copyright").read_text()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tmp")] == [], "nothing is left over"


@DEBIAN
def test_the_frozen_folder_is_not_changed_by_packing_it(debian: ModuleType, frozen: Path, tmp_path: Path) -> None:
    before = {path: path.lstat().st_mode for path in frozen.rglob("*")}
    debian.build(frozen, tmp_path)
    assert {path: path.lstat().st_mode for path in frozen.rglob("*")} == before


def test_without_a_folder_it_says_what_to_do(debian: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(debian.PackagingFailed, match=r"freeze\.py folder"):
        debian.build(tmp_path / "nothing", tmp_path)


def test_without_debians_tool_it_says_so(
    debian: ModuleType, frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(debian.PackagingFailed, match="dpkg-deb"):
        debian.build(frozen, tmp_path)


def test_the_menu_entry_has_what_desktops_need(debian: ModuleType) -> None:
    lines = (debian.REPO / "installer" / "ktrdr-app.desktop").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    entry = dict(line.split("=", 1) for line in lines[1:])
    assert (entry["Type"], entry["Exec"], entry["Terminal"]) == ("Application", "ktrdr-app", "false")
    assert entry["Icon"] == "ktrdr-app", "the name that the package installs the picture under"
    assert entry["Categories"].endswith(";")
    application = (debian.REPO / "ktrdr_app" / "gui" / "app.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{entry["StartupWMClass"]}")' in application, "so that windows get the entry's icon"
