"""Finished backtests of small models, of several kinds of strategies, to ask why they traded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.paths import Workspace, shipped_strategies
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, MoneyOptions, TrainRequest
from ktrdr_app.workflows.train_run import train
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, TEXT, with_strategy

DEMO, LONGER, STERN, ORIGINAL = "demo", "longer", "stern", "original"
STERN_TEXT = """\
name: stern
indicators:
  rsi: {name: rsi, period: 14}
  macd: {name: macd, fast_period: 12, slow_period: 26, signal_period: 9}
  mean: {name: ema, period: 30}
fuzzy_sets:
  rsi:
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}
  macd:
    input: macd.signal
    form: zscore
    window: 100
    sets:
      below: {type: triangular, parameters: [-2, -1, 0], shoulder: left}
      above: {type: triangular, parameters: [0, 1, 2], shoulder: right}
  mean:
    form: ratio_to_price
    sets:
      under: {type: trapezoidal, parameters: [0.8, 0.9, 0.95, 1.0], shoulder: left}
      over: {type: trapezoidal, parameters: [1.0, 1.05, 1.1, 1.2], shoulder: right}
features: {price_context: true, volume_context: true, raw_indicators: true, lookback_periods: 2, scaling: minmax}
labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}
network: {hidden_layers: [8], activation: tanh, dropout: 0.1}
training: {epochs: 25, learning_rate: 0.02, class_weights: balanced, stop_on: accuracy, patience: 25, calibration: none}
decision:
  confidence_threshold: 0.34
  min_signal_separation: 3
  min_separation_hours: 100
  cooldown_bars: 2
  volume_filter: true
  min_volume_ratio: 0.6
  max_position_size: 0.9
  max_dissimilarity: 0.25
"""


@dataclass(frozen=True)
class WhyRuns:
    """A workspace, and its runs as they were when they ended.

    Attributes
    ----------
    workspace : Workspace
        With the sample data.
    outcomes : dict of str to BacktestOutcome
        ``demo``: the demo's strategy, long only. ``longer``: the strategy on longer bars.
        ``stern``: every filter, both directions, stops, filled at the close, another scaling and activation, group E.
        ``original``: a model of the original.
    """

    workspace: Workspace
    outcomes: dict[str, BacktestOutcome]

    def folder(self, name: str) -> Path:
        """Return the folder of a run."""
        return self.outcomes[name].folder


def made(root: Path) -> WhyRuns:
    """Train the models and run the backtests."""
    workspace = Workspace(root)
    install_sample(workspace)
    _shipped(workspace, "neuro_mean_reversion", "confidence_threshold: 0.36", "confidence_threshold: 0.34")
    _shipped(workspace, "multi_timeframe", "confidence_threshold: 0.37", "confidence_threshold: 0.34")
    with_strategy(workspace, STERN_TEXT, "stern")
    with_strategy(workspace, TEXT.replace("threshold: 0.3,", "threshold: 0.34,"), NAME)
    train(TrainRequest(workspace, "neuro_mean_reversion", ("EURUSD",), "1h", epochs=8))
    train(TrainRequest(workspace, "multi_timeframe", ("EURUSD",), "1h", epochs=3))
    train(TrainRequest(workspace, "stern", ("AAPL", "IBM"), "1d"))
    original_folder(workspace, "MSFT", version=6)
    stops = MoneyOptions(allow_short=True, fill="close", stop_loss=0.03, take_profit=0.05, close_at_end=True)
    requests = {
        DEMO: BacktestRequest(workspace, "neuro_mean_reversion", "EURUSD", "1h", start="2017-06-01", end="2017-07-15"),
        LONGER: BacktestRequest(workspace, "multi_timeframe", "EURUSD", "1h", start="2017-06-01", end="2017-08-31"),
        STERN: BacktestRequest(workspace, "stern", "GOOG", "1d", start="2008-01-01", end="2009-03-31", money=stops),
        ORIGINAL: BacktestRequest(workspace, NAME, "MSFT", "1d", "legacy", start="2008-01-01", end="2009-12-31"),
    }
    return WhyRuns(workspace, {name: backtest(request) for name, request in requests.items()})


def _shipped(workspace: Workspace, name: str, old: str, new: str) -> None:
    """Put a shipped strategy into the workspace, with one line changed."""
    text = (shipped_strategies() / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old}"
    with_strategy(workspace, text.replace(old, new), name)
