"""Every how-to from A to I is followed by a newcomer, in a fresh workspace, with each command as a process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.docs.follow import follow
from tests.docs.pages import how_to_pages
from tests.docs.reader import Reader


@pytest.mark.parametrize("page", how_to_pages("a", "i"))
def test_a_how_to_can_be_followed(page: str, reader_for: Callable[[str], Reader]) -> None:
    follow(page, reader_for(page))
