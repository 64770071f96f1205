"""The multi-layer perceptron over fuzzy memberships, and the model that answers with three probabilities."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration
from ktrdr_app.neural.device import configure_threads
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.symbols import UNKNOWN, symbol_columns, with_symbols
from ktrdr_app.strategy.schema import NetworkSettings

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "leaky_relu": nn.LeakyReLU}
"""Hidden non-linearities by their name in a strategy; torch's defaults (slope 0.01 below zero for leaky_relu)."""

_ACTIVATIONS_AT_ONCE = 16_777_216
"""Most numbers in one layer's output during inference: 64 MiB."""


class ScalerLike(Protocol):
    """Anything that turns raw features into what the network was trained on."""

    def transform(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Scale rows of raw features.

        Parameters
        ----------
        features : ndarray, shape (n_rows, n_features)
            Raw values.
        """
        ...


def build_network(inputs: int, settings: NetworkSettings, seed: int) -> nn.Sequential:
    """Build an untrained network of blocks Linear, activation, Dropout, and a last Linear to three logits.

    Weights follow PyTorch's default law for Linear (He et al. 2015 with a = sqrt(5), which makes weights and biases
    uniform within 1/sqrt(fan_in)), drawn from a generator of our own: no global random state is read or changed.

    Parameters
    ----------
    inputs : int
        Number of features.
    settings : NetworkSettings
        Hidden layers, activation and dropout.
    seed : int
        The run's seed.

    Returns
    -------
    torch.nn.Sequential
        float32; its state dict has keys ``0.weight``, ``0.bias``, ``3.weight`` and so on.

    Raises
    ------
    InvalidValue
        If there is no input.
    """
    if inputs < 1:
        raise InvalidValue("inputs", inputs, "at least one feature")
    generator = torch.Generator().manual_seed(seeds.integer(seed, "weights"))
    layers: list[nn.Module] = []
    width = inputs
    for units in settings.hidden_layers:
        layers += [_linear(width, units, generator), ACTIVATIONS[settings.activation](), nn.Dropout(settings.dropout)]
        width = units
    return nn.Sequential(*layers, _linear(width, CLASSES, generator))


def linear_layers(network: nn.Sequential) -> list[nn.Linear]:
    """Return the layers that hold weights, from input to output.

    Parameters
    ----------
    network : torch.nn.Sequential
        A network as `build_network` makes it.
    """
    return [layer for layer in network if isinstance(layer, nn.Linear)]


def logits_of(network: nn.Sequential, x: torch.Tensor) -> torch.Tensor:
    """Run a network in evaluation mode over all rows, in pieces of bounded memory and without gradients.

    Parameters
    ----------
    network : torch.nn.Sequential
        A network in evaluation mode.
    x : torch.Tensor, float32, shape (n_rows, n_features)
        Scaled features.

    Returns
    -------
    torch.Tensor, float32, shape (n_rows, 3)
        Logits of BUY, HOLD, SELL.
    """
    configure_threads()
    widest = max(layer.out_features for layer in linear_layers(network))
    with torch.no_grad():
        return torch.cat([network(piece) for piece in torch.split(x, max(1, _ACTIVATIONS_AT_ONCE // widest))])


PIECE = 1 << 14
"""Rows that go through scaler and network at a time: what lies between two layers then stays in the cache."""


class MLPTradingModel:
    """A trained network with its scaler and the names of its features.

    Parameters
    ----------
    network : torch.nn.Sequential
        Network; it is put into evaluation mode.
    scaler : ScalerLike or None
        Applied to raw features; None where they come scaled.
    feature_names : tuple of str
        Features in column order.
    embedded : tuple of str
        Symbols with a learned vector of their own; empty for a model that does not ask whose bars it sees.
    calibration : Calibration
        How logits become probabilities; may be replaced at any time, by `UNCALIBRATED` to switch it off.

    Raises
    ------
    InvalidValue
        If the network does not take these features or does not give three classes.
    """

    def __init__(
        self,
        network: nn.Sequential,
        scaler: ScalerLike | None,
        feature_names: tuple[str, ...],
        embedded: tuple[str, ...] = (),
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        layers = linear_layers(network)
        shape = (layers[0].in_features, layers[-1].out_features) if layers else (0, 0)
        inputs = len(feature_names) + symbol_columns(embedded)
        if shape != (inputs, CLASSES):
            expected = f"one that takes {inputs} features and gives {CLASSES} classes"
            raise InvalidValue("network", f"inputs {shape[0]}, outputs {shape[1]}", expected)
        self.network = network.eval()
        self.scaler = scaler
        self.feature_names = feature_names
        self.embedded = embedded
        self.calibration = calibration

    def predict_proba(self, raw: NDArray[Any], symbol: str | None = None) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for raw features.

        Parameters
        ----------
        raw : ndarray, shape (n_rows, n_features)
            Raw features, columns as in ``feature_names``.
        symbol : str, optional
            Whose bars they are; one that the model has no vector for counts as unknown, as None does.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            Rows add up to 1.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        self._check_shape(raw)
        out = np.empty((len(raw), CLASSES))
        for begin in range(0, len(raw), PIECE):
            piece = raw[begin : begin + PIECE]
            self._check_finite(piece, begin)
            scaled = piece if self.scaler is None else self.scaler.transform(piece)
            out[begin : begin + PIECE] = self.predict_proba_scaled(scaled, symbol)
        return out

    def predict_proba_scaled(self, scaled: NDArray[Any], symbol: str | None = None) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for features that are scaled already.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        symbol : str, optional
            As `predict_proba` takes it.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            Softmax of the float32 logits after the calibration, taken in float64; rows add up to 1.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        code = self.embedded.index(symbol) if symbol in self.embedded else UNKNOWN
        return self.predict_rows(scaled, np.full(len(scaled), code, dtype=np.int16))

    def predict_rows(self, scaled: NDArray[Any], codes: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL for scaled rows of several symbols.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        codes : ndarray of int16, shape (n_rows,)
            Position of each row's symbol in ``embedded``, or `symbols.UNKNOWN`; of no effect where that is empty.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            As `predict_proba_scaled` returns them.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        return self.calibration.probabilities(self.logits_rows(scaled, codes))

    def logits_rows(self, scaled: NDArray[Any], codes: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return what the network says before any calibration, for scaled rows of several symbols.

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features; computed on as float32.
        codes : ndarray of int16, shape (n_rows,)
            As `predict_rows` takes them.

        Returns
        -------
        ndarray of float32, shape (n_rows, 3), C-contiguous
            Logits of BUY, HOLD, SELL.

        Raises
        ------
        InvalidValue
            If the number of columns differs, or a value is not finite.
        """
        self._check_shape(scaled)
        self._check_finite(scaled)
        if len(scaled) == 0:
            return np.empty((0, CLASSES), dtype=np.float32)
        rows = with_symbols(np.asarray(scaled, dtype=np.float32), codes, symbol_columns(self.embedded))
        logits = logits_of(self.network, torch.from_numpy(np.require(rows, requirements=["C", "W"])))
        return np.asarray(logits.numpy(), dtype=np.float32)

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return the network's tensors by name."""
        return dict(self.network.state_dict())

    def _check_shape(self, features: NDArray[Any]) -> None:
        count = len(self.feature_names)
        if features.ndim != 2 or features.shape[1] != count:
            raise InvalidValue(
                "features", features.shape, f"an array of shape (rows, {count}) as the model was trained on"
            )

    def _check_finite(self, features: NDArray[Any], first: int = 0) -> None:
        if not np.isfinite(features).all():
            finite = np.isfinite(features).all(axis=0)
            column = int(np.argmin(finite))
            row = int(np.argmin(np.isfinite(features[:, column])))
            where = f"row {first + row} of feature {self.feature_names[column]}"
            raise InvalidValue(self.feature_names[column], float(features[row, column]), "finite numbers", where=where)


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """Make a layer by way of the meta device, as a plain ``nn.Linear`` would draw from torch's global generator."""
    layer = nn.Linear(inputs, outputs, device="meta")
    # not to_empty(): its first call imports SymPy, which costs a first training a second or more
    layer.weight, layer.bias = nn.Parameter(torch.empty(outputs, inputs)), nn.Parameter(torch.empty(outputs))
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(inputs)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer
