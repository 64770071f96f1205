"""The pins against what the project asks for, what is installed here, and what is known to be bad."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPO = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLATFORMS = {"linux": ("Linux", "posix"), "win32": ("Windows", "nt"), "darwin": ("Darwin", "posix")}
PINS = {
    name: Version(version)
    for name, version in re.findall(
        r"^([a-z0-9-]+)==(\S+)$",
        (REPO / "installer" / "constraints.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
}


def requirements() -> list[Requirement]:
    """Return what the program, its dev extra and its build ask for by name."""
    written = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"], "hatchling", "editables"]
    return [Requirement(text) for text in written]


def needed(python: str, platform: str) -> set[str]:
    """Return every package that an environment of that kind would hold, by walking installed metadata."""
    system, name = PLATFORMS[platform]
    environment: Environment = default_environment()
    environment["python_version"] = python
    environment["python_full_version"] = f"{python}.5"
    environment["platform_system"], environment["sys_platform"], environment["os_name"] = system, platform, name
    waiting = [(requirement, "") for requirement in requirements()]
    found: set[str] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        package = canonicalize_name(requirement.name)
        if package in found:
            continue
        found.add(package)
        try:
            children = importlib.metadata.requires(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [(Requirement(child), extra) for child in children for extra in ("", *requirement.extras)]
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_everything_needed_is_pinned(python: str, platform: str) -> None:
    accelerators = {name for name in needed(python, platform) if name.startswith(("nvidia-", "triton", "cuda-"))}
    assert needed(python, platform) - set(PINS) - accelerators == set()


def test_nothing_is_pinned_that_nobody_needs() -> None:
    used = set().union(*(needed("3.11", platform) for platform in PLATFORMS))
    assert set(PINS) - used == set()


def test_the_pins_satisfy_what_the_project_asks_for() -> None:
    for requirement in requirements():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)]), str(requirement)


def test_this_environment_holds_the_pinned_versions() -> None:
    here = {
        canonicalize_name(found.metadata["Name"]): Version(found.version)
        for found in importlib.metadata.distributions()
    }
    different = {
        name: f"{here[name]}, pinned {pin}"
        for name, pin in PINS.items()
        if name in here and here[name].public != str(pin)
    }
    assert different == {}


@pytest.mark.parametrize(
    ("package", "bad"),
    [
        ("pyside6-essentials", "==6.11.0"),
        ("pyside6-essentials", "==6.11.1"),
        ("pyside6-essentials", ">=6.12"),
        ("pyqtgraph", "<0.14"),
        ("torch", "<2.6"),
    ],
)
def test_known_bad_versions_are_not_pinned(package: str, bad: str) -> None:
    assert not Requirement(package + bad).specifier.contains(PINS[package])


def test_qt_and_its_bindings_are_of_one_release() -> None:
    assert PINS["pyside6-essentials"] == PINS["shiboken6"]


def test_the_pin_of_pytorch_names_no_build() -> None:
    assert PINS["torch"].local is None
