"""One trial in plain values: the same on any machine, its money against pandas, and what makes it unfit or an error."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import from_document, load_strategy
from ktrdr_app.training.combine import pool
from ktrdr_app.training.split import cuts_of
from ktrdr_app.training.trial import run_trial
from ktrdr_app.workflows.sweep_trial import COMPLETE, PRUNED, UNFIT, TrialOrder, TrialOutcome, carry_out
from ktrdr_app.workflows.train_symbols import SymbolOrder, prepare_symbol
from tests.workflows.planted import planted_workspace

SYMBOLS = ("AUDUSD", "XAUUSD")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the planted markets as files."""
    return planted_workspace(tmp_path_factory.mktemp("planted"))


def content(workspace: Workspace, **sections: dict[str, Any]) -> dict[str, Any]:
    """Return the planted strategy's content with changes in some sections."""
    document = load_strategy("planted", workspace).strategy.document()
    quick = {"training": {"epochs": 4} | sections.pop("training", {}), **sections}
    return document | {name: document[name] | changes for name, changes in quick.items()}


def block_of(workspace: Workspace, document: dict[str, Any]) -> Any:
    """Return the labelled rows of the symbols."""
    return pool(
        [
            prepare_symbol(
                SymbolOrder(workspace, symbol, "1h", None, None, document, "planted.yaml", CancelToken("the sweep"))
            ).block
            for symbol in SYMBOLS
        ]
    )


@pytest.fixture(scope="module")
def order(workspace: Workspace) -> TrialOrder:
    """Return the order of a trial with the strategy as it is."""
    document = content(workspace, decision={"confidence_threshold": 0.4})
    strategy = from_document(document, "planted.yaml").strategy
    cuts = cuts_of(block_of(workspace, document), strategy.training.split)
    token = CancelToken("the sweep")
    return TrialOrder(workspace, SYMBOLS, "1h", None, None, document, "planted.yaml", cuts, 5, None, "auto", token)


@pytest.fixture(scope="module")
def outcome(order: TrialOrder) -> TrialOutcome:
    """Return what comes of it."""
    return carry_out(order)


def changed(order: TrialOrder, workspace: Workspace, **sections: dict[str, Any]) -> TrialOutcome:
    """Carry out the trial with changes of the strategy."""
    return carry_out(replace(order, strategy=content(workspace, **sections)))


def test_it_is_the_same_after_a_journey(order: TrialOrder, outcome: TrialOutcome) -> None:
    assert carry_out(pickle.loads(pickle.dumps(order))) == outcome
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert len(pickle.dumps(outcome)) < 5_000, "rows are not sent back"


def test_figures_are_those_of_the_validation_rows(order: TrialOrder, outcome: TrialOutcome) -> None:
    block = block_of(order.workspace, order.strategy)
    scores = run_trial(block, order.cuts, from_document(order.strategy, "planted.yaml").strategy, 5)
    assert scores.figures is not None
    for name in ("rows", "skill", "nll", "prior_nll", "accuracy", "balanced_accuracy", "macro_f1", "mcc"):
        assert outcome.figures[f"val_{name}"] == getattr(scores.figures, name)
    assert (outcome.state, outcome.curve, outcome.best_epoch) == (COMPLETE, scores.curve, scores.best_epoch)


def test_no_figure_is_of_test_rows(outcome: TrialOutcome) -> None:
    assert all(name.startswith("val_") for name in outcome.figures if name != "trades")


