"""The record, the table and the words of a sweep, from trials made up here."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.backtesting.trials import Try
from ktrdr_app.core.paths import Workspace
from ktrdr_app.training.split import Cuts
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.sweep_document import best_of, command, document_of, table_of
from ktrdr_app.workflows.sweep_requests import SweepRequest
from ktrdr_app.workflows.sweep_sentences import sentences_of, shown
from ktrdr_app.workflows.sweep_study import Trial
from ktrdr_app.workflows.sweep_trial import COMPLETE, PRUNED, UNFIT, TrialOutcome

SPACE: dict[str, Any] = {
    "training.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "network.hidden_layers": {"choices": [[8], [16]]},
}
REQUEST = SweepRequest(TrainRequest(Workspace(Path("w")), "quick", ("A", "B"), "1d", seed=3), Path("my space.yaml"), 9)


def made(number: int, value: float | None, rate: float = 0.05, state: str = COMPLETE, reason: str = "") -> Trial:
    """Return a trial that is over."""
    figures = {} if value is None else {"val_skill": value, "trades": 4}
    tried = None if value is None else Try(value / 10, {"2020-01": value})
    outcome = TrialOutcome(state, reason, (0.1, 0.2) if value else (), 2 if value else 0, figures, tried)
    return Trial(number, {"training.learning_rate": rate, "network.hidden_layers": [8]}, outcome, value)


TRIALS = [
    made(0, 0.01),
    made(1, 0.03),
    made(2, None, 0.01, PRUNED, "behind"),
    made(3, 0.03),
    made(4, None, 0.02, UNFIT, "no"),
]


def said(trials: list[Trial], space: dict[str, Any] = SPACE, objective: str = "val_skill") -> list[str]:
    """Return the report's sentences."""
    request = SweepRequest(REQUEST.training, REQUEST.space, 9, objective)
    return list(sentences_of(request, space, trials, best_of(trials)))


def test_of_equal_trials_the_first_is_best() -> None:
    assert best_of(TRIALS) is TRIALS[1]
    assert best_of(TRIALS[2:3]) is None
    assert best_of([]) is None


def test_the_document_holds_what_the_ledger_reads() -> None:
    asked = {"space": SPACE, "data_fingerprints": {"A": "x"}}
    document = document_of(
        REQUEST, asked, ("quick", "better"), Cuts(1, 2, 3, 4), TRIALS, {"training.learning_rate": 1.0}
    )
    assert json.loads(json.dumps(document)) == document
    assert (document["strategy_name"], document["names"], document["timeframe"]) == ("quick", ["quick", "better"], "1d")
    assert document["best"] == {"number": 1, "value": 0.03, "values": TRIALS[1].values}
    assert (document["trials_done"], document["trials_wanted"]) == (5, 9)
    assert set(document["split"]) == {"train_end", "validation_start", "validation_end"}
    assert [trial["sharpe_per_bar"] for trial in document["trials"]] == [0.001, 0.003, None, 0.003, None]
    assert document["trials"][1]["monthly_returns"] == {"2020-01": 0.03}
    assert [trial["state"] for trial in document["trials"]] == [COMPLETE, COMPLETE, PRUNED, COMPLETE, UNFIT]


def test_the_table_has_a_column_for_every_setting_and_figure() -> None:
    rows = list(csv.DictReader(io.StringIO(table_of(TRIALS))))
    assert list(rows[0])[:3] == ["trial", "state", "value"]
    assert {"training.learning_rate", "network.hidden_layers", "val_skill", "trades", "reason"} <= set(rows[0])
    assert [row["value"] for row in rows] == ["0.01", "0.03", "", "0.03", ""]
    assert json.loads(rows[0]["network.hidden_layers"]) == [8]
    assert rows[4]["reason"] == "no"
    assert table_of([]) == "\n"


def test_the_command_can_be_pasted() -> None:
    expected = "ktrdr-app sweep quick --symbols A,B --timeframe 1d --seed 3 --space 'my space.yaml' --trials 9"
    assert command(REQUEST) == f"{expected} --objective val_skill --pruner median --workers 1"


def test_the_report_counts_and_compares_with_the_strategy_as_it_is() -> None:
    found = said(TRIALS)
    assert found[0] == "Best is trial 1: val_skill 3.00 %, where trial 0 has 1.00 %."
    assert found[1] == "3 of 5 trials were judged, 1 were given up early, 1 had settings that do not fit."
    assert found[2] == "What did not fit most often: no."
    assert "flatters" in found[-1]


def test_nothing_is_compared_where_trial_0_is_the_best_or_was_not_judged() -> None:
    assert said([made(0, 0.05), made(1, 0.03)])[0] == "Best is trial 0: val_skill 5.00 %."
    assert said([made(0, None, state=PRUNED), made(1, 0.03)])[0] == "Best is trial 1: val_skill 3.00 %."


def test_without_a_judged_trial_there_is_no_advice() -> None:
    found = said([made(0, None, state=UNFIT, reason="no")])
    assert found[0] == "No trial could be judged, so there is no best one."
    assert len(found) == 3


@pytest.mark.parametrize(("rate", "end"), [(0.001, "low"), (0.0995, "high"), (0.05, "")])
def test_a_best_value_at_the_end_of_its_range_is_told(rate: float, end: str) -> None:
    found = [sentence for sentence in said([made(0, 0.03, rate)]) if "end of its range" in sentence]
    assert found == (
        [
            (
                f"The best training.learning_rate lies at the {end} end of its range ({rate:g}): "
                "a wider one may hold a better."
            )
        ]
        if end
        else []
    )


def test_other_labels_are_other_questions() -> None:
    space = SPACE | {"labels.method": {"choices": ["zigzag", "fixed_horizon"]}}
    trial = made(0, 0.03)
    trial.values["labels.method"] = "zigzag"
    assert any("other questions" in sentence for sentence in said([trial], space))
    assert not any("other questions" in sentence for sentence in said([made(0, 0.03)]))


@pytest.mark.parametrize(
    ("objective", "value", "words"),
    [
        ("val_skill", 0.0123, "1.23 %"),
        ("val_mcc", 0.0123, "0.012"),
        ("val_sharpe", 1.5, "1.500"),
        ("val_mcc", None, "n/a"),
    ],
)
def test_values_are_shown_in_their_unit(objective: str, value: float | None, words: str) -> None:
    assert shown(objective, value) == words
