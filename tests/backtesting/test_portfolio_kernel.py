"""The portfolio kernel and the plain portfolio engine are two programs for one account: they must agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.events import event_of
from ktrdr_app.backtesting.portfolio import run_portfolio
from ktrdr_app.backtesting.portfolio_engine import PortfolioEngine, PortfolioRecord
from ktrdr_app.backtesting.portfolio_results import PortfolioResult
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.portfolios import portfolio_configs, portfolios

frames = st.sampled_from(["1h", "1h", "30m", "4h"])
filters = st.builds(
    DecisionSettings,
    confidence_threshold=st.just(0.5),
    position_awareness=st.booleans(),
    min_signal_separation=st.sampled_from([0, 0, 3]),
    min_separation_hours=st.sampled_from([0.0, 0.0, 30.0]),
    cooldown_bars=st.sampled_from([0, 0, 4]),
    max_position_size=st.sampled_from([1.0, 1.0, 0.3]),
)


def assert_same(fast: PortfolioResult, plain: PortfolioRecord, legs: list[Leg]) -> None:
    assert nanoseconds(fast.index).tolist() == plain.stamps
    for name, found in (("equity", fast.values), ("cash", fast.cash_values), ("gross", fast.gross)):
        assert found.tolist() == [getattr(plain, name)[stamp] for stamp in plain.stamps], name
    for symbol, units in plain.units.items():
        assert fast.units[symbol].tolist() == units
    assert [(event.symbol, event.event.bar, event.event.message.partition(":")[0]) for event in fast.events] == _told(
        plain, legs
    )
    trades = fast.trades
    assert trades["symbol"].tolist() == [trade.symbol for trade in plain.trades]
    bars = {leg.symbol: leg.bars.index for leg in legs}
    for side in ("entry", "exit"):
        fills = [(trade.symbol, getattr(trade.trade, side)) for trade in plain.trades]
        assert list(trades[f"{side}_time"]) == [bars[symbol][fill.quote.bar] for symbol, fill in fills]
        assert trades[f"{side}_price"].tolist() == [fill.price for _, fill in fills]
        assert trades[f"{side}_rate"].tolist() == [getattr(trade, f"{side}_rate") for trade in plain.trades]
        assert trades["quantity"].tolist() == [fill.quantity for _, fill in fills]
    assert trades["exit_reason"].tolist() == [trade.trade.reason for trade in plain.trades]
    for column, name in (("commission", "commission"), ("slippage_cost", "slippage"), ("financing", "financing")):
        wanted = [getattr(trade, name) for trade in plain.trades]
        np.testing.assert_allclose(trades[column], wanted, rtol=1e-9, atol=1e-9)


def _told(plain: PortfolioRecord, legs: list[Leg]) -> list[tuple[str, int, str]]:
    bars = {leg.symbol: leg.bars.index for leg in legs}
    told = []
    for symbol, bar, target, what in plain.events:
        time = bars[symbol][bar] if symbol else pd.Timestamp(plain.stamps[bar], tz="UTC")
        told.append((symbol, bar, event_of(bar, time, what.kind, target, what.numbers).message.partition(":")[0]))
    return told


@given(portfolios(), frames, portfolio_configs())
@settings(max_examples=300)
def test_it_agrees_with_the_plain_engine_on_signals(legs: list[Leg], frame: str, config: PortfolioConfig) -> None:
    assert_same(run_portfolio(legs, frame, config), PortfolioEngine(config).run(legs, frame), legs)


@given(portfolios(), frames, portfolio_configs(), filters)
@settings(max_examples=150)
def test_it_agrees_with_the_plain_engine_through_filters(
    legs: list[Leg], frame: str, config: PortfolioConfig, kept: DecisionSettings
) -> None:
    assert_same(run_portfolio(legs, frame, config, kept), PortfolioEngine(config, kept).run(legs, frame), legs)


def test_the_drawn_portfolios_meet_every_limit() -> None:
    """Agreement means nothing where nothing happens: shrunk and refused orders, stops, shorts and currencies occur."""
    kinds, reasons, foreign, sides = set[str](), set[str](), 0, set[str]()

    @given(portfolios(), frames, portfolio_configs())
    @settings(max_examples=400)
    def look(legs: list[Leg], frame: str, config: PortfolioConfig) -> None:
        nonlocal foreign
        result = run_portfolio(legs, frame, config)
        kinds.update(event.event.message.split(" was ")[-1].split(" ")[0] for event in result.events)
        for words in ("no more are allowed", "the most allowed", "no cash is left", "market was closed", "one lot"):
            kinds.update(words for event in result.events if words in event.event.message)
        reasons.update(result.trades["exit_reason"])
        sides.update(result.trades["side"])
        foreign += int((result.trades["entry_rate"] != 1).sum())

    look()
    assert kinds >= {
        "shrunk",
        "no more are allowed",
        "the most allowed",
        "no cash is left",
        "market was closed",
        "one lot",
    }
    assert reasons >= {"signal", "reversal", "stop_loss", "take_profit", "trailing_stop", "end_of_data"}
    assert sides == {"long", "short"}
    assert foreign > 100
