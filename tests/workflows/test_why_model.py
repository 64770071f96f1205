"""The model of a run opened again: answers, distances and the row that contributions are counted from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.decision import Action
from ktrdr_app.features.legacy_inputs import LegacyInputs
from ktrdr_app.features.plan_inputs import PlanInputs
from ktrdr_app.model_store.reference import read_reference
from ktrdr_app.workflows import backtest, open_why
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest
from ktrdr_app.workflows.train_run import train
from ktrdr_app.workflows.why_model import MEAN_WORDS, RUN_WORDS, SAMPLE_WORDS, RunModel, open_model
from ktrdr_app.workflows.why_record import read_record
from tests.why_runs import DEMO, LONGER, ORIGINAL, STERN, WhyRuns
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, TEXT, with_strategy


@pytest.fixture(scope="module")
def models(why_runs: WhyRuns) -> dict[str, RunModel]:
    found = {}
    for name in (DEMO, LONGER, STERN, ORIGINAL):
        record = read_record(why_runs.workspace, why_runs.folder(name))
        found[name] = open_model(why_runs.workspace, record)
    return found


def test_inputs_are_those_of_its_kind(models: dict[str, RunModel]) -> None:
    assert {name: type(model.inputs) for name, model in models.items()} == {
        **dict.fromkeys((DEMO, LONGER, STERN), PlanInputs),
        ORIGINAL: LegacyInputs,
    }
    for model in models.values():
        assert model.inputs.names == model.chosen.loaded.feature_names
        assert model.notes == ()


def test_every_bar_of_the_run_has_its_place(why_runs: WhyRuns, models: dict[str, RunModel]) -> None:
    for name, model in models.items():
        bars = why_runs.outcomes[name].bars
        assert (model.inputs.index[model.places] == bars.index).all()
        assert (np.diff(model.places) == 1).all()


def test_answers_of_all_bars_at_once_are_the_logged_ones(why_runs: WhyRuns, models: dict[str, RunModel]) -> None:
    for name, model in models.items():
        rows = np.array([model.inputs.features(int(place)) for place in model.places])
        shares = why_runs.outcomes[name].result.decisions[["buy", "hold", "sell"]].to_numpy()
        found = model.answer(model.scaler.transform(rows))
        np.testing.assert_allclose(found, shares, rtol=0, atol=1e-6)


def test_distances_are_measured_where_the_filters_ask(models: dict[str, RunModel], why_runs: WhyRuns) -> None:
    rows = np.array([models[STERN].inputs.features(int(place)) for place in models[STERN].places[:40]])
    scaled = models[STERN].scaler.transform(rows)
    logged = why_runs.outcomes[STERN].result.log.dissimilarity[:40]
    np.testing.assert_allclose(models[STERN].dissimilarity(scaled), logged)
    for name in (DEMO, LONGER, ORIGINAL):
        assert models[name].neighbourhood is None
        width = len(models[name].inputs.names)
        assert np.isnan(models[name].dissimilarity(np.zeros((3, width), np.float32))).all()


class TestReference:
    def test_with_standard_scaling_it_is_the_mean_of_the_training(self, models: dict[str, RunModel]) -> None:
        for name in (DEMO, LONGER, ORIGINAL):
            model = models[name]
            assert model.reference_words == MEAN_WORDS
            assert not model.reference.any()
            np.testing.assert_array_equal(model.scaler.transform(model.scaler.offset[np.newaxis])[0], model.reference)

    def test_with_another_it_is_the_mean_of_the_bars_that_are_kept(self, models: dict[str, RunModel]) -> None:
        model = models[STERN]
        kept = read_reference(model.chosen.path, model.inputs.names).neighbourhood.rows
        assert model.reference_words == SAMPLE_WORDS
        np.testing.assert_allclose(model.reference, kept.astype(np.float64).mean(axis=0), rtol=1e-5, atol=1e-7)

    def test_where_nothing_is_kept_it_is_the_mean_of_the_run(self, tmp_path: Path, why_runs: WhyRuns) -> None:
        workspace = Workspace(tmp_path)
        shutil.copytree(why_runs.workspace.data, workspace.data)
        with_strategy(workspace)
        folder = original_folder(workspace, "MSFT", version=6)
        import pickle

        from sklearn.preprocessing import MinMaxScaler

        rows = np.random.default_rng(1).normal(0.3, 0.4, (50, 7))
        (folder / "scaler.pkl").write_bytes(pickle.dumps(MinMaxScaler().fit(rows), protocol=4))
        outcome = backtest(BacktestRequest(workspace, NAME, "MSFT", "1d", "legacy", start="2008-01-01"))
        run = open_why(workspace, outcome.folder)
        assert run.model.scaler.kind == "minmax"
        assert run.model.reference_words == RUN_WORDS
        own = np.array([run.model.inputs.features(int(place)) for place in run.model.places])
        expected = run.model.scaler.transform(own).astype(np.float64).mean(axis=0)
        np.testing.assert_allclose(run.model.reference, expected, rtol=1e-5, atol=1e-6)
        why = run.bar(100)
        added = np.sum([share.shares for share in why.shares], axis=0)
        np.testing.assert_allclose(added, np.array(why.logged) - why.base, atol=1e-12)


class TestCalibration:
    def test_a_run_without_it_is_explained_without_it(self, tmp_path: Path, why_runs: WhyRuns) -> None:
        workspace = why_runs.workspace
        plain = BacktestRequest(
            *(workspace, "neuro_mean_reversion", "EURUSD", "1h"),
            start="2017-06-01",
            end="2017-06-20",
            calibrate=False,
            out=tmp_path / "plain",
        )
        outcome = backtest(plain)
        run = open_why(workspace, tmp_path / "plain")
        why = run.bar(50)
        assert why.notes == ()
        np.testing.assert_array_equal(why.today, outcome.result.decisions[["buy", "hold", "sell"]].to_numpy()[50])
        with_it = open_why(workspace, why_runs.folder(DEMO)).bar_at(why.time)
        assert with_it.logged != why.logged

    def test_a_run_from_before_it_was_written_down_has_none(self, tmp_path: Path, why_runs: WhyRuns) -> None:
        shutil.copytree(why_runs.folder(ORIGINAL), tmp_path / "old")
        path = tmp_path / "old" / "result.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        del document["model"]["calibration"]
        path.write_text(json.dumps(document), encoding="utf-8")
        assert open_why(why_runs.workspace, tmp_path / "old").bar(10).notes == ()


class TestOutcomes:
    def test_rows_that_no_network_takes_keep_the_action(self, models: dict[str, RunModel], why_runs: WhyRuns) -> None:
        model = models[LONGER]
        record = read_record(why_runs.workspace, why_runs.folder(LONGER))
        bar = int(record.closed.entry_bar[0]) - 1
        row = model.inputs.features(int(model.places[bar]))
        rows = np.stack([row, row, row])
        rows[1, 0], rows[2, 3] = np.nan, np.inf
        found = model.outcomes(rows, record.judge(bar), Action.BUY)
        assert found.actions.tolist() == [Action.BUY] * 3
        assert np.isfinite(found.slack[0])
        assert np.isinf(found.slack[1:]).all()

    def test_the_slack_is_above_0_where_the_action_stands(self, models: dict[str, RunModel], why_runs: WhyRuns) -> None:
        for name in (DEMO, LONGER, ORIGINAL):
            model, record = models[name], read_record(why_runs.workspace, why_runs.folder(name))
            bar = record.ordered_at(int(record.closed.entry_bar[0]))
            wide = np.random.default_rng(3).normal(0, 1.5, (300, len(model.inputs.names)))
            rows = (wide * model.scaler.scale + model.scaler.offset).astype(np.float32)
            found = model.outcomes(rows, record.judge(bar), Action.BUY)
            np.testing.assert_array_equal(found.slack > 0, found.actions == Action.BUY)


def test_symbols_with_vectors_of_their_own_are_asked_as_themselves(tmp_path: Path, why_runs: WhyRuns) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(why_runs.workspace.data, workspace.data)
    with_strategy(workspace, TEXT + "features: {symbol_embedding: true}\n")
    train(TrainRequest(workspace, NAME, ("AAPL", "IBM"), "1d"))
    for symbol in ("AAPL", "GOOG"):
        outcome = backtest(BacktestRequest(workspace, NAME, symbol, "1d", start="2010-01-01"))
        run = open_why(workspace, outcome.folder)
        assert run.model.chosen.loaded.model.embedded == ("AAPL", "IBM")
        why = run.bar(60)
        assert why.notes == ()
        added = np.sum([share.shares for share in why.shares], axis=0)
        np.testing.assert_allclose(added, np.array(why.logged) - why.base, atol=1e-12)
        base = run.model.chosen.loaded.model.predict_proba_scaled(run.model.reference[np.newaxis], symbol)[0]
        np.testing.assert_array_equal(why.base, base)
