"""Reads a report as a browser would: tables as rows of text, links, headings, and what must not be there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """A parsed page.

    Parameters
    ----------
    text : str
        HTML.

    Attributes
    ----------
    tables : list of list of list of str
        Cells by row and table, headings first.
    links : dict of str to str
        Target by text.
    tags : list of str
        Every element in order.
    unclosed : list of str
        Elements that were not closed in their order.
    texts : dict of str to list of str
        Texts of headings, items, paragraphs and the like, by element.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: dict[str, str] = {}
        self.tags: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.unclosed: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self._target = ""
        self.feed(text)
        self.close()
        self.unclosed += [tag for tag, _ in self._open]

    @classmethod
    def of(cls, path: Path) -> Page:
        return cls(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in VOID:
            return
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag == "a":
            self._target = dict(attrs).get("href") or ""
        self._open.append((tag, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        for _, parts in self._open:
            parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.unclosed.append(tag)
            return
        _, parts = self._open.pop()
        text = " ".join("".join(parts).split())
        self.texts.setdefault(tag, []).append(text)
        if tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append(text)
        if tag == "a":
            self.links[text] = self._target
