"""Every kind of event has a code and a sentence of its own."""

from __future__ import annotations

import pandas as pd
import pytest

from ktrdr_app.backtesting.events import Happening, event_of
from ktrdr_app.decision.actions import Position

NOW = pd.Timestamp("2024-03-01", tz="UTC")


def test_sentences_differ_and_tell_their_numbers() -> None:
    told = {kind: event_of(3, NOW, kind, Position.LONG, (12.5, 7.25, 3.0)) for kind in Happening}
    assert len({event.message for event in told.values()}) == len(Happening)
    assert "12.5 units cost 7.25, cash is 3.00" in told[Happening.TOO_DEAR].message
    assert "from 12.5 to 7.25 units" in told[Happening.SHRUNK].message
    assert all((event.bar, event.time) == (3, NOW) for event in told.values())


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Happening.NO_CASH, "order_rejected"),
        (Happening.CLOSED, "order_rejected"),
        (Happening.SHRUNK, "order_shrunk"),
        (Happening.NOT_FILLED, "order_not_filled"),
        (Happening.LEFT_OPEN, "position_left_open"),
        (Happening.GONE, "equity_gone"),
    ],
)
def test_codes(kind: Happening, code: str) -> None:
    event = event_of(0, NOW, kind, Position.SHORT, (0.0, 0.0, 0.0))
    assert event.code == code
    assert event.to_dict() == {"bar": 0, "time": NOW.isoformat(), "code": code, "message": event.message}
