"""What a model says of bars: distances by a slow loop, the drift filter end to end, and bars without features."""

from __future__ import annotations

import base64
import csv
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.decision.actions import Action
from ktrdr_app.features.build import build_features
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.choose_model import ChosenModel, choose_model
from ktrdr_app.workflows.model_rows import ModelRows, model_rows
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest
from tests.model_store.builders import edit
from tests.workflows.quick import NAME, TEXT, trained, with_strategy

START = "2011-01-01"
LIMIT = 0.25
CONFIDENCE = 0.3
MODEL = Path("models") / NAME / "universal_1d_v1"
SETTINGS = DecisionSettings(max_dissimilarity=LIMIT)
HOLD = [0.0, 1.0, 0.0]


@dataclass(frozen=True)
class Shop:
    """A workspace with a trained model, its chosen model, GOOG's bars and their raw features by the plan."""

    workspace: Workspace
    chosen: ChosenModel
    bars: pd.DataFrame
    features: pd.DataFrame

    def rows(self, bars: pd.DataFrame | None = None, symbol: str = "GOOG", **changes: Any) -> ModelRows:
        settings = changes.pop("settings", SETTINGS)
        asked = request(self.workspace, symbol=symbol, **changes)
        return model_rows(self.bars if bars is None else bars, self.chosen, asked, settings)


def request(workspace: Workspace, **changes: Any) -> BacktestRequest:
    given = {"strategy": NAME, "symbol": "GOOG", "timeframe": "1d", "start": START} | changes
    return BacktestRequest(workspace, **given)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace = Workspace(tmp_path_factory.mktemp("rows"))
    install_sample(workspace)
    trained(workspace, epochs=1)
    chosen = choose_model(request(workspace), NAME)
    assert chosen.plan is not None
    bars = source_of(workspace).load("GOOG", "1d")
    frame = build_features(bars, chosen.plan, timeframe="1d")
    features = pd.DataFrame(frame.values, bars.index, list(chosen.plan.contract.names))
    return Shop(workspace, chosen, bars, features)


@pytest.fixture(scope="module")
def shy(shop: Shop) -> BacktestOutcome:
    """Return a run of a strategy that abstains from bars unlike the training rows; the model is as it was."""
    with_strategy(shop.workspace, shy_text())
    assert load_strategy(NAME, shop.workspace).strategy.decision.max_dissimilarity == LIMIT
    return backtest(request(shop.workspace))


@pytest.fixture
def forgetful(shop: Shop, tmp_path: Path) -> Workspace:
    """Return a copy whose model is from before training rows were kept."""
    copy = tmp_path / "copy"
    for part in ("data", "models"):
        shutil.copytree(shop.workspace.root / part, copy / part, symlinks=True)
    (copy / MODEL / "coverage.json").unlink()
    edit(copy / MODEL / "checksums.json", lambda listed: listed.pop("coverage.json"), checksum=False)
    return with_strategy(Workspace(copy), shy_text())


def shy_text() -> str:
    text = TEXT.replace("min_signal_separation: 1", f"min_signal_separation: 1, max_dissimilarity: {LIMIT}")
    assert text != TEXT
    return text


def kept_sample(shop: Shop) -> tuple[NDArray[np.float64], float]:
    """Return the training rows in the model's folder and their mean distance, read without our reader."""
    document = json.loads((shop.workspace.root / MODEL / "coverage.json").read_text(encoding="utf-8"))
    packed = np.frombuffer(base64.b64decode(document["sample"]["values"]), "<f4").astype(np.float64)
    rows = packed.reshape(document["sample"]["rows"], -1)
    return rows, float(pdist(rows).mean())


def slow_distance(row: NDArray[np.float64], sample: NDArray[np.float64]) -> float:
    """Return the distance to the nearest row of a sample, one by one."""
    nearest = math.inf
    for other in sample:
        nearest = min(nearest, math.dist(row, other))
    return nearest


def slow_index(shop: Shop, features: NDArray[np.float64]) -> list[float]:
    """Return the dissimilarity index of raw features: scaled as scaler.json says, over the sample's mean distance."""
    scaler = json.loads((shop.workspace.root / MODEL / "scaler.json").read_text(encoding="utf-8"))
    sample, mean = kept_sample(shop)
    scaled = (features - np.array(scaler["mean"])) / np.array(scaler["scale"])
    return [slow_distance(row, sample) / mean for row in scaled]


