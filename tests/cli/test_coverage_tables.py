"""What ``models coverage`` prints: the ten that depart most, inputs worth telling, verdict, notes and hint."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from ktrdr_app.cli.coverage_tables import SHOWN_FEATURES, coverage_parts
from ktrdr_app.cli.render import Part, print_parts
from ktrdr_app.workflows.report_tables import Table


def document(**changes: Any) -> dict[str, Any]:
    features = [
        {"name": f"f{i}", "band": "shifted", "psi": 0.24 - i / 1000, "usual": 0.05 if i else None} for i in range(15)
    ]
    given = {
        "symbol": "GOOG",
        "timeframe": "1d",
        "verdict": "partly covered",
        "sentence": "So it is.",
        "worst": ["f0 is large (PSI 0.24)."],
        "notes": ["Only 100 bars."],
        "hint": "",
        "seen_in_training": 0,
        "rows": 2114,
        "training_rows": 4633,
        "features": features,
        "inputs": [
            {"name": "rsi", "faint": 0.2, "training_faint": 0.0},
            {"name": "macd", "faint": 0.001, "training_faint": 0.002},
        ],
    }
    return given | changes


def tables(parts: list[Part]) -> list[Table]:
    return [part for part in parts if isinstance(part, Table)]


def lines(parts: list[Part]) -> list[str]:
    return [str(part) for part in parts if not isinstance(part, Table)]


def test_the_features_that_depart_most_are_shown_with_what_is_usual() -> None:
    shown = tables(coverage_parts(document()))[0]
    assert "2,114 bars beside 4,633 training rows: the 10 of 15 features" in shown.caption
    assert len(shown.rows) == SHOWN_FEATURES
    assert [cell.text for cell in shown.rows[0]] == ["f0", "shifted", "0.24", "n/a"]
    assert [cell.text for cell in shown.rows[9]] == ["f9", "shifted", "0.23", "0.05"]


def test_inputs_are_shown_where_there_is_something_to_tell() -> None:
    inputs = tables(coverage_parts(document()))[1]
    assert [[cell.text for cell in row] for row in inputs.rows] == [["rsi", "20.0 %", "0.0 %"]]
    assert len(tables(coverage_parts(document(inputs=[])))) == 1


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [("covered", "green"), ("partly covered", "yellow"), ("not covered", "red"), ("unknown", "yellow")],
)
def test_the_verdict_is_said_in_words_and_colour(verdict: str, colour: str) -> None:
    parts = coverage_parts(document(verdict=verdict))
    [headline] = [part for part in parts if isinstance(part, Text) and part.plain == f"GOOG 1d: {verdict}."]
    assert colour in str(headline.style)


def test_sentences_follow_in_order() -> None:
    parts = coverage_parts(document(seen_in_training=1900))
    assert lines(parts) == [
        "GOOG 1d: partly covered.",
        "So it is.",
        "f0 is large (PSI 0.24).",
        "Only 100 bars.",
        "1,900 of these bars lie in the span that the model was fitted or tuned on.",
    ]


def test_what_cannot_be_told_has_no_table_but_a_hint() -> None:
    parts = coverage_parts(document(verdict="unknown", features=[], worst=[], notes=[], hint="train again"))
    assert tables(parts) == []
    assert lines(parts) == ["GOOG 1d: unknown.", "So it is.", "What to do: train again."]


@given(shares=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6))
def test_an_input_is_worth_telling_where_half_a_percent_is_hardly_described(shares: list[tuple[int, int]]) -> None:
    """Thousandths of the bars, here and in training: either is enough."""
    inputs = [
        {"name": f"i{place}", "faint": here / 1000, "training_faint": there / 1000}
        for place, (here, there) in enumerate(shares)
    ]
    shown = tables(coverage_parts(document(inputs=inputs)))[1:]
    expected = [f"i{place}" for place, (here, there) in enumerate(shares) if here >= 5 or there >= 5]
    assert [row[0].text for table in shown for row in table.rows] == expected


@pytest.mark.parametrize("count", [1, 9, 10, 11])
def test_no_more_features_are_shown_than_there_are(count: int) -> None:
    features = document()["features"][:count]
    shown = tables(coverage_parts(document(features=features)))[0]
    assert [row[0].text for row in shown.rows] == [f"f{place}" for place in range(min(count, 10))]
    assert f"the {min(count, 10)} of {count} features" in shown.caption


def test_names_are_printed_as_they_are_and_never_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_parts(coverage_parts(document(symbol="[b]GOOG[/b]", sentence="[red]So[/red].", notes=["[i]Few[/i]."])))
    printed = capsys.readouterr().out
    for text in ("[b]GOOG[/b] 1d: partly covered.", "[red]So[/red].", "[i]Few[/i]."):
        assert text in printed
