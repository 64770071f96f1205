"""The tables of ``labels``: classes, samples, rules in words, hindsight in capitals, notes as sentences."""

from __future__ import annotations

import pandas as pd
import pytest

from ktrdr_app.cli import label_tables
from ktrdr_app.cli.render import print_parts
from ktrdr_app.labels.labelers import LABELERS
from ktrdr_app.labels.report import LabelFigures, LabelReport, Runs
from ktrdr_app.labels.rules import Tally
from ktrdr_app.strategy.schema import LabelSettings
from ktrdr_app.workflows.requests import LabelsResult

FIGURES = LabelFigures(
    bars=5,
    counts={"BUY": 2, "HOLD": 0, "SELL": 1},
    balance={"BUY": 2 / 3, "HOLD": 0.0, "SELL": 1 / 3},
    returns={"BUY": 0.0123, "HOLD": None, "SELL": -0.02},
    runs=Runs(2, 1.5, 1.5, 2),
    bars_to_end=7.0,
    uniqueness=0.125,
    rules={"momentum_20": Tally(1, 4, (3, 0, 1), (4, 0, 2))},
)


def lines(method: str, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Return the words of every printed line."""
    settings = LabelSettings(method=method)
    report = LabelReport(LABELERS.get(method), settings, {"A": FIGURES}, FIGURES, None, ("Mind the gap.",))
    result = LabelsResult(pd.DataFrame({"label": ["BUY"]}), report)
    print_parts(label_tables.label_list(result, "s on A 1d"))
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_every_figure_is_shown_with_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    shown = lines("zigzag", capsys)
    for row in (
        ["BUY", "2", "66.7", "%"],
        ["HOLD", "0", "0.0", "%"],
        ["no", "label", "2"],
        ["bars", "in", "a", "run,", "longest", "2"],
        ["average", "uniqueness", "0.125"],
    ):
        assert row in shown
    words = [" ".join(line) for line in shown]
    assert "mean return of BUY +1.23 %" in words
    assert [line for line in words if line.startswith("mean return of SELL") and line.endswith("2.00 %")]
    rule = next(line for line in words if line.startswith("BUY if the close is above that of 20 bars ago"))
    assert rule.split("else SELL ")[1].startswith("25.0 % 75.0 %")
    assert rule.endswith("50.0 %")
    assert "Mind the gap." in words


def test_hindsight_stands_in_the_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert any("(HINDSIGHT):" in line for line in lines("segment", capsys)[0])
    assert not any("HINDSIGHT" in word for line in lines("zigzag", capsys) for word in line)
