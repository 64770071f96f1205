"""Which model a backtest takes, what it says of it, and which models it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import KtrdrError, ModelNotFound, ModelRejected
from ktrdr_app.core.files import sha256
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.choose_model import choose_model, in_sample_bars
from ktrdr_app.workflows.requests import BacktestRequest
from tests.model_store.builders import edit
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, trained


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with two universal versions and one legacy model, not to be changed."""
    workspace = Workspace(tmp_path_factory.mktemp("origin"))
    install_sample(workspace)
    trained(workspace)
    trained(workspace, seed=1)
    trained(workspace, symbols=("IBM",), kind="legacy")
    return workspace


@pytest.fixture
def copy(origin: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy that a test may damage."""
    shutil.copytree(origin.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


def _request(workspace: Workspace, symbol: str = "GOOG", **changes: Any) -> BacktestRequest:
    return BacktestRequest(workspace=workspace, strategy=NAME, symbol=symbol, timeframe="1d", **changes)


def _change(folder: Path, name: str, old: str, new: str) -> None:
    """Change a file and its checksum, as someone would who means to."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    sums = json.loads((folder / "checksums.json").read_text())
    known = sums.get("files", sums)
    known[name] = sha256(path)
    (folder / "checksums.json").write_text(json.dumps(sums))


def test_the_newest_universal_model_serves_by_itself(origin: Workspace) -> None:
    chosen = choose_model(_request(origin), NAME)
    assert chosen.path.name == "universal_1d_v2"
    document = chosen.document()
    assert (document["kind"], document["version"], document["step"]) == ("universal", 2, 1)
    assert document["training_symbols"] == ["AAPL", "IBM", "MSFT"]
    assert document["warning"] == ""
    assert [entry["result"] for entry in document["trace"]] == ["chosen"]
    assert Path(document["path"]).is_absolute()


def test_its_plan_is_that_of_its_own_papers(origin: Workspace) -> None:
    chosen = choose_model(_request(origin), NAME)
    assert chosen.plan.contract == FeaturePlan.of(load_strategy(NAME, origin)).contract
    assert chosen.plan.contract.digest == chosen.loaded.contract_digest


@pytest.mark.parametrize("symbol", ["AAPL", "IBM", "MSFT"])
def test_bars_of_a_trained_symbol_up_to_the_end_of_validation_are_in_sample(origin: Workspace, symbol: str) -> None:
    chosen = choose_model(_request(origin), NAME)
    index = pd.date_range("2011-10-01", "2012-03-01", freq="D", tz="UTC")
    found = in_sample_bars(chosen, symbol, "1d", index)
    assert chosen.fitted_until is not None
    np.testing.assert_array_equal(found, index + pd.Timedelta(days=1) <= chosen.fitted_until)
    assert 0 < found.sum() < len(index)


def test_no_bar_of_an_unseen_symbol_is_in_sample(origin: Workspace) -> None:
    chosen = choose_model(_request(origin), NAME)
    index = pd.date_range("2006-01-01", "2012-01-01", freq="D", tz="UTC")
    assert not in_sample_bars(chosen, "GOOG", "1d", index).any()


def test_a_damaged_newest_gives_way_and_the_trace_says_so(copy: Workspace) -> None:
    (copy.models / NAME / "universal_1d_v2" / "model.pt").write_bytes(b"garbage")
    chosen = choose_model(_request(copy), NAME)
    assert chosen.path.name == "universal_1d_v1"
    assert [entry["result"] for entry in chosen.trace] == ["rejected", "chosen"]


def test_a_damaged_universal_gives_way_to_the_symbols_own(copy: Workspace) -> None:
    for version in (1, 2):
        (copy.models / NAME / f"universal_1d_v{version}" / "scaler.json").unlink()
    chosen = choose_model(_request(copy, "IBM"), NAME)
    assert (chosen.loaded.info.kind, chosen.step) == ("legacy", 2)


@pytest.mark.parametrize("model", ["universal", "legacy"])
def test_one_kind_only_means_that_kind_or_none(copy: Workspace, model: str) -> None:
    gone = "universal_1d*" if model == "universal" else "IBM_1d*"
    for path in list((copy.models / NAME).glob(gone)):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)
    with pytest.raises(ModelNotFound) as caught:
        choose_model(_request(copy, "IBM", model=model), NAME)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("config.json", '"period": 14', '"period": 15'),
        ("config.json", '"lookback_periods": 1', '"lookback_periods": 2'),
        ("config.json", '"form": "atr_distance"', '"form": "percent"'),
    ],
)
def test_a_model_whose_features_would_differ_is_refused(copy: Workspace, name: str, old: str, new: str) -> None:
    folder = copy.models / NAME / "universal_1d_v2"
    _change(folder, name, old, new)
    with pytest.raises(ModelRejected, match="contract"):
        choose_model(_request(copy, model=str(folder)), NAME)


def test_a_config_that_is_no_strategy_is_refused_with_the_reason(copy: Workspace) -> None:
    folder = copy.models / NAME / "universal_1d_v2"
    _change(folder, "config.json", '"fuzzy_sets"', '"fuzy_sets"')
    with pytest.raises(ModelRejected, match="features cannot be built"):
        choose_model(_request(copy, model=str(folder)), NAME)


def test_a_model_of_the_original_is_marked_as_look_ahead_and_has_no_plan_of_ours(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    folder = original_folder(workspace, "GOOG")
    chosen = choose_model(_request(workspace), NAME)
    assert (chosen.path, chosen.step, chosen.plan) == (folder, 2, None)
    assert chosen.document()["look_ahead"] is True
    assert chosen.trace[-1]["reason"].endswith("a model of the original, whose features look ahead")


def test_our_own_models_are_not_marked(origin: Workspace) -> None:
    assert choose_model(_request(origin), NAME).document()["look_ahead"] is False
    assert choose_model(_request(origin, "IBM", model="legacy"), NAME).document()["look_ahead"] is False


def test_an_original_whose_strategy_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    folder = original_folder(workspace, "GOOG")
    edit(folder / "config.json", lambda config: config.update(indicators=[]))
    with pytest.raises(ModelRejected, match="features cannot be built here"):
        choose_model(_request(workspace), NAME)


@pytest.mark.parametrize(
    ("changes", "exit_code"),
    [
        ({"model": "nowhere"}, 3),
        ({"model": "../outside"}, 3),
        ({"timeframe": "1h"}, 3),
        ({"timeframe": "9x"}, 2),
    ],
)
def test_what_is_not_there_is_named(origin: Workspace, changes: dict[str, str], exit_code: int) -> None:
    given = {"workspace": origin, "strategy": NAME, "symbol": "GOOG", "timeframe": "1d"} | changes
    with pytest.raises(KtrdrError) as caught:
        choose_model(BacktestRequest(**given), NAME)
    assert caught.value.exit_code == exit_code
