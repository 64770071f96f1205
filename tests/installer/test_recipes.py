"""The recipes for Windows and macOS, as far as another system can judge them."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
WINDOWS = (REPO / "installer" / "windows.iss").read_text(encoding="utf-8")
MACOS = REPO / "installer" / "macos.sh"
SPEC = (REPO / "installer" / "desktop.spec").read_text(encoding="utf-8")


def sections() -> dict[str, list[str]]:
    """Return the lines of each section of the Inno Setup recipe, without comments."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in WINDOWS.splitlines():
        head = re.fullmatch(r"\[(\w+)\]", line)
        if head:
            current = found.setdefault(head.group(1), [])
        elif line and not line.startswith(";"):
            current.append(line)
    return found


def test_windows_packs_the_folder_and_starts_the_program_without_a_console() -> None:
    (packed,) = sections()["Files"]
    assert "recursesubdirs" in packed
    assert '#define Folder "..\\dist\\ktrdr-app"' in WINDOWS
    started = {re.search(r'Filename: "\{app\}\\([^"]+)"', line)[1] for line in sections()["Icons"]}  # type: ignore[index]
    assert started == {"KTRDR Desktop.exe"}
    assert 'program("KTRDR Desktop", console=False)' in SPEC, "the name that the frozen program has"


def test_windows_needs_no_administrator_and_keeps_one_identity_over_versions() -> None:
    setup = dict(line.split("=", 1) for line in sections()["Setup"])
    assert setup["PrivilegesRequired"] == "lowest"
    assert re.fullmatch(r"\{\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", setup["AppId"])
    assert setup["SetupIconFile"].replace("\\", "/") == "../build/app.ico"
    assert (REPO / "installer" / setup["LicenseFile"].replace("\\", "/")).is_file()


def test_the_line_that_windows_reads_the_version_from_is_there() -> None:
    text = (REPO / "ktrdr_app" / "__init__.py").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "__version__" in line]
    assert line.count('"') == 2
    assert "ktrdr_app\\__init__.py" in WINDOWS


@pytest.mark.skipif(shutil.which("bash") is None, reason="NOT TESTED: there is no bash")
def test_the_macos_recipe_is_a_script_that_says_what_is_missing(tmp_path: Path) -> None:
    assert subprocess.run(["bash", "-n", MACOS], check=False).returncode == 0
    (tmp_path / "installer").mkdir()
    shutil.copy(MACOS, tmp_path / "installer")
    shutil.copytree(REPO / "ktrdr_app", tmp_path / "ktrdr_app", ignore=shutil.ignore_patterns("[!_]*", "__pycache__"))
    done = subprocess.run(["bash", tmp_path / "installer" / "macos.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "freeze.py folder" in done.stderr


def test_macos_packs_the_bundle_that_the_freezer_makes() -> None:
    text = MACOS.read_text(encoding="utf-8")
    assert 'BUNDLE(folder, name="KTRDR Desktop.app"' in SPEC
    assert 'app="dist/KTRDR Desktop.app"' in text
    assert "licences" in text, "the texts must travel with the program"


@pytest.mark.parametrize("text", [WINDOWS, MACOS.read_text(encoding="utf-8")], ids=["windows", "macos"])
def test_recipes_that_were_never_run_say_so(text: str) -> None:
    assert "Not run on the machines" in text


def test_the_wheel_brings_all_that_pipx_needs() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"ktrdr-app": "ktrdr_app.cli.start:main"}
    names = {re.split(r"[^A-Za-z0-9._-]", text)[0] for text in project["project"]["dependencies"]}
    assert "tzdata" in names, "a training in a place without time zones fails without it"
    assert "fastapi-offline" not in names, "the API is an extra"
