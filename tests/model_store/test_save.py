"""What a saved folder holds, how versions are numbered, and where ``_latest`` points."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import os
import pickle
import shutil
import stat
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ktrdr_app.core import files
from ktrdr_app.core.errors import InvalidValue, ModelRejected, StorageProblem, UnknownName, UnsafeName
from ktrdr_app.model_store import save as saving
from ktrdr_app.model_store import versions
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.save import save_model
from ktrdr_app.model_store.versions import claim_version, point_latest
from ktrdr_app.strategy.load import from_document
from tests.model_store.builders import (
    DIGEST,
    NAMES,
    STRATEGY,
    artifact,
    network,
    raw_rows,
    save,
    scaled_by_hand,
    scaler_document,
    strategy_document,
    write_original,
)

UNIVERSAL_FILES = {
    "model.pt",
    "model_full.pt",
    "config.json",
    "features.json",
    "scaler.pkl",
    "scaler.json",
    "metrics.json",
    "metadata.json",
    "training_manifest.json",
    "checksums.json",
}
LEGACY_FILES = {
    "model.pt",
    "model_full.pt",
    "config.json",
    "features.json",
    "metrics.json",
    "metadata.json",
    "scaler.pkl",
}


def document(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


class TestUniversalFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return save(tmp_path)

    def test_name_and_files(self, tmp_path: Path, folder: Path) -> None:
        assert folder == tmp_path / STRATEGY / "universal_1h_v1"
        assert {path.name for path in folder.iterdir()} == UNIVERSAL_FILES

    def test_weights_are_plain_tensors(self, folder: Path) -> None:
        tensors = torch.load(folder / "model.pt", weights_only=True)
        expected = network().state_dict()
        assert list(tensors) == list(expected) == ["0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"]
        assert all(torch.equal(tensors[name], expected[name]) for name in expected)

    def test_the_whole_object_is_a_plain_sequential(self, folder: Path) -> None:
        module = torch.load(folder / "model_full.pt", weights_only=False)
        assert type(module) is nn.Sequential
        assert not module.training
        assert torch.equal(module[3].weight, network()[3].weight)

    def test_the_original_s_scaler_gives_the_same_numbers(self, folder: Path) -> None:
        scaler = pickle.loads((folder / "scaler.pkl").read_bytes())
        rows = raw_rows(seed=3)
        np.testing.assert_allclose(
            scaler.transform(rows.astype(np.float64)), scaled_by_hand(scaler_document(), rows), rtol=1e-12
        )

    def test_scaler_json_has_full_precision(self, folder: Path) -> None:
        assert document(folder / "scaler.json") == scaler_document()

    def test_config_is_the_strategy_and_the_network(self, folder: Path) -> None:
        config = document(folder / "config.json")
        model = config.pop("model")
        assert config == strategy_document()
        assert from_document(config, "config.json").strategy.name == STRATEGY
        assert model["input_size"] == 4
        assert model["architecture"] == {
            "hidden_layers": [6, 5],
            "activation": "relu",
            "output_activation": "softmax",
            "dropout": 0.1,
        }

    def test_features(self, folder: Path) -> None:
        assert document(folder / "features.json") == {
            "feature_names": list(NAMES),
            "feature_count": 4,
            "feature_importance": {"rsi": 0.3, "roc_5": -0.01},
            "contract_digest": DIGEST,
        }

    def test_metrics_are_the_caller_s(self, folder: Path) -> None:
        assert document(folder / "metrics.json") == artifact().metrics

    def test_manifest_is_the_caller_s_and_what_the_store_adds(self, folder: Path) -> None:
        manifest = document(folder / "training_manifest.json")
        assert manifest.items() >= dict(artifact().manifest).items()
        assert (manifest["model_type"], manifest["version"], manifest["contract_digest"]) == ("universal", 1, DIGEST)

    def test_metadata(self, folder: Path) -> None:
        metadata = document(folder / "metadata.json")
        assert (metadata["schema_version"], metadata["kind"], metadata["version"]) == (1, "universal", 1)
        assert (metadata["strategy_name"], metadata["symbol"], metadata["timeframe"]) == (STRATEGY, None, "1h")
        assert (metadata["model_type"], metadata["input_size"]) == ("Sequential", 4)
        assert metadata["training_symbols"] == ["AAPL", "MSFT"]
        assert metadata["training_summary"] == {"epochs": 12, "final_accuracy": 0.7, "best_val_accuracy": 0.65}
        created = datetime.fromisoformat(metadata["created_at"])
        assert created.utcoffset() == UTC.utcoffset(None)
        versions = metadata["library_versions"]
        assert versions["torch"].split("+")[0] == torch.__version__.split("+")[0]
        assert versions["numpy"] == np.__version__
        assert versions.keys() == {"ktrdr_app", "python", "numpy", "pandas", "scikit-learn", "torch"}

    def test_checksums_are_those_of_every_other_file(self, folder: Path) -> None:
        expected = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()
            if path.name != "checksums.json"
        }
        assert document(folder / "checksums.json") == expected

    def test_nothing_is_left_beside_it_but_latest_and_the_hidden_counter(self, tmp_path: Path, folder: Path) -> None:
        assert {path.name for path in folder.parent.iterdir()} == {folder.name, "universal_1h_latest", ".versions"}

    def test_the_artifact_is_not_changed(self, tmp_path: Path) -> None:
        given = artifact(network=network().train())
        before = {name: tensor.clone() for name, tensor in given.network.state_dict().items()}
        save_model(given, tmp_path)
        assert given.network.training
        assert all(torch.equal(before[name], tensor) for name, tensor in given.network.state_dict().items())

    def test_the_same_weights_give_the_same_bytes(self, tmp_path: Path, folder: Path) -> None:
        again = save(tmp_path)
        assert again.name == "universal_1h_v2"
        assert (again / "model.pt").read_bytes() == (folder / "model.pt").read_bytes()
        other = save(tmp_path, network=network(seed=5))
        assert (other / "model.pt").read_bytes() != (folder / "model.pt").read_bytes()


class TestLegacyFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return save(tmp_path, symbol="EUR_USD")

    def test_layout_is_the_original_s_and_what_makes_it_safe(self, tmp_path: Path, folder: Path) -> None:
        assert folder == tmp_path / STRATEGY / "EUR_USD_1h_v1"
        assert {path.name for path in folder.iterdir()} == LEGACY_FILES | {"checksums.json", "training_manifest.json"}

    def test_the_original_s_way_of_loading_works(self, tmp_path: Path, folder: Path) -> None:
        """Rebuild the network from config and metadata, as the original does, and compare the predictions."""
        config, metadata = document(folder / "config.json"), document(folder / "metadata.json")
        architecture = config["model"]["architecture"]
        widths = [metadata["input_size"], *architecture["hidden_layers"]]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(architecture["dropout"])]
        module = nn.Sequential(*layers, nn.Linear(widths[-1], 3))
        module.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
        rows = raw_rows(seed=3)
        scaler = pickle.loads((folder / "scaler.pkl").read_bytes())
        with torch.no_grad():
            logits = module.eval()(torch.from_numpy(scaler.transform(rows).astype(np.float32)))
        expected = torch.softmax(logits, dim=1).numpy()
        np.testing.assert_allclose(load_model(folder).model.predict_proba(rows), expected, atol=1e-5)

    def test_metadata_have_the_original_s_keys(self, tmp_path: Path, folder: Path) -> None:
        original = document(write_original(tmp_path / "other") / "metadata.json")
        ours = document(folder / "metadata.json")
        assert original.keys() <= ours.keys()
        assert original["training_summary"].keys() == ours["training_summary"].keys()
        assert (ours["symbol"], ours["kind"]) == ("EUR_USD", "legacy")

    def test_features_and_config_have_the_original_s_keys(self, tmp_path: Path, folder: Path) -> None:
        original = write_original(tmp_path / "other")
        for name in ("features.json", "config.json"):
            assert document(original / name).keys() <= document(folder / name).keys()
        assert document(folder / "config.json")["model"].keys() >= document(original / "config.json")["model"].keys()


@pytest.mark.parametrize("symbol", [None, "MSFT"])
@pytest.mark.parametrize("kind", ["standard", "minmax", "none"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu", "sigmoid"])
def test_a_saved_model_predicts_as_before(tmp_path: Path, symbol: str | None, kind: str, activation: str) -> None:
    module = network(activation=activation).eval()
    scaling = scaler_document(kind)
    loaded = load_model(save(tmp_path, symbol=symbol, network=module, scaler_document=scaling))
    rows = raw_rows(seed=3)
    with torch.no_grad():
        logits = module(torch.from_numpy(scaled_by_hand(scaling, rows).astype(np.float32)))
    expected = torch.softmax(logits.double(), dim=1).numpy()
    np.testing.assert_allclose(loaded.model.predict_proba(rows), expected, atol=1e-6)
    assert (loaded.scaler_document["kind"], loaded.info.symbol) == (kind, symbol)


def test_a_scaler_document_of_no_scaling_needs_no_names(tmp_path: Path) -> None:
    folder = save(tmp_path, scaler_document={"kind": "none"})
    assert not (folder / "scaler.pkl").exists()
    assert load_model(folder).model.scaler is None


def test_figures_that_json_has_not_become_null(tmp_path: Path) -> None:
    folder = save(tmp_path, metrics={"skill": float("nan"), "test_accuracy": np.float64(0.5)})
    assert document(folder / "metrics.json") == {"skill": None, "test_accuracy": 0.5}
    assert list_models(tmp_path)[0].skill is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"strategy_name": "../evil"}, UnsafeName),
        ({"strategy_name": "nul"}, UnsafeName),
        ({"timeframe": "1hour"}, UnknownName),
        ({"symbol": "A/B"}, UnsafeName),
        ({"symbol": "universal"}, InvalidValue),
        ({"kind": "other"}, InvalidValue),
        ({"kind": "legacy"}, InvalidValue),
        ({"kind": "universal", "symbol": "MSFT"}, InvalidValue),
        ({"strategy_document": strategy_document() | {"model": {}}}, InvalidValue),
        ({"feature_names": NAMES[:3]}, ModelRejected),
        ({"feature_names": (*NAMES[:3], NAMES[0])}, ModelRejected),
        ({"scaler_document": scaler_document(names=("a", "b", "c", "d"))}, ModelRejected),
        ({"network": network(5)}, ModelRejected),
        ({"network": network().double()}, ModelRejected),
        ({"network": nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 3))}, ModelRejected),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        save(tmp_path / "models", **changes)
    left = [
        path for path in tmp_path.rglob("*") if path.name not in ("models", STRATEGY) and ".versions" not in path.parts
    ]
    assert left == []


def test_weights_that_are_not_finite_are_not_saved(tmp_path: Path) -> None:
    module = network()
    with torch.no_grad():
        module[0].weight[0, 0] = float("nan")
    with pytest.raises(ModelRejected, match="not finite"):
        save(tmp_path, network=module)
    assert list_models(tmp_path) == []


class TestVersions:
    def test_they_count_up_by_stem(self, tmp_path: Path) -> None:
        made = [save(tmp_path, **changes).name for changes in ({}, {}, {"timeframe": "5m"}, {"symbol": "MSFT"}, {})]
        assert made == ["universal_1h_v1", "universal_1h_v2", "universal_5m_v1", "MSFT_1h_v1", "universal_1h_v3"]

    def test_a_deleted_number_does_not_come_back(self, tmp_path: Path) -> None:
        for expected in (1, 2, 3):
            folder = save(tmp_path)
            assert folder.name == f"universal_1h_v{expected}"
            shutil.rmtree(folder)
        assert list_models(tmp_path) == []
        assert save(tmp_path).name == "universal_1h_v4"

    def test_existing_folders_count_even_without_the_counter(self, tmp_path: Path) -> None:
        write_original(tmp_path, version=7)
        write_original(tmp_path, version=9, folder="legacy")
        write_original(tmp_path, symbol="MSFT_X", version=20)
        assert save(tmp_path, symbol="MSFT").name == "MSFT_1h_v10"
        shutil.rmtree(tmp_path / STRATEGY / ".versions")
        assert save(tmp_path, symbol="MSFT").name == "MSFT_1h_v11"

    def test_symbols_that_differ_in_case_alone_share_numbers(self, tmp_path: Path) -> None:
        assert save(tmp_path, symbol="msft").name == "msft_1h_v1"
        assert save(tmp_path, symbol="MSFT").name == "MSFT_1h_v2"

    def test_the_counter_stays_small(self, tmp_path: Path) -> None:
        assert [claim_version(tmp_path, "universal_1h") for _ in range(5)] == [1, 2, 3, 4, 5]
        assert [path.name for path in (tmp_path / ".versions").iterdir()] == ["universal_1h_v5"]

    def test_a_number_taken_meanwhile_is_passed_over(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another process takes the number between the look and the claim."""
        claims = tmp_path / ".versions"
        claims.mkdir()
        make = Path.mkdir
        rivals = iter(["universal_1h_v1", "universal_1h_v2"])

        def slow(self: Path, *arguments: Any, **keywords: Any) -> None:
            if self.parent == claims and (rival := next(rivals, "")):
                make(claims / rival)
            make(self, *arguments, **keywords)

        monkeypatch.setattr(Path, "mkdir", slow)
        assert claim_version(tmp_path, "universal_1h") == 3

    def test_a_claim_overtaken_by_a_higher_one_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A slow process claims a number that was pruned when a faster one went beyond it."""
        claims = tmp_path / ".versions"
        claims.mkdir()
        make = Path.mkdir
        rivals = iter(["universal_1h_v6"])

        def slow(self: Path, *arguments: Any, **keywords: Any) -> None:
            make(self, *arguments, **keywords)
            if self.parent == claims and (rival := next(rivals, "")):
                make(claims / rival)

        monkeypatch.setattr(Path, "mkdir", slow)
        assert claim_version(tmp_path, "universal_1h") == 7

    def test_a_folder_that_appears_meanwhile_is_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The original program, which knows no counter, makes the folder while we build ours."""
        check = saving.check_folder
        foreign = tmp_path / STRATEGY / "MSFT_1h_v1"

        def while_building(folder: Path) -> object:
            if not foreign.exists():
                write_original(tmp_path)
            return check(folder)

        monkeypatch.setattr(saving, "check_folder", while_building)
        before = network(seed=0)
        assert save(tmp_path, symbol="MSFT", network=network(seed=8)).name == "MSFT_1h_v2"
        tensors = torch.load(foreign / "model.pt", weights_only=True)
        assert torch.equal(tensors["0.weight"], before[0].weight)


