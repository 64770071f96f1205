"""Pacing limits, held to a plain check over every pair and window of the times that were given out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.ib.pacing import MANY_SECONDS, PENALTIES, SHARED, Pacer


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def violations(sent: list[tuple[float, str, str]]) -> list[str]:
    """Return what the broker's published limits forbid, found by looking at every pair and window."""
    found = []
    for number, (at, request, contract) in enumerate(sent):
        earlier = sent[:number]
        if any(request == other and at - before < 15 for before, other, _ in earlier):
            found.append(f"{request} twice within 15 s")
        if sum(contract == other and at - before <= 2 for before, _, other in earlier) >= 5:
            found.append(f"six for {contract} within 2 s")
        if sum(at - before <= 600 for before, _, _ in earlier) >= 60:
            found.append("more than 60 in ten minutes")
    return found


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghij"), st.sampled_from(["X", "Y"]), st.floats(0, 20)),
        min_size=1,
        max_size=150,
    )
)
def test_whatever_is_asked_nothing_is_violated(asked: list[tuple[str, str, float]]) -> None:
    clock, sent = Clock(), []
    pacer = Pacer(clock)
    for request, contract, pause in asked:
        clock.now += pause
        wait = pacer.reserve(request + contract, contract)
        assert wait >= 0
        sent.append((clock.now + wait, request + contract, contract))
        clock.now += wait
    assert violations(sent) == []


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["X", "Y"])), min_size=1, max_size=150))
def test_reserving_without_waiting_keeps_the_limits_too(asked: list[tuple[int, str]]) -> None:
    pacer = Pacer(Clock())
    sent = [(1000 + pacer.reserve((number, contract), contract), f"{number}{contract}", contract)
            for number, contract in asked]  # fmt: skip
    assert violations(sent) == []


def test_the_check_itself_sees_violations() -> None:
    assert violations([(0, "a", "X"), (14, "a", "X")])
    assert violations([(0, str(n), "X") for n in range(6)])
    assert violations([(n, str(n), str(n)) for n in range(61)])
    assert not violations([(0, str(n), "X") for n in range(5)])


def test_requests_go_at_once_where_nothing_forbids_it() -> None:
    pacer = Pacer(Clock())
    assert [pacer.reserve(number, number) for number in range(60)] == [0.0] * 60
    assert pacer.reserve(60, 60) == MANY_SECONDS


def test_the_same_request_waits_a_quarter_of_a_minute() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    assert pacer.reserve("a", "X") == 0
    clock.now += 10
    assert 5 <= pacer.reserve("a", "X") < 7
    clock.now += 100
    assert pacer.reserve("a", "X") == 0


def test_a_burst_for_one_contract_holds_the_sixth() -> None:
    pacer = Pacer(Clock())
    assert [pacer.reserve(number, "X") for number in range(5)] == [0] * 5
    assert 2 < pacer.reserve(5, "X") < 3


@pytest.mark.parametrize(
    ("in_a_row", "silence"), [(1, PENALTIES[0]), (2, PENALTIES[1]), (3, PENALTIES[2]), (9, PENALTIES[2])]
)
def test_a_violation_brings_silence_for_all(in_a_row: int, silence: float) -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.penalize(in_a_row)
    assert pacer.reserve("other", "Y") == silence
    clock.now += silence
    assert pacer.reserve("another", "Z") == 0


def test_threads_share_the_limits() -> None:
    pacer = Pacer(Clock())
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(lambda number: pacer.reserve(number, number), range(180)))
    assert waits == [0.0] * 60 + [MANY_SECONDS] * 60 + [2 * MANY_SECONDS] * 60


def test_the_default_clock_does_not_go_back() -> None:
    assert SHARED.reserve(object(), object()) >= 0
