"""Coverage end to end: a trained model beside seen, unseen and wholly other series, older folders, and refusals."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist, pdist

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, KtrdrError, ModelRejected, TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import StageFinished
from ktrdr_app.data.sample import install_sample
from ktrdr_app.features.build import build_features
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.coverage_run import ModelCoverage
from ktrdr_app.workflows.model_requests import CoverageRequest
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestRequest
from tests.model_store.builders import edit
from tests.reference import coverage as slow
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, files_below, trained

MODEL = f"models/{NAME}/universal_1d_v1"
FILE = "coverage.json"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with a universal model of AAPL, IBM and MSFT, and a market that is a thousandfold as wild."""
    workspace = Workspace(tmp_path_factory.mktemp("coverage"))
    install_sample(workspace)
    trained(workspace)
    bars = pd.read_csv(workspace.data / "GOOG_1d.csv")
    random = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.3, len(bars))))
    wild = bars.assign(open=close, high=close * 1.4, low=close * 0.7, close=close)
    wild.to_csv(workspace.data / "WILD_1d.csv", index=False)
    return workspace


@pytest.fixture
def copy(origin: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy that a test may change."""
    shutil.copytree(origin.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


def told(workspace: Workspace, symbol: str = "GOOG", **changes: Any) -> ModelCoverage:
    given = {"path": MODEL} | changes
    return workflows.model_coverage(CoverageRequest(workspace, symbol, **given))


def raw(workspace: Workspace, symbol: str) -> pd.DataFrame:
    """Return the features of every bar that has all, computed anew."""
    plan = FeaturePlan.of(load_strategy(NAME, workspace))
    frame = build_features(source_of(workspace).load(symbol, "1d"), plan, timeframe="1d")
    return pd.DataFrame(frame.values[frame.valid], frame.index[frame.valid], list(plan.contract.names))


def test_an_unseen_share_is_compared_by_the_definition_with_the_training_rows_alone(origin: Workspace) -> None:
    found = told(origin)
    manifest = json.loads((origin.root / MODEL / "training_manifest.json").read_text(encoding="utf-8"))
    assert not found.in_training_set
    assert found.training_symbols == ("AAPL", "IBM", "MSFT")
    assert found.training_rows == manifest["split"]["rows"]["train"]
    assert found.drift is not None
    values = raw(origin, "GOOG")
    assert (found.drift.rows, found.seen) == (len(values), 0)
    assert found.start == values.index[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found.end == values.index[-1].strftime("%Y-%m-%dT%H:%M:%SZ")
    training = pd.concat([_training_rows(origin, symbol, manifest) for symbol in ("AAPL", "IBM", "MSFT")])
    assert len(training) == found.training_rows
    for feature in found.drift.features:
        expected = slow.psi(training[feature.name].tolist(), values[feature.name].tolist())
        assert feature.psi == pytest.approx(expected, rel=1e-9, abs=1e-12), feature.name


def _training_rows(workspace: Workspace, symbol: str, manifest: dict[str, Any]) -> pd.DataFrame:
    """Return rows whose label was known by the end of the training part, told by the labels' own ends."""
    from ktrdr_app.labels.labelers import label_bars

    bars = source_of(workspace).load(symbol, "1d")
    labels = label_bars(bars, "1d", load_strategy(NAME, workspace).strategy.labels)
    end = pd.Timestamp(manifest["split"]["train_end"]).as_unit("ns").value
    known = pd.Series((labels.label >= 0) & (labels.label_end <= end), bars.index)
    values = raw(workspace, symbol)
    return values[known.reindex(values.index).to_numpy(dtype=bool)]


def test_verdicts_follow_the_market(origin: Workspace) -> None:
    assert told(origin).verdict == "covered"
    wild = told(origin, "WILD")
    assert wild.verdict != "covered"
    assert wild.worst
    assert "volatility_20" in " ".join(wild.worst)


def test_a_training_symbol_says_so_and_how_much_of_it_was_seen(origin: Workspace) -> None:
    found = told(origin, "AAPL")
    manifest = json.loads((origin.root / MODEL / "training_manifest.json").read_text(encoding="utf-8"))
    bars = source_of(origin).load("AAPL", "1d")
    end = pd.Timestamp(manifest["split"]["validation_end"])
    closed = raw(origin, "AAPL").index + pd.Timedelta(days=1) <= end
    assert found.in_training_set
    assert found.sentence.startswith("AAPL, one of the symbols it learnt from,")
    assert abs(found.seen - int(closed.sum())) <= 1
    assert 0 < found.seen < len(bars)
    later = told(origin, "AAPL", start=str(end.date() + pd.Timedelta(days=2)))
    assert later.seen == 0


def test_a_range_is_compared_alone_with_the_bars_before_it_as_warm_up(origin: Workspace) -> None:
    found = told(origin, start="2010-01-01", end="2010-12-31")
    assert found.drift is not None
    values = raw(origin, "GOOG").loc["2010-01-01":"2010-12-31"]
    assert found.drift.rows == len(values) > 200
    assert (found.start or "")[:10] == str(values.index[0].date())


def test_few_bars_are_told(origin: Workspace) -> None:
    found = told(origin, start="2010-01-01", end="2010-02-28")
    assert any("chance" in note for note in found.notes)


def test_the_resolver_chooses_where_no_folder_is_named(origin: Workspace) -> None:
    found = told(origin, path="", strategy=NAME, timeframe="1d")
    assert found.path.name == "universal_1d_v1"
    assert found.sentence == told(origin).sentence
    assert told(origin, path=f"{NAME}/universal_1d_latest").path.name == "universal_1d_v1"


def test_other_bars_than_the_models_are_compared_with_a_warning(copy: Workspace) -> None:
    found = told(copy, "EURUSD", timeframe="1h")
    assert found.drift is not None
    assert found.notes[0] == "The model learnt from bars of 1d, not of 1h."


def test_a_folder_from_before_cannot_be_told_and_says_what_helps(copy: Workspace) -> None:
    folder = copy.root / MODEL
    (folder / FILE).unlink()
    edit(folder / "checksums.json", lambda listed: listed.pop(FILE), checksum=False)
    found = told(copy)
    assert (found.verdict, found.drift, found.notes) == ("unknown", None, ())
    assert found.sentence.startswith("No reference")
    assert "train the model again" in found.hint
    known = told(copy, "IBM")
    assert known.in_training_set
    assert known.sentence.startswith("IBM is one of the symbols it learnt from. No reference")
    document = found.to_document()
    assert (document["features"], document["distance"], document["rows"]) == ([], None, 0)


def test_a_model_of_the_original_cannot_be_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    folder = original_folder(workspace, "MSFT")
    found = told(workspace, path=str(folder))
    assert found.verdict == "unknown"
    assert "original program" in found.sentence
    assert found.training_symbols == ("MSFT",)


def test_a_damaged_reference_is_refused_but_a_backtest_goes_on_and_tells(copy: Workspace) -> None:
    edit(copy.root / MODEL / FILE, lambda document: document.update(format=9), checksum=False)
    with pytest.raises(ModelRejected, match="checksum"):
        told(copy)
    run = workflows.backtest(BacktestRequest(copy, NAME, "GOOG", "1d"))
    assert run.document["coverage"]["verdict"] == "unknown"
    assert "checksum does not match" in run.document["coverage"]["sentence"]


@pytest.mark.parametrize(
    ("symbol", "changes", "code"),
    [
        ("GOOG", {"path": f"models/{NAME}/universal_1d_v9"}, "model_not_found"),
        ("NONE", {}, "data_not_found"),
        ("GOOG", {"path": ""}, "invalid_value"),
        ("GOOG", {"path": "", "strategy": NAME}, "invalid_value"),
        ("GOOG", {"path": "", "strategy": "other", "timeframe": "1d"}, "model_not_found"),
    ],
)
def test_bad_requests_are_named(origin: Workspace, symbol: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(KtrdrError) as caught:
        told(origin, symbol, **changes)
    assert caught.value.code == code


def test_a_range_of_warm_up_alone_is_told(origin: Workspace) -> None:
    sixth = source_of(origin).load("GOOG", "1d").index[5]
    with pytest.raises(TooFewRows, match="warm-up"):
        told(origin, end=str(sixth.date()))


def test_it_writes_nothing_tells_its_stages_and_stops(origin: Workspace) -> None:
    before = files_below(origin.root)
    heard: list[object] = []
    workflows.model_coverage(CoverageRequest(origin, "GOOG", MODEL), heard.append)
    assert [event.stage for event in heard if isinstance(event, StageFinished)] == ["load", "features", "compare"]
    assert files_below(origin.root) == before
    token = CancelToken("coverage")
    token.cancel()
    with pytest.raises(Cancelled):
        workflows.model_coverage(CoverageRequest(origin, "GOOG", MODEL), cancel=token)


def test_its_document_is_plain_json_and_whole(origin: Workspace) -> None:
    document = told(origin).to_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {entry["name"] for entry in document["inputs"]} == {"rsi", "mean"}
    assert document["features"] == sorted(document["features"], key=lambda entry: -entry["psi"])
    assert document["distance"]["rows"] == document["rows"]


def test_a_backtest_says_whether_the_model_knows_the_likes_of_an_unseen_symbol(origin: Workspace) -> None:
    outcome = workflows.backtest(BacktestRequest(origin, NAME, "WILD", "1d"))
    found = told(origin, "WILD")
    assert outcome.document["coverage"] == {
        "verdict": found.verdict,
        "sentence": found.sentence,
        "worst": found.worst,
    }
    assert "what it says there is extrapolation" in (outcome.folder / "report.html").read_text(encoding="utf-8")
    seen = workflows.backtest(BacktestRequest(origin, NAME, "AAPL", "1d"))
    assert seen.document["coverage"] is None


def test_it_needs_no_torch(origin: Workspace) -> None:
    code = (
        "import sys; from pathlib import Path; from ktrdr_app import workflows\n"
        "from ktrdr_app.core.paths import Workspace; from ktrdr_app.workflows.model_requests import CoverageRequest\n"
        f"workflows.model_coverage(CoverageRequest(Workspace(Path({str(origin.root)!r})), 'GOOG', {MODEL!r}))\n"
        "assert 'torch' not in sys.modules and 'PySide6' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_neither_folder_nor_strategy_is_no_question(origin: Workspace) -> None:
    with pytest.raises(InvalidValue) as caught:
        told(origin, path="")
    assert "a model's folder" in caught.value.hint


def test_distances_are_those_of_scipy_to_the_rows_that_the_folder_keeps(origin: Workspace) -> None:
    """Read without our reader: scaler.json's means, the sample's bytes, and the published index."""
    found = told(origin, start="2012-01-01")
    assert found.drift is not None
    assert found.drift.distance is not None
    scaler = json.loads((origin.root / MODEL / "scaler.json").read_text(encoding="utf-8"))
    sample = json.loads((origin.root / MODEL / FILE).read_text(encoding="utf-8"))["sample"]
    kept = np.frombuffer(base64.b64decode(sample["values"]), "<f4").reshape(sample["rows"], -1).astype(np.float64)
    values = raw(origin, "GOOG").loc["2012-01-01":].to_numpy(np.float64)
    scaled = (values - np.array(scaler["mean"])) / np.array(scaler["scale"])
    index = cdist(scaled, kept).min(axis=1) / pdist(kept).mean()
    assert found.drift.distance.rows == len(index)
    assert found.drift.distance.median == pytest.approx(np.median(index), rel=1e-5)
    beyond = float(np.mean(index > sample["threshold"]))
    assert found.drift.distance.beyond == pytest.approx(beyond, abs=1.5 / len(index))
    assert f"{100 * found.drift.distance.beyond:.1f} % of its bars" in found.sentence
