"""Training end to end on real bars: the saved folder, the numbers, the seed, and every way to fail cleanly."""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, KtrdrError, StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, Note, StageFinished, StageStarted, SymbolDone
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.features.build import build_features
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.model_store.load import load_model
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.training.store import RowStore
from ktrdr_app.workflows import train_run as module
from ktrdr_app.workflows.train_run import train
from tests.core.children import files_up_to
from tests.core.protected import only_looked_at
from tests.workflows.quick import SYMBOLS, TEXT, files_below, request, trained, with_strategy

METRICS = {
    "train_accuracy",
    "val_accuracy",
    "test_accuracy",
    "majority_accuracy",
    "test_nll",
    "prior_nll",
    "skill",
    "macro_f1",
    "precision",
    "recall",
}
STAGES = {"load", "indicators", "fuzzy", "features", "labels", "train", "test", "importance", "save"}


def _tensors(folder: Path) -> dict[str, bytes]:
    state = torch.load(folder / "model.pt", weights_only=True)
    return {name: value.numpy().tobytes() for name, value in state.items()}


def test_the_document_has_every_promised_field(sample_workspace: Workspace) -> None:
    document = trained(sample_workspace).document
    assert set(document["metrics"]) >= METRICS
    assert set(document["seconds"]) >= STAGES
    assert document["training_symbols"] == list(SYMBOLS)
    assert document["total_samples"] == sum(document["samples_per_symbol"].values())
    assert document["metrics"]["skill"] == pytest.approx(
        1 - document["metrics"]["test_nll"] / document["metrics"]["prior_nll"]
    )
    for symbol in SYMBOLS:
        assert set(document["per_symbol_validation"][symbol]) >= {"accuracy", "precision", "recall", "support", "skill"}
        assert sum(document["class_balance"][symbol].values()) == pytest.approx(1)
    assert (document["epochs_trained"], document["version"], document["kind"]) == (4, 1, "universal")
    assert json.loads(json.dumps(document)) == document


def test_nothing_is_trained_for_a_workspace_that_is_only_looked_at(sample_workspace: Workspace) -> None:
    workspace, told = with_strategy(sample_workspace), list[object]()
    with only_looked_at(workspace), pytest.raises(WorkspaceReadOnly):
        train(request(workspace), told.append)
    assert told == []


def test_the_documents_tell_every_figure_with_its_interval_and_baselines(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace)
    document, metrics = result.document, json.loads((result.model_path / "metrics.json").read_text())
    low, high = document["metrics"]["intervals"]["skill"]
    assert low <= document["metrics"]["skill"] <= high
    for part in ("train", "validation", "test"):
        assert set(document["parts"][part]["baselines"]) == {"majority", "prior"}
        assert set(metrics[f"per_symbol_{part}"]) == set(SYMBOLS)
    assert metrics["test"]["nll"] == document["metrics"]["test_nll"] == document["calibration"]["test"]["nll_after"]
    config = json.loads((result.model_path / "config.json").read_text())
    assert config["model"]["calibration"]["temperature"] == document["calibration"]["temperature"]
    assert document["bootstrap"]["block_slots"]["test"] >= config["labels"]["lookahead"]
    assert set(metrics["reliability"]) == set(SYMBOLS)
    for figure in document["importance"].values():
        assert set(figure) == {"mean", "low", "high", "by_symbol", "sign_agreement"}
        agreeing = [rise > 0 for rise in figure["by_symbol"].values()].count(figure["mean"] > 0)
        assert figure["sign_agreement"] == pytest.approx(agreeing / len(SYMBOLS))


