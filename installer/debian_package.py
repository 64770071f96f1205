"""Puts a frozen folder into a Debian package: the folder in /opt, the program on the path, an entry in the menu."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import system_libraries

REPO = Path(__file__).resolve().parent.parent
NAME = "ktrdr-app"
MAINTAINER = "KTRDR Desktop developers <noreply@users.noreply.github.com>"
PLACE = Path("opt") / NAME
ALWAYS_NEEDED = ("fontconfig-config", "libgcc-s1", "libstdc++6")
DESCRIPTION = """KTRDR Desktop: train, edit and judge neuro-fuzzy trading models
 One universal model over many symbols, every fuzzy set of it to be looked into,
 and judged on a symbol that it has never seen, with costs and without a peek
 into the future. Brings its own Python and libraries, whose licences lie in
 /opt/ktrdr-app/licences.
"""


class PackagingFailed(Exception):
    """A package that cannot be made here; its text is for whoever builds."""


def version() -> str:
    """Return the program's version."""
    text = (REPO / "ktrdr_app" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise PackagingFailed("ktrdr_app/__init__.py names no version")
    return found.group(1)


def dependencies(shipped: Iterable[str], libc: str) -> list[str]:
    """Return what the package asks of the system: the libraries of Qt that the folder does not bring.

    Parameters
    ----------
    shipped : iterable of str
        File names in the folder.
    libc : str
        Version of the C library that it was built against; an older one cannot start it.
    """
    brought = set(shipped)
    table = {**system_libraries.ALWAYS, **system_libraries.DISPLAY}
    packages = {package for library, package in table.items() if library not in brought}
    return [f"libc6 (>= {libc})", *sorted(packages | set(ALWAYS_NEEDED))]


def control(folder: Path, architecture: str) -> str:
    """Return the package's description of itself.

    Parameters
    ----------
    folder : Path
        The frozen folder.
    architecture : str
        As Debian calls it.
    """
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    size = sum(file.stat().st_size for file in files)
    needed = dependencies((file.name for file in (folder / "_internal").iterdir()), platform.libc_ver()[1])
    fields = {
        "Package": NAME,
        "Version": version(),
        "Architecture": architecture,
        "Maintainer": MAINTAINER,
        "Section": "science",
        "Priority": "optional",
        "Installed-Size": str(size // 1024),
        "Depends": ", ".join(needed),
        "Recommends": f"{system_libraries.FONT_PACKAGE}, libgl1-mesa-dri",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + f"Description: {DESCRIPTION}"


def lay_out(folder: Path, root: Path, architecture: str) -> None:
    """Make the tree that is packed.

    Parameters
    ----------
    folder : Path
        The frozen folder; its files are linked where that can be done, so that they lie on the disk once.
    root : Path
        Where the tree is made.
    architecture : str
        As Debian calls it.
    """
    shutil.copytree(folder, root / PLACE, symlinks=True, copy_function=_link)
    for place in ("usr/bin", "usr/share/applications", "usr/share/icons/hicolor/scalable/apps", "DEBIAN"):
        (root / place).mkdir(parents=True)
    (root / "usr/bin" / NAME).symlink_to(Path("/") / PLACE / NAME)
    shutil.copy(REPO / "installer" / f"{NAME}.desktop", root / "usr/share/applications")
    shutil.copy(REPO / "resources" / "app.svg", root / "usr/share/icons/hicolor/scalable/apps" / f"{NAME}.svg")
    papers = root / "usr/share/doc" / NAME
    papers.mkdir(parents=True)
    shutil.copy(REPO / "LICENSE", papers / "copyright")
    shutil.copy(REPO / "CHANGELOG.md", papers)
    (root / "DEBIAN" / "control").write_text(control(folder, architecture), encoding="utf-8")


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def build(folder: Path, target: Path) -> Path:
    """Make the package, and return its path.

    Parameters
    ----------
    folder : Path
        The frozen folder.
    target : Path
        Where the package goes.

    Raises
    ------
    PackagingFailed
        If there is no such folder, no ``dpkg-deb``, or it fails.
    """
    if not (folder / NAME).is_file():
        raise PackagingFailed(f"there is no program in {folder}; build it first: freeze.py folder")
    if shutil.which("dpkg-deb") is None:
        raise PackagingFailed("there is no dpkg-deb: a Debian package is made on Debian or Ubuntu")
    asked = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    architecture = asked.stdout.strip()
    package = target / f"{NAME}_{version()}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=target) as place:
        root = Path(place) / "root"
        lay_out(folder, root, architecture)
        root.chmod(0o755)
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "--build", str(root), str(package)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackagingFailed(f"dpkg-deb: {done.stderr.strip()}")
    return package
