"""The list of models: everything that is there, the unusable with the reason, in one order."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.errors import ModelNotFound, ModelRejected, StorageProblem
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.registry import list_models, show_model
from tests.model_store.builders import (
    DIGEST,
    HIDDEN,
    NAMES,
    STRATEGY,
    artifact,
    edit,
    pickle_calling,
    save,
    scaler_document,
    strategy_document,
    write_original,
)


def test_an_empty_or_missing_store(tmp_path: Path) -> None:
    assert list_models(tmp_path) == []
    assert list_models(tmp_path / "nowhere") == []


def test_order_and_fields(tmp_path: Path) -> None:
    save(tmp_path, symbol="MSFT")
    save(tmp_path)
    save(tmp_path, timeframe="1d")
    save(tmp_path)
    write_original(tmp_path, symbol="AAPL", version=3)
    write_original(tmp_path, symbol="AAPL", version=3, folder="legacy")
    write_original(tmp_path, strategy="a_first", symbol="ZZZ")
    found = list_models(tmp_path)
    assert [info.path.relative_to(tmp_path).as_posix() for info in found] == [
        "a_first/ZZZ_1h_v1",
        f"{STRATEGY}/universal_1d_v1",
        f"{STRATEGY}/universal_1h_v2",
        f"{STRATEGY}/universal_1h_v1",
        f"{STRATEGY}/AAPL_1h_v3",
        f"{STRATEGY}/legacy/AAPL_1h_v3",
        f"{STRATEGY}/MSFT_1h_v1",
    ]
    assert all(info.complete and not info.problem for info in found)
    newest = found[2]
    assert (newest.kind, newest.strategy_name, newest.symbol) == ("universal", STRATEGY, None)
    assert (newest.timeframe, newest.version) == ("1h", 2)
    assert (newest.test_accuracy, newest.skill) == (0.61, 0.04)
    assert newest.training_symbols == ("AAPL", "MSFT")
    assert newest.created_at == json.loads((newest.path / "metadata.json").read_text())["created_at"]
    original = found[4]
    assert (original.kind, original.symbol, original.training_symbols) == ("legacy", "AAPL", ("AAPL",))
    assert (original.test_accuracy, original.skill) == (None, None)


def test_the_unusable_are_listed_with_the_reason(tmp_path: Path) -> None:
    good, bad = save(tmp_path), save(tmp_path)
    (bad / "model.pt").unlink()
    info = list_models(tmp_path)[0]
    assert (info.path, info.complete, info.problem) == (bad, False, "incomplete: model.pt missing")
    assert (info.kind, info.symbol, info.timeframe, info.version) == ("universal", None, "1h", 2)
    assert (info.created_at, info.test_accuracy, info.training_symbols) == ("", None, ())
    assert list_models(tmp_path)[1].path == good


@pytest.mark.parametrize(
    ("state", "spoil"),
    [
        ("usable", lambda folder: None),
        ("incomplete", lambda folder: (folder / "scaler.json").unlink()),
        ("damaged", lambda folder: (folder / "metrics.json").write_bytes(b"x")),
        ("mismatch", lambda folder: edit(folder / "config.json", lambda held: held["model"].update(input_size=9))),
        ("mismatch", lambda folder: edit(folder / "metadata.json", lambda held: held.update(strategy_name="other"))),
        ("mismatch", lambda folder: edit(folder / "metadata.json", lambda held: held.update(schema_version=9))),
        ("unsafe", lambda folder: _linked(folder / "features.json")),
    ],
)
def test_what_is_wrong_in_one_word(tmp_path: Path, state: str, spoil: Callable[[Path], Any]) -> None:
    spoil(save(tmp_path))
    (info,) = list_models(tmp_path)
    assert (info.state, info.to_document()["state"], info.complete) == (state, state, state == "usable")


def test_a_pickle_of_a_stranger_is_unsafe_and_a_cut_one_damaged(tmp_path: Path) -> None:
    folder = write_original(tmp_path)
    content = (folder / "scaler.pkl").read_bytes()
    (folder / "scaler.pkl").write_bytes(pickle_calling(os.system, "exit 1"))
    assert [info.state for info in list_models(tmp_path)] == ["unsafe"]
    (folder / "scaler.pkl").write_bytes(content[:99])
    assert [info.state for info in list_models(tmp_path)] == ["damaged"]


def _linked(path: Path) -> None:
    path.rename(path.parent.parent / "moved")
    path.symlink_to(path.parent.parent / "moved")


def test_links_out_of_the_store_are_listed_as_unusable(tmp_path: Path) -> None:
    outside = save(tmp_path / "outside")
    (tmp_path / "models" / STRATEGY).mkdir(parents=True)
    (tmp_path / "models" / STRATEGY / outside.name).symlink_to(outside)
    found = list_models(tmp_path / "models")
    assert [(info.complete, "link" in info.problem) for info in found] == [(False, True)]


def test_what_is_no_model_is_passed_over(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "README.md").write_text("models")
    (tmp_path / ".git" / "AAPL_1h_v1").mkdir(parents=True)
    (tmp_path / STRATEGY / "notes").mkdir()
    (tmp_path / STRATEGY / ".universal_1h_v9.0123abcd.part").mkdir()
    (tmp_path / STRATEGY / "AAPL_1h_v1").write_text("a file")
    (tmp_path / STRATEGY / "legacy").write_text("a file")
    assert [info.path.name for info in list_models(tmp_path)] == ["universal_1h_v1"]


def test_a_store_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> list[Path]:
        raise StorageProblem(str(folder), "Permission denied")

    monkeypatch.setattr(layout, "entries", refuse)
    with pytest.raises(StorageProblem):
        list_models(tmp_path)


@pytest.mark.parametrize("symbols", [None, "AAPL", {"AAPL": 1}])
def test_training_symbols_that_are_no_list(tmp_path: Path, symbols: object) -> None:
    save(tmp_path, manifest={"training_symbols": symbols})
    assert list_models(tmp_path)[0].training_symbols == ()


@pytest.mark.parametrize("figure", [None, "0.6", [0.6]])
def test_figures_that_are_no_numbers(tmp_path: Path, figure: object) -> None:
    save(tmp_path, metrics={"test_accuracy": figure, "skill": 1})
    info = list_models(tmp_path)[0]
    assert (info.test_accuracy, info.skill) == (None, 1.0)


def test_an_info_as_json(tmp_path: Path) -> None:
    save(tmp_path)
    document = list_models(tmp_path)[0].to_document()
    assert json.loads(json.dumps(document)) == document
    assert document["path"] == str(tmp_path / STRATEGY / "universal_1h_v1")
    assert document["training_symbols"] == ["AAPL", "MSFT"]


class TestShow:
    def test_everything(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        shown = show_model(folder)
        assert json.loads(json.dumps(shown)) == shown
        assert (shown["kind"], shown["version"], shown["complete"]) == ("universal", 1, True)
        assert shown["network"] == {"inputs": 4, "hidden": list(HIDDEN), "activation": "relu", "dropout": 0.1}
        assert (shown["feature_names"], shown["contract_digest"]) == (list(NAMES), DIGEST)
        assert shown["strategy"] == strategy_document()
        assert shown["scaler"] == scaler_document()
        assert shown["metrics"] == artifact().metrics
        assert shown["metadata"]["input_size"] == 4
        assert shown["training_manifest"]["seed"] == 7
        assert shown["feature_importance"] == {"rsi": 0.3, "roc_5": -0.01}
        assert shown["files"] == {path.name: path.stat().st_size for path in folder.iterdir()}

    def test_an_original(self, tmp_path: Path) -> None:
        shown = show_model(write_original(tmp_path))
        assert (shown["kind"], shown["symbol"], shown["training_manifest"]) == ("legacy", "MSFT", {})
        assert shown["scaler"]["kind"] == "standard"

    def test_by_latest(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        assert show_model(folder.with_name("universal_1h_latest"))["path"] == str(folder)

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(ModelNotFound):
            show_model(tmp_path / STRATEGY / "universal_1h_v1")

    def test_damaged(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        (folder / "metrics.json").write_text("{")
        with pytest.raises(ModelRejected) as found:
            show_model(folder)
        assert found.value.where == str(folder / "metrics.json")

    def test_a_copy_outside_the_store(self, tmp_path: Path) -> None:
        shutil.copytree(save(tmp_path / "models"), tmp_path / "my model")
        assert show_model(tmp_path / "my model")["version"] == 1
