"""The doctor: every line names what it looked at, and what is broken comes with advice."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import machine_checks
from ktrdr_app.workflows.machine_checks import doctor


def test_a_sound_machine_passes_what_training_needs(tmp_path: Path) -> None:
    checks = {check.name: check for check in doctor(Workspace(tmp_path))}
    for name in ("Python", "torch", "numba", "ta-lib", "Shipped files", "Write access, workspace"):
        assert checks[name].ok, checks[name]
    assert checks["numpy"].detail == version("numpy")
    assert "Kernels" not in checks


def test_warming_up_compiles_every_room(tmp_path: Path) -> None:
    kernels = doctor(Workspace(tmp_path), warm=True)[-1]
    assert (kernels.name, kernels.ok) == ("Kernels", True)
    assert int(kernels.detail.split()[0]) >= 3


def test_every_module_with_a_kernel_is_warmed_up() -> None:
    package = Path(machine_checks.__file__).parents[1]
    using = {
        "ktrdr_app." + ".".join(path.relative_to(package).with_suffix("").parts)
        for path in package.rglob("*.py")
        if "@warms_up" in path.read_text()
    }
    assert using == set(machine_checks.KERNEL_MODULES)


def test_a_folder_that_cannot_be_written_is_told_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    checks = {check.name: check for check in doctor(Workspace(tmp_path / "file" / "below"))}
    found = checks["Write access, workspace"]
    assert not found.ok
    assert found.advice


@pytest.mark.parametrize(
    ("installed", "python", "ok"),
    [
        ("6.11.3", (3, 11), True),
        ("6.11.1", (3, 12), False),
        ("6.12.0", (3, 11), False),
        ("6.12.0", (3, 13), True),
        ("6.10.3", (3, 11), True),
    ],
)
def test_the_known_bad_pairs_of_qt_and_python_are_told(
    installed: str, python: tuple[int, int], ok: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = machine_checks.version
    monkeypatch.setattr(
        machine_checks, "version", lambda name: installed if name == "pyside6-essentials" else real(name)
    )
    monkeypatch.setattr(machine_checks.sys, "version_info", (*python, 0, "final", 0))
    check = next(check for check in doctor(Workspace(tmp_path)) if check.name == "Qt")
    assert check.ok is ok
    assert installed in check.detail


def test_an_old_or_missing_library_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = machine_checks.version

    def pretend(name: str) -> str:
        if name == "torch":
            return "2.5.1+cpu"
        if name == "qasync":
            raise machine_checks.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(machine_checks, "version", pretend)
    checks = {check.name: check for check in doctor(Workspace(tmp_path))}
    assert not checks["torch"].ok
    assert checks["torch"].advice == "pip install 'torch>=2.6'"
    assert (checks["qasync"].ok, checks["qasync"].detail) == (False, "not installed")


def test_missing_libraries_of_a_display_come_with_their_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine_checks.sys, "platform", "linux")
    lacking = {"xkbcommon-x11", "xcb-icccm"}
    monkeypatch.setattr(machine_checks.ctypes.util, "find_library", lambda name: None if name in lacking else name)
    (check,) = [check for check in doctor(Workspace(tmp_path)) if check.name == "Display"]
    assert not check.ok
    assert check.detail.endswith("missing: xcb-icccm, xkbcommon-x11")
    assert check.advice == "sudo apt-get install libxcb-icccm4 libxkbcommon-x11-0"


def test_a_frozen_program_counts_the_libraries_that_it_brings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine_checks.sys, "platform", "linux")
    monkeypatch.setattr(machine_checks.ctypes.util, "find_library", lambda name: None if "xcb" in name else name)
    monkeypatch.setattr(machine_checks.sys, "_MEIPASS", str(tmp_path), raising=False)
    for name in ("libxcb-cursor.so.0", "libxcb-icccm.so.4"):
        (tmp_path / name).write_bytes(b"")
    (check,) = [check for check in doctor(Workspace(tmp_path / "w")) if check.name == "Display"]
    assert check.detail.endswith("missing: xcb-keysyms")


def test_the_packages_of_a_display_are_those_of_the_set_up() -> None:
    repository = Path(machine_checks.__file__).parents[2]
    text = (repository / "installer" / "system_libraries.py").read_text(encoding="utf-8")
    for name, package in machine_checks.DISPLAY_LIBRARIES.items():
        assert f'"lib{name}.so.' in text
        assert f'"{package}"' in text
