"""The pages against the code: error codes, commands, links, and the length of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.docs_hooks import MARK, every_command, on_page_markdown
from ktrdr_app.core import errors
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.indicators import available

REPO = Path(__file__).resolve().parent.parent
PAGES = [REPO / "README.md", REPO / "CONTRIBUTING.md", *sorted((REPO / "docs").rglob("*.md"))]
PLACEHOLDERS = re.compile(r"^[A-Z][A-Z0-9_,=]*$|\.\w+$|^[A-Z]{2,}|^\d|/")
LONGEST_README = 700


def all_errors(base: type[errors.KtrdrError] = errors.KtrdrError) -> Iterator[type[errors.KtrdrError]]:
    """Yield the tree of errors, base first."""
    yield base
    for child in base.__subclasses__():
        if child.__module__.startswith("ktrdr_app.core.") or child is ImportQuestions:
            yield from all_errors(child)


def documented_errors() -> dict[str, int]:
    """Return code to exit code, as the page gives them."""
    page = (REPO / "docs/reference/errors.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (\w+)\n\*Exit (\d+)\.\*", page, flags=re.MULTILINE)
    return {code: int(status) for code, status in found}


def test_the_page_lists_exactly_the_error_codes_with_their_exit_codes() -> None:
    assert documented_errors() == {error.code: error.exit_code for error in all_errors()}


def test_every_heading_of_the_errors_page_was_read() -> None:
    page = (REPO / "docs/reference/errors.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", page, flags=re.MULTILINE) == sorted(documented_errors())


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes))


def test_the_exit_codes_are_those_of_the_commands_page() -> None:
    page = (REPO / "docs/reference/cli.md").read_text(encoding="utf-8")
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", page, flags=re.MULTILINE)}
    assert table == {error.exit_code for error in all_errors()} | {0}


def test_the_page_of_indicators_is_filled_from_the_catalogue() -> None:
    page = on_page_markdown((REPO / "docs/reference/indicators.md").read_text(encoding="utf-8"))
    assert MARK not in page
    sections = {part.partition("\n")[0]: part for part in page.split("\n### ")[1:]}
    assert list(sections) == [info.name for info in available()]
    for info in available():
        section = sections[info.name]
        facts = [info.formula, info.source, info.description, *(f"`{output.name}`" for output in info.outputs)]
        facts += [f"| `{row['name']}` | {row['default']} |" for row in info.parameter_table()]
        assert [fact for fact in facts if fact not in section] == []


def test_the_readme_is_short() -> None:
    words = (REPO / "README.md").read_text(encoding="utf-8").split()
    assert len(words) <= LONGEST_README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def quoted_commands() -> dict[tuple[str, ...], set[str]]:
    """Return each subcommand that a page quotes, with the options that it is given anywhere."""
    found: dict[tuple[str, ...], set[str]] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for line in re.findall(r"(?:^|[`/ ])ktrdr-app(?= |`|$)([^`\n|#]*)", text, flags=re.MULTILINE):
            words = line.split()
            command = []
            for word in words:
                if word.startswith("-") or PLACEHOLDERS.search(word) or len(command) == depth(command):
                    break
                command.append(word)
            options = {word for word in words if word.startswith("--")}
            found.setdefault(tuple(command), set()).update(options)
    return found


GROUPS = {words[0] for words, _ in every_command() if len(words) > 1}


def depth(command: list[str]) -> int:
    """Return of how many words a subcommand consists, by its first."""
    return 2 if command and command[0] in GROUPS else 1


def test_the_pages_quote_the_commands_of_the_main_job() -> None:
    quoted = set(quoted_commands())
    main_job = {("demo",), ("doctor",), ("train",), ("backtest",), ("data", "list"), ("models", "resolve")}
    main_job |= {("bundle", "export"), ("why",), ("sweep",)}
    assert main_job <= quoted
    assert all(len(command) <= 2 for command in quoted)


@pytest.mark.parametrize(
    ("command", "options"), sorted((command, tuple(sorted(options))) for command, options in quoted_commands().items())
)
def test_quoted_commands_parse(command: tuple[str, ...], options: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ktrdr_app", *command, "--help"],
        cwd=REPO,
        env={**os.environ, "COLUMNS": "250", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    unknown = {option for option in options if option not in done.stdout}
    assert not unknown, f"`{' '.join(command)}` has no {unknown}"


@pytest.mark.parametrize("folder", ["models", "data"])
def test_the_workspace_folders_explain_themselves(folder: str) -> None:
    assert "ignored by git" in (REPO / folder / "README.md").read_text(encoding="utf-8")


def test_the_licence_is_the_one_that_the_package_names() -> None:
    assert (REPO / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert 'license = "MIT"' in (REPO / "pyproject.toml").read_text(encoding="utf-8")
