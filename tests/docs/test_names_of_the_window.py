"""What pages of the window call a button, a tab, a menu or a column is what the window itself calls it."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.docs.pages import REPO, page_names, text_of

PAGES = (
    "docs/tutorial/in-the-window.md",
    "docs/how-to/ask-why-a-trade-was-made.md",
    "docs/how-to/cluster.md",
    "docs/how-to/hold-two-models-against-each-other.md",
    "docs/how-to/import-files.md",
    "docs/how-to/judge-an-unseen-symbol.md",
    "docs/how-to/look-after-models.md",
    "docs/how-to/look-at-the-data.md",
    "docs/how-to/migrate-legacy-models.md",
    "docs/how-to/pass-a-run-on.md",
    "docs/how-to/read-a-run-on-charts.md",
    "docs/how-to/read-a-trainings-results.md",
    "docs/how-to/read-the-certificate.md",
    "docs/how-to/see-what-a-set-does.md",
    "docs/how-to/the-window.md",
    "docs/how-to/trade-many-symbols.md",
    "docs/how-to/train-in-the-window.md",
    "docs/how-to/tune-sets.md",
    "docs/how-to/write-a-strategy.md",
    "docs/reference/fuzzy-sets.md",
    "docs/reference/window.md",
)
"""Pages on which what is bold or slanted is, as a rule, a name in the window."""

NO_NAMES = {
    "docs/tutorial/in-the-window.md": {"AAPL", "IBM", "MSFT", "GOOG"},
    "docs/how-to/ask-why-a-trade-was-made.md": {"today's data gives BUY 0.58, the run logged 0.57"},
    "docs/how-to/cluster.md": {"every", "under the same path", "The first piece of work", "A run", "Rounds.",
                               "What is not shared out.", "The same versions on both.", "The firewall.",
                               "The data on both, under the same path.", "The scheduler", "The workers", "The work"},
    "docs/how-to/import-files.md": {"found a web page (HTML)", "a JSON document", "binary data",
                                    "found no close column among …"},
    "docs/how-to/judge-an-unseen-symbol.md": {"Skill on the test rows", "Number of trades.", "In-sample bars.",
                                              "Total return beside buy and hold",
                                              "Maximum drawdown beside buy and hold."},
    "docs/how-to/migrate-legacy-models.md": {"usable, looks ahead", "They look ahead"},
    "docs/how-to/read-a-trainings-results.md": {"test rows", "above", "Brier score", "no skill to generalise"},
    "docs/how-to/read-the-certificate.md": {"The verdict.", "The interval, not the middle.", "The weights.",
                                            "The symbol on which most is lost.", "Skill, seen", "Skill, unseen",
                                            "Effective rows", "The groups.", "After costs."},
    "docs/how-to/see-what-a-set-does.md": {"A trained model keeps its own sets."},
    "docs/how-to/tune-sets.md": {"oversold", "Drag a handle", "Drag a diamond", "Drag an area", "By keys"},
    "docs/reference/fuzzy-sets.md": {"oversold"},
}  # fmt: skip
"""Words that are bold or slanted for another reason: data, sentences, and the columns of the command line."""

STRONG = re.compile(r"\*\*([^*]+)\*\*|(?<!\*)\*([^*\s][^*]*)\*(?!\*)")


def plain(text: str) -> str:
    """Return a name without mnemonic, signs, dots and the case of its letters; what is filled in is ``…``."""
    text = re.sub(r"\{[^}]*\}", "…", text.replace("&", ""))
    return " ".join(text.strip("✓⚠✖✦. ").removesuffix("…").split()).lower()


@cache
def names_in_the_window() -> frozenset[str]:
    """Return every text of the window's code, but for the help of its functions."""
    found: set[str] = set()
    for file in (REPO / "ktrdr_app" / "gui").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        helps = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in helps:
                found.add(plain(node.value))
    return frozenset(found)


def emphasised(page: str) -> list[str]:
    """Return what is bold or slanted on a page, outside of its blocks and its code."""
    text = re.sub(r"^ *```.*?^ *```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`]*`", "", text)
    return [" ".join((bold or slanted).split()) for bold, slanted in STRONG.findall(text)]


def unknown(name: str) -> bool:
    """Return whether the window has neither the name nor each part of the way through its menus."""
    ways = [[name], re.split(r" ?[>›→] ?", name), re.split(r": ", name)]
    return not any(all(plain(part) in names_in_the_window() for part in way) for way in ways)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_calls_things_as_the_window_does(page: str) -> None:
    wrong = [name for name in emphasised(page) if unknown(name) and name not in NO_NAMES.get(page, ())]
    assert wrong == []


@pytest.mark.parametrize("page", NO_NAMES)
def test_what_is_no_name_is_still_on_its_page_and_not_in_the_window(page: str) -> None:
    assert page in PAGES
    written = set(emphasised(page))
    assert {words for words in NO_NAMES[page] if words not in written or not unknown(words)} == set()


def test_every_page_of_the_window_is_held_to_its_names() -> None:
    told = [
        page for page in page_names() if re.search(r"\b[Ss]tation \d|^## In the window", text_of(page), re.MULTILINE)
    ]
    assert [page for page in told if page.startswith("docs/how-to/") and page not in PAGES] == []


def test_a_name_that_the_window_has_not_is_found_out() -> None:
    assert [unknown(name) for name in ("Train", "File > Recent workspaces", "Values: by symbol")] == [False] * 3
    assert [unknown(name) for name in ("Trane", "File > Old workspaces", "Values: by colour")] == [True] * 3


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("&File", "file"),
        ("Import…", "import"),
        ("Leave {0} out", "leave … out"),
        ("✓ no gaps", "no gaps"),
        ("Use {0}", "use"),
    ],
)
def test_a_name_is_compared_without_its_signs(written: str, bare: str) -> None:
    assert plain(written) == bare
