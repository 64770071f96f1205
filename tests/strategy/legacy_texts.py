"""Strategies in the original's grammar, rebuilt after the ten that it shipped; each has one of their traps."""

from __future__ import annotations

from typing import Any

import yaml

MEAN_REVERSION = """\
name: mean_reversion_strategy
description: No decisions, no early stopping.
indicators:
  - {name: rsi, period: 14}
  - {name: sma, period: 50}
  - {name: ema, params: {period: 30}, source: open}
fuzzy_sets:
  rsi:
    oversold: {type: triangular, parameters: [0, 10, 30]}
    neutral: {type: triangular, parameters: [20, 50, 80]}
    overbought: {type: triangular, parameters: [70, 90, 100]}
  sma:
    below: {type: triangular, parameters: [0.85, 0.95, 1.0]}
    above: {type: triangular, parameters: [1.0, 1.05, 1.15]}
  ema:
    below: {type: trapezoidal, parameters: [0.8, 0.8, 0.95, 1.0]}
model:
  type: mlp
  architecture: {hidden_layers: [64, 32, 16], dropout_rate: 0.3, activation: sigmoid, output_activation: softmax}
  training: {learning_rate: 0.002, epochs: 7, optimizer: adamw, gradient_clip: 1.0}
training:
  method: supervised
  labels: {source: zigzag, zigzag_threshold: 0.05, label_lookahead: 20}
  data_split: {train: 0.7, validation: 0.2, test: 0.2}
"""

RSI_MEAN_REVERSION = """\
name: rsi_mean_reversion_ma
indicators:
  - {name: rsi, period: 14}
  - {name: sma, period: 20}
  - {name: atr, period: 14}
fuzzy_sets:
  rsi:
    low: {type: triangular, parameters: [0, 20, 40]}
    high: {type: triangular, parameters: [60, 80, 100]}
  price_to_sma:
    below: {type: triangular, parameters: [0.9, 0.95, 1.0]}
  atr:
    quiet: {type: triangular, parameters: [0, 0.5, 1.0]}
model:
  type: mlp
  architecture: {hidden_layers: [20, 10, 5]}
  training: {batch_size: 64, early_stopping: {patience: 20, monitor: val_accuracy}}
  features: {include_volume_context: false}
training:
  labels: {zigzag_threshold: 0.02, label_lookahead: 10}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
decisions: {confidence_threshold: 0.4, position_awareness: false}
"""

VOLUME_SURGE = """\
name: volume spikes!
indicators:
  - {name: volume_sma, period: 20}
  - {name: obv}
  - {name: roc, params: {period: 5}}
fuzzy_sets:
  volume_spike:
    big: {type: triangular, parameters: [1.5, 2.5, 4.0]}
  roc:
    up: {type: triangular, parameters: [0, 2, 4]}
  volume_sma:
    low: {type: triangular, parameters: [0, 50, 100]}
model:
  type: cnn_lstm
  architecture: {conv_layers: [32, 64], lstm_units: 50}
training:
  labels: {zigzag_threshold: 0.03, label_lookahead: 15}
  data_split: {train: 0.8, validation: 0.2}
decisions:
  filters: {min_signal_separation: 2, volume_filter: true, min_volume_ratio: 1.5}
"""

NO_SET_MATCHES = """\
name: adaptive_multi_timeframe
indicators:
  - {name: rsi, type: RSI, params: {period: 9}}
  - {name: macd, fast_period: 8}
  - {name: ema, period: 21}
  - {name: zigzag, type: ZigZag}
  - {name: market_regime}
fuzzy_sets:
  trend_1h:
    up: {type: triangular, parameters: [0, 0.5, 1]}
model: {type: transformer, architecture: {d_model: 64}}
training:
  labels: {zigzag_threshold: 0.03, label_lookahead: 20}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
"""

NO_TRAINING = """\
name: trend_momentum_strategy
version: "2.0"
data: {symbols: [AAPL], timeframes: [1d]}
indicators:
  - name: macd
    fast_period: 12
    slow_period: 26
  - name: fast_ma
    type: ExponentialMovingAverage
    params: {period: 10}
fuzzy_sets:
  macd:
    negative: {type: triangular, parameters: [-10, -2, 0]}
    positive: {type: triangular, parameters: [0, 2, 10]}
  macd_signal:
    positive: {type: triangular, parameters: [0, 1, 5]}
  fast_ma:
    any: {type: gaussian, parameters: [150, 20]}
model: {type: mlp, architecture: {hidden_layers: [10]}, features: {lookback_periods: 5, scale_features: false}}
risk_management: {max_loss: 0.02}
"""

UPGRADED = """\
name: mean_reversion_upgraded
indicators:
  - {name: rsi, period: 14}
fuzzy_sets:
  rsi:
    low: [0, 20, 40]
    wide: [10, 30, 70, 90]
    flat: [50, 50, 50]
model: {type: mlp, architecture: {hidden_layers: [8, 4]}}
training:
  labels: {zigzag_threshold: 0.02, label_lookahead: 10}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
decisions: {confidence_threshold: 0.5}
"""

TEXTS = {
    "mean_reversion": MEAN_REVERSION,
    "rsi_mean_reversion": RSI_MEAN_REVERSION,
    "volume_surge": VOLUME_SURGE,
    "no_set_matches": NO_SET_MATCHES,
    "no_training": NO_TRAINING,
    "upgraded": UPGRADED,
}


def document_of(name: str) -> dict[str, Any]:
    """Return the content of one of `TEXTS`."""
    found: dict[str, Any] = yaml.safe_load(TEXTS[name])
    return found
