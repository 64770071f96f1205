"""A strategy text that the feature and training tests cut and change."""

from __future__ import annotations

from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import LoadedStrategy, parse_strategy

TEXT = """\
name: probe
indicators:
  rsi: {name: rsi, period: 5}
  mean: {name: sma, period: 8}
  macd: {name: macd, fast_period: 3, slow_period: 6, signal_period: 3}
fuzzy_sets:
  rsi:
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}
  mean:
    form: atr_distance
    sets:
      below: {type: triangular, parameters: [-4, -2, 0], shoulder: left}
      above: {type: triangular, parameters: [0, 2, 4], shoulder: right}
  signal:
    input: macd.signal
    form: percent
    sets:
      flat: {type: gaussian, parameters: [0, 1]}
features: {price_context: true, volume_context: true, raw_indicators: true, lookback_periods: 3, zscore_window: 50}
labels: {threshold: 1.0, threshold_unit: atr, lookahead: 5}
training: {epochs: 3, patience: 3}
"""


def probe(**replacements: str) -> LoadedStrategy:
    """Return the strategy with some of its text replaced: each key names the text's line by its first word."""
    lines = TEXT.splitlines()
    for word, line in replacements.items():
        place = next(i for i, old in enumerate(lines) if old.startswith(word))
        lines[place] = line
    return parse_strategy("\n".join(lines), "probe.yaml")


def plan(**replacements: str) -> FeaturePlan:
    """Return the plan of `probe`."""
    return FeaturePlan.of(probe(**replacements))
