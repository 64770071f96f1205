"""Fonts, scripts and data of others that lie inside a package: found, with version and licence."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.installer.conftest import load

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def inside(scripts: None) -> ModuleType:
    """Return ``parts_inside.py``."""
    return load("parts_inside")


FILES = {
    "PySide6/Qt/lib/libicudata.so.73": b"",
    "PySide6/Qt/lib/libQt6Core.so.6": b"",
    "ktrdr_app/_resources/app.svg": b"",
    "fastapi_offline/static/swagger-ui.css": b".swagger-ui{}",
    "fastapi_offline/static/swagger-ui-bundle.js": b'x,{PACKAGE_VERSION:"5.32.6",GIT:1}',
    "fastapi_offline/static/redoc.standalone.js": b'r("small",null," ReDoc Version: ","2.5.3"),',
}


def found(inside: ModuleType, files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return version and licence of what is found among some files."""
    return {part.name: (part.version, part.licence) for part in inside.parts_inside(files, files.__getitem__)}


def test_each_is_found_with_its_version(inside: ModuleType) -> None:
    assert found(inside, FILES) == {
        "icu": ("73", "Unicode-DFS-2016"),
        "swagger-ui": ("5.32.6", "Apache-2.0"),
        "redoc": ("2.5.3", "MIT"),
    }


def test_the_same_on_windows(inside: ModuleType) -> None:
    files = {name.replace("/", "\\"): content for name, content in FILES.items()}
    files["PySide6\\icudata73.dll"] = files.pop("PySide6\\Qt\\lib\\libicudata.so.73")
    assert found(inside, files) == found(inside, FILES)


def test_what_is_not_shipped_is_not_named(inside: ModuleType) -> None:
    assert found(inside, {"numpy/core.so": b"", "ktrdr_app/_resources/app.svg": b""}) == {}


def test_a_file_that_no_longer_tells_its_version_is_named_all_the_same(inside: ModuleType) -> None:
    assert found(inside, {"fastapi_offline/static/redoc.standalone.js": b"new"}) == {"redoc": ("unknown", "MIT")}


def test_the_shipped_font_is_found_with_the_version_that_it_tells(inside: ModuleType) -> None:
    fonts = {
        f"ktrdr_app/_resources/fonts/{file.name}": file.read_bytes()
        for file in (REPO / "resources" / "fonts").glob("*.ttf")
    }
    assert len(fonts) == 2
    (inter,) = inside.parts_inside(fonts, fonts.__getitem__)
    assert (inter.name, inter.version, inter.licence, inter.size) == ("inter", "4.001", "OFL-1.1", 0)
    assert b"SIL OPEN FONT LICENSE" in inter.texts[0][1].upper()


def test_every_known_thing_has_a_text_of_its_licence(inside: ModuleType) -> None:
    words = {
        "icu": "NOTICE TO USER",
        "inter": "SIL Open Font License",
        "swagger-ui": "Apache License",
        "redoc": "Rebilly",
    }
    assert {thing.name for thing in inside.KNOWN} == set(words)
    for thing in inside.KNOWN:
        assert words[thing.name] in thing.text.read_text(encoding="utf-8")


def test_bills_of_materials_name_them(inside: ModuleType) -> None:
    documents = load("parts_documents")
    (icu,) = inside.parts_inside(["PySide6/Qt/lib/libicudata.so.73"], FILES.__getitem__)
    program = load("part_sources").Part("ktrdr-app", "0.1.0", "python", "MIT", (("LICENSE", b"ours"),), 20)
    (component,) = documents.bill_of_materials([program, icu], "0.1.0")["components"]
    assert component["purl"] == "pkg:generic/icu@73"
    assert component["licenses"] == [{"expression": "Unicode-DFS-2016"}]
