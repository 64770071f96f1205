"""What the terminal shows of runs over several symbols: the tables of the page, notes in yellow, where files lie."""

from __future__ import annotations

from typing import Any

import pytest
from rich.text import Text

from ktrdr_app.cli.many_tables import gridded, held_together
from ktrdr_app.cli.render import Part, print_parts
from ktrdr_app.workflows.report_tables import Table
from tests.workflows.test_grid_tables import document as grid_document
from tests.workflows.test_grid_tables import group, row
from tests.workflows.test_portfolio_tables import document as portfolio_document
from tests.workflows.test_portfolio_tables import part

ERROR = {"code": "data_not_found", "message": "no bars for NOPE 1d", "hint": "import them"}


def grid(*failed: str) -> dict[str, Any]:
    summary = {"all": group(2, 1), "seen": group(0, 0, None, None, 0), "unseen": group(2, 1), "failed": len(failed)}
    return grid_document(
        row("GOOG"),
        row("MSFT"),
        summary=summary,
        failed=dict.fromkeys(failed, ERROR),
        report_file="/runs/grid/report.html",
        grid_file="/runs/grid/grid.csv",
    )


def portfolio(**changes: Any) -> dict[str, Any]:
    files = {"report_file": "/runs/p/report.html", "trades_file": "/runs/p/trades.csv"}
    return portfolio_document(part("GOOG"), part("IBM"), **files, **changes)


def tables(parts: list[Part]) -> list[Table]:
    return [entry for entry in parts if isinstance(entry, Table)]


def lines(parts: list[Part]) -> list[str]:
    return [str(entry) for entry in parts if not isinstance(entry, Table)]


def test_a_grid_without_failures_has_one_table_and_says_where_it_lies() -> None:
    parts = gridded(grid())
    (shown,) = tables(parts)
    assert [cells[0].text for cells in shown.rows] == ["GOOG", "MSFT"]
    told = lines(parts)
    assert told[0].startswith("Of 2 symbols, 1 earned more than buy and hold")
    assert told[-2:] == [
        "Report with a page per symbol: /runs/grid/report.html",
        "Figures: /runs/grid/grid.csv",
    ]


def test_failures_have_a_table_of_their_own_before_all_sentences() -> None:
    parts = gridded(grid("NOPE", "NADA"))
    assert [[cell.text for cell in cells[:2]] for cells in tables(parts)[1].rows] == [
        ["NOPE", "data_not_found"],
        ["NADA", "data_not_found"],
    ]
    assert [isinstance(entry, Table) for entry in parts[:3]] == [True, True, False]
    assert "Not run: NOPE, NADA." in lines(parts)


def test_a_portfolio_shows_figures_without_their_meaning_then_contributions() -> None:
    figures, brought = tables(held_together(portfolio()))
    assert figures.columns == ("Figure", "Strategy", "Buy and hold")
    assert {len(cells) for cells in figures.rows} == {3}
    assert [cells[0].text for cells in figures.rows][-3:] == ["Mean invested", "Most invested", "Most positions"]
    assert [cells[0].text for cells in brought.rows] == ["GOOG", "IBM"]


def test_what_must_be_said_of_a_portfolio_is_yellow_and_stands_before_the_files() -> None:
    parts = held_together(portfolio(note="No conversion."))
    yellow = [entry for entry in parts if isinstance(entry, Text)]
    assert [(entry.plain, str(entry.style)) for entry in yellow] == [("No conversion.", "yellow")]
    assert lines(parts) == [
        "No conversion.",
        "Report with pictures: /runs/p/report.html",
        "Trades: /runs/p/trades.csv",
    ]


@pytest.mark.parametrize(
    "made", [lambda: gridded(grid("[b]NOPE[/b]")), lambda: held_together(portfolio(note="[b]x[/b]"))]
)
def test_names_are_printed_as_they_are_and_never_read_as_markup(made: Any, capsys: pytest.CaptureFixture[str]) -> None:
    print_parts(made())
    printed = capsys.readouterr().out
    assert "[b]" in printed
    assert "[/b]" in printed
    assert "GOOG" in printed
