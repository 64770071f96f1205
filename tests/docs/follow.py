"""Follows a page from its first block to its last, as the tests of every kind of page do."""

from __future__ import annotations

from tests.docs.given import BY_HAND
from tests.docs.pages import blocks_of
from tests.docs.reader import Reader, unlike


def follow(page: str, reader: Reader) -> None:
    """Do all that a page shows, and hold what it says is printed against what was.

    Parameters
    ----------
    page : str
        Path from the top of the repository.
    reader : Reader
        In a fresh workspace.
    """
    for block in blocks_of(page):
        if block.reason:
            continue
        for (where, words), act in BY_HAND.items():
            if where == page and words in block.text:
                act(reader.workspace)
        if block.language == "text" and reader.shown is not None:
            missing = unlike(block.text, reader.shown)
            assert not missing, f"{block.place}: not printed: {missing}\n{reader.shown[-3000:]}"
        else:
            reader.follow(block)
