"""Money after costs: accounts run bar by bar here, Sharpe ratios from their returns, intervals from the same draws."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.neural.bootstrap import StationaryBootstrap
from ktrdr_app.training.certificate import Certificate, certify
from ktrdr_app.training.folds import FoldWork
from ktrdr_app.workflows.certify_money import AfterCosts, after_costs
from tests.training.planted_market import MARKETS, market, rows, strategy

BARS, COST = 1500, 0.0002
HOUR = 3_600_000_000_000
TOKEN = CancelToken("the certificate")


@cache
def work(threshold: float = 0.4) -> FoldWork:
    """Return rows of the planted markets and a strategy that trades both ways at a small cost."""
    base = strategy("atr").strategy
    changed = base.model_copy(
        update={
            "decision": base.decision.model_copy(update={"confidence_threshold": threshold}),
            "backtest": base.backtest.model_copy(update={"commission": COST, "slippage": 0.0}),
        }
    )
    return FoldWork.of(rows("atr", BARS), changed, 0)


@cache
def certified() -> Certificate:
    """Return the certificate, whose probabilities no threshold changes."""
    return certify(work())


def bars_of(symbol: str) -> pd.DataFrame:
    """Return a market's bars."""
    return market(symbol, BARS)


@cache
def found(threshold: float = 0.4) -> AfterCosts:
    """Return what trading earns."""
    return after_costs(work(threshold), certified(), "1h", bars_of, TOKEN)


def _returns(symbol: str, left_out: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Buy all-in at the next open where BUY is the answer, sell it all where SELL is; value at each close."""
    block = next(entry for entry in work().blocks if entry.symbols[0] == symbol)
    known = block.close_time[block.close_time > work().cuts.test_start]
    p = next(fold for fold in certified().folds if fold.left_out == left_out).probabilities[symbol]
    bars = bars_of(symbol)
    closes = bars.index.as_unit("ns").asi8 + HOUR
    bars = bars[(closes >= known[0]) & (closes <= known[-1])]
    assert len(bars) == len(known)  # the planted markets have no holes
    cash, units, trades, wanted, equity = 100_000.0, 0.0, 0, "", []
    for bar in range(len(bars)):
        opened, close = bars["open"].iloc[bar], bars["close"].iloc[bar]
        if wanted == "buy" and units == 0:
            units = cash / (opened * (1 + COST))
            cash = 0.0
        elif wanted == "sell" and units > 0:
            cash += units * opened * (1 - COST)
            units, trades = 0.0, trades + 1
        answer = int(p[bar].argmax())
        wanted = {0: "buy", 2: "sell"}.get(answer, "") if p[bar, answer] >= 0.4 else ""
        equity.append(cash + units * close)
    account = np.array(equity)
    return account[1:] / account[:-1] - 1, trades


def _sharpe(returns: np.ndarray) -> float:
    return float(returns.mean() / returns.std(ddof=1) * np.sqrt(365.25 * 24))


def test_sharpe_ratios_are_those_of_accounts_kept_by_hand() -> None:
    seen, unseen = ([_returns(s, left) for s, left in pairs] for pairs in _pairs())
    assert found().trades == {s: (seen[i][1], unseen[i][1]) for i, s in enumerate(MARKETS)}
    assert min(trades for _, trades in seen) > 10
    for figure, runs in ((found().seen, seen), (found().unseen, unseen)):
        assert figure is not None
        assert figure.value == pytest.approx(_sharpe(np.mean([returns for returns, _ in runs], axis=0)))


def _pairs() -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[str, tuple[str, ...]]]]:
    return [(symbol, ()) for symbol in MARKETS], [(symbol, (symbol,)) for symbol in MARKETS]


def test_the_interval_of_the_difference_is_that_of_common_draws() -> None:
    seen, unseen = (np.mean([_returns(s, left)[0] for s, left in pairs], axis=0) for pairs in _pairs())
    slots = len(seen)
    counts = StationaryBootstrap(slots, certified().block_slots, seed=0).sums(np.eye(slots)).round().astype(int)
    drawn = [np.repeat(np.arange(slots), count) for count in counts]
    gaps = [_sharpe(unseen[places]) - _sharpe(seen[places]) for places in drawn]
    assert found().difference is not None
    assert found().difference.value == pytest.approx(_sharpe(unseen) - _sharpe(seen))
    low, high = np.quantile(gaps, [0.05, 0.95])
    assert (found().difference.low, found().difference.high) == pytest.approx((low, high))


def test_a_planted_rule_earns_on_symbols_it_never_saw() -> None:
    unseen = found().unseen
    assert unseen is not None
    assert unseen.low > 0


def test_who_never_trades_has_no_ratio() -> None:
    nothing = found(1.0)
    assert (nothing.seen, nothing.unseen, nothing.difference) == (None, None, None)
    assert set(nothing.trades.values()) == {(0, 0)}


def test_a_bar_without_a_row_is_held_through() -> None:
    whole = work()
    kept = np.ones(len(whole.blocks[0]), dtype=bool)
    kept[-20:-10] = False
    holed = replace(whole, blocks=(whole.blocks[0].take(kept), *whole.blocks[1:]))
    money = after_costs(holed, certify(holed), "1h", bars_of, TOKEN)
    assert money.seen is not None
    assert set(money.trades) == set(MARKETS)


def test_a_raised_token_ends_it() -> None:
    token = CancelToken("the certificate")
    token.cancel()
    with pytest.raises(Cancelled):
        after_costs(work(), certified(), "1h", bars_of, token)