class TestLatest:
    def test_it_is_a_relative_link(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        latest = folder.with_name("universal_1h_latest")
        assert latest.readlink() == Path(folder.name)
        save(tmp_path)
        assert latest.readlink() == Path("universal_1h_v2")

    def test_it_moves_with_the_store(self, tmp_path: Path) -> None:
        save(tmp_path / "a")
        (tmp_path / "a").rename(tmp_path / "b")
        assert load_model(tmp_path / "b" / STRATEGY / "universal_1h_latest").info.version == 1

    @pytest.mark.parametrize("reason", ["system", "disk"])
    def test_it_is_a_text_file_where_links_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
    ) -> None:
        def refuse(self: Path, *arguments: Any, **keywords: Any) -> None:
            raise OSError(1, "Operation not permitted")

        if reason == "system":
            monkeypatch.setattr(versions, "LINKS", False)
        else:
            monkeypatch.setattr(Path, "symlink_to", refuse)
        save(tmp_path)
        latest = save(tmp_path).with_name("universal_1h_latest")
        assert not latest.is_symlink()
        assert latest.read_text(encoding="utf-8") == "universal_1h_v2\n"
        assert load_model(latest).info.version == 2

    def test_a_text_file_becomes_a_link_and_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        latest = save(tmp_path).with_name("universal_1h_latest")
        monkeypatch.setattr(versions, "LINKS", False)
        save(tmp_path)
        assert (latest.is_symlink(), latest.read_text().strip()) == (False, "universal_1h_v2")
        monkeypatch.setattr(versions, "LINKS", True)
        save(tmp_path)
        assert latest.readlink() == Path("universal_1h_v3")

    def test_a_dangling_one_is_replaced(self, tmp_path: Path) -> None:
        shutil.rmtree(save(tmp_path))
        folder = save(tmp_path)
        assert folder.with_name("universal_1h_latest").readlink() == Path("universal_1h_v2")

    def test_a_real_folder_in_its_place_does_not_lose_the_model(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / STRATEGY / "universal_1h_latest" / "kept").mkdir(parents=True)
        folder = save(tmp_path)
        assert load_model(folder).info.complete
        assert "cannot be replaced" in caplog.text
        assert (folder.with_name("universal_1h_latest") / "kept").is_dir()

    def test_who_finishes_last_with_a_lower_number_does_not_move_it_back(self, tmp_path: Path) -> None:
        for version in (4, 5):
            (tmp_path / f"universal_1h_v{version}").mkdir()
        point_latest(tmp_path, "universal_1h")
        assert (tmp_path / "universal_1h_latest").readlink() == Path("universal_1h_v5")

    def test_a_version_that_appears_while_it_is_written_wins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "universal_1h_v4").mkdir()
        write = versions.write_pointer

        def meanwhile(latest: Path, target: str) -> None:
            (tmp_path / "universal_1h_v5").mkdir(exist_ok=True)
            write(latest, target)

        monkeypatch.setattr(versions, "write_pointer", meanwhile)
        point_latest(tmp_path, "universal_1h")
        assert (tmp_path / "universal_1h_latest").readlink() == Path("universal_1h_v5")


