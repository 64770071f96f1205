"""The index of licences, the table of sizes and the bill of materials."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

from tests.installer.conftest import load


@pytest.fixture
def documents(scripts: None) -> ModuleType:
    """Return ``parts_documents.py``."""
    return load("parts_documents")


@pytest.fixture
def parts(scripts: None) -> list[Any]:
    """Return a small program: itself, two libraries, one of the system, the interpreter."""
    part = load("part_sources").Part
    text = (("LICENSE", b"text"),)
    return [
        part("torch", "2.13.0+cpu", "python", "BSD-3-Clause AND MIT", text, 500_000_000, ("numpy", "triton")),
        part("numpy", "2.4.6", "python", "BSD-3-Clause", text, 40_000_000),
        part("python", "3.11.7", "interpreter", "PSF-2.0", text, 39_000_000),
        part("libssl3", "3.0.19-1~deb12u2", "system", "Apache-2.0; see its text", text, 5_400_000),
        part("ktrdr-app", "0.1.0", "python", "MIT", text, 3_000_000, ("torch", "numpy")),
        part("odd", "1", "python", "a licence of its own", text, 1_000),
    ]


def test_the_index_names_every_part_with_its_licence_in_order(documents: ModuleType, parts: list[Any]) -> None:
    text = documents.licence_index(parts)
    rows = [line.split("  ", 1) for line in text.partition("sources of system")[2].splitlines()[2:]]
    assert [row[0] for row in rows] == sorted((part.label for part in parts), key=str.lower)
    assert {row[0]: row[1].strip() for row in rows}["torch-2.13.0_cpu".replace("_", "+")] == "BSD-3-Clause AND MIT"


def test_the_index_says_how_qt_is_used(documents: ModuleType, parts: list[Any]) -> None:
    text = documents.licence_index(parts)
    assert "LGPL" in text
    assert "_internal/PySide6" in text, "the user must be able to find what may be replaced"


def test_the_table_of_sizes_adds_up(documents: ModuleType, parts: list[Any]) -> None:
    total = sum(part.size for part in parts) + 2_500_000
    rows = re.findall(r"^ *([\d.]+) MB +([\d.]+)%  (.+)$", documents.size_table(parts, total), flags=re.MULTILINE)
    names = [name for _, _, name in rows]
    assert names[0] == "torch-2.13.0+cpu"
    assert "2 smaller parts" in names, "the program and the odd one"
    assert names[-1] == "all"
    assert sum(float(size) for size, _, _ in rows[:-1]) == pytest.approx(float(rows[-1][0]), abs=0.3)
    assert sum(float(share) for _, share, _ in rows[:-1]) == pytest.approx(100, abs=0.5)


def test_the_bill_names_the_program_and_everything_else_once(documents: ModuleType, parts: list[Any]) -> None:
    bill = documents.bill_of_materials(parts, "0.1.0")
    program = bill["metadata"]["component"]
    assert (program["name"], program["version"], program["type"]) == ("ktrdr-app", "0.1.0", "application")
    assert sorted(component["name"] for component in bill["components"]) == [
        "libssl3", "numpy", "odd", "python", "torch"
    ]  # fmt: skip
    references = [program["bom-ref"], *(component["bom-ref"] for component in bill["components"])]
    assert len(set(references)) == len(references)


def test_the_bill_says_who_needs_whom_among_what_is_shipped(documents: ModuleType, parts: list[Any]) -> None:
    bill = documents.bill_of_materials(parts, "0.1.0")
    needs = {row["ref"].split("/")[-1].split("@")[0]: [ref.split("/")[-1] for ref in row["dependsOn"]]
             for row in bill["dependencies"]}  # fmt: skip
    assert needs["ktrdr-app"] == ["torch@2.13.0%2Bcpu", "numpy@2.4.6"]
    assert needs["torch"] == ["numpy@2.4.6"], "what is not shipped is not named"
    known = {component["bom-ref"] for component in [bill["metadata"]["component"], *bill["components"]]}
    assert {ref for row in bill["dependencies"] for ref in (row["ref"], *row["dependsOn"])} <= known


def test_licences_are_expressions_where_they_can_be(documents: ModuleType, parts: list[Any]) -> None:
    bill = documents.bill_of_materials(parts, "0.1.0")
    said = {component["name"]: component["licenses"] for component in bill["components"]}
    assert said["torch"] == [{"expression": "BSD-3-Clause AND MIT"}]
    assert said["odd"] == [{"license": {"name": "a licence of its own"}}]
    assert said["libssl3"] == [{"license": {"name": "Apache-2.0; see its text"}}], "Debian's names are not SPDX"


def test_the_same_parts_give_the_same_bill_and_others_another_number(documents: ModuleType, parts: list[Any]) -> None:
    first = documents.bill_of_materials(parts, "0.1.0")
    assert documents.bill_of_materials(list(reversed(parts)), "0.1.0") == first
    assert documents.bill_of_materials(parts[1:], "0.1.0")["serialNumber"] != first["serialNumber"]
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first["serialNumber"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("numpy", "pkg:pypi/numpy@2.4.6"),
        ("torch", "pkg:pypi/torch@2.13.0%2Bcpu"),
        ("libssl3", "pkg:deb/debian/libssl3@3.0.19-1~deb12u2"),
        ("python", "pkg:generic/python@3.11.7"),
    ],
)
def test_addresses_of_packages_are_those_of_the_purl_specification(
    documents: ModuleType, parts: list[Any], name: str, expected: str
) -> None:
    assert documents.package_url(next(part for part in parts if part.name == name)) == expected
