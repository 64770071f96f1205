"""``_latest`` names the version that was asked for, if it can be used, and the way back is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, ModelRejected, StorageProblem, UnsafeName
from ktrdr_app.model_store import layout, versions
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.rollback import best_left, roll_back
from tests.model_store.builders import STRATEGY, save, write_original


def latest(models: Path, stem: str = "universal_1h") -> str:
    target = layout.read_pointer(models / STRATEGY, stem).target
    return target.name if target else ""


def test_there_and_back(tmp_path: Path) -> None:
    for _ in range(3):
        save(tmp_path)
    done = roll_back(tmp_path, STRATEGY, "1h", 1)
    assert (done.before, done.after, latest(tmp_path)) == ("universal_1h_v3", "universal_1h_v1", "universal_1h_v1")
    resolution = resolve(tmp_path, STRATEGY, "1h")
    assert resolution.chosen is not None
    assert resolution.chosen.version == 1
    undone = roll_back(tmp_path, STRATEGY, "1h", int(done.before.rpartition("_v")[2]))
    assert (undone.before, latest(tmp_path)) == ("universal_1h_v1", "universal_1h_v3")
    assert save(tmp_path).name == "universal_1h_v4"
    assert latest(tmp_path) == "universal_1h_v4"


def test_a_text_file_stays_readable_and_a_system_without_links_gets_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "LINKS", False)
    save(tmp_path)
    save(tmp_path)
    roll_back(tmp_path, STRATEGY, "1h", 1)
    pointer = tmp_path / STRATEGY / "universal_1h_latest"
    assert not pointer.is_symlink()
    assert pointer.read_text(encoding="utf-8") == "universal_1h_v1\n"


def test_a_symbols_own_and_the_archive(tmp_path: Path) -> None:
    for version in (1, 2):
        write_original(tmp_path, version=version)
        write_original(tmp_path, symbol="IBM", version=version, folder="legacy")
    done = roll_back(tmp_path, STRATEGY, "1h", 1, "MSFT")
    assert (done.before, done.after) == ("", "MSFT_1h_v1")
    assert latest(tmp_path, "MSFT_1h") == "MSFT_1h_v1"
    archived = roll_back(tmp_path, STRATEGY, "1h", 1, "IBM")
    assert archived.pointer == tmp_path / STRATEGY / "legacy" / "IBM_1h_latest"
    resolution = resolve(tmp_path, STRATEGY, "1h", "IBM", "legacy")
    assert resolution.chosen is not None
    assert resolution.chosen.version == 1


@pytest.mark.parametrize("spoil", ["weights", "missing", "link"])
def test_what_cannot_be_used_is_refused_and_nothing_changes(tmp_path: Path, spoil: str) -> None:
    folder = save(tmp_path)
    save(tmp_path)
    if spoil == "weights":
        (folder / "model.pt").write_bytes(b"no zip")
    elif spoil == "missing":
        (folder / "features.json").unlink()
    else:
        folder.rename(tmp_path / "outside")
        folder.symlink_to(tmp_path / "outside")
    with pytest.raises(ModelRejected):
        roll_back(tmp_path, STRATEGY, "1h", 1)
    assert latest(tmp_path) == "universal_1h_v2"


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    save(tmp_path)
    with pytest.raises(ModelNotFound) as caught:
        roll_back(tmp_path, STRATEGY, "1h", 9)
    assert caught.value.present == ("universal_1h_v1",)
    with pytest.raises(InvalidValue):
        roll_back(tmp_path, STRATEGY, "1h", 0)
    with pytest.raises(UnsafeName):
        roll_back(tmp_path, "../x", "1h", 1)


def test_a_pointer_that_cannot_be_replaced_is_an_error(tmp_path: Path) -> None:
    folder = save(tmp_path)
    pointer = folder.with_name("universal_1h_latest")
    pointer.unlink()
    (pointer / "kept").mkdir(parents=True)
    with pytest.raises(StorageProblem):
        roll_back(tmp_path, STRATEGY, "1h", 1)
    assert (pointer / "kept").is_dir()


def test_the_best_that_is_left_is_the_highest_that_can_be_used(tmp_path: Path) -> None:
    folders = [save(tmp_path) for _ in range(4)]
    (folders[2] / "model.pt").unlink()
    assert best_left(tmp_path / STRATEGY, "universal_1h", tmp_path, {folders[3]}) == "universal_1h_v2"
    assert best_left(tmp_path / STRATEGY, "universal_1h", tmp_path, set(folders)) == ""
