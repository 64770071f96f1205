"""The gate keeps what must not be lost, thins what only counts, and wakes its listener once per batch."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.progress import (
    BarsDone,
    EpochFinished,
    Note,
    PartialEquity,
    StageFinished,
    StageStarted,
    SymbolDone,
)
from ktrdr_app.gui.tasks.gate import INTERVAL_MS, ProgressGate

pytestmark = pytest.mark.gui


def epoch(number: int) -> EpochFinished:
    return EpochFinished(number, 1000, 1.0, 1.0, 0.5, 0.5, 1, 1e4)


def test_at_most_twenty_batches_a_second() -> None:
    assert 1000 / INTERVAL_MS <= 20


def test_events_come_back_in_order_and_only_once() -> None:
    gate = ProgressGate(lambda: None)
    said = [StageStarted("load"), epoch(1), Note("info", "x"), epoch(2), StageFinished("load", 0.1)]
    for event in said:
        gate(event)
    assert gate.drain() == tuple(said)
    assert gate.drain() == ()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (BarsDone(1, 10), BarsDone(9, 10)),
        (SymbolDone("A", 1, 2), SymbolDone("B", 2, 2)),
    ],
)
def test_of_counting_events_the_last_wins(first: object, last: object) -> None:
    gate = ProgressGate(lambda: None)
    gate(first)  # type: ignore[arg-type]
    gate(last)  # type: ignore[arg-type]
    assert gate.drain() == (last,)


def test_partial_equity_is_thinned_too() -> None:
    gate = ProgressGate(lambda: None)
    curves = [PartialEquity(np.arange(n), np.ones(n)) for n in (1, 2, 3)]
    for curve in curves:
        gate(curve)
    (kept,) = gate.drain()
    assert kept is curves[-1]


def test_kinds_are_thinned_apart_from_each_other() -> None:
    gate = ProgressGate(lambda: None)
    for event in (BarsDone(1, 9), SymbolDone("A", 1, 1), BarsDone(2, 9), epoch(1), BarsDone(3, 9)):
        gate(event)
    assert gate.drain() == (SymbolDone("A", 1, 1), epoch(1), BarsDone(3, 9))


def test_the_listener_is_woken_once_per_batch() -> None:
    woken: list[int] = []
    gate = ProgressGate(lambda: woken.append(1))
    for number in range(100):
        gate(epoch(number))
    assert len(woken) == 1
    gate.drain()
    gate(epoch(1))
    assert len(woken) == 2


@given(st.lists(st.one_of(st.integers(1, 50).map(epoch), st.integers(1, 50).map(lambda n: BarsDone(n, 50)))))
def test_no_epoch_is_ever_lost(said: list[EpochFinished | BarsDone]) -> None:
    gate = ProgressGate(lambda: None)
    heard: list[object] = []
    for place, event in enumerate(said):
        gate(event)
        if place % 3 == 2:
            heard.extend(gate.drain())
    heard.extend(gate.drain())
    assert [event for event in heard if isinstance(event, EpochFinished)] == [
        event for event in said if isinstance(event, EpochFinished)
    ]
    counted = [event for event in said if isinstance(event, BarsDone)]
    if counted:
        assert [event for event in heard if isinstance(event, BarsDone)][-1] == counted[-1]


def test_many_threads_may_talk_at_once() -> None:
    gate = ProgressGate(lambda: None)
    heard: list[object] = []
    everyone = threading.Barrier(5)

    def talk(base: int) -> None:
        everyone.wait()
        for number in range(200):
            gate(epoch(base + number))

    threads = [threading.Thread(target=talk, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    everyone.wait()
    while any(thread.is_alive() for thread in threads):
        heard.extend(gate.drain())
    for thread in threads:
        thread.join()
    heard.extend(gate.drain())
    numbers = sorted(event.epoch for event in heard if isinstance(event, EpochFinished))
    assert numbers == sorted(1000 * base + number for base in range(4) for number in range(200))
