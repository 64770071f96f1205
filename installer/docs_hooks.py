"""What mkdocs fills in while it builds the pages: the catalogue of indicators, from the registry itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ktrdr_app.indicators import IndicatorInfo, OutputInfo, available

MARK = "<!-- catalogue of indicators -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the catalogue where a page asks for it; mkdocs calls this for every page.

    Parameters
    ----------
    markdown : str
        The page's text.
    **_ : Any
        Page, configuration and files, which are not needed.
    """
    return markdown.replace(MARK, catalogue()) if MARK in markdown else markdown


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
