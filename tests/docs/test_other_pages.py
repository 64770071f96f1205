"""README, tutorials, explanations and references are followed like the how-tos, wherever they show something to run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.docs.follow import follow
from tests.docs.pages import command_pages
from tests.docs.reader import Reader

PAGES = [page for page in command_pages() if not page.startswith("docs/how-to/")]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page: str, reader_for: Callable[[str], Reader]) -> None:
    follow(page, reader_for(page))


def test_the_pages_that_a_newcomer_begins_with_are_among_them() -> None:
    assert {"README.md", "docs/tutorial/first-run.md", "docs/tutorial/in-the-window.md"} <= set(PAGES)
