"""The driver of the kernel: pieces, reports and cancelling change nothing of the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ktrdr_app.backtesting import simulation
from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.progress import BarsDone, PartialEquity
from tests.backtesting.cases import coin_signals, walk


@pytest.mark.parametrize("bars", [1, 1_999, 2_000, 2_001, 9_000])
def test_reports_rise_to_the_end_and_the_curve_grows(bars: int) -> None:
    heard: list[Any] = []
    market, signals = walk(2, bars), coin_signals(2, bars)
    result = run_signals(market, signals, BacktestConfig(), heard.append)
    done = [event.done for event in heard if isinstance(event, BarsDone)]
    assert done == sorted(set(done))
    assert done[-1] == bars
    assert len(done) == -(-bars // simulation.LEAST_PIECE)
    curves = [event for event in heard if isinstance(event, PartialEquity)]
    for curve, length in zip(curves, done, strict=True):
        np.testing.assert_array_equal(curve.equity, result.values[:length])
        np.testing.assert_array_equal(curve.open_time, result.index.asi8[:length])


def test_pieces_give_what_one_piece_gives() -> None:
    market, signals = walk(2, 9_001), coin_signals(2, 9_001)
    config = BacktestConfig(allow_short=True, stop_loss=0.02, trailing_stop=0.03, swap_long=0.1)
    whole = run_signals(market, signals, config)
    pieces = run_signals(market, signals, config, lambda event: None)
    np.testing.assert_array_equal(whole.values, pieces.values)
    assert whole.trades.equals(pieces.trades)


def test_a_raised_token_ends_the_run_between_two_pieces() -> None:
    token = CancelToken("the backtest")
    heard: list[int] = []

    def stop(event: Any) -> None:
        if isinstance(event, BarsDone):
            heard.append(event.done)
            token.cancel()

    with pytest.raises(Cancelled, match="the backtest"):
        run_signals(walk(2, 9_000), coin_signals(2, 9_000), BacktestConfig(), stop, token)
    assert heard == [simulation.LEAST_PIECE]
