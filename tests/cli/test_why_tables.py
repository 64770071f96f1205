"""What ``why`` prints: the chain, a table that adds up, and a few more flips."""

from __future__ import annotations

import re

import pytest
from rich.text import Text

from ktrdr_app.cli.render import Part, print_parts
from ktrdr_app.cli.why_tables import SHOWN_FLIPS, why_parts
from ktrdr_app.workflows.report_tables import Table
from ktrdr_app.workflows.why_sentences import bar_steps, headline, trade_steps
from tests.why_facts import bar_why, flip, refused_why, trade_why


def lines(parts: list[Part]) -> list[str]:
    return [str(part) for part in parts if isinstance(part, Text)]


def tables(parts: list[Part]) -> list[Table]:
    return [part for part in parts if isinstance(part, Table)]


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_the_chain_of_a_trade_comes_first() -> None:
    shown = lines(why_parts(trade_why()))
    assert shown[0] == headline(trade_why())
    steps = trade_steps(trade_why())
    for step, line in zip(steps, shown[1:], strict=False):
        assert line.endswith(step.text)
        assert line.startswith("To leave, ") == step.key.startswith("exit_")


def test_the_chain_of_a_bar() -> None:
    shown = lines(why_parts(refused_why()))
    assert [line.partition(": ")[0] for line in shown[1:7]] == [step.title for step in bar_steps(refused_why())]
    assert any("✖ BUY while long" in line for line in shown)


def test_the_columns_of_contributions_add_up() -> None:
    (table,) = tables(why_parts(trade_why()))
    rows = cells(table)
    assert [row[0] for row in rows] == ["an average training bar", "RSI 14", "price context", "this bar"]
    for column in (1, 2, 3):
        numbers = [float(row[column].replace("−", "-")) for row in rows]
        assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.002)


def test_todays_answer_is_what_they_add_up_to() -> None:
    (table,) = tables(why_parts(bar_why(today=(0.5, 0.3, 0.2))))
    assert cells(table)[-1] == ["this bar", "0.500", "0.300", "0.200"]


def test_without_contributions_there_is_no_table() -> None:
    assert tables(why_parts(bar_why(shares=(), today=None))) == []


def test_a_few_more_flips_are_told() -> None:
    flips = tuple(flip(key=f"x{number}", label=f"input {number}") for number in range(9))
    shown = [line for line in lines(why_parts(bar_why(flips=flips))) if line.startswith("Or: ")]
    assert [re.search(r"input \d", line).group() for line in shown] == [f"input {n}" for n in range(1, SHOWN_FLIPS)]
    assert not any(line.startswith("Or: ") for line in lines(why_parts(bar_why(flips=flips[:1]))))


def test_what_has_changed_stands_out() -> None:
    parts = why_parts(bar_why(notes=("today's bars are not those of the run",)))
    (note,) = [part for part in parts if isinstance(part, Text) and "Beware" in str(part)]
    assert any("yellow" in str(span.style) for span in note.spans)


def test_it_prints_on_any_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_parts(why_parts(trade_why()))
    out = capsys.readouterr().out
    assert "RSI 14 was 24.10" in out
    assert "+0.350" in out
    assert "-0.250" in out or "−0.250" in out