def test_money_is_what_pandas_makes_of_an_account_a_symbol(order: TrialOrder, outcome: TrialOutcome) -> None:
    """A plain loop over the bars: buy and sell at the next open with the strategy's costs, all in, no short."""
    strategy = from_document(order.strategy, "planted.yaml").strategy
    scores = run_trial(block_of(order.workspace, order.strategy), order.cuts, strategy, 5)
    costs = strategy.backtest
    curves, trades = [], 0
    for symbol in SYMBOLS:
        bars = pd.read_csv(order.workspace.data / f"{symbol}_1h.csv", index_col=0, parse_dates=True)
        said = scores.stated[symbol]
        known = pd.to_datetime(said.close_time, unit="ns", utc=True)
        stated = pd.DataFrame(said.probabilities, index=known - pd.Timedelta(hours=1)).reindex(bars.index)
        within = bars[(bars.index >= known[0] - pd.Timedelta(hours=1)) & (bars.index < known[-1])]
        cash, units, wanted, last, equity = costs.initial_capital, 0.0, "", -(10**9), []
        for number, (stamp, bar) in enumerate(within.iterrows()):
            if wanted == "BUY":
                price = bar["open"] * (1 + costs.slippage)
                units = cash / (price * (1 + costs.commission))
                cash = 0.0
            elif wanted == "SELL":
                cash, units = units * bar["open"] * (1 - costs.slippage) * (1 - costs.commission), 0.0
                trades += 1
            equity.append(cash + units * bar["close"])
            wanted, p = "", stated.loc[stamp].to_numpy()
            if np.isfinite(p).all() and number - last >= strategy.decision.min_signal_separation:
                best = int(np.argmax(p))
                if p[best] >= strategy.decision.confidence_threshold and best == (2 if units else 0):
                    wanted, last = ("SELL" if units else "BUY"), number
        curves.append(pd.Series(equity, index=within.index + pd.Timedelta(hours=1)))
    returns = pd.concat([curve.pct_change().dropna() for curve in curves], axis=1).mean(axis=1)
    assert outcome.tried is not None
    assert trades > 5
    assert outcome.figures["trades"] == trades
    assert outcome.tried.sharpe == pytest.approx(returns.mean() / returns.std(), rel=1e-6)
    months = (1 + returns).groupby(returns.index.strftime("%Y-%m")).prod() - 1
    assert outcome.tried.months == pytest.approx(months.to_dict(), rel=1e-6)
    years = (returns.index[-1] - returns.index[0]) / pd.Timedelta(days=365.25)
    yearly = outcome.tried.sharpe * np.sqrt((len(returns) - 1) / years)
    assert outcome.figures["val_sharpe"] == pytest.approx(yearly, rel=1e-6)


def test_one_that_never_trades_offers_no_ratio(order: TrialOrder, workspace: Workspace) -> None:
    found = changed(order, workspace, decision={"confidence_threshold": 1.0})
    assert (found.state, found.tried) == (COMPLETE, None)
    assert (found.figures["val_sharpe"], found.figures["trades"]) == (None, 0)
    assert found.figures["val_skill"] is not None


def test_one_that_falls_behind_says_when(order: TrialOrder, outcome: TrialOutcome) -> None:
    found = carry_out(replace(order, limits=(-np.inf, 1.0)))
    assert (found.state, found.curve) == (PRUNED, outcome.curve[:2])
    assert found.reason == "after epoch 2 worse than half of the trials were by then"
    assert (found.figures, found.best_epoch, found.tried) == ({}, 0, None)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"network": {"dropout": 2.0}}, "network.dropout: is 2.0"),
        ({"indicators": {"macd": {"name": "macd", "fast_period": 9, "slow_period": 3}}}, "macd"),
        ({"labels": {"threshold": 900.0}}, "one label only|HOLD"),
        ({"labels": {"lookahead": 900}}, "rows"),
    ],
    ids=["grammar", "indicator", "one class", "too few rows"],
)
def test_settings_that_do_not_fit_are_unfit_with_their_reason(
    order: TrialOrder, workspace: Workspace, sections: dict[str, Any], words: str
) -> None:
    found = changed(order, workspace, **sections)
    assert found.state == UNFIT
    assert any(word in found.reason for word in words.split("|"))
    assert (found.curve, found.figures, found.tried) == ((), {}, None)


def test_what_is_not_the_trials_fault_ends_the_sweep(order: TrialOrder, tmp_path: Path) -> None:
    with pytest.raises(DataNotFound):
        carry_out(replace(order, workspace=Workspace(tmp_path)))
    stopped = CancelToken("the sweep")
    stopped.cancel()
    with pytest.raises(Cancelled):
        carry_out(replace(order, cancel=stopped))
