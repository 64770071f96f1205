"""Migration as a use case: previews, reports, runs on after a crash, and lets be undone."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import stat
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import migration
from ktrdr_app.model_store.layout import read_pointer
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.workflows.migrate_run import migrate_models, undo_migration
from ktrdr_app.workflows.model_requests import MigrateRequest, UndoMigrationRequest
from tests.model_store.builders import STRATEGY, link_latest, write_original
from tests.shared_data import shared_path
from tests.workflows.migrate_process import migrate_and_die
from tests.workflows.quick import files_below

MOMENTS = 8


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with three originals, of which one is damaged."""
    made = Workspace(tmp_path)
    link_latest(write_original(made.models))
    write_original(made.models, "IBM")
    damaged = write_original(made.models, "AAPL")
    (damaged / "model.pt").write_bytes(b"garbage")
    return made


def originals(workspace: Workspace) -> dict[str, tuple[bytes, int]]:
    """Return every file of the originals, with its bytes and the time it was last written."""
    beside = {"legacy", ".versions"}
    found = (path for path in workspace.models.rglob("*") if path.is_file() and not beside & {*path.parts})
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def test_a_dry_run_writes_nothing_and_says_the_same_as_the_migration(workspace: Workspace) -> None:
    before = files_below(workspace.root)
    shown = migrate_models(MigrateRequest(workspace, dry_run=True))
    assert files_below(workspace.root) == before
    assert (shown["dry_run"], shown["report_file"], shown["counts"]) == (True, None, {"damaged": 1, "copy": 2})
    done = migrate_models(MigrateRequest(workspace))
    assert done["counts"] == {"damaged": 1, "migrated": 2}
    assert [step["target"] for step in done["steps"]] == [step["target"] for step in shown["steps"]]


def test_the_damaged_one_is_named_the_others_go_on_and_no_original_is_touched(workspace: Workspace) -> None:
    before = originals(workspace)
    document = migrate_models(MigrateRequest(workspace, STRATEGY))
    by_name = {Path(step["source"]).name: step for step in document["steps"]}
    assert by_name["AAPL_1h_v1"]["action"] == "damaged"
    assert "weights" in by_name["AAPL_1h_v1"]["reason"]
    assert all(by_name[name]["largest_difference"] <= 1e-6 for name in ("IBM_1h_v1", "MSFT_1h_v1"))
    assert originals(workspace) == before
    report = json.loads(Path(document["report_file"]).read_text(encoding="utf-8"))
    assert report == json.loads(json.dumps(document))
    assert (workspace.models / STRATEGY / "legacy" / "MSFT_1h_latest").exists()


def test_a_migration_can_be_undone_and_done_again(workspace: Workspace) -> None:
    before = files_below(workspace.models)
    migrate_models(MigrateRequest(workspace))
    assert len(undo_migration(UndoMigrationRequest(workspace))["undone"]) == 2
    assert [name for name in files_below(workspace.models) if ".versions" not in name] == before
    assert migrate_models(MigrateRequest(workspace))["counts"] == {"damaged": 1, "migrated": 2}


def test_stopped_it_keeps_what_is_done_and_goes_on_later(workspace: Workspace) -> None:
    token = CancelToken("the migration")
    with pytest.raises(Cancelled):
        migrate_models(MigrateRequest(workspace), lambda event: token.cancel() if event.done == 2 else None, token)
    (report,) = workspace.runs.glob("*/migration.json")
    counts = json.loads(report.read_text(encoding="utf-8"))["counts"]
    assert counts == {"damaged": 1, "migrated": 1, "copy": 1}
    assert read_pointer(workspace.models / STRATEGY / "legacy", "IBM_1h").target is not None
    assert migrate_models(MigrateRequest(workspace))["counts"] == {"damaged": 1, "already": 1, "migrated": 1}


def test_a_disk_that_is_full_midway_keeps_what_is_done_and_the_report(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = migration.shutil.copyfile

    def full(source: Path, target: Path) -> object:
        if "MSFT" in str(source):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(source, target)

    monkeypatch.setattr(migration.shutil, "copyfile", full)
    with pytest.raises(StorageProblem, match="No space left"):
        migrate_models(MigrateRequest(workspace))
    (report,) = workspace.runs.glob("*/migration.json")
    assert json.loads(report.read_text(encoding="utf-8"))["counts"] == {"damaged": 1, "migrated": 1, "copy": 1}
    assert read_pointer(workspace.models / STRATEGY / "legacy", "IBM_1h").target is not None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that refuses its owner")
def test_a_store_that_cannot_be_written_is_a_clear_error(workspace: Workspace) -> None:
    place = workspace.models / STRATEGY
    place.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(StorageProblem):
            migrate_models(MigrateRequest(workspace))
    finally:
        place.chmod(stat.S_IRWXU)


def _run(
    fork_server: ForkServerContext, workspace: Workspace, moment: int, counted: str = "", undo: bool = False
) -> int:
    child = fork_server.Process(target=migrate_and_die, args=(str(workspace.root), moment, counted, undo))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode or 0


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and the fork server are of POSIX systems")
@pytest.mark.parametrize("undo", [False, True], ids=["migrating", "undoing"])
def test_killed_at_any_moment_every_listed_copy_is_whole_and_the_next_run_ends_it(
    fork_server: ForkServerContext, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, undo: bool
) -> None:
    counted = tmp_path_factory.mktemp("counted") / "steps"
    before = originals(workspace)
    if undo:
        migrate_models(MigrateRequest(workspace))
    assert _run(fork_server, workspace, 0, str(counted), undo) == 0
    steps = int(counted.read_text())
    assert steps > 20, "the steps are seen"
    deaths = 0
    for moment in random.Random(20260101).sample(range(1, steps), MOMENTS):
        (migrate_models if undo else _undo)(MigrateRequest(workspace))
        deaths += _run(fork_server, workspace, moment, undo=undo) != 0
        listed = [info for info in list_models(workspace.models) if info.path.parent.name == "legacy"]
        assert [info.problem for info in listed] == [""] * len(listed)
        assert all(load_model(info.path).info.complete for info in listed)
        chosen = resolve(workspace.models, STRATEGY, "1h", "MSFT").chosen
        assert chosen is not None
        assert chosen.path.name == "MSFT_1h_v1"
        assert read_pointer(workspace.models / STRATEGY / "legacy", "MSFT_1h").problem == ""
        assert originals(workspace) == before
    assert deaths >= MOMENTS - 1
    counts = migrate_models(MigrateRequest(workspace))["counts"]
    assert counts.get("migrated", 0) + counts.get("already", 0) == 2
    assert (workspace.models / STRATEGY / "legacy" / "MSFT_1h_latest").resolve().is_dir()


def _undo(request: MigrateRequest) -> None:
    undo_migration(UndoMigrationRequest(request.workspace))


@pytest.mark.shared
def test_genuine_folders_are_copied_and_predict_the_same(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    source = shared_path("legacy_models/models")
    for path in source.rglob("*"):
        if path.is_file() and not path.is_symlink():
            place = workspace.models / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    document = migrate_models(MigrateRequest(workspace))
    assert document["counts"] == {"migrated": 6}
    assert max(step["largest_difference"] for step in document["steps"]) <= 1e-6
