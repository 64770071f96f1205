"""``why`` as a process and by its entry point: the same facts for people and for programs."""

from __future__ import annotations

import json

import pytest

from ktrdr_app.cli.main import main
from ktrdr_app.workflows import open_why
from ktrdr_app.workflows.why_sentences import trade_steps
from tests.why_runs import LONGER, STERN, WhyRuns


def asked(why_runs: WhyRuns, *words: str) -> list[str]:
    return ["why", *words, "--workspace", str(why_runs.workspace.root)]


def test_a_trade_for_people(why_runs: WhyRuns, capsys: pytest.CaptureFixture[str]) -> None:
    folder = why_runs.folder(LONGER)
    assert main(asked(why_runs, folder.name, "2")) == 0
    shown = " ".join(capsys.readouterr().out.split())
    why = open_why(why_runs.workspace, folder).trade(2)
    for step in trade_steps(why):
        assert " ".join(step.text.split()) in shown
    for share in why.bought.shares:
        assert share.label in shown
    assert "an average training bar" in shown
    assert "this bar" in shown


def test_a_trade_for_programs(why_runs: WhyRuns, capsys: pytest.CaptureFixture[str]) -> None:
    folder = why_runs.folder(STERN)
    assert main([*asked(why_runs, str(folder), "1"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    expected = open_why(why_runs.workspace, folder).trade(1).to_document()
    assert document["entry_decision"]["filters"] == json.loads(json.dumps(expected["entry_decision"]["filters"]))
    assert (document["trade"], document["side"]) == (1, expected["side"])
    assert {"flips", "contributions", "base", "readings", "probabilities"} <= set(document["entry_decision"])


def test_a_bar_without_a_trade(why_runs: WhyRuns, capsys: pytest.CaptureFixture[str]) -> None:
    folder = why_runs.folder(LONGER)
    decisions = why_runs.outcomes[LONGER].result.decisions
    moment = decisions.index[decisions["refused_by"] == "confidence"][0]
    assert main(asked(why_runs, folder.name, "--at", moment.isoformat())) == 0
    shown = capsys.readouterr().out
    assert "refused by confidence" in shown
    assert "✖" in shown
    assert "Order" not in shown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nowhere", "1"], 3, "result.json"),
        (["RUN"], 2, "trade"),
        (["RUN", "1", "--at", "2017-06-05"], 2, "trade"),
        (["RUN", "999"], 2, "trade is 999"),
        (["RUN", "--at", "1999-01-01"], 2, "time"),
        (["RUN", "first"], 2, "TRADE"),
        ([], 2, "RUN"),
    ],
)
def test_wrong_questions(
    why_runs: WhyRuns, capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str
) -> None:
    named = [why_runs.folder(LONGER).name if word == "RUN" else word for word in words]
    assert main(asked(why_runs, *named)) == code
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""