class TestDisk:
    def test_a_full_disk_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        save(tmp_path)
        write = files.write_bytes

        def full(path: Path, content: bytes) -> None:
            if path.name == "metrics.json":
                raise StorageProblem(str(path), "No space left on device")
            write(path, content)

        monkeypatch.setattr(files, "write_bytes", full)
        with pytest.raises(StorageProblem, match="No space left"):
            save(tmp_path)
        monkeypatch.undo()
        assert [info.version for info in list_models(tmp_path)] == [1]
        assert not list((tmp_path / STRATEGY).glob(".*.part"))
        assert (tmp_path / STRATEGY / "universal_1h_latest").readlink() == Path("universal_1h_v1")

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that refuses its owner")
    def test_a_read_only_store(self, tmp_path: Path) -> None:
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(StorageProblem):
            save(tmp_path)
        tmp_path.chmod(stat.S_IRWXU)

    def test_a_file_in_place_of_the_strategy_s_folder(self, tmp_path: Path) -> None:
        (tmp_path / STRATEGY).write_text("not a folder")
        with pytest.raises(StorageProblem):
            save(tmp_path)

    def test_old_leftovers_of_a_killed_process_are_swept(self, tmp_path: Path) -> None:
        place = tmp_path / STRATEGY
        old, young, other = (
            place / name
            for name in (
                ".universal_1h_v1.0123abcd.part",
                ".universal_1h_v1.4567abcd.part",
                ".mine.0123abcd.part",
            )
        )
        for folder in (old, young, other):
            folder.mkdir(parents=True)
            (folder / "model.pt").write_bytes(b"half")
        two_days_ago = time.time() - 2 * 86_400
        for folder in (old, other):
            os.utime(folder, (two_days_ago, two_days_ago))
        save(tmp_path)
        assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_an_artifact_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        artifact().kind = "legacy"  # type: ignore[misc]
