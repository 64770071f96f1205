"""The table of situations, asked at the command line: the same trace, and exit code 3 where no model serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run
from tests.cli.conftest import run_process
from tests.model_store.scenarios import SCENARIOS, TIMEFRAME, Scenario, check_answer

AS_PROCESSES = (
    "latest dangles",
    "the settings prefer legacy",
    "only another symbol, which may not serve",
)


def words(scenario: Scenario) -> list[str]:
    """Return the command that asks for a row."""
    symbol = ["--symbol", scenario.symbol] if scenario.symbol else []
    strictly = [] if scenario.allow_any else ["--no-any"]
    return ["models", "resolve", scenario.strategy, "--timeframe", TIMEFRAME, *symbol, *strictly]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    monkeypatch.chdir(tmp_path)
    scenario.fill(tmp_path / "models")
    ended = run(*words(scenario), json=True)
    assert (ended.code, ended.err) == (3 if scenario.chosen is None else 0, "")
    check_answer(scenario, ended.document, tmp_path / "models")


@pytest.mark.parametrize("name", AS_PROCESSES)
def test_a_process_of_its_own(tmp_path: Path, name: str) -> None:
    (scenario,) = (row for row in SCENARIOS if row.name == name)
    scenario.fill(tmp_path / "models")
    ended = run_process(["-m", "ktrdr_app", *words(scenario), "--json"], tmp_path)
    assert ended.code == (3 if scenario.chosen is None else 0)
    check_answer(scenario, ended.document, tmp_path / "models")
