"""What ``models coverage`` shows for people: the features that depart most, the fuzzy inputs, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.workflows.wording import number, percent

SHOWN_FEATURES = 10
"""Features with the largest index that are shown; ``--json`` has all."""

WORTH_TELLING = 0.005
"""Share of bars from which it is told that the sets of an input describe them hardly at all."""

_STYLES = {"covered": "bold green", "not covered": "bold red"}


def coverage_parts(document: Mapping[str, Any]) -> list[Part]:
    """Return tables, verdict and sentences of one symbol.

    Parameters
    ----------
    document : mapping
        What ``models coverage --json`` prints of it.
    """
    verdict = str(document["verdict"])
    tables = [_features(document), *_inputs(document)] if document["features"] else []
    headline = f"{document['symbol']} {document['timeframe']}: {verdict}."
    hint = [f"What to do: {document['hint']}."] if document["hint"] else []
    return [
        *tables,
        Text(headline, style=_STYLES.get(verdict, "bold yellow")),
        document["sentence"],
        *document["worst"],
        *(Text(note, style="yellow") for note in document["notes"]),
        *_seen(document),
        *hint,
    ]


def _features(document: Mapping[str, Any]) -> Part:
    entries = document["features"]
    rows = [
        (entry["name"], entry["band"], number(entry["psi"]), number(entry["usual"]))
        for entry in entries[:SHOWN_FEATURES]
    ]
    caption = (
        f"{document['symbol']} {document['timeframe']}, {document['rows']:,} bars beside "
        f"{document['training_rows']:,} training rows: the {len(rows)} of {len(entries)} features that depart most"
    )
    return words_table(caption, ("Feature", "Distribution", "PSI", "Training symbols, at most"), rows, figures=2)


def _inputs(document: Mapping[str, Any]) -> list[Part]:
    rows = [
        (entry["name"], percent(entry["faint"]), percent(entry["training_faint"]))
        for entry in document["inputs"]
        if max(entry["faint"], entry["training_faint"]) >= WORTH_TELLING
    ]
    caption = "Bars that the sets of an input describe hardly at all"
    return [words_table(caption, ("Fuzzy input", "Here", "In training"), rows, figures=2)] if rows else []


def _seen(document: Mapping[str, Any]) -> list[Part]:
    if not document["seen_in_training"]:
        return []
    return [f"{document['seen_in_training']:,} of these bars lie in the span that the model was fitted or tuned on."]
