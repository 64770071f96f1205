"""Genuine folders of the original program: its predictions, its scalers of three library generations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store.legacy import read_scaler
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.loaders import ModelLoader, UniversalModelLoader
from ktrdr_app.model_store.registry import list_models, show_model
from ktrdr_app.model_store.resolver import resolve
from tests.shared_data import shared_path

pytestmark = pytest.mark.shared

FOLDERS = (
    "bollinger_squeeze_volume/MSFT_1h_v1",
    "neuro_mean_reversion/AAPL_5m_v1",
    "neuro_mean_reversion/EURUSD_1h_v1",
    "neuro_mean_reversion/EURUSD_1h_v2",
    "neuro_mean_reversion/MSFT_1h_v1",
    "neuro_mean_reversion/MSFT_1h_v2",
)
GENERATIONS = ("sk1.3.2_np1.26.4", "sk1.6.1_np2.2.6", "sk1.9.1_np2.4.6")


@pytest.fixture
def genuine() -> Path:
    return shared_path("legacy_models")


def test_the_list_of_folders_is_the_reference_s(genuine: Path) -> None:
    index = json.loads((genuine / "reference" / "index.json").read_text(encoding="utf-8"))
    assert tuple(entry["dir"].removeprefix("models/") for entry in index) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_predictions_equal_the_original_s(genuine: Path, name: str) -> None:
    loaded = load_model(genuine / "models" / name)
    with np.load(genuine / "reference" / f"{name.replace('/', '__')}.npz") as reference:
        assert loaded.feature_names == tuple(reference["feature_names"])
        from_scaled = loaded.model.predict_proba_scaled(reference["scaled_features"])
        np.testing.assert_allclose(from_scaled, reference["probs"], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(from_scaled.argmax(axis=1), reference["argmax"])
        from_raw = loaded.model.predict_proba(reference["raw_features"])
        np.testing.assert_allclose(from_raw, reference["probs"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", FOLDERS)
def test_scalers_equal_the_original_s_numbers(genuine: Path, name: str) -> None:
    document = show_model(genuine / "models" / name)["scaler"]
    with np.load(genuine / "reference" / f"{name.replace('/', '__')}.npz") as reference:
        if str(reference["scaler_class"]) == "StandardScaler":
            np.testing.assert_array_equal(document["mean"], reference["scaler_mean"])
            np.testing.assert_array_equal(document["scale"], reference["scaler_scale"])
        else:
            np.testing.assert_allclose(document["data_min"], reference["scaler_data_min"], rtol=1e-12)
            extent = np.where(reference["scaler_data_range"] == 0, 1, reference["scaler_data_range"])
            np.testing.assert_allclose(document["data_range"], extent, rtol=1e-12)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("kind", ["StandardScaler", "MinMaxScaler"])
def test_scalers_of_three_generations(genuine: Path, generation: str, kind: str) -> None:
    folder = genuine / "reference" / "scaler_variants"
    expected = np.load(folder / f"{kind}__{generation}__out.npy")
    names = tuple(f"f{column}" for column in range(expected.shape[1]))
    state = ScalerState.from_document(read_scaler(folder / f"{kind}__{generation}.pkl", names))
    with np.load(genuine / "reference" / "neuro_mean_reversion__MSFT_1h_v2.npz") as reference:
        raw = reference["raw_features"]
    np.testing.assert_allclose(state.transform(raw), expected, rtol=1e-6, atol=1e-6)


def test_all_are_listed_as_usable(genuine: Path) -> None:
    found = list_models(genuine / "models")
    assert sorted(f"{info.strategy_name}/{info.path.name}" for info in found) == sorted(FOLDERS)
    assert [info.problem for info in found] == [""] * len(FOLDERS)
    assert {info.kind for info in found} == {"legacy"}
    assert {info.path.name: info.training_symbols for info in found}["AAPL_5m_v1"] == ("AAPL",)


@pytest.mark.parametrize(
    ("strategy", "timeframe", "symbol", "expected", "step"),
    [
        ("neuro_mean_reversion", "1h", "MSFT", "MSFT_1h_v2", 2),
        ("neuro_mean_reversion", "1h", "EURUSD", "EURUSD_1h_v2", 2),
        ("neuro_mean_reversion", "5m", "AAPL", "AAPL_5m_v1", 2),
        ("neuro_mean_reversion", "1h", "AAPL", "MSFT_1h_v2", 3),
        ("neuro_mean_reversion", "5m", None, "AAPL_5m_v1", 3),
        ("neuro_mean_reversion", "1d", "MSFT", None, 0),
        ("bollinger_squeeze_volume", "1h", "MSFT", "MSFT_1h_v1", 2),
    ],
)
def test_what_serves(
    genuine: Path, strategy: str, timeframe: str, symbol: str | None, expected: str | None, step: int
) -> None:
    chosen = resolve(genuine / "models", strategy, timeframe, symbol).chosen
    assert (chosen.path.name, chosen.step) == (expected, step) if chosen else expected is None


def test_both_loaders_open_them(genuine: Path) -> None:
    own, info = ModelLoader(genuine / "models").load_model("neuro_mean_reversion", "MSFT", "1h", "v1")
    assert (info["version"], own.feature_names[0]) == (1, "rsi_oversold")
    any_model, info = UniversalModelLoader(genuine / "models").load_model_for_strategy("neuro_mean_reversion", "1h")
    assert info["step"] == 3
    assert "is used instead" in info["warning"]
    assert any_model.predict_proba(np.zeros((2, 17), np.float32)).shape == (2, 3)


def test_the_strategy_is_given_in_the_original_s_grammar(genuine: Path) -> None:
    loaded = load_model(genuine / "models" / "neuro_mean_reversion" / "MSFT_1h_latest")
    assert loaded.info.version == 2
    assert loaded.strategy_document["model"]["architecture"]["hidden_layers"] == [50, 25, 12]
    assert (loaded.manifest, loaded.contract_digest) == ({}, "")
