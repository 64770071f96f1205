"""The queue of trainings as it lies in a workspace: written whole, read as it was, and never begun by reading it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.training_queue import FILE
from tests.core.children import REPO, environment
from tests.core.protected import only_looked_at
from tests.workflows.quick import TEXT, request, with_strategy

LONG = TEXT.replace("epochs: 4", "epochs: 14, checkpoint_every: 3, patience: 14")


@pytest.fixture
def room(tmp_path: Path) -> Workspace:
    """Return an empty workspace."""
    return Workspace(tmp_path / "room")


def asked(workspace: Workspace, seed: int = 1, **changes: object) -> TrainRequest:
    return replace(TrainRequest(workspace, "quick", ("AAPL", "IBM"), "1d", seed=seed), **changes)  # type: ignore[arg-type]


def broken_off(workspace: Workspace, wanted: TrainRequest) -> None:
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 7:
            token.cancel()

    with pytest.raises(Cancelled):
        workflows.train(wanted, listen, token)


def test_without_a_file_nothing_was_left(room: Workspace) -> None:
    assert workflows.left_queue(room) == ()
    assert not room.root.exists()


def test_what_waits_comes_back_as_it_was_and_in_its_order(room: Workspace) -> None:
    waiting = (
        asked(room, 3, epochs=7, combination="balanced"),
        asked(room, 2, combination="weighted", weights={"AAPL": 2.0, "IBM": 1 / 3}),
        asked(room, 1, start="2011-01-01", end="2012-01-01", batch_size=64, device="cpu"),
    )
    workflows.keep_queue(room, None, waiting)
    assert workflows.left_queue(room) == waiting
    assert workflows.left_queue(room) == waiting, "reading takes nothing away"


def test_the_one_at_hand_is_offered_first_as_nothing_is_kept_of_it(room: Workspace) -> None:
    workflows.keep_queue(room, asked(room, 1), [asked(room, 2)])
    assert [entry.seed for entry in workflows.left_queue(room)] == [1, 2]


def test_the_workspace_may_be_moved(room: Workspace, tmp_path: Path) -> None:
    workflows.keep_queue(room, None, [asked(room)])
    room.root.rename(tmp_path / "moved")
    elsewhere = Workspace(tmp_path / "moved")
    assert workflows.left_queue(elsewhere) == (asked(elsewhere),)


def test_with_nothing_left_the_file_goes(room: Workspace) -> None:
    workflows.keep_queue(room, asked(room), [])
    assert (room.runs / FILE).is_file()
    workflows.keep_queue(room, None, ())
    assert list(room.runs.iterdir()) == []
    workflows.keep_queue(room, None, ())


def test_what_goes_on_from_a_kept_state_is_left_to_the_list_of_those(room: Workspace) -> None:
    workflows.keep_queue(room, asked(room, 1, resume="r1"), [asked(room, 2, resume="r2"), asked(room, 3)])
    assert workflows.left_queue(room) == (asked(room, 3),)


class TestTheOneAtHand:
    @pytest.fixture
    def shop(self, sample_workspace: Workspace) -> Workspace:
        return with_strategy(sample_workspace, LONG)

    def test_it_is_not_offered_twice_where_its_state_is_kept(self, shop: Workspace) -> None:
        wanted = request(shop, symbols=("AAPL",), epochs=9)
        workflows.keep_queue(shop, wanted, [asked(shop)])
        broken_off(shop, wanted)
        assert len(workflows.list_interrupted(shop)) == 1
        assert workflows.left_queue(shop) == (asked(shop),)

    def test_a_queue_that_grows_later_does_not_offer_it_twice(self, shop: Workspace) -> None:
        wanted = request(shop, symbols=("AAPL",), epochs=9)
        workflows.keep_queue(shop, wanted, [])
        broken_off(shop, wanted)
        workflows.keep_queue(shop, wanted, [asked(shop)])
        assert workflows.left_queue(shop) == (asked(shop),)

    def test_an_older_state_of_the_same_request_is_another_training(self, shop: Workspace) -> None:
        wanted = request(shop, symbols=("AAPL",), epochs=9)
        broken_off(shop, wanted)
        workflows.keep_queue(shop, wanted, [])
        assert workflows.left_queue(shop) == (wanted,)

    def test_the_state_of_another_request_is_another_training(self, shop: Workspace) -> None:
        wanted = request(shop, symbols=("AAPL",), epochs=9)
        workflows.keep_queue(shop, wanted, [])
        broken_off(shop, replace(wanted, seed=99))
        assert workflows.left_queue(shop) == (wanted,)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"null",
        b'{"format": 1, "since": "yesterday", "at_hand": null, "waiting": []}',
        b'{"format": 1, "since": "2026-01-01T00:00:00+00:00", "at_hand": null, "waiting": [{"request": {}}]}',
        b'{"format": 1, "since": "2026-01-01T00:00:00+00:00", "at_hand": null}',
        b'{"since": "2026-01-01T00:00:00+00:00", "at_hand": null, "waiting": [{"resume": null, "request": {"x": 1}}]}',
    ],
)
def test_a_file_that_says_nothing_is_told_and_can_be_written_over(room: Workspace, content: bytes) -> None:
    room.runs.mkdir(parents=True)
    (room.runs / FILE).write_bytes(content)
    with pytest.raises(StorageProblem, match="cannot be read"):
        workflows.left_queue(room)
    workflows.keep_queue(room, None, [asked(room)])
    assert workflows.left_queue(room) == (asked(room),)


def test_where_one_only_looks_the_queue_is_that_of_who_writes(room: Workspace) -> None:
    workflows.keep_queue(room, None, [asked(room)])
    with only_looked_at(room):
        assert workflows.left_queue(room) == ()
        with pytest.raises(WorkspaceReadOnly):
            workflows.keep_queue(room, None, ())
        with pytest.raises(WorkspaceReadOnly):
            workflows.keep_queue(room, asked(room), ())
    assert workflows.left_queue(room) == (asked(room),)


def test_a_disk_that_refuses_leaves_what_was_written_before(room: Workspace) -> None:
    workflows.keep_queue(room, None, [asked(room, 1)])
    before = (room.runs / FILE).read_bytes()
    moved = room.runs.with_name("elsewhere")
    room.runs.rename(moved)
    room.runs.write_bytes(b"a file where the folder was")
    with pytest.raises(StorageProblem):
        workflows.keep_queue(room, None, [asked(room, 2)])
    with pytest.raises(StorageProblem):
        workflows.keep_queue(room, None, [])
    assert (moved / FILE).read_bytes() == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_killed_while_it_writes_one_of_the_two_is_there(room: Workspace) -> None:
    code = (
        "import sys; from pathlib import Path; from ktrdr_app import workflows\n"
        "from ktrdr_app.core.paths import Workspace; from ktrdr_app.workflows.requests import TrainRequest\n"
        "room = Workspace(Path(sys.argv[1])); n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    asked = TrainRequest(room, 'quick', ('AAPL', 'IBM'), '1d', seed=n)\n"
        "    workflows.keep_queue(room, None, [asked] * (1 + n % 50))\n"
        "    print(n, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(room.root)], cwd=REPO, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    while child.stdout.readline().strip() != "20":
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    told = [int(line) for line in child.communicate()[0].split()]
    left = workflows.left_queue(room)
    newest = told[-1] if told else 20
    assert left[0].seed in (newest, newest + 1)
    assert len(left) == 1 + left[0].seed % 50
    assert json.loads((room.runs / FILE).read_bytes())["format"] == 1
