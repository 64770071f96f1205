"""Strategy texts for tests, one of them with every section and known line numbers."""

from __future__ import annotations

from ktrdr_app.core.paths import shipped

SHIPPED = [
    "neuro_mean_reversion",
    "trend_momentum",
    "band_breakout",
    "squeeze_breakout",
    "volume_surge",
    "multi_timeframe",
    "pure_fuzzy",
]

VALID = """\
name: small
description: Two indicators, three inputs.
indicators:
  rsi: {name: rsi, period: 14}
  bands:
    name: bollinger_bands
    period: 20
fuzzy_sets:
  rsi:
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 25, 40], shoulder: left}
      high: {type: triangular, parameters: [30, 60, 90]}
  width:
    input: bands.upper
    form: atr_distance
    sets:
      wide: {type: gaussian, parameters: [0, 1.5]}
features: {lookback_periods: 2}
labels:
  threshold: 0.02
  lookahead: 5
network:
  hidden_layers: [8, 4]
  dropout: 0.1
training:
  epochs: 3
  split: {train: 0.6, validation: 0.2, test: 0.2}
decision:
  confidence_threshold: 0.4
backtest:
  commission: 0.002
"""


def shipped_text(name: str) -> str:
    """Return the text of a shipped strategy.

    Parameters
    ----------
    name : str
        One of `SHIPPED`.
    """
    return (shipped("configs") / "strategies" / f"{name}.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """Return `VALID` with the one place that reads ``old`` replaced.

    Parameters
    ----------
    old, new : str
        What stands there once, and what shall stand there.
    """
    assert VALID.count(old) == 1, f"{old!r} stands there {VALID.count(old)} times"
    return VALID.replace(old, new)
