"""The line itself: where requests end, and who wins when an answer and trouble come together."""

from __future__ import annotations

import asyncio

import pytest

from ktrdr_app.data.ib.plan import DAY, STEPS, Span
from ktrdr_app.data.ib.session import first_of, request_end

MINUTE = 60 * 10**9


@pytest.mark.parametrize("timeframe", list(STEPS))
@pytest.mark.parametrize("end", [DAY, DAY + 1, DAY + 10**9, 20_000 * DAY + 5 * MINUTE + 1])
def test_a_request_ends_on_the_minute_when_the_last_bar_is_whole(timeframe: str, end: int) -> None:
    step = STEPS[timeframe]
    until = request_end(Span(0, end), step) * 10**9
    assert until % MINUTE == 0
    assert end + step.beyond <= until < end + step.beyond + MINUTE


@pytest.mark.parametrize("late", [0, 1, 10**9, MINUTE - 1])
def test_a_request_for_minutes_reaches_the_whole_of_its_span(late: int) -> None:
    span = Span(5 * DAY + late, 6 * DAY)
    assert request_end(span, STEPS["1m"]) * 10**9 - DAY <= span.start


async def _result(value: str) -> str:
    return value


async def _failure(error: Exception) -> str:
    raise error


def _decide(work: object, trouble: Exception | None) -> str:
    async def both() -> str:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if trouble is not None:
            future.set_exception(trouble)
        try:
            return await first_of(work, future)  # type: ignore[arg-type]
        finally:
            future.cancel()
            if future.done() and not future.cancelled():
                future.exception()

    return asyncio.run(both())


def test_an_answer_alone_counts() -> None:
    assert _decide(_result("bars"), None) == "bars"


def test_trouble_counts_more_than_an_empty_answer() -> None:
    with pytest.raises(LookupError, match="refused"):
        _decide(_result(""), LookupError("refused"))


def test_the_works_own_error_counts_most() -> None:
    with pytest.raises(ConnectionRefusedError):
        _decide(_failure(ConnectionRefusedError()), LookupError("the same, in other words"))


def test_work_that_waits_is_cancelled_by_trouble() -> None:
    seen = []

    async def wait() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return ""

    with pytest.raises(LookupError):
        _decide(wait(), LookupError("gone"))
    assert seen == ["cancelled"]
