"""The network's shape and first weights, torch's answers in pieces, and the way to plain numbers and back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural import mlp
from ktrdr_app.neural.mlp import build_network, dense_of, linear_layers, logits_of, module_of
from ktrdr_app.strategy.schema import NetworkSettings
from tests.neural.planted import slow_forward, tensor_bytes

ACTIVATIONS = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "leaky_relu": torch.nn.LeakyReLU}


def rows(count: int, seed: int = 0, width: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


class TestBuildNetwork:
    def test_state_dict_has_a_linear_every_third_layer(self) -> None:
        network = build_network(30, NetworkSettings(hidden_layers=[30, 15, 8]), 0)
        shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        assert shapes == {
            "0.weight": (30, 30),
            "0.bias": (30,),
            "3.weight": (15, 30),
            "3.bias": (15,),
            "6.weight": (8, 15),
            "6.bias": (8,),
            "9.weight": (3, 8),
            "9.bias": (3,),
        }

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_blocks_are_linear_activation_dropout(self, activation: str) -> None:
        network = build_network(5, NetworkSettings(hidden_layers=[7, 4], activation=activation, dropout=0.35), 0)
        block = [torch.nn.Linear, ACTIVATIONS[activation], torch.nn.Dropout]
        assert [type(layer) for layer in network] == [*block, *block, torch.nn.Linear]
        assert [layer.p for layer in network if isinstance(layer, torch.nn.Dropout)] == [0.35, 0.35]

    @pytest.mark.parametrize("seed", [0, 1, 2**31, 123_456_789_012])
    def test_first_weights_are_those_torch_would_draw(self, seed: int) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(seeds.integer(seed, "weights"))
            theirs = [torch.nn.Linear(11, 6), torch.nn.Linear(6, 4), torch.nn.Linear(4, 3)]
        ours = linear_layers(build_network(11, NetworkSettings(hidden_layers=[6, 4]), seed))
        for layer, reference in zip(ours, theirs, strict=True):
            assert torch.equal(layer.weight, reference.weight)
            assert torch.equal(layer.bias, reference.bias)

    def test_global_random_state_is_neither_read_nor_changed(self) -> None:
        torch.manual_seed(1)
        before = torch.get_rng_state()
        first = build_network(4, NetworkSettings(), 5)
        assert torch.equal(before, torch.get_rng_state())
        torch.manual_seed(2)
        assert tensor_bytes(build_network(4, NetworkSettings(), 5)) == tensor_bytes(first)

    def test_another_seed_gives_other_weights(self) -> None:
        first, second = (tensor_bytes(build_network(4, NetworkSettings(), seed)) for seed in (0, 1))
        assert all(first[name] != second[name] for name in first)

    def test_tensors_are_float32_and_learnable(self) -> None:
        for parameter in build_network(4, NetworkSettings(), 0).parameters():
            assert parameter.dtype == torch.float32
            assert parameter.requires_grad
            assert parameter.device.type == "cpu"

    def test_no_features_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="inputs is 0"):
            build_network(0, NetworkSettings(), 0)


class TestLogits:
    def test_pieces_give_what_one_piece_gives(self, monkeypatch: pytest.MonkeyPatch) -> None:
        network, x = build_network(4, NetworkSettings(), 0).eval(), rows(101)
        whole = logits_of(network, x)
        monkeypatch.setattr(mlp, "_ACTIVATIONS_AT_ONCE", 30 * 7)
        seen: list[int] = []
        network.register_forward_hook(lambda _layer, inputs, _out: seen.append(len(inputs[0])))
        pieces = logits_of(network, x)
        assert seen == [7] * 14 + [3]
        np.testing.assert_allclose(pieces, whole, rtol=1e-5, atol=1e-6)

    def test_a_layer_wider_than_the_bound_goes_row_by_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        network, x = build_network(4, NetworkSettings(), 0).eval(), rows(5)
        whole = logits_of(network, x)
        monkeypatch.setattr(mlp, "_ACTIVATIONS_AT_ONCE", 1)
        np.testing.assert_allclose(logits_of(network, x), whole, rtol=1e-5, atol=1e-6)

    def test_read_only_rows_do(self) -> None:
        network, x = build_network(4, NetworkSettings(), 0).eval(), rows(3)
        x.setflags(write=False)
        expected = [slow_forward(network, row, "relu") for row in x]
        np.testing.assert_allclose(logits_of(network, x), expected, rtol=2e-5, atol=1e-6)


class TestPlainNumbers:
    @pytest.mark.parametrize("activation", [*ACTIVATIONS, "sigmoid"])
    @pytest.mark.parametrize("hidden", [[], [7], [6, 5]])
    def test_there_and_back_is_the_same_network(self, activation: str, hidden: list[int]) -> None:
        block = [mlp.ACTIVATIONS[activation](), torch.nn.Dropout(0.35)]
        widths = [4, *hidden, 3]
        layers = [layer for inputs, outputs in pairwise(widths) for layer in (torch.nn.Linear(inputs, outputs), *block)]
        network = torch.nn.Sequential(*layers[:-2])
        again = module_of(dense_of(network))
        assert [repr(layer) for layer in again] == [repr(layer) for layer in network]
        assert tensor_bytes(again) == tensor_bytes(network)
        assert not again.training

    def test_numbers_are_those_of_the_state_in_its_order(self) -> None:
        network = build_network(4, NetworkSettings(hidden_layers=[5], dropout=0.25, activation="leaky_relu"), 2)
        dense = dense_of(network)
        assert (dense.widths, dense.activation, dense.dropout) == ((4, 5, 3), "leaky_relu", 0.25)
        assert dense.weights.tobytes() == b"".join(value.numpy().tobytes() for value in network.state_dict().values())

    def test_no_random_number_is_drawn(self) -> None:
        dense = dense_of(build_network(4, NetworkSettings(), 2))
        before = torch.random.get_rng_state()
        module_of(dense)
        assert torch.equal(torch.random.get_rng_state(), before)
