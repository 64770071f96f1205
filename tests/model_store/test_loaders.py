"""The two loaders that scripts call."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, ModelRejected, UnsafeName
from ktrdr_app.model_store import ModelLoader, UniversalModelLoader
from ktrdr_app.neural.model import MLPTradingModel
from tests.model_store.builders import (
    DIGEST,
    NAMES,
    STRATEGY,
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


class TestUniversalModelLoader:
    def test_the_universal_model(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        folder = save(tmp_path)
        write_original(tmp_path)
        model, info = UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h", "MSFT")
        assert isinstance(model, MLPTradingModel)
        assert (info["model_path"], info["kind"], info["version"], info["step"]) == (str(folder), "universal", 1, 1)
        assert (info["config"], info["contract_digest"]) == (strategy_document(), DIGEST)
        assert info["features"] == {"feature_names": list(NAMES)}
        assert info["training_manifest"]["training_symbols"] == ["AAPL", "MSFT"]
        assert info["metadata"]["strategy_name"] == STRATEGY
        assert info["metrics"]["test_accuracy"] == 0.61
        assert (info["warning"], caplog.text) == ("", "")
        expected = forward(network(), scaled_by_hand(scaler_document(), raw_rows()))
        np.testing.assert_allclose(model.predict_proba(raw_rows()), expected, atol=1e-5)

    def test_a_path_as_text(self, tmp_path: Path) -> None:
        save(tmp_path)
        assert UniversalModelLoader(str(tmp_path)).load_model_for_strategy(STRATEGY, "1h")[1]["step"] == 1

    def test_the_symbol_s_own(self, tmp_path: Path) -> None:
        write_original(tmp_path)
        _, info = UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h", "MSFT", allow_any=False)
        assert (info["kind"], info["step"], info["warning"]) == ("legacy", 2, "")

    def test_any_other_is_warned_of_loudly(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        write_original(tmp_path)
        with caplog.at_level(logging.WARNING):
            _, info = UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h", "AAPL")
        assert info["step"] == 3
        assert "MSFT_1h_v1 is used instead" in info["warning"]
        assert info["warning"] in caplog.text
        assert info["trace"][-1]["result"] == "chosen"

    def test_any_other_can_be_forbidden(self, tmp_path: Path) -> None:
        write_original(tmp_path)
        with pytest.raises(ModelNotFound):
            UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h", "AAPL", allow_any=False)

    def test_a_damaged_one_is_passed_over(self, tmp_path: Path) -> None:
        (save(tmp_path) / "scaler.json").unlink()
        write_original(tmp_path)
        _, info = UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h", "MSFT")
        assert (info["kind"], info["step"]) == ("legacy", 2)
        assert "rejected" in {entry["result"] for entry in info["trace"]}

    def test_names_are_checked(self, tmp_path: Path) -> None:
        with pytest.raises(UnsafeName):
            UniversalModelLoader(tmp_path).load_model_for_strategy("../x", "1h")


class TestModelLoader:
    @pytest.fixture
    def loader(self, tmp_path: Path) -> ModelLoader:
        for version in (1, 2, 3):
            write_original(tmp_path, version=version, module=network(seed=version))
        link_latest(tmp_path / STRATEGY / "MSFT_1h_v2")
        save(tmp_path)
        return ModelLoader(tmp_path)

    @pytest.mark.parametrize(("version", "expected"), [(None, 2), (1, 1), ("1", 1), ("v1", 1), ("v3", 3), (3, 3)])
    def test_versions(self, loader: ModelLoader, version: int | str | None, expected: int) -> None:
        model, info = loader.load_model(STRATEGY, "MSFT", "1h", version)
        assert (info["kind"], info["version"]) == ("legacy", expected)
        expected_output = forward(network(seed=expected), scaled_by_hand(scaler_document(), raw_rows()))
        np.testing.assert_allclose(model.predict_proba(raw_rows()), expected_output, atol=1e-5)

    @pytest.mark.parametrize("version", ["v0", "x", "", -1, 0, "1.5", "vv1", "../v1"])
    def test_versions_that_are_none(self, loader: ModelLoader, version: int | str) -> None:
        with pytest.raises(InvalidValue, match="version is"):
            loader.load_model(STRATEGY, "MSFT", "1h", version)

    def test_a_version_that_is_not_there(self, loader: ModelLoader) -> None:
        with pytest.raises(ModelNotFound, match="MSFT_1h_v9"):
            loader.load_model(STRATEGY, "MSFT", "1h", 9)

    @pytest.mark.parametrize("symbol", ["AAPL", "EUR_USD"])
    def test_a_universal_model_does_not_stand_in(self, loader: ModelLoader, symbol: str) -> None:
        with pytest.raises(ModelNotFound) as found:
            loader.load_model(STRATEGY, symbol, "1h")
        assert found.value.looked_for == (f"{symbol}_1h_latest",)

    def test_without_latest_the_highest_usable(self, loader: ModelLoader, tmp_path: Path) -> None:
        (tmp_path / STRATEGY / "MSFT_1h_latest").unlink()
        (tmp_path / STRATEGY / "MSFT_1h_v3" / "model.pt").unlink()
        assert loader.load_model(STRATEGY, "MSFT", "1h")[1]["version"] == 2

    def test_a_damaged_version_that_was_asked_for_by_number(self, loader: ModelLoader, tmp_path: Path) -> None:
        (tmp_path / STRATEGY / "MSFT_1h_v3" / "model.pt").unlink()
        with pytest.raises(ModelRejected):
            loader.load_model(STRATEGY, "MSFT", "1h", 3)

    def test_the_archive(self, loader: ModelLoader, tmp_path: Path) -> None:
        (tmp_path / STRATEGY / "legacy").mkdir()
        shutil.move(tmp_path / STRATEGY / "MSFT_1h_v3", tmp_path / STRATEGY / "legacy" / "MSFT_1h_v3")
        assert loader.load_model(STRATEGY, "MSFT", "1h", "v3")[1]["version"] == 3

    def test_our_own_legacy_folder(self, loader: ModelLoader, tmp_path: Path) -> None:
        save(tmp_path, symbol="EUR_USD")
        _, info = loader.load_model(STRATEGY, "EUR_USD", "1h")
        assert (info["version"], info["contract_digest"]) == (1, DIGEST)
        assert info["config"] == strategy_document()

    @pytest.mark.parametrize("symbol", ["../MSFT", "", "universal"])
    def test_names_are_checked(self, loader: ModelLoader, symbol: str) -> None:
        with pytest.raises((UnsafeName, InvalidValue)):
            loader.load_model(STRATEGY, symbol, "1h")
