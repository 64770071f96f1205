"""The line of a run: what an epoch says of the rest of it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.progress import EpochFinished, StageStarted
from ktrdr_app.gui.panels.training.run_card import RunCard, live_words

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


def epoch(number: int, left: int | None, rate: float = 123_456.0) -> EpochFinished:
    return EpochFinished(number, 100, 1.0, 0.9, 0.5, 0.4, 7, rate, left)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (9, "stops in 9 epochs unless the figure gets better"),
        (1, "stops after the next epoch unless the figure gets better"),
        (0, "stops now: no better figure for too long"),
        (60, "runs to epoch 100"),
        (None, ""),
    ],
)
def test_the_countdown(left: int | None, words: str) -> None:
    said = live_words(epoch(41, left)).split("  ·  ")
    assert said[0] == "best epoch 7"
    assert said[-1] == f"123{THIN}500 rows a second"
    assert said[1:-1] == ([words] if words else [])


def parts(card: RunCard) -> dict[str, bool]:
    """Return which parts are there to be seen."""
    return {name: not getattr(card, name).isHidden() for name in ("strip", "bar", "words", "live")}


@pytest.fixture
def card(qtbot: QtBot, dark: object) -> RunCard:
    made = RunCard()
    qtbot.addWidget(made)
    return made


def test_it_shows_the_newest_epoch_of_a_batch(card: RunCard) -> None:
    card.begin(None, 1)
    assert card.headline.text() == "Training on 1 symbol"
    assert card.bar.maximum() == 0, "before the first epoch nobody knows how long it takes"
    card.take((StageStarted("train"), epoch(10, 5), epoch(20, 3)))
    assert card.last_epoch == 20
    assert "stops in 3 epochs" in card.live.text()
    assert card.bar.value() == 200
    assert card.strip.states["train"] == "running"
    card.rest()
    assert card.live.isHidden()
    assert card.bar.value() == 0


def test_what_nobody_knows_takes_no_room(card: RunCard) -> None:
    idle = {"strip": False, "bar": False, "words": True, "live": False}
    assert parts(card) == idle
    card.begin(None, 1)
    assert parts(card) == {"strip": True, "bar": True, "words": True, "live": False}
    card.words.setText("saved")
    card.rest()
    assert parts(card) == {"strip": True, "bar": False, "words": True, "live": False}, "its stages are known still"
    card.words.setText("")
    card.rest()
    assert parts(card) == {"strip": True, "bar": False, "words": False, "live": False}
    card.begin(None, 1)
    assert parts(card) == {"strip": True, "bar": True, "words": True, "live": False}
    card.rest_on("an older run of this workspace")
    assert parts(card) == idle
    assert card.words.text() == "an older run of this workspace"


def test_another_run_begins_with_nothing_of_the_one_before(card: RunCard) -> None:
    card.begin(None, 2)
    card.take((epoch(10, 5),))
    card.begin(None, 3)
    assert card.headline.text() == "Training on 3 symbols"
    assert (card.last_epoch, card.live.text()) == (0, "")
    assert set(card.strip.states.values()) == {"waiting"}


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.4, "0"),
        (37.4, "37"),
        (840.0, "840"),
        (1049.0, f"1{THIN}000"),
        (98_760.0, f"98{THIN}800"),
        (float("nan"), "–"),
    ],
)
def test_a_slow_machine_does_not_learn_from_no_rows(rate: float, words: str) -> None:
    assert live_words(epoch(1, None, rate)).endswith(f"{words} rows a second")


def test_the_bar_never_shows_more_than_there_is(card: RunCard) -> None:
    card.begin(None, 1)
    for number in (1, 50, 100):
        card.take((epoch(number, None),))
        assert card.bar.value() == 10 * number
        assert card.bar.maximum() == 1000


def test_a_batch_without_an_epoch_leaves_the_line_as_it_was(card: RunCard) -> None:
    card.begin(None, 1)
    card.take((StageStarted("train"),))
    assert card.live.isHidden()
    card.take((epoch(3, 5),))
    said = card.live.text()
    card.take(())
    assert (card.live.text(), card.last_epoch) == (said, 3)


def test_the_headline_takes_the_tone(card: RunCard) -> None:
    for text, tone in (("It failed", "danger"), ("It went well", "success")):
        card.say(text, tone)
        assert (card.headline.text(), card.headline.property("tone")) == (text, tone)
