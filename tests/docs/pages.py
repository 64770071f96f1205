"""Reads the pages as a reader does: blocks of commands, of files and of output, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
READ = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\s*$")
NOT_RUN = re.compile(r"^ *<!-- not run by the tests: (?P<reason>.+) -->$")

INLINE = re.compile(r"(?<!`)`((?:ktrdr-app|curl)\s[^`]+)`(?!`)")
PLACEHOLDER = re.compile(r"\b(STRATEGY|SYMBOLS?|TF|FILE|DIR|NAME|RUN|HOST|PORT|PATH|TOKEN|FIRST|SECOND|N)\b")

REASONS = {
    "needs the internet": "packages are downloaded",
    "needs an administrator": "the machine itself is changed",
    "needs another system": "Windows or macOS",
    "needs another machine": "a second one, by its address",
    "takes minutes": "the program is built, or all of the tests run",
}
"""Why a block may be left out: what the page says, and what is meant."""


@dataclass(frozen=True)
class Block:
    """What stands between two fences.

    Attributes
    ----------
    page : str
        Path of the page from the top of the repository.
    line : int
        Number of the first fence's line.
    language : str
        As the fence says it.
    title : str
        The file that a reader saves it as; empty where there is none.
    text : str
        What stands within, without the fences' indent.
    reason : str
        Why the tests leave it out; empty where they do not.
    """

    page: str
    line: int
    language: str
    title: str
    text: str
    reason: str

    @property
    def place(self) -> str:
        """Page and line, for a failure."""
        return f"{self.page}:{self.line}"


def page_names() -> list[str]:
    """Return every page, those at the top of the repository first."""
    below = sorted(path.relative_to(REPO).as_posix() for path in (REPO / "docs").rglob("*.md"))
    return [*READ, *below]


def text_of(page: str) -> str:
    """Return what a page holds.

    Parameters
    ----------
    page : str
        Path from the top of the repository.
    """
    return (REPO / page).read_text(encoding="utf-8")


def inline_of(page: str, line: int, prose: str) -> list[Block]:
    """Return the whole commands within running text: those with an option or an address, and nothing to fill in.

    Parameters
    ----------
    page : str
        Path from the top of the repository.
    line : int
        Number of the last line of the text.
    prose : str
        The text.
    """
    spans = (" ".join(span.split()) for span in INLINE.findall(prose))
    whole = (each for each in spans if (" --" in each or each[:4] == "curl") and not PLACEHOLDER.search(each))
    return [Block(page, line, "sh", "", f"{each}\n", "") for each in whole]


def blocks_of(page: str, text: str | None = None) -> list[Block]:
    """Return the blocks of a page in their order, whole commands within its text among them.

    Parameters
    ----------
    page : str
        Path from the top of the repository.
    text : str, optional
        What it holds, if not what lies there.
    """
    found: list[Block] = []
    opened: re.Match[str] | None = None
    began, before, inner, prose = 0, "", [], ""
    lines = (text_of(page) if text is None else text).splitlines()
    for number, line in enumerate(lines, start=1):
        fence = FENCE.match(line)
        if opened is None and fence:
            found += inline_of(page, number, prose)
            opened, began, inner, prose = fence, number, [], ""
        elif opened is not None and line.strip() == "```":
            reason = NOT_RUN.match(before)
            content = "".join(f"{each.removeprefix(opened['indent'])}\n" for each in inner)
            said = reason["reason"] if reason else ""
            found.append(Block(page, began, opened["language"], opened["title"] or "", content, said))
            opened, before = None, ""
        elif opened is not None:
            inner.append(line)
        else:
            prose += f"{line}\n"
            before = line if line.strip() else before
    if opened is not None:
        raise AssertionError(f"{page}:{began}: a fence is not closed")
    return found + inline_of(page, len(lines), prose)


def command_pages() -> list[str]:
    """Return the pages that have something to run, to save or to read as a program would."""
    return [page for page in page_names() if any(block.language in ("sh", "python") for block in blocks_of(page))]


def how_to_pages(first: str, last: str) -> list[str]:
    """Return the how-tos with something to run whose names begin with a letter between two.

    Parameters
    ----------
    first, last : str
        Letters, both included.
    """
    pages = (page for page in command_pages() if page.startswith("docs/how-to/"))
    return [page for page in pages if first <= page.removeprefix("docs/how-to/")[0] <= last]
