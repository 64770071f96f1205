"""Which shared libraries Qt needs, against Qt's own files; and how they are installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

C_LIBRARY = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libresolv.so.2", "libpthread.so.0"}
CORE = ("Core", "Gui", "Widgets", "Svg", "SvgWidgets", "PrintSupport", "OpenGL", "OpenGLWidgets", "Network", "Test")
CORE_LIBRARIES = [f"lib/libQt6{name}.so.6" for name in (*CORE, "DBus")]
PLATFORM_LIBRARIES = ["lib/libQt6XcbQpa.so.6", "lib/libQt6WaylandClient.so.6", "plugins/platforms/libqxcb.so"]

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux leaves these to the system")


def needed_by(files: list[str]) -> set[str]:
    """Return the sonames that Qt's files ask the system for, as binutils reads them."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations or shutil.which("readelf") is None:
        pytest.skip("needs PySide6 and readelf")
    qt = Path(next(iter(spec.submodule_search_locations))) / "Qt"
    found: set[str] = set()
    for file in files:
        printed = subprocess.run(["readelf", "-d", str(qt / file)], capture_output=True, text=True, check=True).stdout
        found |= {line.split("[")[1].rstrip("]") for line in printed.splitlines() if "(NEEDED)" in line}
    bundled = {path.name for path in (qt / "lib").iterdir()}
    return {name for name in found if name not in bundled | C_LIBRARY and not name.startswith("ld-linux")}


@linux_only
def test_all_that_qts_own_libraries_need_is_in_the_table(system_libraries: ModuleType) -> None:
    transitive = {"libbrotlicommon.so.1"}  # comes with libbrotlidec
    assert needed_by(CORE_LIBRARIES) - transitive == set(system_libraries.ALWAYS)


@linux_only
def test_all_that_the_platform_plugins_need_is_in_the_tables(system_libraries: ModuleType) -> None:
    tables = {**system_libraries.ALWAYS, **system_libraries.DISPLAY}
    asked = needed_by(PLATFORM_LIBRARIES)
    assert asked <= set(tables)
    assert set(system_libraries.DISPLAY) - asked <= {"libwayland-egl.so.1"}  # a plug-in of the plug-in


@linux_only
def test_a_complete_system_lacks_nothing(system_libraries: ModuleType) -> None:
    found = system_libraries.find_missing(found=lambda name: True, fonts=lambda: True)
    assert found.packages == []


@linux_only
def test_missing_names_become_packages(system_libraries: ModuleType) -> None:
    absent = {"libEGL.so.1", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libxcb-keysyms.so.1"}
    found = system_libraries.find_missing(found=lambda name: name not in absent, fonts=lambda: False)
    assert set(found.always) == {"libEGL.so.1", "libgthread-2.0.so.0", "libglib-2.0.so.0", "a font"}
    assert found.display == ("libxcb-keysyms.so.1",)
    assert found.packages == ["fonts-dejavu-core", "libegl1", "libglib2.0-0", "libxcb-keysyms1"]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_bring_everything(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(system_libraries.sys, "platform", platform)
    assert system_libraries.find_missing(found=lambda name: False, fonts=lambda: False).packages == []


@linux_only
def test_the_loader_is_asked_for_real(system_libraries: ModuleType) -> None:
    assert system_libraries.loads("libc.so.6")
    assert not system_libraries.loads("libnothing-of-the-kind.so.9")


@pytest.mark.parametrize(("name", "counts"), [("a.ttf", True), ("deep/er/b.otf", True), ("c.pcf.gz", False)])
def test_only_scalable_fonts_count(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, counts: bool
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(system_libraries, "FONT_FOLDERS", (str(tmp_path), str(tmp_path / "absent")))
    assert system_libraries.has_font() is counts


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("apt-get", "sudo apt-get install -y libegl1"),
        ("dnf", "sudo dnf install -y 'libEGL.so.1()(64bit)'"),
        ("none", "install the packages that hold: libEGL.so.1"),
    ],
)
def test_the_command_fits_the_system(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, tool: str, expected: str
) -> None:
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: name if name == tool else None)
    assert system_libraries.install_command(["libegl1"], ["libEGL.so.1", "a font"]) == expected


class Apt:
    """Stands in for ``apt-get``: answers each call with the next code and keeps what was asked."""

    def __init__(self, codes: list[int]) -> None:
        self.codes = codes
        self.asked: list[str] = []
        self.environments: list[dict[str, str]] = []

    def __call__(self, command: list[str], env: dict[str, str], **options: object) -> SimpleNamespace:
        self.asked.append(command[1])
        self.environments.append(env)
        return SimpleNamespace(returncode=self.codes[len(self.asked) - 1])


@pytest.mark.parametrize(
    ("codes", "asked", "installed"),
    [
        ([0], ["install"], True),
        ([100, 0, 0], ["install", "update", "install"], True),
        ([100, 0, 100], ["install", "update", "install"], False),
        ([100, 100, 100], ["install", "update", "install"], False),
    ],
)
def test_package_lists_are_refreshed_only_where_needed(
    system_libraries: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    codes: list[int],
    asked: list[str],
    installed: bool,
) -> None:
    apt = Apt(codes)
    monkeypatch.setattr(system_libraries, "is_root", lambda: True)
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system_libraries.subprocess, "run", apt)
    assert system_libraries.apt_install(["libegl1"], tmp_path / "log") is installed
    assert apt.asked == asked
    assert all(found["DEBIAN_FRONTEND"] == "noninteractive" for found in apt.environments)


@pytest.mark.parametrize(("root", "apt"), [(False, "/usr/bin/apt-get"), (True, None)])
def test_nothing_is_installed_without_right_or_tool(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: bool, apt: str | None
) -> None:
    monkeypatch.setattr(system_libraries, "is_root", lambda: root)
    monkeypatch.setattr(system_libraries.shutil, "which", lambda name: apt)
    assert not system_libraries.apt_install(["libegl1"], tmp_path / "log")
    assert not (tmp_path / "log").exists()
