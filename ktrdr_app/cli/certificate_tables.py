"""What ``certify`` shows for people: each symbol seen and unseen, each group, the verdict and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.workflows.wording import MISSING, percent

_GOOD = "pass"


def certificate_list(document: Mapping[str, Any]) -> list[Part]:
    """Return symbols, groups and verdict.

    Parameters
    ----------
    document : mapping
        The ``certify`` document.
    """
    verdict = str(document["verdict"])
    style = "bold green" if verdict == _GOOD else "bold red"
    return [
        _symbols(document),
        *([_groups(document["groups"])] if document["groups"] else []),
        Text(f"Generalisation: {verdict}.", style=style),
        *document["report"],
        f"Certificate: {document['certificate_file']}",
    ]


def _symbols(document: Mapping[str, Any]) -> Part:
    rows = [
        (
            symbol,
            f"{entry['rows']:,}",
            f"{entry['effective_rows']:,.0f}",
            percent(entry["weight"]),
            percent(entry["skill"]["value"], 2, signed=True),
            percent(entry["unseen_skill"]["value"], 2, signed=True),
            _interval(entry["unseen_skill"], 2),
        )
        for symbol, entry in document["per_symbol"].items()
    ]
    heads = ("Symbol", "Test rows", "Effective rows", "Weight", "Skill, seen", "Skill, unseen", "90 % interval")
    caption = (
        f"{document['strategy_name']} {document['timeframe']}: skill of the model of all, and of the one without it"
    )
    return words_table(caption, heads, rows, figures=6)


def _groups(groups: Sequence[Mapping[str, Any]]) -> Part:
    rows = [
        (
            f"{entry['kind']} {entry['name']}",
            ", ".join(entry["symbols"]),
            str(entry["verdict"]),
            percent((entry["skill"] or {}).get("value"), 2, signed=True),
            percent((entry["unseen_skill"] or {}).get("value"), 2, signed=True),
            percent((entry["retention"] or {}).get("value")),
            _interval(entry["retention"], 1),
        )
        for entry in groups
    ]
    heads = ("Group left out", "Symbols", "Verdict", "Skill, seen", "Skill, unseen", "Kept", "90 % interval")
    return words_table("Symbols that move together, left out together", heads, rows, figures=4)


def _interval(figure: Mapping[str, Any] | None, digits: int) -> str:
    if figure is None:
        return MISSING
    return f"{percent(figure['low'], digits, signed=True)} to {percent(figure['high'], digits, signed=True)}"
