"""The multi-layer perceptron over fuzzy memberships, as torch has it; `dense` has it as plain numbers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.dense import DenseNetwork
from ktrdr_app.neural.device import configure_threads
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.strategy.schema import NetworkSettings

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "leaky_relu": nn.LeakyReLU,
    "sigmoid": nn.Sigmoid,
}
"""Hidden non-linearities by name, with torch's defaults (slope 0.01 below zero for leaky_relu); sigmoid is of the
original's models alone."""

_ACTIVATIONS_AT_ONCE = 16_777_216
"""Most numbers in one layer's output during inference: 64 MiB."""


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


def logits_of(network: nn.Sequential, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a network in evaluation mode over all rows, in pieces of bounded memory and without gradients.

    Parameters
    ----------
    network : torch.nn.Sequential
        A network in evaluation mode.
    rows : ndarray of float32, shape (n_rows, n_inputs)
        Scaled features, with their symbols' columns where the network has them.

    Returns
    -------
    ndarray of float32, shape (n_rows, 3), C-contiguous
        Logits of BUY, HOLD, SELL.
    """
    configure_threads()
    widest = max(layer.out_features for layer in linear_layers(network))
    pieces = torch.split(
        torch.from_numpy(np.require(rows, requirements=["C", "W"])), max(1, _ACTIVATIONS_AT_ONCE // widest)
    )
    with torch.no_grad():
        return np.asarray(torch.cat([network(piece) for piece in pieces]).numpy(), dtype=np.float32)


def dense_of(network: nn.Sequential) -> DenseNetwork:
    """Return a network as plain numbers, as they are now.

    Parameters
    ----------
    network : torch.nn.Sequential
        Blocks as `build_network` makes them.

    Raises
    ------
    InvalidValue
        If it is built otherwise.
    """
    layers, kinds = linear_layers(network), [type(layer) for layer in network]
    found = [name for name, kind in ACTIVATIONS.items() if kind in kinds] or ["relu"]
    blocks = [nn.Linear, ACTIVATIONS[found[0]], nn.Dropout] * (len(layers) - 1)
    if not layers or kinds != [*blocks, nn.Linear]:
        told = ", ".join(kind.__name__ for kind in kinds)
        raise InvalidValue("network", told, "blocks of Linear, activation and Dropout, and a last Linear")
    dropout = next((layer.p for layer in network if isinstance(layer, nn.Dropout)), 0.0)
    weights = torch.cat([parameter.detach().reshape(-1).cpu() for parameter in network.parameters()])
    widths = (*(layer.in_features for layer in layers), layers[-1].out_features)
    return DenseNetwork(widths, found[0], dropout, np.array(weights.numpy(), dtype=np.float32))


def module_of(network: DenseNetwork) -> nn.Sequential:
    """Return a network of torch's with given weights, in evaluation mode; no random number is drawn.

    Parameters
    ----------
    network : DenseNetwork
        Layers and weights.
    """
    layers: list[nn.Module] = []
    taken = 0
    for inputs, outputs in pairwise(network.widths):
        layer = nn.Linear(inputs, outputs, device="meta").to_empty(device="cpu")
        with torch.no_grad():
            for parameter in (layer.weight, layer.bias):
                piece = network.weights[taken : taken + parameter.numel()]
                parameter.copy_(torch.from_numpy(piece.copy()).view(parameter.shape))
                taken += parameter.numel()
        layers += [layer, ACTIVATIONS[network.activation](), nn.Dropout(network.dropout)]
    return nn.Sequential(*layers[:-2]).eval()


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """Make a layer by way of the meta device, as a plain ``nn.Linear`` would draw from torch's global generator."""
    layer = nn.Linear(inputs, outputs, device="meta")
    # not to_empty(): its first call imports SymPy, which costs a first training a second or more
    layer.weight, layer.bias = nn.Parameter(torch.empty(outputs, inputs)), nn.Parameter(torch.empty(outputs))
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(inputs)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer
