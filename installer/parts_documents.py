"""Writes down the parts of a frozen folder for people (an index, a table of sizes) and programs (CycloneDX)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from part_sources import Part

SPEC = "1.6"
SMALL = 5_000_000
"""Parts below so many bytes share one line of the table of sizes."""

EXPRESSION = re.compile(r"\(*[A-Za-z0-9.+-]+\)*( (AND|OR|WITH) \(*[A-Za-z0-9.+-]+\)*)*")
HEAD = """KTRDR Desktop is under the MIT licence. This folder brings the parts below; the texts of their licences lie
beside this file, one folder each; where one speaks of /usr/share/common-licenses, the text is in common-licenses here.

Qt and PySide6 are used under the LGPL, version 3, as shared libraries that you may replace: they lie in
_internal/PySide6 and _internal/shiboken6, and any build of the same version takes their place. Their source is at
https://download.qt.io and https://code.qt.io. The sources of system libraries are those of the named Debian packages.
"""


def licence_index(parts: Sequence[Part]) -> str:
    """Return the table of parts and licences.

    Parameters
    ----------
    parts : sequence of Part
        All of them.
    """
    width = max(len(part.label) for part in parts)
    lines = [f"{part.label:<{width}}  {part.licence}" for part in sorted(parts, key=lambda part: part.label.lower())]
    return HEAD + "\n" + "\n".join(lines) + "\n"


def size_table(parts: Sequence[Part], total: int) -> str:
    """Return how much of a folder is whose, the largest first.

    Parameters
    ----------
    parts : sequence of Part
        All of them.
    total : int
        Bytes of the folder.
    """
    large = [part for part in parts if part.size >= SMALL]
    small = [part for part in parts if part.size < SMALL]
    rows = [(part.label, part.size) for part in sorted(large, key=lambda part: -part.size)]
    rows.append((f"{len(small)} smaller parts", sum(part.size for part in small)))
    rows.append(("licences, this table, the bill of materials", total - sum(part.size for part in parts)))
    rows.append(("all", total))
    return "".join(f"{size / 1e6:>8.1f} MB {size / total:>6.1%}  {name}\n" for name, size in rows)


def bill_of_materials(parts: Sequence[Part], version: str) -> dict[str, Any]:
    """Return the parts as a CycloneDX document; the same parts always give the same document.

    Parameters
    ----------
    parts : sequence of Part
        All of them, the program among them.
    version : str
        The program's version.
    """
    ordered = sorted(parts, key=lambda part: (part.kind, part.name))
    program = next(part for part in ordered if part.name == "ktrdr-app")
    others = [part for part in ordered if part is not program]
    content = "\n".join(f"{part.label} {part.size}" for part in ordered)
    references = {part.name: package_url(part) for part in ordered if part.kind == "python"}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'ktrdr-app {version} {content}')}",
        "version": 1,
        "metadata": {"component": _component(program) | {"type": "application"}},
        "components": [_component(part) for part in others],
        "dependencies": [
            {
                "ref": package_url(part),
                "dependsOn": [references[name] for name in part.needs if name in references and name != part.name],
            }
            for part in ordered
            if part.kind == "python"
        ],
    }


def package_url(part: Part) -> str:
    """Return the address by which bills of materials name a part (purl).

    Parameters
    ----------
    part : Part
        Any part.
    """
    place = {"python": "pypi/", "system": "deb/debian/", "interpreter": "generic/", "inside": "generic/"}[part.kind]
    return f"pkg:{place}{quote(part.name, safe='.+~-')}@{quote(part.version, safe='.~-')}"


def _component(part: Part) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package_url(part),
        "name": part.name,
        "version": part.version,
        "purl": package_url(part),
        "properties": [{"name": "ktrdr:bytes", "value": str(part.size)}],
    }
    if part.licence:
        spdx = part.kind != "system" and EXPRESSION.fullmatch(part.licence)
        component["licenses"] = [{"expression": part.licence} if spdx else {"license": {"name": part.licence}}]
    return component
