"""The built pages: nothing is asked of another machine, every link leads somewhere, pictures follow the theme."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from installer.docs_hooks import in_both_themes
from tests.docs.pages import REPO, page_names

if importlib.util.find_spec("material") is None:
    pytest.skip("NOT TESTED: mkdocs-material is not installed", allow_module_level=True)

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "video": "src"}
"""What a browser fetches by itself when it shows a page."""
NAMES_ONLY = {"canonical", "prev", "next", "edit"}
"""Kinds of ``<link>`` that are names of pages and are not fetched."""


class Page(HTMLParser):
    """What a built page loads, where it leads, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.pictures: list[dict[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.pictures.append(given)
        if tag in LOADED and LOADED[tag] in given and given.get("rel") not in NAMES_ONLY:
            self.loaded.append(given[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built site."""
    folder = tmp_path_factory.mktemp("site")
    line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        line, cwd=REPO, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def built(site: Path) -> dict[str, Page]:
    """Return every built page by its path."""
    files = sorted(site.rglob("*.html"))
    return {file.relative_to(site).as_posix(): Page(file.read_text(encoding="utf-8")) for file in files}


def is_elsewhere(target: str) -> bool:
    """Return whether an address names another machine."""
    return bool(urlsplit(target).netloc)


def test_each_page_was_built(built: dict[str, Page]) -> None:
    pages = [name.removeprefix("docs/").removesuffix(".md") for name in page_names() if name.startswith("docs/")]
    wanted = {"index.html" if page == "index" else f"{page}/index.html" for page in pages}
    assert set(built) == wanted | {"404.html"}


def test_no_page_loads_anything_from_elsewhere(built: dict[str, Page]) -> None:
    foreign = {(name, target) for name, page in built.items() for target in page.loaded if is_elsewhere(target)}
    assert foreign == set()
    assert all(page.loaded for page in built.values())


def test_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        asked = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
        assert [target for target in asked if is_elsewhere(target)] == [], sheet.name


def test_no_script_within_a_page_names_another_machine(site: Path) -> None:
    for file in site.rglob("*.html"):
        scripts = re.findall(
            r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert [script for script in scripts if re.search(r"https?://", script)] == [], file.name


def meant_by(page: str, target: str) -> str:
    """Return the path within the site that an address on a page means."""
    return unquote(urlsplit(urljoin(f"http://site/{page}", target)).path).removeprefix("/")


def inner_links(built: dict[str, Page]) -> Iterator[tuple[str, str, str, str]]:
    """Yield page, target as written, file that is meant, and place in it, of each link that stays in the site."""
    for name, page in built.items():
        for target in page.links:
            path, place = urldefrag(target)
            if is_elsewhere(target) or name == "404.html" or target.startswith(("mailto:", "javascript:")):
                continue
            yield name, target, meant_by(name, path), place


def test_every_link_leads_to_a_page_or_a_file_and_to_a_place_in_it(site: Path, built: dict[str, Page]) -> None:
    dead: list[tuple[str, str]] = []
    count = 0
    for name, target, meant, place in inner_links(built):
        count += 1
        file = f"{meant}index.html" if (site / meant).is_dir() else meant
        there = (site / file).is_file() and (not place or file not in built or unquote(place) in built[file].places)
        dead += [] if there else [(name, target)]
    assert dead == []
    assert count > 1000


def test_every_picture_is_there(site: Path, built: dict[str, Page]) -> None:
    for name, page in built.items():
        for picture in page.pictures:
            assert (site / meant_by(name, urldefrag(picture["src"]).url)).is_file(), (name, picture["src"])
            assert picture["alt"], (name, picture)


def test_pictures_come_in_both_themes(built: dict[str, Page]) -> None:
    for name in ("index.html", "tutorial/in-the-window/index.html", "reference/pictures/index.html"):
        places = [urldefrag(picture["src"]).fragment for picture in built[name].pictures]
        dark, light = places.count("only-dark"), places.count("only-light")
        assert dark == light > 0, name


class TestBothThemes:
    def test_a_dark_picture_gets_its_light_twin(self) -> None:
        written = in_both_themes("a\n\n![Data, dark](../p/data-dark-1440x900.webp)\n\nb")
        assert written == (
            "a\n\n![Data](../p/data-dark-1440x900.webp#only-dark)\n![Data](../p/data-light-1440x900.webp#only-light)\n\nb"
        )

    @pytest.mark.parametrize(
        "line",
        [
            "text ![Data](data-dark.webp)",
            "![Data](data-light.webp)",
            "![Data](data-dark.webp#only-dark)",
            "[Data](data-dark.webp)",
            "| ![Data](data-dark.webp) |",
        ],
    )
    def test_others_stay_as_they_are(self, line: str) -> None:
        assert in_both_themes(line) == line

    def test_each_picture_of_the_pages_has_its_twin(self) -> None:
        for name in page_names():
            page = REPO / name
            for target in re.findall(r"\]\((\S+-dark\S*\.webp)\)", page.read_text(encoding="utf-8")):
                assert (page.parent / target.replace("-dark", "-light")).is_file(), (name, target)
