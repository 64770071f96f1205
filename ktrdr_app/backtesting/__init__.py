"""An honest event-driven backtest: next-open fills, every cost inside every trade, every refusal on record."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.backtesting.benchmark import buy_and_hold, buy_and_hold_result
    from ktrdr_app.backtesting.config import BacktestConfig
    from ktrdr_app.backtesting.engine import BacktestingEngine
    from ktrdr_app.backtesting.events import BacktestEvent
    from ktrdr_app.backtesting.metrics import drawdown, performance_metrics, periods_per_year
    from ktrdr_app.backtesting.portfolio import run_portfolio
    from ktrdr_app.backtesting.portfolio_results import PortfolioResult
    from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
    from ktrdr_app.backtesting.positions import PositionManager
    from ktrdr_app.backtesting.results import BacktestResult
    from ktrdr_app.backtesting.signals import read_signals, run_signals
    from ktrdr_app.backtesting.simulation import run_probabilities
    from ktrdr_app.backtesting.tracker import PerformanceTracker
    from ktrdr_app.backtesting.trades import OpenTrade

__all__ = [
    "BacktestConfig",
    "BacktestEvent",
    "BacktestResult",
    "BacktestingEngine",
    "Leg",
    "OpenTrade",
    "PerformanceTracker",
    "PortfolioConfig",
    "PortfolioResult",
    "PositionManager",
    "Rates",
    "buy_and_hold",
    "buy_and_hold_result",
    "drawdown",
    "performance_metrics",
    "periods_per_year",
    "read_signals",
    "run_portfolio",
    "run_probabilities",
    "run_signals",
]

__getattr__ = exports(
    __name__,
    {
        "BacktestConfig": "config",
        "BacktestEvent": "events",
        "BacktestResult": "results",
        "BacktestingEngine": "engine",
        "Leg": "portfolio_terms",
        "OpenTrade": "trades",
        "PerformanceTracker": "tracker",
        "PortfolioConfig": "portfolio_terms",
        "PortfolioResult": "portfolio_results",
        "PositionManager": "positions",
        "Rates": "portfolio_terms",
        "buy_and_hold": "benchmark",
        "buy_and_hold_result": "benchmark",
        "drawdown": "metrics",
        "performance_metrics": "metrics",
        "periods_per_year": "metrics",
        "read_signals": "signals",
        "run_portfolio": "portfolio",
        "run_probabilities": "simulation",
        "run_signals": "signals",
    },
)
