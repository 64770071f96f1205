"""What is said of workers and of a cluster: every state in words, sign and colour; figures in units people read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ktrdr_app.workflows.cluster_seen import ALIVE, LOST, PAUSED, SILENT, STATES, ClusterSeen, WorkerSeen

pytestmark = pytest.mark.gui

WORKER = WorkerSeen("tcp://10.0.0.6:8790", "north-1", 1, 310_400_000, 12_600_000_000, 98.0, (), ALIVE)


def seen(*workers: WorkerSeen) -> ClusterSeen:
    return ClusterSeen("tcp://10.0.0.5:8786", workers)


@pytest.mark.parametrize(
    ("state", "words", "token"),
    [
        (ALIVE, "● alive", "success"),
        (SILENT, "▲ silent", "warning"),
        (PAUSED, "▲ memory full", "warning"),
        (LOST, "✖ lost", "danger"),
    ],
)
def test_a_state_has_words_a_sign_a_colour_and_a_meaning(state: str, words: str, token: str) -> None:
    from ktrdr_app.gui.panels.cluster.words import state_tip, state_token, state_words

    worker = replace(WORKER, state=state)
    assert (state_words(worker), state_token(worker)) == (words, token)
    assert len(state_tip(worker)) > len(words)


def test_every_state_has_another_meaning() -> None:
    from ktrdr_app.gui.panels.cluster.words import state_tip, state_words

    workers = [replace(WORKER, state=state) for state in STATES]
    assert len({state_tip(worker) for worker in workers}) == len({state_words(worker) for worker in workers}) == 4


def test_other_versions_come_before_how_it_is_unless_it_is_lost() -> None:
    from ktrdr_app.gui.panels.cluster.words import state_tip, state_token, state_words

    other = replace(WORKER, fault="torch 2.0, here is 2.13")
    assert (state_words(other), state_token(other)) == ("▲ other versions", "danger")
    assert "torch 2.0, here is 2.13" in state_tip(other)
    assert state_words(replace(other, state=LOST)) == "✖ lost"
    assert "torch" not in state_tip(replace(other, state=LOST))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "310 MB of 12.6 GB"),
        ({"memory": 4_250_000_000}, "4.2 GB of 12.6 GB"),
        ({"memory_limit": 0}, "310 MB"),
        ({"memory_limit": 512_000_000}, "310 MB of 512 MB"),
        ({"state": LOST}, "–"),
    ],
)
def test_memory_is_told_in_units_people_read(changes: dict[str, object], words: str) -> None:
    from ktrdr_app.gui.panels.cluster.words import memory_words

    assert memory_words(replace(WORKER, **changes)) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nothing"),
        ({"work": ("Train: IBM",)}, "Train: IBM"),
        ({"work": ("Train: IBM", "Train: AAPL", "Train: MSFT")}, "Train: IBM (+2 waiting)"),
        ({"work": ("a", "b", "c"), "threads": 2}, "a · b (+1 waiting)"),
        ({"work": ("a",), "threads": 4}, "a"),
        ({"state": LOST}, ""),
    ],
)
def test_work_is_what_runs_and_how_much_waits(changes: dict[str, object], words: str) -> None:
    from ktrdr_app.gui.panels.cluster.words import work_words

    assert work_words(replace(WORKER, **changes)) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("workers", "words"),
    [
        ((), "Connected; the scheduler has no worker"),
        ((WORKER,), "Connected: 1 worker with 1 thread, none works"),
        ((replace(WORKER, work=("x",)), replace(WORKER, threads=4)), "Connected: 2 workers with 5 threads, 1 works"),
        ((replace(WORKER, work=("x",)),) * 2, "Connected: 2 workers with 2 threads, 2 work"),
        ((WORKER, replace(WORKER, state=LOST)), "Connected: 1 worker with 1 thread, none works"),
        ((replace(WORKER, state=LOST),), "Connected; the scheduler has no worker"),
    ],
)
def test_a_cluster_in_one_line_counts_who_is_there(workers: tuple[WorkerSeen, ...], words: str) -> None:
    from ktrdr_app.gui.panels.cluster.words import cluster_words

    assert cluster_words(seen(*workers)) == words


def test_the_first_steps_name_the_scheduler_that_is_there() -> None:
    from ktrdr_app.gui.panels.cluster.words import first_steps

    assert "dask scheduler --port" in first_steps(None)
    assert "dask scheduler" not in first_steps(seen())
    assert "dask worker tcp://10.0.0.5:8786 --nthreads 1" in first_steps(seen())
