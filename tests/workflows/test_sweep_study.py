"""What is drawn and kept, how a broken-off study goes on, and when a trial is given up: beside Optuna's own rule."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.pruners import MedianPruner
from optuna.trial import TrialState

from ktrdr_app.backtesting.trials import Try
from ktrdr_app.core.errors import BadInput, EnvironmentProblem
from ktrdr_app.strategy.space import Dimension
from ktrdr_app.workflows import sweep_study
from ktrdr_app.workflows.sweep_study import FIRST_EPOCHS, LEAST_FINISHED, STUDY_FILE, Study, Trial, opened
from ktrdr_app.workflows.sweep_trial import COMPLETE, PRUNED, UNFIT, TrialOutcome

SPACE = (
    Dimension("rate", ("rate",), "float", 0.001, 1.0, log=True),
    Dimension("period", ("period",), "int", 5, 30),
    Dimension("shape", ("shape",), "choice", choices=([8], [16, 8])),
)


def value_of(values: dict) -> float:
    """Return a made-up figure that the rate decides alone."""
    return -abs(math.log10(values["rate"]) + 2)


def outcome_of(values: dict, epochs: int = 4) -> TrialOutcome:
    """Return a made-up outcome; short periods do not fit."""
    if values["period"] < 8:
        return TrialOutcome(UNFIT, "too short")
    value = value_of(values)
    curve = tuple(value - 1 / epoch for epoch in range(1, epochs + 1))
    return TrialOutcome(COMPLETE, "", curve, epochs, {"val_skill": value, "trades": 3}, Try(value, {"2020-01": 0.1}))


def carry_on(study: Study, until: int, workers: int = 1) -> list[Trial]:
    """Carry a study on until it has so many trials."""
    while len(study.trials) < until:
        for values in study.draw(min(workers, until - len(study.trials))):
            outcome = outcome_of(values)
            study.record(outcome, outcome.figures.get("val_skill"))
    return list(study.trials)


def run(folder: Path, until: int, workers: int = 1, seed: int = 3, first: dict | None = None) -> list[Trial]:
    """Open a study and carry it on."""
    folder.mkdir(exist_ok=True)
    with opened(folder, SPACE, seed, workers, first) as study:
        return carry_on(study, until, workers)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """Return fourteen trials of an uninterrupted study."""
    return run(tmp_path_factory.mktemp("whole"), 14)


def test_values_lie_in_their_ranges_and_differ(whole: list[Trial]) -> None:
    assert [trial.number for trial in whole] == list(range(14))
    assert all(0.001 <= trial.values["rate"] <= 1 for trial in whole)
    assert all(5 <= trial.values["period"] <= 30 and isinstance(trial.values["period"], int) for trial in whole)
    assert {tuple(trial.values["shape"]) for trial in whole} == {(8,), (16, 8)}
    assert len({trial.values["rate"] for trial in whole}) == 14


def test_the_seed_decides_what_is_drawn(whole: list[Trial], tmp_path: Path) -> None:
    assert run(tmp_path / "same", 6) == whole[:6]
    other = run(tmp_path / "other", 6, seed=4)
    assert all(one.values != two.values for one, two in zip(other, whole, strict=False))


@pytest.mark.parametrize("after", [1, 11, 13])
def test_one_that_was_broken_off_ends_as_if_it_had_not_been(whole: list[Trial], tmp_path: Path, after: int) -> None:
    run(tmp_path, after)
    assert run(tmp_path, 14) == whole


def test_in_rounds_the_result_is_that_of_the_number_of_workers_alone(tmp_path: Path) -> None:
    expected = run(tmp_path / "whole", 16, workers=4)
    broken = tmp_path / "broken"
    broken.mkdir()
    with opened(broken, SPACE, 3, 4, None) as study:
        carry_on(study, 12, 4)
        begun = study.draw(4)
        for values in begun[:2]:  # killed in the middle of the last round
            outcome = outcome_of(values)
            study.record(outcome, outcome.figures.get("val_skill"))
    assert run(broken, 16, workers=4) == expected
    assert run(tmp_path / "alone", 16) != expected


def test_more_trials_can_be_asked_for_later(tmp_path: Path) -> None:
    expected = run(tmp_path / "whole", 8, workers=4)
    run(tmp_path / "more", 6, workers=4)
    assert run(tmp_path / "more", 8, workers=4) == expected


def test_the_first_trial_may_be_given(tmp_path: Path) -> None:
    first = {"rate": 0.02, "period": 9, "shape": "[16, 8]"}
    trials = run(tmp_path, 3, first=first)
    assert trials[0].values == {"rate": 0.02, "period": 9, "shape": [16, 8]}
    assert run(tmp_path, 3, first=first) == trials


def test_the_search_finds_the_better_rates(tmp_path: Path) -> None:
    trials = run(tmp_path, 50)
    judged = [abs(math.log10(trial.values["rate"]) + 2) for trial in trials]
    assert np.mean(judged[-15:]) < np.mean(judged[:10])


def test_the_file_is_one_that_optuna_reads(whole: list[Trial], tmp_path: Path) -> None:
    run(tmp_path, 6)
    storage = optuna.storages.RDBStorage(f"sqlite:///{(tmp_path / STUDY_FILE).as_posix()}")
    study = optuna.load_study(study_name="sweep", storage=storage)
    for ours, theirs in zip(whole, study.trials, strict=False):
        assert theirs.number == ours.number
        assert (theirs.value if theirs.state == TrialState.COMPLETE else None) == ours.value
        assert tuple(theirs.intermediate_values.values()) == ours.outcome.curve
        assert theirs.params["rate"] == pytest.approx(ours.values["rate"], rel=1e-5)
    storage.engine.dispose()


def test_a_folder_of_any_name_will_do(whole: list[Trial], tmp_path: Path) -> None:
    odd = tmp_path / "a b#c?d%20"
    assert run(odd, 2) == whole[:2]
    assert run(odd, 3) == whole[:3]


def test_trials_of_another_drawing_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path, SPACE, 3, 2, None) as study:
        values = study.draw(2)[0]
        study.record(outcome_of(values), None)
    with (
        opened(tmp_path, SPACE, 99, 2, None) as study,
        pytest.raises(BadInput, match="trial 0 of the sweep was drawn by another version"),
    ):
        study.draw(2)


def test_limits_are_those_of_optunas_median_pruner(tmp_path: Path) -> None:
    """Every trial is held against the rule at every epoch, by our limits and by the library's pruner."""
    random = np.random.default_rng(5)
    pruner = MedianPruner(LEAST_FINISHED, FIRST_EPOCHS, n_min_trials=LEAST_FINISHED)
    theirs = optuna.create_study(direction="maximize", pruner=pruner)
    seen = {True: 0, False: 0}
    with opened(tmp_path, SPACE, 0, 1, None) as study:
        for _ in range(60):
            study.draw(1)
            limits, trial = study.limits(), theirs.ask()
            curve: list[float] = []
            for epoch in range(1, int(random.integers(2, 12)) + 1):
                curve.append(float(random.normal(epoch / 10)))
                trial.report(curve[-1], epoch)
                given_up = epoch <= len(limits) and max(curve) < limits[epoch - 1]
                assert given_up == trial.should_prune()
                seen[given_up] += 1
                if given_up:
                    break
            state = PRUNED if given_up else COMPLETE
            study.record(TrialOutcome(state, "", tuple(curve)), None if given_up else curve[-1])
            theirs.tell(trial, None if given_up else curve[-1], state=TrialState.PRUNED if given_up else None)
    assert min(seen.values()) > 5


def test_importances_find_what_matters_and_add_up(tmp_path: Path) -> None:
    with opened(tmp_path, SPACE, 3, 1, None) as study:
        assert study.importances() == {}
        carry_on(study, 30)
        shares = study.importances()
        assert study.importances() == shares
    assert next(iter(shares)) == "rate"
    assert shares["rate"] > 0.6
    assert sum(shares.values()) == pytest.approx(1)


def test_there_are_no_importances_where_nothing_differs(tmp_path: Path) -> None:
    with opened(tmp_path, SPACE, 3, 1, None) as study:
        for _ in range(5):
            study.draw(1)
            study.record(TrialOutcome(COMPLETE, "", (0.5,), 1, {"val_skill": 0.5}), 0.5)
        assert study.importances() == {}


def test_a_missing_library_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def no(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(sweep_study, "load", no)
    with pytest.raises(EnvironmentProblem, match="optuna is not installed") as caught:
        sweep_study.library()
    assert "ktrdr-app[sweep]" in caught.value.hint
