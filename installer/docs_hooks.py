"""What mkdocs fills in while it builds the pages: references that the code tells, pictures in both themes, the icon."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs_references import http_routes, python_names, strategy_keys

from ktrdr_app.cli.main import build
from ktrdr_app.indicators import IndicatorInfo, OutputInfo, available

REPO = Path(__file__).resolve().parent.parent
MARK = "<!-- catalogue of indicators -->"
COMMANDS_MARK = "<!-- options of every command -->"
STRATEGY_MARK = "<!-- keys of a strategy -->"
ROUTES_MARK = "<!-- routes of the HTTP API -->"
NAMES_MARK = "<!-- names for Python -->"
EVERYWHERE = ("--workspace", "--json")
"""Options that every command has, told once."""
ICON = "images/app.svg"
PICTURE = re.compile(r"^!\[([^\]]*)\]\((\S+-)dark([^)\s#]*\.webp)\)$", flags=re.MULTILINE)
"""A picture of the dark theme that stands by itself."""


def on_files(files: Any, config: Any) -> Any:
    """Add the program's icon to the files of the site; mkdocs calls this once.

    Parameters
    ----------
    files : mkdocs.structure.files.Files
        What the site is made of.
    config : mkdocs.config.defaults.MkDocsConfig
        The settings.
    """
    from mkdocs.structure.files import File

    files.append(File.generated(config, ICON, abs_src_path=str(REPO / "resources" / "app.svg")))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put catalogue and options where a page asks for them; mkdocs calls this for every page.

    Parameters
    ----------
    markdown : str
        The page's text.
    **_ : Any
        Page, configuration and files, which are not needed.
    """
    fillings = (
        (MARK, catalogue),
        (COMMANDS_MARK, commands),
        (STRATEGY_MARK, strategy_keys),
        (ROUTES_MARK, routes),
        (NAMES_MARK, python_names),
    )
    for mark, filling in fillings:
        markdown = markdown.replace(mark, filling()) if mark in markdown else markdown
    return in_both_themes(markdown)


def in_both_themes(markdown: str) -> str:
    """Return a page whose pictures are dark where the reader reads in the dark, and light in the light.

    Parameters
    ----------
    markdown : str
        The page's text. Each picture ``...-dark....webp`` that stands by itself has a twin ``...-light....webp``.
    """

    def pair(found: re.Match[str]) -> str:
        told = found[1].removesuffix(", dark")
        return "\n".join(f"![{told}]({found[2]}{theme}{found[3]}#only-{theme})" for theme in ("dark", "light"))

    return PICTURE.sub(pair, markdown)


def commands() -> str:
    """Return every command with its arguments and options as Markdown, as ``--help`` has them."""
    return "\n\n".join(_command(words, command) for words, command in every_command())


def routes() -> str:
    """Return every route of the HTTP API as Markdown; fields that are options of a command have that option's help."""
    helps = {" ".join(words): {each.name: each.help for each in command.params} for words, command in every_command()}
    return http_routes(helps)


def every_command() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the words of each command and the command itself, those of groups in their place."""
    for name, command in typer.main.get_command(build()).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        if inner is None:
            yield (name,), command
        else:
            yield from (((name, word), below) for word, below in inner.items())


def _command(words: tuple[str, ...], command: Any) -> str:
    usage = " ".join(
        ["ktrdr-app", *words, *(_argument(each) for each in command.params if not each.opts[0].startswith("-"))]
    )
    rows = [_option(each) for each in command.params if each.opts[0] not in EVERYWHERE]
    facts = [f"### {' '.join(words)}", command.help, f"`{usage}`"]
    return "\n\n".join([*facts, "\n".join(["| | default | |", "|---|---|---|", *rows])] if rows else facts)


def _argument(argument: Any) -> str:
    return argument.metavar if argument.required else f"[{argument.metavar}]"


def _option(option: Any) -> str:
    value = f" {option.metavar}" if option.opts[0].startswith("-") and option.metavar else ""
    written = f"{option.opts[0] if value or option.opts[0].startswith('-') else option.metavar}{value}".replace(
        "|", "\\|"
    )
    default = "" if option.default in (None, False, "") or option.default == [] else f"`{option.default}`"
    default = "required" if option.required else default
    return f"| `{written}` | {default} | {option.help} |"


def catalogue() -> str:
    """Return every indicator as Markdown, category by category."""
    parts, category = [], ""
    for info in available():
        if info.category != category:
            category = info.category
            parts.append(f"## {category.replace('_', ' ').capitalize()}")
        parts.append(_entry(info))
    return "\n\n".join(parts)


def _entry(info: IndicatorInfo) -> str:
    facts = [f"### {info.name}", info.description, f"`{info.formula}`", f"*Source:* {info.source}."]
    outputs = "; ".join(_output(output) for output in info.outputs)
    warm_up = info.warm_up(info.parameters())
    facts.append(f"*Outputs:* {outputs}. With default parameters the first {warm_up} bars are NaN.")
    rows = [
        f"| `{row['name']}` | {row['default']} | {_allowed(row)} | {row['description']} |"
        for row in info.parameter_table()
    ]
    if rows:
        facts.append("\n".join(["| parameter | default | allowed | |", "|---|---|---|---|", *rows]))
    return "\n\n".join(facts)


def _output(output: OutputInfo) -> str:
    bounds = "" if output.low is None else f", {output.low:g} to {output.high:g}"
    charts = ", for charts only" if output.charts_only else ""
    return f"`{output.name}` ({output.unit.replace('_', ' ')}{bounds}{charts})"


def _allowed(row: dict[str, Any]) -> str:
    if row["choices"]:
        return ", ".join(f"`{choice}`" for choice in row["choices"])
    return f"{row['minimum']:g} to {row['maximum']:g}" if row["minimum"] is not None else ""
