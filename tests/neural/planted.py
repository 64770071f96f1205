"""Rows with a rule hidden in them, and slow references that read like the published definitions."""

from __future__ import annotations

import math

import numpy as np
import torch

from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings

SMALL = NetworkSettings(hidden_layers=[8, 5], dropout=0.2)
QUICK = TrainingSettings(epochs=4, batch_size=32, learning_rate=0.01, patience=50)


def planted(rows: int, seed: int, features: int = 6, symbols: int = 3) -> TrainingData:
    """Rows whose label depends on the first two features alone: BUY above 0.5, SELL below -0.5, else HOLD."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, features)).astype(np.float32)
    signal = x[:, 0] - x[:, 1]
    y = np.where(signal > 0.5, 0, np.where(signal < -0.5, 2, 1)).astype(np.int64)
    return TrainingData(x, y, (np.arange(rows) % symbols).astype(np.int16))


def noise(rows: int, seed: int, features: int = 6) -> TrainingData:
    """Rows whose labels have nothing to do with their features."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, features)).astype(np.float32)
    return TrainingData(x, draw.integers(0, 3, rows), np.zeros(rows, dtype=np.int16))


def slow_softmax(logits: list[float]) -> list[float]:
    """One row of logits to probabilities."""
    highest = max(logits)
    powers = [math.exp(value - highest) for value in logits]
    return [power / sum(powers) for power in powers]


def slow_forward(network: torch.nn.Sequential, row: np.ndarray, activation: str) -> list[float]:
    """One row through the layers, number by number in float64."""
    function = {
        "relu": lambda value: max(value, 0.0),
        "tanh": math.tanh,
        "leaky_relu": lambda value: value if value > 0 else 0.01 * value,
    }[activation]
    layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    values = [float(value) for value in row]
    for number, layer in enumerate(layers):
        sums = [
            sum(float(weight) * value for weight, value in zip(weights, values, strict=True)) + float(bias)
            for weights, bias in zip(layer.weight.detach(), layer.bias.detach(), strict=True)
        ]
        values = sums if number == len(layers) - 1 else [function(value) for value in sums]
    return values


def slow_symbol_nll(probabilities: np.ndarray, y: np.ndarray, symbol_id: np.ndarray) -> float:
    """Mean over symbols of the mean of -log p(label) over each symbol's rows."""
    losses: dict[int, list[float]] = {}
    for row, label in enumerate(y):
        losses.setdefault(int(symbol_id[row]), []).append(-math.log(probabilities[row][label]))
    return sum(sum(own) / len(own) for own in losses.values()) / len(losses)


def tensor_bytes(network: torch.nn.Sequential) -> dict[str, bytes]:
    """The state dict as raw bytes."""
    return {name: tensor.numpy().tobytes() for name, tensor in network.state_dict().items()}
