"""A loaded model predicts what its network and scaler say, and opening it disturbs nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, ModelRejected
from ktrdr_app.model_store.load import load_model
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration
from ktrdr_app.neural.mlp import build_network
from ktrdr_app.strategy.schema import NetworkSettings
from tests.model_store.builders import (
    DIGEST,
    NAMES,
    STRATEGY,
    artifact,
    edit,
    forward,
    link_latest,
    network,
    raw_rows,
    save,
    scaled_by_hand,
    scaler_document,
    strategy_document,
    write_original,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["standard", "minmax", "none"])
def test_predictions_equal_a_forward_pass_by_hand(tmp_path: Path, kind: str) -> None:
    loaded = load_model(save(tmp_path, scaler_document=scaler_document(kind)))
    rows = raw_rows(seed=3)
    expected = forward(network(), scaled_by_hand(scaler_document(kind), rows))
    np.testing.assert_allclose(loaded.model.predict_proba(rows), expected, atol=1e-5)
    scaled = scaled_by_hand(scaler_document(kind), rows).astype(np.float32)
    np.testing.assert_allclose(loaded.model.predict_proba_scaled(scaled), expected, atol=1e-5)


@pytest.mark.parametrize("symbol", [None, "AAPL"])
def test_the_calibration_comes_along_in_either_layout_and_can_be_switched_off(
    tmp_path: Path, symbol: str | None
) -> None:
    made = Calibration(2.5, (0.4, -0.3, -0.1))
    loaded, rows = load_model(save(tmp_path, symbol=symbol, calibration=made)), raw_rows(seed=3)
    plain = forward(network(), scaled_by_hand(scaler_document(), rows))
    powers = (plain * np.exp(made.shift)) ** (1 / 2.5)
    assert loaded.model.calibration == made
    np.testing.assert_allclose(loaded.model.predict_proba(rows), powers / powers.sum(axis=1, keepdims=True), atol=1e-5)
    loaded.model.calibration = UNCALIBRATED
    np.testing.assert_allclose(loaded.model.predict_proba(rows), plain, atol=1e-5)


def test_folders_from_before_there_was_calibration_load_without(tmp_path: Path) -> None:
    folder = save(tmp_path, calibration=Calibration(2.5))
    edit(folder / "config.json", lambda d: d["model"].pop("calibration"))
    assert load_model(folder).model.calibration == UNCALIBRATED
    assert load_model(write_original(tmp_path)).model.calibration == UNCALIBRATED


def test_symbol_vectors_come_along_and_name_their_symbols(tmp_path: Path) -> None:
    folder = save(tmp_path, network=network(inputs=len(NAMES) + 3), embedded=("AAPL", "MSFT"))
    loaded, rows = load_model(folder), raw_rows(seed=3)
    scaled = scaled_by_hand(scaler_document(), rows)
    for symbol, vector in (("AAPL", [1, 0, 0]), ("MSFT", [0, 1, 0]), ("GOOG", [0, 0, 1])):
        expected = forward(network(inputs=len(NAMES) + 3), np.hstack([scaled, np.tile(vector, (len(rows), 1))]))
        np.testing.assert_allclose(loaded.model.predict_proba(rows, symbol), expected, atol=1e-5)


@pytest.mark.parametrize("symbols", ["AAPL", ["AAPL", 1], ["AAPL", "AAPL"], ["AAPL"]])
def test_symbol_vectors_that_do_not_fit_are_refused(tmp_path: Path, symbols: object) -> None:
    folder = save(tmp_path, network=network(inputs=len(NAMES) + 3), embedded=("AAPL", "MSFT"))
    edit(folder / "features.json", lambda document: document.update(embedded_symbols=symbols))
    with pytest.raises(ModelRejected):
        load_model(folder)


@pytest.mark.parametrize("scaling", ["standard", "minmax", "none"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu"])
def test_an_original_s_folder_predicts_as_its_whole_object(tmp_path: Path, scaling: str, activation: str) -> None:
    folder = write_original(tmp_path, scaling=scaling, activation=activation)
    whole = torch.load(folder / "model_full.pt", weights_only=False).eval()
    document = scaler_document(scaling)
    rows = raw_rows(seed=3)
    with torch.no_grad():
        logits = whole(torch.from_numpy(scaled_by_hand(document, rows).astype(np.float32)))
    expected = torch.softmax(logits, dim=1).numpy()
    np.testing.assert_allclose(load_model(folder).model.predict_proba(rows), expected, atol=1e-5)


def test_all_that_is_known_comes_along(tmp_path: Path) -> None:
    loaded = load_model(save(tmp_path))
    given = artifact()
    assert loaded.info.path == tmp_path / STRATEGY / "universal_1h_v1"
    assert (loaded.info.kind, loaded.info.test_accuracy, loaded.info.skill) == ("universal", 0.61, 0.04)
    assert loaded.info.training_symbols == ("AAPL", "MSFT")
    assert loaded.strategy_document == strategy_document()
    assert loaded.manifest.items() >= dict(given.manifest).items()
    assert (loaded.contract_digest, loaded.feature_names) == (DIGEST, NAMES)
    assert loaded.scaler_document == scaler_document()
    assert loaded.metrics == given.metrics
    assert loaded.metadata["schema_version"] == 1
    assert loaded.model.feature_names == NAMES


def test_our_own_network_is_rebuilt_as_it_was(tmp_path: Path) -> None:
    settings = NetworkSettings(hidden_layers=[7, 3], activation="leaky_relu", dropout=0.4)
    built = build_network(len(NAMES), settings, seed=3)
    rebuilt = load_model(save(tmp_path, network=built)).model.network
    assert [type(layer) for layer in rebuilt] == [type(layer) for layer in built]
    assert [layer.p for layer in rebuilt if isinstance(layer, nn.Dropout)] == [0.4, 0.4]
    for name, tensor in built.state_dict().items():
        assert torch.equal(rebuilt.state_dict()[name], tensor)


def test_loading_draws_no_random_number(tmp_path: Path) -> None:
    folder = save(tmp_path)
    before = torch.random.get_rng_state()
    load_model(folder)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_network_without_hidden_layers(tmp_path: Path) -> None:
    linear = network(hidden=())
    loaded = load_model(save(tmp_path, network=linear))
    rows = raw_rows(seed=3)
    expected = forward(linear, scaled_by_hand(scaler_document(), rows))
    np.testing.assert_allclose(loaded.model.predict_proba(rows), expected, atol=1e-5)


def test_wrong_features_are_refused_by_name(tmp_path: Path) -> None:
    model = load_model(save(tmp_path)).model
    with pytest.raises(InvalidValue):
        model.predict_proba(raw_rows(inputs=3))
    rows = raw_rows()
    rows[2, 1] = np.nan
    with pytest.raises(InvalidValue, match="rsi_high"):
        model.predict_proba(rows)


def test_a_small_model_is_loaded_and_asked_without_torch(tmp_path: Path) -> None:
    folder, rows = save(tmp_path, network=network()), raw_rows(seed=4)
    code = (
        "import numpy as np; from pathlib import Path; from ktrdr_app.model_store.load import load_model; "
        f"print(load_model(Path({str(folder)!r})).model.predict_proba(np.array({rows.tolist()}, np.float32)).tolist())"
    )
    script = f"{code}; import sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    said, torch_there = done.stdout.splitlines()
    assert torch_there == "False"
    whole = torch.load(folder / "model_full.pt", weights_only=False).eval()
    expected = forward(whole, scaled_by_hand(scaler_document(), rows))
    np.testing.assert_allclose(json.loads(said), expected, atol=1e-5)


class TestLatest:
    """A path may name ``_latest``, in either form, and then never fails while a usable version is there."""

    def test_link_and_text(self, tmp_path: Path) -> None:
        folder = write_original(tmp_path)
        write_original(tmp_path, version=2)
        latest = link_latest(folder)
        assert load_model(latest).info.version == 1
        latest.unlink()
        latest.write_text("MSFT_1h_v1\n")
        assert load_model(latest).info.version == 1

    def test_missing_dangling_and_damaged(self, tmp_path: Path) -> None:
        for version in (1, 2, 10):
            write_original(tmp_path, version=version)
        place = tmp_path / STRATEGY
        latest = place / "MSFT_1h_latest"
        assert load_model(latest).info.version == 10
        latest.symlink_to("MSFT_1h_v11")
        assert load_model(latest).info.version == 10
        (place / "MSFT_1h_v10" / "metadata.json").unlink()
        assert load_model(latest).info.version == 2

    def test_in_the_archive(self, tmp_path: Path) -> None:
        latest = link_latest(write_original(tmp_path, folder="legacy"))
        assert load_model(latest).info.path == tmp_path / STRATEGY / "legacy" / "MSFT_1h_v1"

    def test_by_a_relative_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        save(tmp_path)
        monkeypatch.chdir(tmp_path / STRATEGY)
        assert load_model(Path("universal_1h_latest")).info.version == 1
        assert load_model(Path("universal_1h_v1")).info.version == 1
        monkeypatch.chdir(tmp_path)
        assert load_model(Path(STRATEGY, "universal_1h_latest")).info.version == 1

    def test_nothing_usable(self, tmp_path: Path) -> None:
        folder = write_original(tmp_path)
        (folder / "model.pt").unlink()
        with pytest.raises(ModelNotFound) as found:
            load_model(folder.with_name("MSFT_1h_latest"))
        assert found.value.looked_for == ("MSFT_1h_latest", "MSFT_1h_v*")
        assert f"{STRATEGY}/MSFT_1h_v1" in found.value.present


def test_a_model_can_be_deleted_while_it_is_in_use(tmp_path: Path) -> None:
    folder = save(tmp_path)
    loaded = load_model(folder)
    shutil.rmtree(folder)
    assert not os.path.lexists(folder)
    assert loaded.model.predict_proba(raw_rows()).shape == (40, 3)
