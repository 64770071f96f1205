"""What a frozen folder is made of: every part with version, licence, licence texts and size, and a bill of materials.

    shipped_parts.py LISTING FOLDER

Run by ``freeze.py`` with the Python that the folder was made from. Every file that was packed is traced to the
distribution, system package or interpreter that it came from; a part without a licence is an error.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from part_sources import Part, Sources, find_parts
from parts_documents import bill_of_materials, licence_index, size_table
from parts_inside import parts_inside

COMMON = re.compile(rb"/usr/share/common-licenses/([A-Za-z0-9.+-]+[A-Za-z0-9])")
"""Where Debian's packages say that the text of a well-known licence lies."""

COMMON_PLACE = Path("/usr/share/common-licenses")
LICENCES, BILL, SIZES = "licences", "sbom.cdx.json", "SIZES.txt"


def sizes_of(rows: Iterable[tuple[str, str, str]], folder: Path, packed: Mapping[str, int]) -> dict[str, int]:
    """Return the bytes of every row of a listing, by its name; links count nothing.

    Parameters
    ----------
    rows : iterable of (name, source, kind)
        As `frozen_contents.write_listing` wrote them.
    folder : Path
        The frozen folder's ``_internal``.
    packed : mapping of str to int
        Bytes of each module inside the archive of modules.
    """
    sizes: dict[str, int] = {}
    for name, _, kind in rows:
        if kind.startswith("PYMODULE"):
            sizes[name] = packed.get(name, 0)
        elif kind != "SYMLINK":
            file = folder / name
            sizes[name] = file.stat().st_size if file.is_file() and not file.is_symlink() else 0
    return sizes


def parts_of(
    rows: Sequence[tuple[str, str, str]], folder: Path, packed: Mapping[str, int], sources: Sources, start_code: int
) -> list[Part]:
    """Return the parts that a frozen folder consists of, largest first, then what lies inside of them.

    Parameters
    ----------
    rows, folder, packed
        As `sizes_of` takes them.
    sources : Sources
        Where files can come from.
    start_code : int
        Bytes of PyInstaller's own in the program.
    """
    files = [name for name, _, kind in rows if kind in ("BINARY", "DATA")]
    inside = parts_inside(files, lambda name: (folder / name).read_bytes())
    return find_parts(rows, sizes_of(rows, folder, packed), sources, start_code) + inside


def total_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder, links not followed.

    Parameters
    ----------
    folder : Path
        Any folder.
    """
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def write_documents(parts: list[Part], folder: Path, version: str) -> list[str]:
    """Write licence texts, their index, the bill of materials and the table of sizes into a frozen folder.

    Parameters
    ----------
    parts : list of Part
        What it is made of.
    folder : Path
        The folder.
    version : str
        The program's version.

    Returns
    -------
    list of str
        Names of parts whose licence nobody knows.
    """
    for part in parts:
        place = folder / LICENCES / part.label
        place.mkdir(parents=True, exist_ok=True)
        for name, text in part.texts:
            (place / name).write_bytes(text)
    for name in sorted({found for part in parts for _, text in part.texts for found in COMMON.findall(text)}):
        common = COMMON_PLACE / name.decode("ascii")
        if common.is_file():
            (folder / LICENCES / "common-licenses").mkdir(exist_ok=True)
            (folder / LICENCES / "common-licenses" / common.name).write_bytes(common.read_bytes())
    (folder / LICENCES / "INDEX.txt").write_text(licence_index(parts), encoding="utf-8")
    document = json.dumps(bill_of_materials(parts, version), indent=1, ensure_ascii=False)
    (folder / BILL).write_text(document + "\n", encoding="utf-8")
    (folder / SIZES).write_text(size_table(parts, total_bytes(folder)), encoding="utf-8")
    return [part.label for part in parts if not part.licence or not part.texts]


def without_code(rows: Iterable[tuple[str, str, str]], sources: Sources) -> list[str]:
    """Return the distributions of which only the metadata were packed: something imports them by name.

    Parameters
    ----------
    rows : iterable of (name, source, kind)
        As `frozen_contents.write_listing` wrote them.
    sources : Sources
        Where they can come from.
    """
    code: dict[str, bool] = {}
    for name, source, _ in rows:
        kind, owner = sources.owner_of(source)
        if kind == "python":
            code[owner] = code.get(owner, False) or ".dist-info" not in name
    return sorted(owner for owner, there in code.items() if not there)


def packed_modules(executable: Path) -> dict[str, int]:
    """Return the bytes of every module in the archive inside a frozen program.

    Parameters
    ----------
    executable : Path
        The program.
    """
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(executable))
    (modules,) = (name for name, entry in archive.toc.items() if entry[-1] == "z")
    return {name: entry[2] for name, entry in archive.open_embedded_archive(modules).toc.items()}


def main(listing: Path, folder: Path) -> int:
    """Describe a frozen folder inside itself, and return the exit code.

    Parameters
    ----------
    listing : Path
        JSON file of `frozen_contents.write_listing`.
    folder : Path
        The frozen folder.
    """
    rows = [(name, source, kind) for name, source, kind in json.loads(listing.read_text(encoding="utf-8"))]
    program = next(file for file in (folder / "ktrdr-app", folder / "ktrdr-app.exe") if file.is_file())
    packed = packed_modules(program)
    start_code = program.stat().st_size - sum(packed.values())
    sources = Sources.of_this_python()
    parts = parts_of(rows, folder / "_internal", packed, sources, start_code)
    version = next(part.version for part in parts if part.name == "ktrdr-app")
    unknown = write_documents(parts, folder, version)
    for label in unknown:
        print(f"error: no licence, or no text of it, is known of {label}", file=sys.stderr)
    absent = without_code(rows, sources)
    for name in absent:
        print(f"error: nothing but the metadata of {name} was packed; see LOADED_BY_NAME", file=sys.stderr)
    print(f"{len(parts)} parts, {total_bytes(folder) / 1e9:.2f} GB")
    return 1 if unknown or absent else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
