"""Log records of any thread wait in a queue, in order, with what the window needs of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ktrdr_app.gui.panels.log.records import LogQueue

pytestmark = pytest.mark.gui


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.getLogger("test-of-records")
    made.setLevel(logging.DEBUG)
    made.propagate = False
    yield made
    for handler in list(made.handlers):
        made.removeHandler(handler)


def test_records_come_in_order_with_level_and_time(logger: logging.Logger) -> None:
    queue = LogQueue()
    logger.addHandler(queue)
    before = datetime.now(UTC)
    logger.info("one %d", 1)
    logger.warning("two")
    first, second = queue.drain()
    assert (first.text, first.level, second.text, second.level) == ("one 1", logging.INFO, "two", logging.WARNING)
    assert before <= first.time <= second.time <= datetime.now(UTC)
    assert queue.drain() == []


def test_details_and_alert_travel_along(logger: logging.Logger) -> None:
    queue = LogQueue()
    logger.addHandler(queue)
    logger.error("bad", extra={"details": "trace", "alert": True})
    logger.error("less bad")
    first, second = queue.drain()
    assert (first.details, first.alert) == ("trace", True)
    assert (second.details, second.alert) == ("", False)


def test_what_is_below_info_is_left_out(logger: logging.Logger) -> None:
    queue = LogQueue()
    logger.addHandler(queue)
    logger.debug("whisper")
    assert queue.drain() == []


def test_many_threads_may_log(logger: logging.Logger) -> None:
    queue = LogQueue()
    logger.addHandler(queue)
    threads = [
        threading.Thread(target=lambda base=base: [logger.info("%d", base + n) for n in range(100)])
        for base in (0, 1000, 2000)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(entry.text) for entry in queue.drain()) == sorted(
        b + n for b in (0, 1000, 2000) for n in range(100)
    )
