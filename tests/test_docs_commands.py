"""The page of commands against the commands: every one is listed, with just the options that its ``--help`` tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installer.docs_hooks import COMMANDS_MARK, EVERYWHERE, every_command, on_page_markdown
from ktrdr_app.cli.main import main

REPO = Path(__file__).resolve().parent.parent
PAGE = (REPO / "docs/reference/cli.md").read_text(encoding="utf-8")
COMMANDS = [words for words, _ in every_command()]


def sections() -> dict[str, str]:
    """Return the filled-in sections by command."""
    filled = on_page_markdown(PAGE)
    assert COMMANDS_MARK not in filled
    return {part.partition("\n")[0]: part for part in filled.split("\n### ")[1:]}


def helped(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what ``--help`` prints, wide and without colours."""
    for name, value in (("COLUMNS", "400"), ("TERMINAL_WIDTH", "400"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    assert main([*words, "--help"]) == 0
    return capsys.readouterr().out


def test_there_are_the_commands_of_the_main_job() -> None:
    assert {("demo",), ("train",), ("sweep",), ("backtest",), ("models", "resolve")} <= set(COMMANDS)
    assert len(COMMANDS) == len(set(COMMANDS)) > 40


def test_the_sections_are_the_commands_in_their_order() -> None:
    assert list(sections()) == [" ".join(words) for words in COMMANDS]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_section_says_what_help_says(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told, section = helped(words, monkeypatch, capsys), sections()[" ".join(words)]
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", told)) - {"--help", *EVERYWHERE}
    rows = re.findall(r"^\| `([^` ]+)[^`]*` \| ([^|]*) \|", section, flags=re.MULTILINE)
    written = {name for name, _ in rows if name.startswith("--")}
    assert written <= options
    heads = {
        line.split()[1]
        for line in told.splitlines()
        if re.match(r"^\W+(\*\s+)?--[a-z]", line) and len(line.split()) > 1
    }
    assert {head for head in heads if head.startswith("--")} - {"--help", *EVERYWHERE} <= written
    usage = re.search(rf"`ktrdr-app {' '.join(words)}([^`]*)`", section)
    assert usage is not None
    for argument in re.findall(r"[A-Z]{2,}", usage[1]):
        assert argument in told


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_a_row_in_the_table(words: tuple[str, ...]) -> None:
    assert re.search(rf"^\| `ktrdr-app {' '.join(words)}[ `]", PAGE, flags=re.MULTILINE)


def test_the_table_has_no_row_of_a_command_that_is_gone() -> None:
    rows = re.findall(r"^\| `ktrdr-app ([a-z ]+?)(?: [A-Z]| ?`)", PAGE, flags=re.MULTILINE)
    assert {tuple(row.split()) for row in rows} <= set(COMMANDS)


def test_every_option_of_a_page_of_commands_has_words() -> None:
    for words, command in every_command():
        assert command.help, words
        assert [each.name for each in command.params if not each.help] == []
