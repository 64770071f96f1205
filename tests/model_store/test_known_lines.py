"""Lines are remembered for folders that do not change, fill lists alone, and a damaged memory costs but time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import integrity, known_lines
from ktrdr_app.model_store.integrity import check_in_store
from ktrdr_app.model_store.known_lines import read_known
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.registry import ModelInfo, list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.verify import verify_model
from tests.model_store.builders import STRATEGY, edit, save, write_original


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with every kind of line: universal, own, the original's, an archived copy, a damaged one."""
    models = tmp_path_factory.mktemp("made") / "models"
    save(models)
    save(models, symbol="IBM")
    write_original(models)
    write_original(models, symbol="GOOG", folder="legacy")
    (save(models) / "model.pt").write_bytes(b"damaged")
    return models


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "models", symlinks=True)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return tmp_path / ".cache" / "models" / "list.json"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the folders whose files are looked into from now on."""
    seen: list[str] = []
    readable = integrity._readable

    def watched(folder: Path) -> integrity.CheckedFolder:
        seen.append(folder.name)
        return readable(folder)

    monkeypatch.setattr(integrity, "_readable", watched)
    return seen


def change_in_place(folder: Path) -> None:
    """Change one byte of the weights and put size and time back, as no honest program does."""
    path = folder / "model.pt"
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with open(path, "r+b") as stream:
        stream.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_list_is_the_same_and_reads_no_file_of_a_usable_folder_again(
    store: Path, known: Path, checked: list[str]
) -> None:
    plain = list_models(store)
    assert len(checked) == 5
    assert list_models(store, known) == plain
    assert len(checked) == 10
    assert list_models(store, known) == plain
    assert checked[10:] == ["universal_1h_v2"], "what cannot be used is asked anew each time"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "metrics.json").write_text("{}", encoding="utf-8"),
        lambda folder: os.utime(folder / "config.json", ns=(1, 1)),
        lambda folder: (folder / "scaler.pkl").unlink(),
        lambda folder: (folder / "more.txt").write_text("x", encoding="utf-8"),
        lambda folder: (folder / "model.pt").rename(folder / "other.pt"),
        lambda folder: edit(folder / "features.json", lambda document: document.update(feature_count=9)),
        pytest.param(change_in_place, marks=pytest.mark.skipif(os.name == "nt", reason="no time of change there")),
    ],
)
def test_any_change_is_seen_and_the_others_stay_unread(
    store: Path, known: Path, checked: list[str], change: Callable[[Path], Any]
) -> None:
    list_models(store, known)
    folder = store / STRATEGY / "universal_1h_v1"
    change(folder)
    del checked[:]
    found = list_models(store, known)
    assert set(checked) == {"universal_1h_v1", "universal_1h_v2"}
    assert found == list_models(store)


def test_a_file_that_looks_unchanged_is_listed_but_never_used(
    store: Path, known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store / STRATEGY / "universal_1h_v1"
    list_models(store, known)
    held = read_known(known)[f"{STRATEGY}/{folder.name}"].state
    change_in_place(folder)
    monkeypatch.setattr(known_lines, "state_of", lambda _: held)
    monkeypatch.setattr("ktrdr_app.model_store.registry.state_of", lambda _: held)
    assert [info.complete for info in list_models(store, known) if info.path == folder] == [True]
    with pytest.raises(ModelRejected):
        load_model(folder)
    with pytest.raises(ModelRejected):
        check_in_store(folder, store)
    assert not verify_model(folder, store).passed
    trace = resolve(store, STRATEGY, "1h", allow_any=False).trace
    assert {entry.path: entry.result for entry in trace}[folder] == "rejected"


def test_a_folder_that_became_a_link_out_of_the_store_is_told(store: Path, known: Path, tmp_path: Path) -> None:
    list_models(store, known)
    folder = store / STRATEGY / "universal_1h_v1"
    folder.rename(tmp_path / folder.name)
    folder.symlink_to(tmp_path / folder.name)
    (info,) = (info for info in list_models(store, known) if info.path == folder)
    assert (info.complete, info.state) == (False, "unsafe")


def test_a_workspace_may_move(store: Path, known: Path, tmp_path: Path, checked: list[str]) -> None:
    before = list_models(store, known)
    (tmp_path / "elsewhere").mkdir()
    store.rename(tmp_path / "elsewhere" / "models")
    del checked[:]
    after = list_models(tmp_path / "elsewhere" / "models", known)
    assert checked == ["universal_1h_v2"]
    assert [info.label for info in after] == [info.label for info in before]
    assert all(info.path.is_dir() for info in after)


def _lines(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [line["fields"] for line in document["lines"].values()]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(format=2),
        lambda document: document.update(program="0.0"),
        lambda document: document.pop("lines"),
        lambda document: document.update(lines=[1]),
        lambda document: _lines(document)[0].pop("kind"),
        lambda document: _lines(document)[0].update(version="1"),
        lambda document: _lines(document)[0].update(training_symbols=[1]),
        lambda document: _lines(document)[0].update(training_symbols=5),
        lambda document: _lines(document)[0].update(rows=True),
        lambda document: _lines(document)[0].update(path="/etc"),
    ],
)
def test_a_memory_that_is_not_ours_is_passed_over_and_replaced(
    store: Path, known: Path, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    plain = list_models(store, known)
    good = known.read_bytes()
    document = json.loads(good)
    spoil(document)
    known.write_text(json.dumps(document), encoding="utf-8")
    assert list_models(store, known) == plain
    assert known.read_bytes() == good


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 99_999])
def test_a_damaged_memory_is_passed_over_and_replaced(store: Path, known: Path, content: bytes) -> None:
    plain = list_models(store, known)
    good = known.read_bytes()
    known.write_bytes(content)
    assert list_models(store, known) == plain
    assert known.read_bytes() == good


def test_where_nothing_can_be_kept_the_list_is_there_all_the_same(
    store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert list_models(store, tmp_path / "file" / "list.json") == list_models(store)
    assert "is not kept" in caplog.text


def test_an_empty_store_keeps_nothing(tmp_path: Path, known: Path) -> None:
    assert list_models(tmp_path / "models", known) == []
    assert not known.exists()


def test_what_is_gone_is_forgotten(store: Path, known: Path) -> None:
    list_models(store, known)
    (store / STRATEGY / "universal_1h_v1").rename(store / "gone")
    list_models(store, known)
    assert f"{STRATEGY}/universal_1h_v1" not in read_known(known)


def test_the_workspace_keeps_it_in_its_cache_and_every_field_survives(store: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    first, second = workflows.list_models(workspace), workflows.list_models(workspace)
    assert first == second == list_models(store)
    assert [path.name for path in workspace.cache.rglob("*.json")] == ["list.json"]
    assert all(type(info) is ModelInfo and isinstance(info.training_symbols, tuple) for info in second)
