"""Progress as documents and as server-sent events: nothing lost, nothing twice, every stream ends."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from typing import Any, get_args

import numpy as np
import pytest

from ktrdr_app.api import events
from ktrdr_app.api.events import LAST, Event, Feed, described, standing
from ktrdr_app.core.progress import (
    BarsDone,
    EpochFinished,
    FoldDone,
    LearningStarted,
    Note,
    PartialEquity,
    ProgressEvent,
    StageFinished,
    StageStarted,
    SymbolDone,
    TrialDone,
)
from tests.api.conftest import parsed_events

EPOCH = EpochFinished(3, 10, 0.9, 1.0, 0.5, 0.4, 2, 1e6)
EVENTS: tuple[ProgressEvent, ...] = (
    StageStarted("load"),
    StageFinished("load", 0.5),
    SymbolDone("AAPL", 1, 2),
    FoldDone(("IBM",), 1, 3),
    LearningStarted(900, 1.05, 0.61, 1, (EPOCH,)),
    EPOCH,
    BarsDone(10, 100),
    TrialDone(4, 20, "pruned", None, 0.02),
    PartialEquity(np.arange(3), np.ones(3)),
    Note("info", "a note"),
)


def test_every_kind_of_progress_is_here() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(ProgressEvent))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_a_document_has_the_fields_of_the_event(event: ProgressEvent) -> None:
    told = described(event)
    if isinstance(event, PartialEquity):
        assert told is None
        return
    assert told is not None
    name, facts = told
    assert name.replace("_", "") == type(event).__name__.lower()
    assert set(facts) == {field.name for field in dataclasses.fields(event)}
    assert json.dumps(facts)


class TestStanding:
    def test_a_stage_begins_anew(self) -> None:
        assert standing({"stage": "load", "symbol": "IBM"}, StageStarted("train")) == {"stage": "train"}

    def test_symbols_epochs_and_bars_are_counted(self) -> None:
        found = standing({"stage": "load"}, SymbolDone("IBM", 2, 3))
        assert found == {"stage": "load", "symbol": "IBM", "symbols_done": 2, "symbols_total": 3}
        assert standing({"stage": "train"}, EPOCH) == {"stage": "train"} | dataclasses.asdict(EPOCH)
        assert standing({"stage": "simulate"}, BarsDone(5, 9)) == {
            "stage": "simulate",
            "bars_done": 5,
            "bars_total": 9,
        }
        told = standing({"stage": "trials"}, TrialDone(4, 20, "complete", 0.01, 0.02))
        assert told == {"stage": "trials", "trials_done": 4, "trials_total": 20}

    @pytest.mark.parametrize("event", [EVENTS[1], EVENTS[3], EVENTS[4], EVENTS[8], EVENTS[9]])
    def test_others_change_nothing(self, event: ProgressEvent) -> None:
        assert standing({"stage": "load"}, event) == {"stage": "load"}


class TestWire:
    def test_it_is_read_back_by_the_rules_of_the_standard(self) -> None:
        facts = {"text": "two\nlines: and a colon", "number": 1.5, "sign": "\u20ac", "odd": float("nan")}
        text = (Event(1, "note", facts).wire() + b": \n\n" + Event(2, "ended", {}).wire()).decode()
        first, second = parsed_events(text)
        assert first == {"id": 1, "event": "note", "data": facts | {"odd": None}}
        assert second == {"id": 2, "event": "ended", "data": {}}

    def test_no_fact_can_end_the_event_early(self) -> None:
        wire = Event(1, "note", {"text": "\n\nevent: ended\ndata: {}\n\n"}).wire()
        assert wire.count(b"\n\n") == 1
        assert wire.endswith(b"\n\n")


async def collected(feed: Feed, after: int = 0) -> list[Any]:
    return [event.number if event else None async for event in feed.follow(after)]


class TestFeed:
    def test_who_comes_late_gets_all(self) -> None:
        feed = Feed()
        for number in range(5):
            feed.add("note", {"n": number})
        feed.end({})
        assert asyncio.run(collected(feed)) == [1, 2, 3, 4, 5, LAST]

    def test_who_comes_back_gets_the_rest(self) -> None:
        feed = Feed()
        for number in range(5):
            feed.add("note", {"n": number})
        feed.end({})
        assert asyncio.run(collected(feed, 3)) == [4, 5, LAST]
        assert asyncio.run(collected(feed, 5)) == [LAST]

    @pytest.mark.parametrize("after", [3, 99, LAST])
    def test_a_number_that_was_never_given_counts_as_none(self, after: int) -> None:
        feed = Feed()
        feed.add("note", {})
        feed.add("note", {})
        feed.end({"status": "completed"})
        assert asyncio.run(collected(feed, after)) == [1, 2, LAST]

    def test_the_end_says_how_it_stands(self) -> None:
        async def last() -> Any:
            return [event async for event in feed.follow(0)][-1]

        feed = Feed()
        feed.end({"status": "failed"})
        told = asyncio.run(last())
        assert (told.number, told.name, told.facts) == (LAST, "ended", {"status": "failed"})
        assert json.loads(json.dumps(LAST)) == LAST == int(float(LAST)), "readers that know only floats keep it"
        assert float(LAST) != float(LAST - 1)

    def test_what_comes_from_another_thread_meanwhile_is_heard_once_by_each(self) -> None:
        feed = Feed()
        feed.add("note", {})

        async def listen() -> list[list[Any]]:
            heard = [asyncio.create_task(collected(feed)) for _ in range(3)]
            await asyncio.sleep(0)
            thread = threading.Thread(target=lambda: ([feed.add("note", {}) for _ in range(500)], feed.end({})))
            thread.start()
            found = list(await asyncio.gather(*heard))
            thread.join()
            return found

        assert asyncio.run(listen()) == [[*range(1, 502), LAST]] * 3
        assert feed._listeners == set()

    def test_a_listener_that_goes_is_forgotten(self) -> None:
        feed = Feed()
        feed.add("note", {})

        async def go() -> int:
            stream = feed.follow(0)
            await anext(stream)
            there = len(feed._listeners)
            await stream.aclose()  # type: ignore[attr-defined]
            return there

        assert asyncio.run(go()) == 1
        assert feed._listeners == set()

    def test_silence_is_broken_by_a_heartbeat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)

        async def first_two() -> list[Any]:
            feed = Feed()
            stream = feed.follow(0)
            beat = await anext(stream)
            feed.add("note", {})
            heard = beat
            while heard is None:
                heard = await anext(stream)
            await stream.aclose()  # type: ignore[attr-defined]
            return [beat, heard.number]

        assert asyncio.run(first_two()) == [None, 1]

    def test_only_so_many_are_kept_and_their_numbers_stay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "MOST_KEPT", 3)
        feed = Feed()
        for _ in range(10):
            feed.add("note", {})
        assert [event.number for event in feed._events] == [8, 9, 10]
        feed.end({})
        assert asyncio.run(collected(feed)) == [9, 10, LAST]
