"""The page of a run over several symbols: everything given is on it, once, as text, and nothing else is fetched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app import __version__
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.workflows.many_report import ManyReport, write_many_report
from ktrdr_app.workflows.report_tables import Cell, Table
from tests.workflows.pages import Page

TABLE = Table("Fruit", ("Name", "Price"), ((Cell("apple"), Cell("-1.50", "bad")), (Cell("pear"), Cell("2", "good"))))
WORDS = st.text(st.sampled_from("ab<>&\"' /=;{}%"), min_size=1, max_size=20).map(lambda text: f"x{text}x")


def page_of(folder: Path, **changes: Any) -> Page:
    given: dict[str, Any] = {"title": "Two", "kicker": "Above", "command": "go", "tiles": [], "tables": []}
    path = folder / "report.html"
    write_many_report(ManyReport(**(given | changes)), path)
    return Page.of(path)


def test_what_is_given_stands_on_the_page(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        tiles=[("Return", "+1.0 %", "held 2.0 %"), ("Trades", "3", "few")],
        tables=[TABLE],
        sentences=["It went so."],
        warnings=["Mind the gap."],
        conventions=["Costs are in."],
        pictures=[("<svg><title>Curve</title></svg>", "The curve")],
        links=[("GOOG", "GOOG/report.html")],
        settings={"backtest": {"capital": 5.0}},
    )
    assert page.unclosed == []
    assert page.texts["h1"] == ["Two"]
    assert page.texts["title"] == ["Two", "Curve"]
    assert page.tables[0] == [["Name", "Price"], ["apple", "−1.50"], ["pear", "2"]]
    assert page.tables[1] == [["Setting", "Value"], ["backtest.capital", "5"]]
    assert page.texts["dt"] == ["Return", "Trades"]
    assert page.texts["dd"][2:] == ["3", "few"]
    assert {"Above", "It went so."} <= set(page.texts["p"])
    assert page.texts["li"] == ["Mind the gap.", "GOOG", "Costs are in."]
    assert page.texts["figcaption"] == ["The curve"]
    assert page.links == {"GOOG": "GOOG/report.html"}
    assert page.texts["code"] == ["go"]
    assert f"KTRDR Desktop {__version__}" in page.texts["footer"][0]


def test_what_is_not_given_leaves_no_empty_part(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    assert "Read with care" not in page.texts["h2"]
    assert "One report per symbol" not in page.texts["h2"]
    assert (page.tables, page.links) == ([], {})
    assert not {"figure", "a", "svg", "table"} & set(page.tags)


def test_it_needs_no_script_and_no_network(tmp_path: Path) -> None:
    page_of(tmp_path, tables=[TABLE], links=[("GOOG", "GOOG/report.html")])
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "@import" not in text
    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", text) == []
    assert re.findall(r"url\((?!['\"]?data:)", text) == []


def test_marks_are_classes_of_their_cells(tmp_path: Path) -> None:
    page_of(tmp_path, tables=[TABLE])
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.search(r'<td class="[^"]*\bbad">−1.50</td>', text)
    assert re.search(r'<td class="[^"]*\bgood">2</td>', text)


@settings(max_examples=15)
@given(words=WORDS)
def test_no_text_becomes_markup(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "escaped"
    folder.mkdir(exist_ok=True)
    plain = page_of(folder, **_everywhere("plain"))
    page = page_of(folder, **_everywhere(words))
    said = " ".join(words.split())
    assert page.tags == plain.tags
    assert page.unclosed == []
    assert page.texts["h1"] == [said]
    assert page.texts["code"] == [said]
    shown = said.replace(" %", "\u202f%")
    assert page.texts["li"][0] == shown
    assert page.tables[0][1] == [shown, shown]
    assert page.links == {said: words}


def _everywhere(words: str) -> dict[str, Any]:
    """Return a page of one text in every place."""
    return {
        **dict.fromkeys(("title", "kicker", "command"), words),
        **{name: [words] for name in ("sentences", "warnings", "conventions")},
        "tiles": [(words, words, words)],
        "tables": [Table(words, (words, words), ((Cell(words), Cell(words)),))],
        "links": [(words, words)],
        "settings": {"x": words},
    }


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StorageProblem):
        page_of(tmp_path)
