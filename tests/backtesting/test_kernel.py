"""The kernel and the plain engine are two programs for one account: they must agree trade by trade."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.engine import BacktestingEngine
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.backtesting.simulation import run_probabilities
from ktrdr_app.decision import Action, DecisionOrchestrator
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import (
    closed_markets,
    coin_signals,
    filter_settings,
    full_configs,
    walk,
)

Market = tuple[pd.DataFrame, np.ndarray]


def by_hand(bars: pd.DataFrame, signals: np.ndarray, config: BacktestConfig) -> BacktestResult:
    return BacktestingEngine(config).simulate(bars, lambda bar, _: Action(int(signals[bar])))


def assert_same(fast: BacktestResult, plain: BacktestResult) -> None:
    for name in ("values", "cash_values", "units"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(plain, name), err_msg=name)
    pd.testing.assert_frame_equal(fast.trades, plain.trades, check_exact=True)
    assert fast.events == plain.events
    assert fast.open_trade == plain.open_trade


class TestAgreesWithTheEngine:
    @given(closed_markets(), full_configs())
    @settings(max_examples=500)
    def test_on_signals(self, market: Market, config: BacktestConfig) -> None:
        assert_same(run_signals(*market, config), by_hand(*market, config))

    @given(closed_markets(), full_configs(), filter_settings, st.integers(0, 2**32 - 1))
    @settings(max_examples=500)
    def test_on_probabilities_and_filters(
        self, market: Market, config: BacktestConfig, filters: DecisionSettings, seed: int
    ) -> None:
        bars, _ = market
        draw = np.random.default_rng(seed)
        shares = draw.dirichlet([0.6, 0.6, 0.6], size=len(bars))
        strange = np.where(draw.random(len(bars)) < 0.2, np.nan, draw.random(len(bars)) * 2)
        orchestrator = DecisionOrchestrator(filters, config.allow_short)
        fast = run_probabilities(bars, shares, orchestrator, config, dissimilarity=strange)
        plain = BacktestingEngine(config).run(bars, shares, orchestrator, dissimilarity=strange)
        assert_same(fast, plain)
        assert fast.decisions is not None and plain.decisions is not None
        pd.testing.assert_frame_equal(fast.decisions, plain.decisions)
        assert fast.explanation == plain.explanation

    @pytest.mark.parametrize("fill", ["next_open", "close"])
    def test_on_a_long_walk_with_everything(self, fill: str) -> None:
        bars, signals = walk(3, 5_000, "4h"), coin_signals(4, 5_000, hold=0.9)
        bars.iloc[1000:1010, :4] = np.nan
        config = BacktestConfig(
            fill=fill,
            allow_short=True,
            stop_loss=2.0,
            take_profit=3.0,
            trailing_stop=2.5,
            stop_unit="atr",
            sizing={"kind": "risk_atr", "risk": 0.01, "multiple": 2.0},
            lot_step=0.1,
            spread=0.02,
            swap_long=0.04,
            swap_short=0.01,
            borrow=0.02,
        )
        fast = run_signals(bars, signals, config)
        assert set(fast.trades["exit_reason"]) == {"signal", "reversal", "stop_loss", "take_profit", "trailing_stop"} - {
            "signal"
        }
        assert len(fast.trades) > 200
        assert_same(fast, by_hand(bars, signals, config))
