"""Upgrades on disk: nothing is overwritten, nothing half valid is written, and the result can be trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import FileMissing, InvalidValue, StrategyProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.indicators import available
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows import upgrade, validate_strategy
from ktrdr_app.workflows.requests import TrainRequest
from tests.legacy_reference import MODELS, folder
from tests.strategy.legacy_texts import MEAN_REVERSION, TEXTS

KNOWN = {info.name for info in available()}


def old_file(place: Path, text: str = MEAN_REVERSION) -> Path:
    file = place / "old.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_written_is_valid_and_the_input_untouched(name: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    file = old_file(tmp_path, TEXTS[name])
    result = upgrade(workspace, file)
    assert file.read_text(encoding="utf-8") == TEXTS[name]
    assert result.path == workspace.strategies / f"{result.name}.yaml"
    assert validate_strategy(workspace, result.name).strategy.name == result.name
    assert result.notes


@pytest.mark.shared
@pytest.mark.parametrize("model", MODELS)
def test_strategies_of_stored_models_are_upgraded(model: str, tmp_path: Path) -> None:
    if model.startswith("bollinger") and not {"squeeze_intensity", "keltner_channels"} <= KNOWN:
        pytest.skip("NOT TESTED: the catalogue has no squeeze_intensity yet")
    file = folder(model) / "config.json"
    result = upgrade(Workspace(tmp_path), file, tmp_path / "new.yaml")
    assert result.path == tmp_path / "new.yaml"
    assert validate_strategy(Workspace(tmp_path), str(result.path)).strategy.name == model.split("/")[0]


def test_a_name_that_a_strategy_has_already_is_not_hidden(tmp_path: Path) -> None:
    text = MEAN_REVERSION.replace("mean_reversion_strategy", "trend_momentum")
    result = upgrade(Workspace(tmp_path), old_file(tmp_path, text))
    assert result.path.name == "trend_momentum_upgraded.yaml"
    before = result.path.read_text(encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"trend_momentum_upgraded\.yaml"):
        upgrade(Workspace(tmp_path), old_file(tmp_path, text))
    assert result.path.read_text(encoding="utf-8") == before


def test_the_input_is_never_the_output(tmp_path: Path) -> None:
    file = old_file(tmp_path)
    with pytest.raises(InvalidValue):
        upgrade(Workspace(tmp_path), file, file)
    assert file.read_text(encoding="utf-8") == MEAN_REVERSION


def test_a_file_that_is_not_there_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        upgrade(Workspace(tmp_path), tmp_path / "none.yaml")
    file = tmp_path / "old.yaml"
    file.write_bytes(b"name: \xff\xfe")
    with pytest.raises(StrategyProblem, match="UTF-8"):
        upgrade(Workspace(tmp_path), file)


def test_nothing_is_written_where_the_result_would_not_be_valid(tmp_path: Path) -> None:
    text = MEAN_REVERSION.replace("zigzag_threshold: 0.05", "zigzag_threshold: 5")
    workspace = Workspace(tmp_path / "ws")
    with pytest.raises(StrategyProblem, match="labels"):
        upgrade(workspace, old_file(tmp_path, text))
    assert not workspace.strategies.exists()


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + MEAN_REVERSION.encode())
    assert upgrade(Workspace(tmp_path), file).name == "mean_reversion_strategy"


@pytest.mark.parametrize("name", ["mean_reversion", "no_set_matches"])
def test_an_upgraded_strategy_trains(name: str, sample_workspace: Workspace, tmp_path: Path) -> None:
    result = upgrade(sample_workspace, old_file(tmp_path, TEXTS[name]))
    assert load_strategy(result.name, sample_workspace)
    request = TrainRequest(sample_workspace, strategy=result.name, symbols=("AAPL",), timeframe="1d", epochs=1)
    assert workflows.train(request).document["epochs_trained"] == 1
