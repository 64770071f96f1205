"""What the tests of the pages leave out, and how they read a page: nothing is left out in silence."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.docs.follow import follow
from tests.docs.given import BEFORE, BY_HAND
from tests.docs.pages import REASONS, Block, blocks_of, command_pages, how_to_pages, inline_of, page_names, text_of
from tests.docs.reader import SMALLER, shapes, unlike

MOST_LEFT_OUT = 8
"""Blocks of commands that no test runs. A page that needs another one takes one of these away first."""
SHELLS = ("sh", "bash", "shell", "console", "powershell", "bat")

PAGE = """\
Before it, `ktrdr-app strategies schema --out a.json` is whole, `ktrdr-app train` is a name only,
`ktrdr-app models show PATH --json` has something to fill in, and `curl -s
'http://127.0.0.1:8732/x'` goes over two lines.

```yaml title="space.yaml"
a: 1
```

<!-- not run by the tests: needs the internet -->
```sh
pip install x
```

1. In a list:

    ```sh
    one
      two
    ```
"""


def blocks() -> list[Block]:
    """Return the blocks of all pages."""
    return [block for page in page_names() for block in blocks_of(page)]


def test_few_blocks_are_left_out_and_each_for_a_reason_that_is_allowed() -> None:
    left_out = [block for block in blocks() if block.reason]
    assert [block.place for block in left_out if block.reason not in REASONS] == []
    assert len(left_out) <= MOST_LEFT_OUT, [(block.place, block.reason) for block in left_out]


@pytest.mark.parametrize("page", page_names())
def test_a_mark_stands_right_before_a_block_of_commands(page: str) -> None:
    marks = len(re.findall(r"^ *<!-- not run", text_of(page), flags=re.MULTILINE))
    assert marks == sum(bool(block.reason) and block.language == "sh" for block in blocks_of(page))


@pytest.mark.parametrize("page", page_names())
def test_commands_stand_in_blocks_that_are_run(page: str) -> None:
    """Neither an indented line nor a fence of another kind hides a command."""
    text = re.sub(r"^ *```.*?^ *```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^(?:    |\t)(?:\.venv/bin/)?ktrdr-app .*$", text, flags=re.MULTILINE) == []
    hidden = [block.place for block in blocks_of(page) if block.language != "sh" and "ktrdr-app " in block.text]
    assert hidden == []
    assert {block.language for block in blocks_of(page)} & set(SHELLS) <= {"sh"}


def test_what_a_page_takes_for_granted_belongs_to_a_page_with_commands() -> None:
    assert set(BEFORE) <= set(command_pages())
    for page, words in BY_HAND:
        assert any(words in block.text for block in blocks_of(page)), page


def test_what_is_done_in_small_is_what_pages_say() -> None:
    assert [much for much in SMALLER if not any(much in block.text for block in blocks())] == []


def test_each_how_to_is_in_one_file_of_tests() -> None:
    told = [*how_to_pages("a", "i"), *how_to_pages("j", "s"), *how_to_pages("t", "z")]
    assert sorted(told) == [page for page in command_pages() if page.startswith("docs/how-to/")]


class TestReading:
    def test_blocks_come_in_their_order_with_what_is_said_of_them(self) -> None:
        found = [(block.language, block.title, block.text, block.reason) for block in blocks_of("x.md", PAGE)]
        assert found == [
            ("sh", "", "ktrdr-app strategies schema --out a.json\n", ""),
            ("sh", "", "curl -s 'http://127.0.0.1:8732/x'\n", ""),
            ("yaml", "space.yaml", "a: 1\n", ""),
            ("sh", "", "pip install x\n", "needs the internet"),
            ("sh", "", "one\n  two\n", ""),
        ]

    def test_a_block_knows_its_line(self) -> None:
        assert [block.line for block in blocks_of("x.md", PAGE)][2:] == [5, 10, 16]
        assert blocks_of("x.md", PAGE)[2].place == "x.md:5"

    def test_a_mark_counts_for_the_next_block_alone(self) -> None:
        twice = "<!-- not run by the tests: takes minutes -->\n```sh\na\n```\n\n```sh\nb\n```\n"
        assert [block.reason for block in blocks_of("x.md", twice)] == ["takes minutes", ""]

    def test_a_mark_with_words_between_is_none(self) -> None:
        text = "<!-- not run by the tests: takes minutes -->\nSo:\n```sh\na\n```\n"
        assert [block.reason for block in blocks_of("x.md", text)] == [""]

    def test_a_fence_that_is_not_closed_is_told_with_its_place(self) -> None:
        with pytest.raises(AssertionError, match=r"x\.md:2"):
            blocks_of("x.md", "\n```sh\na\n")

    @pytest.mark.parametrize("span", ["``ktrdr-app x --y``", "`./ktrdr-app --x`", "`curling --x`", "`ktrdr-app`"])
    def test_what_is_no_command_within_text(self, span: str) -> None:
        assert inline_of("x.md", 1, span) == []


class TestShapes:
    def test_numbers_blanks_and_frames_do_not_count(self) -> None:
        shown = "19 figures, 1,995 bars  and\n12 trades: -0.5 %\n"
        assert unlike(shown, "first\n  7 figures, 12 bars and\n3 trades: +17.25 %\nlast\n") == []

    @pytest.mark.parametrize("printed", ["", "19 figures\n", "19 figures, 3 bars or\n"])
    def test_other_words_do(self, printed: str) -> None:
        assert unlike("19 figures, 3 bars and\n", printed) == ["# figures, # bars and"]

    def test_a_blank_line_is_no_line(self) -> None:
        assert shapes("\n a  1e-06\n\n") == ["a #"]


class Recorder:
    """Stands where a reader would, to see what is followed and in which order."""

    def __init__(self) -> None:
        self.followed: Counter[str] = Counter()
        self.shown: str | None = None
        self.workspace = None

    def follow(self, block: Block) -> None:
        self.followed[block.place] += 1


def test_following_a_page_does_each_block_once_but_those_that_are_marked() -> None:
    recorder = Recorder()
    page = "docs/how-to/install.md"
    follow(page, recorder)  # type: ignore[arg-type]
    assert recorder.followed == Counter(block.place for block in blocks_of(page) if not block.reason)


def test_output_that_a_command_did_not_print_is_told_though_it_printed_nothing() -> None:
    recorder = Recorder()
    recorder.shown = ""
    with pytest.raises(AssertionError, match=r"pass-a-run-on\.md:\d+: not printed"):
        follow("docs/how-to/pass-a-run-on.md", recorder)  # type: ignore[arg-type]