def decisions(outcome: BacktestOutcome) -> list[dict[str, str]]:
    with (outcome.folder / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_distances_are_those_of_a_slow_nearest_neighbour_loop(shop: Shop) -> None:
    found = shop.rows(start="2012-09-01")
    assert found.dissimilarity is not None
    wanted = shop.features.loc["2012-09-01":].to_numpy(np.float64)
    assert len(found.dissimilarity) == len(found.bars) == len(wanted) > 20
    np.testing.assert_allclose(found.dissimilarity, slow_index(shop, wanted), rtol=1e-5, atol=1e-6)


def test_a_training_row_lies_at_no_distance(shop: Shop) -> None:
    """Rows of the kept sample are bars of the training symbols, so some bars of AAPL are at distance 0 exactly."""
    bars = source_of(shop.workspace).load("AAPL", "1d")
    found = shop.rows(bars, "AAPL", start=None)
    assert found.dissimilarity is not None
    assert (found.dissimilarity == 0).sum() > 50
    assert (found.dissimilarity >= 0).all()


def test_no_limit_asks_for_no_distances(shop: Shop) -> None:
    assert shop.rows(settings=DecisionSettings()).dissimilarity is None


def test_probabilities_are_the_model_s_of_the_same_bars(shop: Shop) -> None:
    found = shop.rows()
    wanted = shop.features.loc[START:]
    assert list(found.bars.index) == list(wanted.index)
    shares = shop.chosen.loaded.model.predict_proba(wanted.to_numpy(np.float32), "GOOG")
    np.testing.assert_allclose(found.probabilities, shares, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert found.probabilities.shape == (len(wanted), len(Action))


def test_the_bars_before_the_range_spare_it_a_warm_up(shop: Shop) -> None:
    assert shop.rows().warm_up_bars == 0
    whole = shop.rows(start=None)
    first = int(np.flatnonzero(shop.features.notna().all(axis=1))[0])
    assert whole.warm_up_bars == first > 0
    assert whole.bars.index[0] == shop.bars.index[first]
    later = int(np.searchsorted(whole.bars.index, shop.rows().bars.index[0]))
    np.testing.assert_allclose(whole.probabilities[later:], shop.rows().probabilities, rtol=1e-5, atol=1e-6)


def test_later_bars_change_no_row_before_them(shop: Shop) -> None:
    whole = shop.rows()
    cut = 60
    part = shop.rows(shop.bars.loc[: whole.bars.index[cut - 1]])
    assert whole.dissimilarity is not None
    assert part.dissimilarity is not None
    np.testing.assert_allclose(part.probabilities, whole.probabilities[:cut], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(part.dissimilarity, whole.dissimilarity[:cut], rtol=1e-5, atol=1e-6)


def test_bars_without_features_in_the_middle_are_hold_and_at_no_distance(shop: Shop) -> None:
    """A price that rises from next to nothing has changes beyond float32, so those bars have no features."""
    tail = shop.bars.iloc[-220:].copy()
    tail.iloc[100:104, :4] *= 1e-41
    plan = shop.chosen.plan
    assert plan is not None
    with np.errstate(over="ignore"):
        values = build_features(tail, plan, timeframe="1d").values
        found = shop.rows(tail, start=None)
    gap = ~np.isfinite(values).all(axis=1)[found.warm_up_bars :]
    assert 0 < gap.sum() < 60
    assert not gap[[0, -1]].any()
    assert found.dissimilarity is not None
    assert len(gap) == len(found.bars)
    assert found.probabilities[gap].tolist() == [HOLD] * int(gap.sum())
    assert np.isnan(found.dissimilarity[gap]).all()
    assert np.isfinite(found.dissimilarity[~gap]).all()
    untouched = shop.rows(shop.bars.iloc[-220:], start=None)
    assert untouched.dissimilarity is not None
    before = slice(0, 100 - found.warm_up_bars)
    np.testing.assert_allclose(found.probabilities[before], untouched.probabilities[before], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.dissimilarity[before], untouched.dissimilarity[before], rtol=1e-5, atol=1e-6)


def test_too_few_bars_are_refused_with_the_warm_up_that_took_them(shop: Shop) -> None:
    first = int(np.flatnonzero(shop.features.notna().all(axis=1))[0])
    assert len(shop.rows(shop.bars.iloc[: first + 2], start=None).bars) == 2
    with pytest.raises(TooFewRows, match=f"{first} of {first + 1} bars are the indicators' warm-up"):
        shop.rows(shop.bars.iloc[: first + 1], start=None)


def test_an_unseen_symbol_is_told_about_and_a_known_one_is_not(shop: Shop) -> None:
    told = shop.rows().coverage
    assert told is not None
    assert told["sentence"].startswith("GOOG, a symbol it has not seen, ")
    assert shop.rows(source_of(shop.workspace).load("IBM", "1d"), "IBM").coverage is None


def test_bars_farther_than_the_limit_are_refused_by_name_and_no_other(shop: Shop, shy: BacktestOutcome) -> None:
    rows = decisions(shy)
    index = slow_index(shop, shop.features.loc[START:].to_numpy(np.float64))
    assert len(rows) == len(index)
    refused = 0
    for row, far in zip(rows, index, strict=True):
        if row["raw"] == "HOLD":
            assert (row["action"], row["reason"]) == ("HOLD", "")
            continue
        expected = refusal(row, far)
        assert row["refused_by"] == expected, row
        assert row["action"] == ("HOLD" if expected else row["raw"])
        relation = "is above" if far > LIMIT else "is at most"
        assert row["reason"].endswith(f"dissimilarity {far:.2f} {relation} {LIMIT:.2f}"), row
        refused += expected == "drift"
    assert refused > 0


def refusal(row: dict[str, str], far: float) -> str:
    """Return the first filter that refuses, from the strategy's own settings: no shorts, no volume, no cooldown."""
    if float(row["confidence"]) < CONFIDENCE:
        return "confidence"
    if (row["raw"], row["position"]) in (("BUY", "long"), ("SELL", "flat")):
        return "position"
    return "drift" if far > LIMIT else ""


def test_nothing_is_bought_or_sold_on_a_bar_that_was_refused(shy: BacktestOutcome) -> None:
    rows = decisions(shy)
    order = {row["timestamp"]: place for place, row in enumerate(rows)}
    with (shy.folder / "trades.csv").open(encoding="utf-8", newline="") as file:
        trades = list(csv.DictReader(file))
    signals = [row["timestamp"] for row in rows if row["action"] != "HOLD"]
    fills = [trade["entry_time"] for trade in trades]
    fills += [trade["exit_time"] for trade in trades if trade["exit_reason"] == "signal"]
    assert signals
    for moment in fills:
        decided = rows[order[moment] - 1]
        assert decided["action"] != "HOLD"
        assert decided["refused_by"] == ""


def test_a_model_without_its_training_rows_says_that_the_filter_is_off(
    forgetful: Workspace, shy: BacktestOutcome
) -> None:
    run = backtest(request(forgetful))
    off = [event for event in run.document["events"] if event["code"] == "drift_filter_off"]
    assert [event["message"] for event in off] == [
        "the model keeps no training rows to measure distances by, the drift filter was not applied"
    ]
    assert not any(event["code"] == "drift_filter_off" for event in shy.document["events"])
    rows = decisions(run)
    assert not any(row["refused_by"] == "drift" for row in rows)
    said = {row["reason"].rsplit("; ", 1)[-1] for row in rows if row["raw"] != "HOLD"}
    assert said == {"distance from the training rows is not known, not applied"}
    assert run.document["coverage"]["verdict"] == "unknown"
    assert "the drift filter was not applied" in (run.folder / "report.html").read_text(encoding="utf-8")


def test_a_reference_that_was_changed_is_no_measure_either(shop: Shop, forgetful: Workspace) -> None:
    shutil.copy(shop.workspace.root / MODEL / "checksums.json", forgetful.root / MODEL / "checksums.json")
    shutil.copy(shop.workspace.root / MODEL / "coverage.json", forgetful.root / MODEL / "coverage.json")
    edit(forgetful.root / MODEL / "coverage.json", lambda document: document.update(format=9), checksum=False)
    asked = request(forgetful)
    found = model_rows(shop.bars, choose_model(asked, NAME), asked, SETTINGS)
    assert found.dissimilarity is not None
    assert np.isnan(found.dissimilarity).all()
    assert found.coverage is not None
    assert found.coverage["verdict"] == "unknown"
    assert "checksum does not match" in found.coverage["sentence"]