def test_the_saved_model_predicts_from_raw_features(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace)
    loaded = load_model(result.model_path)
    plan = FeaturePlan.of(load_strategy("quick", sample_workspace))
    frame = build_features(CSVDataSource(sample_workspace.data).load("GOOG", "1d"), plan)
    assert loaded.contract_digest == plan.contract.digest
    shares = loaded.model.predict_proba(frame.values[frame.valid])
    assert shares.shape == (int(frame.valid.sum()), 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert shares.std(axis=0).min() > 0


def test_the_same_seed_gives_byte_identical_tensors_and_another_does_not(sample_workspace: Workspace) -> None:
    first, second, other = (trained(sample_workspace, seed=seed) for seed in (3, 3, 4))
    assert _tensors(first.model_path) == _tensors(second.model_path)
    assert first.model_path != second.model_path
    assert _tensors(other.model_path) != _tensors(first.model_path)
    same = {"metrics", "importance", "history", "class_balance", "split"}
    assert {key: first.document[key] for key in same} == {key: second.document[key] for key in same}


def test_the_manifest_can_reproduce_the_run(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace, seed=11, start="2006-01-01", end="2012-06-30", epochs=3)
    manifest = json.loads((result.model_path / "training_manifest.json").read_text())
    words = shlex.split(manifest["command"])
    assert words[:3] == ["ktrdr-app", "train", "quick"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options == {
        "--symbols": "AAPL,IBM,MSFT",
        "--timeframe": "1d",
        "--seed": "11",
        "--start": "2006-01-01",
        "--end": "2012-06-30",
        "--epochs": "3",
    }
    assert manifest["data_date_range"]["start"].startswith("2006-01-03")
    assert manifest["data_date_range"]["end"].startswith("2012-06-29")
    assert set(manifest["data_fingerprints"]) == set(SYMBOLS)
    assert manifest["library_versions"]["torch"] == torch.__version__
    assert manifest["split"]["purge_bars"] == 10


def test_the_manifest_describes_the_labels_of_each_symbol(sample_workspace: Workspace) -> None:
    manifest = json.loads((trained(sample_workspace).model_path / "training_manifest.json").read_text())
    told = manifest["label_report"]
    assert set(told) == set(SYMBOLS)
    for symbol in SYMBOLS:
        assert sum(told[symbol]["counts"].values()) == told[symbol]["labelled"]
        assert told[symbol]["runs"]["count"] > 1
        assert 0 <= told[symbol]["rules"]["momentum_20"]["hit_rate"] <= 1


def test_labels_of_the_original_are_marked_as_hindsight(sample_workspace: Workspace) -> None:
    text = TEXT.replace(
        "labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}", "labels: {method: segment, threshold: 0.05}"
    )
    notes: list[str] = []
    result = train(
        request(with_strategy(sample_workspace, text)),
        lambda event: notes.append(event.text) if isinstance(event, Note) else None,
    )
    assert any("hindsight" in note for note in notes)
    assert any("hindsight" in sentence for sentence in result.document["report"])
    manifest = json.loads((result.model_path / "training_manifest.json").read_text())
    assert manifest["split"]["purge_bars"] is None


@pytest.mark.parametrize("embedding", [False, True])
def test_a_universal_model_is_at_most_twice_as_large_as_that_of_one_symbol(
    sample_workspace: Workspace, embedding: bool
) -> None:
    alone = trained(sample_workspace, symbols=("IBM",), kind="legacy").model_path
    text = TEXT.replace("labels:", f"features: {{symbol_embedding: {str(embedding).lower()}}}\nlabels:")
    universal = train(request(with_strategy(sample_workspace, text))).model_path

    def weights(folder: Path) -> int:
        return (folder / "model.pt").stat().st_size

    def whole(folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.iterdir())

    assert weights(universal) <= 2 * weights(alone)
    assert whole(universal) <= 2 * whole(alone)


def test_the_number_of_workers_changes_no_byte(sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for workers in (1, 4):
        monkeypatch.setattr("ktrdr_app.core.compute.cores", lambda workers=workers: workers)
        monkeypatch.setattr("ktrdr_app.training.assemble.cores", lambda workers=workers: workers)
        shutil.rmtree(sample_workspace.cache, ignore_errors=True)
        found.append(_tensors(trained(sample_workspace).model_path))
    assert found[0] == found[1]


def test_no_row_after_the_cut_reaches_the_weights(sample_workspace: Workspace) -> None:
    before = trained(sample_workspace)
    cut = pd.Timestamp(before.document["split"]["validation_end"])
    for symbol in SYMBOLS:
        path = sample_workspace.data / f"{symbol}_1d.csv"
        table = pd.read_csv(path)
        late = pd.to_datetime(table["timestamp"]) >= cut
        table.loc[late, ["open", "high", "low", "close"]] *= 3
        table.to_csv(path, index=False)
    assert _tensors(trained(sample_workspace).model_path) == _tensors(before.model_path)


def test_a_legacy_model_is_one_symbol_in_the_originals_layout(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace, symbols=("IBM",), kind="legacy")
    assert result.model_path.name == "IBM_1d_v1"
    assert result.document["kind"] == "legacy"
    assert load_model(result.model_path).info.symbol == "IBM"


@pytest.mark.parametrize("combination", ["interleave", "balanced"])
def test_the_command_line_overrides_the_strategy(combination: str, sample_workspace: Workspace) -> None:
    result = trained(sample_workspace, combination=combination, batch_size=64, epochs=2)
    manifest = json.loads((result.model_path / "training_manifest.json").read_text())
    assert manifest["combination_strategy"] == combination
    assert result.document["epochs_trained"] == 2
    assert json.loads((result.model_path / "config.json").read_text())["training"]["batch_size"] == 64


def test_the_sentences_say_when_there_is_no_skill(sample_workspace: Workspace) -> None:
    text = TEXT.replace("learning_rate: 0.01", "learning_rate: 0.00000001").replace("epochs: 4", "epochs: 1")
    document = train(request(with_strategy(sample_workspace, text))).document
    metrics = document["metrics"]
    beaten = metrics["skill"] > 0 and metrics["test_accuracy"] > metrics["majority_accuracy"]
    assert not beaten
    assert any("No skill" in sentence for sentence in document["report"])


def test_progress_comes_stage_by_stage(sample_workspace: Workspace) -> None:
    seen: list[Any] = []
    train(request(with_strategy(sample_workspace)), seen.append)
    started = [event.stage for event in seen if isinstance(event, StageStarted)]
    assert started == ["load", "indicators", "train", "test", "importance", "save"]
    assert {event.stage for event in seen if isinstance(event, StageFinished)} == STAGES
    assert {event.symbol for event in seen if isinstance(event, SymbolDone)} == set(SYMBOLS)
    assert [event.epoch for event in seen if isinstance(event, EpochFinished)] == [1, 2, 3, 4]


def test_cancelling_leaves_no_model_behind(sample_workspace: Workspace) -> None:
    token = CancelToken("training")

    def listen(event: object) -> None:
        if isinstance(event, EpochFinished):
            token.cancel()

    with pytest.raises(Cancelled):
        train(request(with_strategy(sample_workspace)), listen, token)
    assert files_below(sample_workspace.models) == []


@pytest.mark.parametrize("stage", ["load", "test", "importance"])
def test_cancelling_late_still_saves_nothing(stage: str, sample_workspace: Workspace) -> None:
    token = CancelToken("training")

    def listen(event: object) -> None:
        if isinstance(event, StageFinished) and event.stage == stage:
            token.cancel()

    with pytest.raises(Cancelled):
        train(request(with_strategy(sample_workspace)), listen, token)
    assert files_below(sample_workspace.models) == []


@pytest.mark.parametrize(
    ("changes", "code", "exit_code", "word"),
    [
        ({"strategy": "qick"}, "strategy_not_found", 3, "quick"),
        ({"symbols": ("AAPL", "NOPE")}, "data_not_found", 3, "NOPE"),
        ({"symbols": ("AAPL", "AAPL")}, "invalid_value", 2, "repeated"),
        ({"symbols": ()}, "invalid_value", 2, "symbol"),
        ({"timeframe": "1x"}, "unknown_name", 2, "1x"),
        ({"timeframe": "1h"}, "data_not_found", 3, "1h"),
        ({"end": "2005-06-30"}, "too_few_rows", 2, "AAPL"),
        ({"end": "2005-10-10"}, "too_few_rows", 2, "part"),
        ({"start": "2031-01-01"}, "empty_data", 2, "2013-03-01"),
        ({"epochs": 0}, "invalid_value", 2, "epochs"),
        ({"batch_size": -1}, "invalid_value", 2, "batch_size"),
        ({"combination": "mixed"}, "invalid_value", 2, "combination"),
        ({"combination": "weighted"}, "invalid_value", 2, "weight"),
        ({"kind": "hybrid"}, "invalid_value", 2, "universal"),
        ({"kind": "legacy"}, "invalid_value", 2, "one symbol"),
        ({"seed": -1}, "invalid_value", 2, "seed"),
    ],
)
def test_bad_requests_are_named_and_write_nothing(
    changes: dict[str, Any], code: str, exit_code: int, word: str, sample_workspace: Workspace
) -> None:
    workspace = with_strategy(sample_workspace)
    before = files_below(workspace.root)
    with pytest.raises(KtrdrError) as caught:
        train(request(workspace, **changes))
    error = caught.value
    assert (error.code, error.exit_code) == (code, exit_code)
    assert word in f"{error.message} {error.hint} {error.where}"
    assert "\n" not in error.message
    assert files_below(workspace.root) == before


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("lookahead: 10", "lokahead: 10", "quick.yaml:16"),
        ("period: 14", "perod: 14", "quick.yaml:4"),
        ("{name: sma", "{name: smaa", "quick.yaml:5"),
        ("hidden_layers: [8]", "hidden_layers: []", "quick.yaml:17"),
    ],
)
def test_a_typo_in_the_strategy_is_named_with_its_line(
    old: str, new: str, place: str, sample_workspace: Workspace
) -> None:
    workspace = with_strategy(sample_workspace, TEXT.replace(old, new))
    with pytest.raises(KtrdrError) as caught:
        train(request(workspace))
    assert caught.value.code == "strategy_problem"
    assert place in caught.value.where
    assert files_below(workspace.models) == []


def test_the_manifest_tells_what_an_epoch_was(sample_workspace: Workspace) -> None:
    manifests = {}
    for word in ("auto", "off"):
        text = TEXT.replace("epochs: 4,", f"epochs: 4, per_symbol_batches: {word}, split: {{embargo: 0.01}},")
        result = train(request(with_strategy(sample_workspace, text)))
        manifests[word] = json.loads((result.model_path / "training_manifest.json").read_text())
        assert json.loads((result.model_path / "config.json").read_text())["training"]["per_symbol_batches"] == word
        assert result.document["epochs_trained"] == 4
    auto, off = manifests["auto"]["epoch"], manifests["off"]["epoch"]
    rows = manifests["off"]["total_samples"]
    assert off == {
        "per_symbol_batches": "off",
        "batch_size": 32,
        "learning_rate": 0.01,
        "rows_per_epoch": rows,
        "steps": -(-rows // 32),
    }
    assert (auto["batch_size"], auto["steps"]) == (55, -(-(rows // 3) // 32))
    assert auto["rows_per_epoch"] < 2 * rows / 3
    assert manifests["auto"]["constant_features"] == ["volume_available"]
    split = manifests["auto"]["split"]
    assert split["embargo"] == 0.01
    assert split["embargoed_rows"] > 0
    assert split["train_end"] < split["validation_start"] < split["validation_end"] < split["test_start"]


@pytest.mark.parametrize("limit", [0, 10**9])
def test_rows_on_disk_change_no_weight_and_are_gone(
    limit: int, sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = trained(sample_workspace, epochs=2)
    monkeypatch.setattr(module, "RowStore", lambda folder: RowStore(folder, limit))
    assert _tensors(trained(sample_workspace, epochs=2).model_path) == _tensors(in_memory.model_path)
    place = sample_workspace.cache / "rows"
    assert not place.exists() or list(place.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: the size of files is limited as Linux does it")
@pytest.mark.parametrize("stage", ["indicators", "save"])
def test_a_full_disk_is_told_and_leaves_no_model(
    stage: str, sample_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RowStore", lambda folder: RowStore(folder, 0))
    with contextlib.ExitStack() as stack:

        def listen(event: object) -> None:
            if isinstance(event, StageStarted) and event.stage == stage:
                stack.enter_context(files_up_to(4_000))

        with pytest.raises(StorageProblem, match="File too large"):
            train(request(with_strategy(sample_workspace), epochs=1), listen)
    assert list(sample_workspace.models.glob("quick/[!.]*")) == []
    assert [path for path in sample_workspace.models.rglob("*") if path.is_file()] == []
    assert list((sample_workspace.cache / "rows").iterdir()) == []


def test_a_symbol_with_one_class_is_named(sample_workspace: Workspace) -> None:
    workspace = with_strategy(sample_workspace, TEXT.replace("threshold: 1.5", "threshold: 900"))
    with pytest.raises(KtrdrError) as caught:
        train(request(workspace))
    assert caught.value.code == "one_class"
    assert "AAPL are HOLD" in caught.value.message
    assert files_below(workspace.models) == []


def test_a_feature_that_does_not_vary_is_told_by_name(sample_workspace: Workspace) -> None:
    dead = TEXT.replace(
        "      high: {type: trap",
        "      dead: {type: triangular, parameters: [200, 300, 400]}\n      high: {type: trap",
    )
    told: list[str] = []

    def listen(event: object) -> None:
        if isinstance(event, Note):
            told.append(event.text)

    result = train(request(with_strategy(sample_workspace, dead)), listen)
    manifest = json.loads((result.model_path / "training_manifest.json").read_text())
    assert manifest["constant_features"] == ["rsi_dead", "volume_available"]
    assert told == ["of no use, as they do not vary over the training rows: rsi_dead"]


def test_a_missing_symbol_is_named_before_any_work_begins(sample_workspace: Workspace) -> None:
    seen: list[Any] = []
    with pytest.raises(KtrdrError) as caught:
        train(request(with_strategy(sample_workspace), symbols=("AAPL", "NOPE")), seen.append)
    assert caught.value.code == "data_not_found"
    assert [event.stage for event in seen] == ["load"]


def test_an_empty_file_is_named(sample_workspace: Workspace) -> None:
    (sample_workspace.data / "VOID_1d.csv").write_text("")
    with pytest.raises(KtrdrError) as caught:
        train(request(with_strategy(sample_workspace), symbols=("AAPL", "VOID")))
    assert caught.value.code == "empty_data"
    assert "VOID_1d.csv" in caught.value.where


def test_models_that_cannot_be_written_say_so(sample_workspace: Workspace) -> None:
    sample_workspace.models.write_text("a file where the folder should be")
    with pytest.raises(KtrdrError) as caught:
        train(request(with_strategy(sample_workspace)))
    assert caught.value.code == "storage_problem"
    assert sample_workspace.models.read_text() == "a file where the folder should be"
