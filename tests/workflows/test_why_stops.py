"""Stops and targets in words."""

from __future__ import annotations

import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.workflows.why_stops import stop_words

BY_FRACTION = BacktestConfig(stop_loss=0.025, take_profit=0.1, trailing_stop=0.04)
BY_ATR = BacktestConfig(stop_loss=2.0, take_profit=3.5, trailing_stop=1.5, stop_unit="atr")


@pytest.mark.parametrize(
    ("reason", "by_fraction", "by_atr"),
    [
        ("stop_loss", "the stop, 2.5 % against", "the stop, 2 average true ranges against"),
        ("take_profit", "the target, 10.0 % from", "the target, 3.5 average true ranges from"),
        ("trailing_stop", "the trailing stop, 4.0 % from the best", "the trailing stop, 1.5 average true ranges from"),
    ],
)
def test_orders_within_the_bar(reason: str, by_fraction: str, by_atr: str) -> None:
    assert stop_words(BY_FRACTION, reason).startswith(by_fraction)
    assert stop_words(BY_ATR, reason).startswith(by_atr)


def test_no_other_end_is_a_stop() -> None:
    others = set(REASONS) - {"stop_loss", "take_profit", "trailing_stop"}
    assert others
    assert all(stop_words(BY_FRACTION, reason) == "" for reason in others)
