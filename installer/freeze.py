"""Build what users install without having Python.

    python3 installer/freeze.py folder    dist/ktrdr-app/: the program with all it needs, for this system
    python3 installer/freeze.py deb       the same as a Debian package

Makes an environment of its own in ``build/``, from ``constraints.txt`` and ``release-tools.txt``. Needs no library.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bootstrap
import debian_package
from frozen_contents import SHIPPED_EXTRAS
from shipped_parts import BILL, SIZES, total_bytes

REPO = Path(__file__).resolve().parent.parent
BUILD, DIST = REPO / "build", REPO / "dist"
ENVIRONMENT = BUILD / "frozen-env"
STAMP = ENVIRONMENT / "freeze-stamp.txt"
CONSTRAINTS, TOOLS = REPO / "installer" / "constraints.txt", REPO / "installer" / "release-tools.txt"
FOLDER = DIST / "ktrdr-app"
LISTING = BUILD / "frozen-listing.json"
BUDGET = 1_350_000_000
"""Bytes that the folder may have on Linux with PyTorch's CPU build."""

TOOL_NAMES = ("pyinstaller", "pyinstaller-hooks-contrib", "cyclonedx-python-lib[json-validation]")
JUDGE = """
import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
sys.exit(f"the bill of materials is no CycloneDX document: {fault}" if fault else 0)
"""


class FreezeFailed(Exception):
    """A step that went wrong; its text is for whoever builds."""


def environment_python() -> Path:
    """Return the interpreter of the environment that is frozen."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def step(title: str, arguments: Sequence[str | Path]) -> None:
    """Run one step, its output shown.

    Parameters
    ----------
    title : str
        What is done.
    arguments : sequence of str or Path
        Program and arguments.

    Raises
    ------
    FreezeFailed
        If it fails.
    """
    print(f"==> {title}", flush=True)
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    code = subprocess.run([str(word) for word in arguments], cwd=REPO, env=clean, check=False).returncode
    if code != 0:
        raise FreezeFailed(f"{title}: exit code {code}")


def wanted() -> str:
    """Return the digest of all that decides what the environment must hold."""
    content = hashlib.sha256(f"{sys.version}\n{os.environ.get('KTRDR_TORCH_INDEX', '')}\n".encode())
    for file in (REPO / "pyproject.toml", CONSTRAINTS, TOOLS):
        content.update(file.read_bytes())
    return content.hexdigest()


def prepare() -> None:
    """Make the environment that is frozen, unless it is there, and put the program as it stands into it.

    Raises
    ------
    FreezeFailed
        If a step fails.
    """
    python = environment_python()
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--disable-pip-version-check",
    ]
    if not STAMP.is_file() or STAMP.read_text(encoding="utf-8") != wanted():
        BUILD.mkdir(exist_ok=True)
        step("making an environment", [sys.executable, "-m", "venv", "--clear", ENVIRONMENT])
        asked = [str(python), "-m", "pip", "config", "list"]
        settings = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        options = bootstrap.torch_options(settings, os.environ, sys.platform)
        pins: list[str | Path] = ["-c", CONSTRAINTS, "-c", TOOLS]
        base = [bootstrap.pinned(name) for name in ("torch", "hatchling", "editables", "setuptools")]
        step("installing PyTorch", [*install, *options, *pins, *base])
        target = f"{REPO}[{','.join(SHIPPED_EXTRAS)}]"
        step("installing the libraries", [*install, *pins, "--no-build-isolation", target])
        step("installing the tools", [*install, *pins, *TOOL_NAMES])
        STAMP.write_text(wanted(), encoding="utf-8")
    program: list[str | Path] = ["--no-deps", "--no-index", "--no-build-isolation", "--force-reinstall", REPO]
    step("installing the program", [*install, *program])


def freeze() -> None:
    """Make ``dist/ktrdr-app/`` and describe it inside itself.

    Raises
    ------
    FreezeFailed
        If a step fails, a part has no licence, or the folder is larger than its budget.
    """
    prepare()
    python = environment_python()
    step("drawing the icons", [python, "installer/app_icons.py", BUILD])
    places: list[str | Path] = ["--distpath", DIST, "--workpath", BUILD / "pyinstaller"]
    quiet = ["--noconfirm", "--log-level", "WARN"]
    step("freezing", [python, "-P", "-W", "ignore", "-m", "PyInstaller", *quiet, *places, "installer/desktop.spec"])
    if sys.platform.startswith("linux"):
        step("trimming the libraries", [python, "installer/trim_libraries.py", FOLDER / "_internal"])
    compiled = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    step("compiling the program's modules", [python, *compiled, FOLDER / "_internal" / "ktrdr_app"])
    step("listing the parts", [python, "installer/shipped_parts.py", LISTING, FOLDER])
    step("judging the bill of materials", [python, "-c", JUDGE, FOLDER / BILL])
    size = total_bytes(FOLDER)
    if sys.platform.startswith("linux") and size > BUDGET:
        said = f"{size / 1e9:.3f} GB, more than {BUDGET / 1e9:.2f}"
        raise FreezeFailed(f"{FOLDER} has {said}; {FOLDER / SIZES} tells of what")
    print(f"==> ready: {FOLDER}, {size / 1e9:.2f} GB")


def main(argv: Sequence[str] | None = None) -> int:
    """Read what is wanted and build it.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; the process's own by default.
    """
    parser = argparse.ArgumentParser(prog="freeze.py", description="Build what users install without having Python.")
    parser.add_argument("kind", choices=["folder", "deb"])
    parser.add_argument("--again", action="store_true", help="package the folder that is there, without a new build")
    options = parser.parse_args(argv)
    try:
        if not options.again:
            freeze()
        if options.kind == "deb":
            print(f"==> ready: {debian_package.build(FOLDER, DIST)}")
    except (FreezeFailed, debian_package.PackagingFailed) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
