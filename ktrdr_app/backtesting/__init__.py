"""An honest event-driven backtest: next-open fills, every cost inside every trade, every refusal on record."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.backtesting.benchmark import buy_and_hold, buy_and_hold_result
    from ktrdr_app.backtesting.config import BacktestConfig
    from ktrdr_app.backtesting.engine import BacktestingEngine
    from ktrdr_app.backtesting.events import BacktestEvent
    from ktrdr_app.backtesting.metrics import drawdown, performance_metrics, periods_per_year
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
    "OpenTrade",
    "PerformanceTracker",
    "PositionManager",
    "buy_and_hold",
    "buy_and_hold_result",
    "drawdown",
    "performance_metrics",
    "periods_per_year",
    "read_signals",
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
        "OpenTrade": "trades",
        "PerformanceTracker": "tracker",
        "PositionManager": "positions",
        "buy_and_hold": "benchmark",
        "buy_and_hold_result": "benchmark",
        "drawdown": "metrics",
        "performance_metrics": "metrics",
        "periods_per_year": "metrics",
        "read_signals": "signals",
        "run_probabilities": "simulation",
        "run_signals": "signals",
    },
)
