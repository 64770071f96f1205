"""Features of a chosen model: by our plan, or as the original's training computed them, then judged end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.model_store.load import load_model
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.choose_model import ChosenModel, choose_model
from ktrdr_app.workflows.model_features import model_features
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestRequest
from tests.legacy_reference import MODELS, folder, predictions, raw_bars
from tests.model_store.builders import edit, forward, network, scaled_by_hand
from tests.workflows.originals import FEATURES, original_folder
from tests.workflows.quick import NAME, with_strategy


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = with_strategy(Workspace(tmp_path))
    install_sample(made)
    original_folder(made, "GOOG")
    return made


def _request(workspace: Workspace, **changes: str) -> BacktestRequest:
    return BacktestRequest(workspace=workspace, strategy=NAME, symbol="GOOG", timeframe="1d", **changes)


@pytest.mark.shared
@pytest.mark.parametrize("model", MODELS)
def test_a_genuine_model_predicts_from_the_workspaces_bars_what_the_original_predicted(
    model: str, tmp_path: Path
) -> None:
    """The bars pass through the program's own reader here; `tests/features/test_legacy.py` reads them plainly."""
    workspace, (symbol, timeframe) = Workspace(tmp_path), MODELS[model].split("_")
    workspace.data.mkdir()
    series = raw_bars(MODELS[model])
    series.to_csv(workspace.data / f"{MODELS[model]}.csv")
    shutil.copytree(folder(model), workspace.models / model)
    request = BacktestRequest(workspace, model.split("/")[0], symbol, timeframe, model=str(workspace.models / model))
    chosen = choose_model(request, request.strategy)
    bars = source_of(workspace).load(symbol, timeframe)
    found = chosen.loaded.model.predict_proba(model_features(workspace, chosen, symbol, timeframe, bars).values, symbol)
    reference = predictions(model)
    rows = bars.index.get_indexer(series.index)
    assert (rows >= 0).all()
    assert np.abs(found[rows] - reference["all_probs"]).max() <= 1e-4
    assert np.mean(found[rows].argmax(axis=1) == reference["all_argmax"]) >= 0.999


def test_a_backtest_of_an_original_runs_and_says_everywhere_that_it_looks_ahead(workspace: Workspace) -> None:
    outcome = backtest(_request(workspace))
    model = outcome.document["model"]
    assert (model["kind"], model["step"], model["look_ahead"]) == ("legacy", 2, True)
    assert "LOOK-AHEAD" in (outcome.folder / "report.html").read_text(encoding="utf-8")
    assert json.loads((outcome.folder / "result.json").read_text(encoding="utf-8"))["model"]["look_ahead"] is True
    decisions = pd.read_csv(outcome.folder / "decisions.csv")
    assert len(decisions) == len(source_of(workspace).load("GOOG", "1d")), "warm-ups filled with zeros are rows too"


def test_its_probabilities_are_those_of_plain_numpy_on_the_features(workspace: Workspace) -> None:
    chosen = choose_model(_request(workspace), NAME)
    frame = model_features(workspace, chosen, "GOOG", "1d", source_of(workspace).load("GOOG", "1d"))
    assert frame.contract.names == FEATURES
    scaled = scaled_by_hand(load_model(chosen.path).scaler_document, frame.values)
    found = chosen.loaded.model.predict_proba(frame.values, "GOOG")
    np.testing.assert_allclose(found, forward(network(len(FEATURES), seed=1), scaled), atol=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda config: config["indicators"][0].update(params={"std_dev": 2}), "std_dev"),
        (lambda config: config["model"]["features"].update(include_price_context=False), "does not name the features"),
    ],
)
def test_features_that_differ_from_the_trained_ones_are_refused(
    workspace: Workspace, change: object, reason: str
) -> None:
    edit(workspace.models / NAME / "GOOG_1d_v1" / "config.json", change)
    chosen: ChosenModel = choose_model(_request(workspace), NAME)
    with pytest.raises(ModelRejected, match=reason):
        model_features(workspace, chosen, "GOOG", "1d", source_of(workspace).load("GOOG", "1d"))
