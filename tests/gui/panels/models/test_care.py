"""Every change as work on real stores: what it does, what it says, and that taking it back leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, ModelNotFound, ModelRejected, NothingInTrash
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, SymbolDone, silent
from ktrdr_app.gui.panels.models import care
from ktrdr_app.gui.panels.models.changes import Change, Done
from ktrdr_app.model_store import layout
from tests.model_store.builders import STRATEGY, save

pytestmark = pytest.mark.gui

LATEST = layout.FolderName(None, "1h", 1)


def run(change: Change, heard: list[ProgressEvent] | None = None) -> Done:
    """Carry out a change as a worker does."""
    listen = silent if heard is None else heard.append
    return change(listen, CancelToken("a test"))


def back(done: Done) -> Done:
    """Take a change back."""
    assert done.undo is not None
    return run(done.undo)


def folder(store: Workspace, name: str) -> Path:
    return store.models / STRATEGY / name


def state(store: Workspace) -> dict[str, object]:
    """Return all that users see of a store: files, pointers, and what is said of models."""
    files = {
        path.relative_to(store.models).as_posix(): path.read_bytes()
        for path in sorted(store.models.rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".") and path.name != "notes.json"
    }
    pointers = {
        path.relative_to(store.models).as_posix(): str(path.readlink())
        for path in sorted(store.models.rglob("*_latest"))
        if path.is_symlink()
    }
    said = {model.label: (model.pinned, model.note, model.tags) for model in workflows.list_models(store)}
    return {"files": files, "pointers": pointers, "said": said}


def test_pinning_says_what_it_serves(store: Workspace) -> None:
    done = run(care.pin(store, folder(store, "universal_1h_v1")))
    assert done.text == "universal_1h_v1 is pinned"
    assert f"{STRATEGY} 1h" in done.hint
    assert done.path == folder(store, "universal_1h_v1")


def test_unpinning_is_taken_back_by_pinning(store: Workspace) -> None:
    path = folder(store, "universal_1h_v1")
    run(care.pin(store, path))
    before = state(store)
    done = run(care.unpin(store, path))
    assert done.text == "universal_1h_v1 is not pinned any more"
    back(done)
    assert state(store) == before


def test_a_rollback_names_both_versions(store: Workspace) -> None:
    done = run(care.roll_back(store, STRATEGY, LATEST))
    assert done.text == "universal_1h_latest names universal_1h_v1 now"
    assert done.hint == "Before, it named universal_1h_v2."


def test_a_rollback_of_a_pointer_that_named_nothing_cannot_be_taken_back(store: Workspace) -> None:
    folder(store, "universal_1h_latest").unlink()
    done = run(care.roll_back(store, STRATEGY, LATEST))
    assert done.hint == "It named none before."
    assert done.undo is None


def test_a_rollback_of_a_symbols_own_model(store: Workspace) -> None:
    done = run(care.roll_back(store, STRATEGY, layout.FolderName("MSFT", "1h", 1)))
    assert done.text == "MSFT_1h_latest names MSFT_1h_v1 now"
    assert done.path == folder(store, "MSFT_1h_v1")
    assert back(done).text == "MSFT_1h_latest names MSFT_1h_v2 now"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("universal_1h_v2", "the latest is universal_1h_v1 now"),
        ("MSFT_1h_v2", "the latest is MSFT_1h_v1 now"),
        ("universal_5m_v1", "no latest is left"),
        ("MSFT_1h_v1", ""),
    ],
)
def test_a_deletion_says_what_the_latest_is_then(store: Workspace, name: str, hint: str) -> None:
    before = state(store)
    done = run(care.delete(store, folder(store, name)))
    assert done.text == f"{STRATEGY}/{name} is in the trash"
    assert done.hint.startswith(".trash/")
    assert done.hint.endswith(hint)
    assert not folder(store, name).exists()
    restored = back(done)
    assert (restored.text, restored.path) == (f"{STRATEGY}/{name} is back", folder(store, name))
    assert state(store) == before


def test_a_model_whose_place_is_taken_does_not_come_back(store: Workspace) -> None:
    path = folder(store, "MSFT_1h_v1")
    done = run(care.delete(store, path))
    path.mkdir()
    with pytest.raises(InvalidValue):
        back(done)


def test_what_was_never_deleted_cannot_come_back(store: Workspace) -> None:
    with pytest.raises(NothingInTrash):
        run(care.restore(store, f"{STRATEGY}/universal_1h_v9"))


@pytest.mark.parametrize(
    ("note", "tags"), [("new", ("best",)), ("", ("best",)), ("new", ()), ("", ()), ("old", ("demo", "first"))]
)
def test_remarks_replace_those_before_and_come_back(store: Workspace, note: str, tags: tuple[str, ...]) -> None:
    path = folder(store, "MSFT_1h_v1")
    run(care.remark(store, path, "old", ("demo", "first"), ("", ())))
    before = state(store)
    done = run(care.remark(store, path, note, tags, ("old", ("demo", "first"))))
    said = {model.label: (model.note, model.tags) for model in workflows.list_models(store)}
    assert said["MSFT_1h_v1"] == (note, tags)
    back(done)
    assert state(store) == before


def test_a_tag_that_is_none_changes_nothing(store: Workspace) -> None:
    before = state(store)
    with pytest.raises(InvalidValue):
        run(care.remark(store, folder(store, "MSFT_1h_v1"), "new", ("x" * 41,), ("", ())))
    assert state(store) == before


def test_an_export_holds_the_model_and_needs_no_way_back(store: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "m.zip"
    done = run(care.export(store, folder(store, "universal_1h_v1"), file))
    names = zipfile.ZipFile(file).namelist()
    assert "model.pt" in names
    assert done.text == f"universal_1h_v1 is in {file} ({len(names) - 1} files)"
    assert done.hint == "Left out, as they are never read: model_full.pt, scaler.pkl."
    assert done.undo is None


def test_an_export_never_overwrites(store: Workspace, tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(b"mine")
    with pytest.raises(InvalidValue):
        run(care.export(store, folder(store, "universal_1h_v1"), tmp_path / "m.zip"))
    assert (tmp_path / "m.zip").read_bytes() == b"mine"


def test_an_import_goes_to_the_trash_when_it_is_taken_back(store: Workspace, tmp_path: Path) -> None:
    before = state(store)
    run(care.export(store, folder(store, "universal_1h_v1"), tmp_path / "m.zip"))
    done = run(care.take_in(store, tmp_path / "m.zip"))
    assert done.text == f"models/{STRATEGY}/universal_1h_v3 came in"
    assert done.hint == "It was universal_1h_v1 where it came from. The latest is universal_1h_v2."
    back(done)
    assert state(store) == before
    assert [entry.name for entry in workflows.list_trashed_models(store)] == ["universal_1h_v3"]


def test_a_file_that_is_no_model_is_refused(store: Workspace, tmp_path: Path) -> None:
    before = state(store)
    (tmp_path / "m.zip").write_bytes(b"no zip")
    with pytest.raises(ModelRejected):
        run(care.take_in(store, tmp_path / "m.zip"))
    assert state(store) == before


def test_a_plan_writes_nothing(store: Workspace) -> None:
    before = state(store)
    plan = care.plan_migration(store, None)(silent, CancelToken("a test"))
    assert isinstance(plan, dict)
    assert (plan["dry_run"], plan["counts"], plan["report_file"]) == (True, {"copy": 2}, None)
    assert state(store) == before


def test_a_migration_tells_each_folder_and_brings_its_report(store: Workspace) -> None:
    heard: list[ProgressEvent] = []
    done = run(care.migrate(store, None), heard)
    names = [f"{STRATEGY}/MSFT_1h_v{version}" for version in (1, 2)]
    assert heard == [SymbolDone(name, number, 2) for number, name in enumerate(names, 1)]
    assert done.text == "2 models copied and verified"
    assert done.report is not None
    assert json.loads(Path(done.report["report_file"]).read_text(encoding="utf-8"))["counts"] == {"migrated": 2}
    assert done.path == folder(store, "legacy") / "MSFT_1h_v1"


def test_a_migration_of_one_more_folder_takes_back_only_its_own_copy(store: Workspace) -> None:
    second = folder(store, "MSFT_1h_v2")
    aside = shutil.move(second, store.root / "aside")
    first = run(care.migrate(store, STRATEGY))
    assert first.text == "1 model copied and verified"
    shutil.move(aside, second)
    more = run(care.migrate(store, STRATEGY))
    assert back(more).text == "1 copy is in the trash"
    there = [model.label for model in workflows.list_models(store) if model.label.startswith("legacy/")]
    assert there == ["legacy/MSFT_1h_v1"]


def test_a_migration_without_anything_to_copy_has_no_way_back(store: Workspace) -> None:
    run(care.migrate(store, None))
    done = run(care.migrate(store, None))
    assert (done.text, done.undo, done.path) == ("0 models copied and verified", None, None)


def test_taking_copies_out_leaves_every_original(store: Workspace) -> None:
    before = state(store)
    back(run(care.migrate(store, None)))
    assert state(store) == before


def test_a_strategy_that_is_not_there_is_named(store: Workspace) -> None:
    with pytest.raises(ModelNotFound):
        run(care.migrate(store, "another"))


def test_taking_out_can_be_stopped(store: Workspace) -> None:
    done = run(care.migrate(store, None))
    assert done.undo is not None
    token = CancelToken("a test")
    token.cancel()
    with pytest.raises(Cancelled):
        done.undo(silent, token)
    assert len([model for model in workflows.list_models(store) if model.label.startswith("legacy/")]) == 2


def steps_of(store: Workspace, random: np.random.Generator) -> Callable[[], Change | None]:
    """Return a function that gives another random change of what is there now."""

    def step() -> Change | None:
        models = [model for model in workflows.list_models(store) if model.complete]
        if not models:
            return None
        model = models[random.integers(len(models))]
        kind = random.integers(5)
        if kind == 0:
            return care.unpin(store, model.path) if model.pinned else care.pin(store, model.path)
        if kind == 1 and not model.latest and not model.label.startswith("legacy/"):
            return care.roll_back(
                store, model.strategy_name, layout.FolderName(model.symbol, model.timeframe, model.version)
            )
        # of two deletions of one name the newer comes back, so copies, which a migration makes anew, are left out
        if kind == 2 and not model.label.startswith("legacy/"):
            return care.delete(store, model.path)
        if kind == 3:
            words = tuple(sorted({f"t{random.integers(4)}" for _ in range(2)}))
            return care.remark(store, model.path, f"note {random.integers(9)}", words, (model.note, model.tags))
        return care.migrate(store, None)

    return step


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_taken_back_in_reverse_leave_the_store_as_it_was(store: Workspace, seed: int) -> None:
    save(store.models, symbol="AAPL")
    step = steps_of(store, np.random.default_rng(seed))
    before = [state(store)]
    undoing: list[Done] = []
    for _ in range(8):
        change = step()
        if change is None:
            break
        done = run(change)
        if done.undo is not None:
            undoing.append(done)
            before.append(state(store))
    assert undoing
    for done in reversed(undoing):
        assert state(store) == before.pop()
        back(done)
    assert state(store) == before.pop()
