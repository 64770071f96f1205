"""Things of somebody's that are shipped inside another's package, whose metadata do not speak of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from part_sources import Part

REPO = Path(__file__).resolve().parent.parent
TEXTS = REPO / "installer" / "licences"


class Inside(NamedTuple):
    """Something that lies inside another part.

    Attributes
    ----------
    name, licence : str
        Its name, and its SPDX identifier.
    pattern : str
        Which files of the folder are it.
    version : str
        Expression that finds its version in the name or the content of one of its files.
    text : Path
        Text of its licence.
    """

    name: str
    licence: str
    pattern: str
    version: str
    text: Path


KNOWN = (
    Inside("icu", "Unicode-DFS-2016", "PySide6/*icudata*", r"icudata\D*(\d+)", TEXTS / "Unicode-DFS-2016.txt"),
    Inside(
        "inter",
        "OFL-1.1",
        "*resources/fonts/*.ttf",
        r"V\x00?e\x00?r\x00?s\x00?i\x00?o\x00?n\x00? \x00?([\d.\x00]+)",
        REPO / "resources" / "fonts" / "LICENSE.Inter.txt",
    ),
    Inside(
        "swagger-ui",
        "Apache-2.0",
        "fastapi_offline/static/swagger-ui*",
        r'PACKAGE_VERSION:"([\d.]+)"',
        TEXTS / "Apache-2.0.txt",
    ),
    Inside("redoc", "MIT", "fastapi_offline/static/redoc*", r'ReDoc Version: ","([\d.]+)"', TEXTS / "redoc.txt"),
)


def parts_inside(names: Iterable[str], content: Callable[[str], bytes]) -> list[Part]:
    """Return the known things among the files of a folder; their bytes count with the part that they lie in.

    Parameters
    ----------
    names : iterable of str
        Paths of files in the folder.
    content : callable
        Gives the bytes of one of them.
    """
    found: list[Part] = []
    plain = [(name, name.replace("\\", "/")) for name in names]
    for thing in KNOWN:
        files = [name for name, path in plain if fnmatch(path, thing.pattern)]
        versions = {version for name in files if (version := version_of(thing, name, content))}
        if files:
            text = (thing.text.name, thing.text.read_bytes())
            found.append(Part(thing.name, max(versions, default="unknown"), "inside", thing.licence, (text,), 0))
    return found


def version_of(thing: Inside, name: str, content: Callable[[str], bytes]) -> str:
    """Return the version that a file of a thing tells, in its name or else its content; empty if none.

    Parameters
    ----------
    thing : Inside
        Which thing.
    name : str
        Path of the file.
    content : callable
        Gives its bytes.
    """
    told = re.search(thing.version, name)
    if told is None:
        told = re.search(thing.version, content(name).decode("latin-1"))
    return told.group(1).replace("\x00", "").rstrip(".") if told else ""
