"""A model's probabilities against a loop over numbers and against torch, and what it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.features.scaler import fit_scaler
from ktrdr_app.neural.mlp import build_network
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.strategy.schema import NetworkSettings
from tests.neural.planted import slow_forward, slow_softmax, tensor_bytes
from tests.neural.test_package import loaded_after

NAMES = ("rsi_low", "rsi_high", "macd_up", "roc_3")
ACTIVATIONS = ("relu", "tanh", "leaky_relu")


def rows(count: int, seed: int = 0, width: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def model(seed: int = 0, **network: object) -> MLPTradingModel:
    return MLPTradingModel(build_network(4, NetworkSettings(**network), seed), None, NAMES)


class Doubler:
    """A scaler that doubles."""

    def transform(self, features: np.ndarray) -> np.ndarray:
        return (features * 2).astype(np.float32)


class TestProbabilities:
    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_equal_a_loop_over_numbers(self, activation: str) -> None:
        ours = model(seed=3, hidden_layers=[6, 5], activation=activation, dropout=0.5)
        x = rows(12, seed=1) * 3
        reference = [slow_softmax(slow_forward(ours.network, row, activation)) for row in x]
        np.testing.assert_allclose(ours.predict_proba(x), reference, rtol=2e-5, atol=1e-7)

    def test_equal_the_plain_network_in_evaluation_mode(self) -> None:
        ours = model(dropout=0.5)
        x = rows(100)
        ours.network.eval()
        with torch.no_grad():
            reference = torch.softmax(ours.network(torch.from_numpy(x)).double(), dim=1).numpy()
        np.testing.assert_allclose(ours.predict_proba(x), reference, rtol=1e-6)  # torch sums in the order it finds best

    def test_dropout_is_off_even_if_the_network_came_in_training_mode(self) -> None:
        network = build_network(4, NetworkSettings(dropout=0.5), 0).train()
        ours = MLPTradingModel(network, None, NAMES)
        assert not ours.network.training
        np.testing.assert_array_equal(ours.predict_proba(rows(50)), ours.predict_proba(rows(50)))

    @settings(max_examples=50, deadline=None)
    @given(x=arrays(np.float32, st.tuples(st.integers(1, 20), st.just(4)), elements=st.floats(-1e4, 1e4, width=32)))
    def test_are_three_shares_of_one(self, x: np.ndarray) -> None:
        p = model().predict_proba(x)
        assert p.shape == (len(x), 3)
        assert p.dtype == np.float64
        assert ((p >= 0) & (p <= 1)).all()
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)

    def test_an_answer_does_not_depend_on_the_rows_asked_with_it(self) -> None:
        ours, x = model(), rows(101)
        whole = ours.predict_proba(x)
        for size in (1, 2, 7, 32, 33, 100):
            pieces = [ours.predict_proba(x[first : first + size]) for first in range(0, len(x), size)]
            np.testing.assert_array_equal(np.concatenate(pieces), whole)

    def test_the_scaler_is_applied_once_to_raw_rows_only(self) -> None:
        network = build_network(4, NetworkSettings(), 0)
        scaled, plain = MLPTradingModel(network, Doubler(), NAMES), MLPTradingModel(network, None, NAMES)
        x = rows(20)
        np.testing.assert_array_equal(scaled.predict_proba(x), plain.predict_proba(2 * x))
        np.testing.assert_array_equal(scaled.predict_proba_scaled(x), plain.predict_proba(x))
        assert not np.allclose(scaled.predict_proba(x), plain.predict_proba(x))

    def test_a_fitted_scaler_serves(self) -> None:
        x = rows(200) * 50 + 7
        scaler = fit_scaler("standard", x, NAMES)
        ours = MLPTradingModel(build_network(4, NetworkSettings(), 0), scaler, NAMES)
        by_hand = (x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)) / x.std(axis=0, dtype=np.float64)
        np.testing.assert_allclose(ours.predict_proba(x), ours.predict_proba_scaled(by_hand), rtol=1e-5)

    def test_float64_rows_are_computed_on_as_float32(self) -> None:
        x = rows(10)
        np.testing.assert_array_equal(model().predict_proba(x.astype(np.float64)), model().predict_proba(x))

    def test_columns_of_a_wider_table_need_not_be_contiguous(self) -> None:
        wide = rows(10, width=8)
        np.testing.assert_array_equal(
            model().predict_proba(wide[:, ::2]), model().predict_proba(np.ascontiguousarray(wide[:, ::2]))
        )

    def test_rows_are_left_as_they_were_and_read_only_ones_do(self) -> None:
        x = rows(10)
        x.setflags(write=False)
        before = x.copy()
        model().predict_proba(x)
        np.testing.assert_array_equal(x, before)

    def test_no_rows_give_no_answers(self) -> None:
        p = model().predict_proba(np.empty((0, 4), dtype=np.float32))
        assert p.shape == (0, 3)
        assert p.dtype == np.float64

    def test_many_threads_get_the_same_answers(self) -> None:
        ours, x = model(), rows(500)
        expected = ours.predict_proba(x)
        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(lambda _turn: ours.predict_proba(x), range(12)):
                np.testing.assert_array_equal(answer, expected)


class TestRefusals:
    @pytest.mark.parametrize("shape", [(5, 3), (5, 5), (4,), (2, 2, 4)])
    def test_another_width(self, shape: tuple[int, ...]) -> None:
        for ask in (model().predict_proba, model().predict_proba_scaled):
            with pytest.raises(InvalidValue, match="features") as caught:
                ask(np.zeros(shape, dtype=np.float32))
            assert "(rows, 4)" in caught.value.hint

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_a_number_that_is_none_names_feature_and_row(self, bad: float) -> None:
        x = rows(9)
        x[6, 2] = bad
        for ask in (model().predict_proba, model().predict_proba_scaled):
            with pytest.raises(InvalidValue, match="macd_up") as caught:
                ask(x)
            assert caught.value.where == "row 6 of feature macd_up"

    def test_a_scaler_that_overflows_is_found_out(self) -> None:
        class Huge:
            def transform(self, features: np.ndarray) -> np.ndarray:
                return np.full(features.shape, np.inf, dtype=np.float32)

        with pytest.raises(InvalidValue, match="rsi_low"):
            MLPTradingModel(build_network(4, NetworkSettings(), 0), Huge(), NAMES).predict_proba(rows(2))

    def test_a_network_for_other_features(self) -> None:
        with pytest.raises(InvalidValue, match="inputs 7, outputs 3") as caught:
            MLPTradingModel(build_network(7, NetworkSettings(), 0), None, NAMES)
        assert "4 features" in caught.value.hint

    def test_a_network_of_two_classes(self) -> None:
        with pytest.raises(InvalidValue, match="outputs 2"):
            MLPTradingModel(torch.nn.Sequential(torch.nn.Linear(4, 2)), None, NAMES)

    @pytest.mark.parametrize(
        "layers",
        [
            [torch.nn.ReLU()],
            [torch.nn.Linear(4, 5), torch.nn.GELU(), torch.nn.Dropout(), torch.nn.Linear(5, 3)],
            [torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)],
        ],
    )
    def test_a_network_that_is_built_otherwise(self, layers: list[torch.nn.Module]) -> None:
        with pytest.raises(InvalidValue, match=type(layers[-1]).__name__) as caught:
            MLPTradingModel(torch.nn.Sequential(*layers), None, NAMES)
        assert "Linear, activation and Dropout" in caught.value.hint


def test_state_dict_is_the_networks_and_loads_into_a_new_one() -> None:
    ours = model(seed=4)
    other = build_network(4, NetworkSettings(), 9)
    other.load_state_dict(ours.state_dict())
    assert tensor_bytes(other) == tensor_bytes(ours.network)
    x = rows(10)
    np.testing.assert_array_equal(MLPTradingModel(other, None, NAMES).predict_proba(x), ours.predict_proba(x))


def test_weights_are_taken_once_and_the_networks_are_left_as_they_are() -> None:
    given = build_network(4, NetworkSettings(), 1).train()
    ours, x = MLPTradingModel(given, None, NAMES), rows(10)
    before = ours.predict_proba(x)
    assert given.training
    with torch.no_grad():
        for network in (given, ours.network):
            next(network.parameters()).add_(1)
    np.testing.assert_array_equal(ours.predict_proba(x), before)


def test_only_tanh_and_sigmoid_and_large_networks_need_torch() -> None:
    code = """
import numpy as np
from ktrdr_app.neural.dense import DenseNetwork
from ktrdr_app.neural.model import MLPTradingModel
for activation, hidden in {kinds!r}:
    count = 5 * hidden + (hidden + 1) * 3
    network = DenseNetwork((4, hidden, 3), activation, 0.0, np.zeros(count, np.float32))
    MLPTradingModel(network, None, tuple("abcd")).predict_proba(np.zeros((2, 4), np.float32))
"""
    small = [("relu", 8), ("leaky_relu", 30)]
    assert loaded_after(code.format(kinds=small), "torch") == [False]
    assert loaded_after(code.format(kinds=[("tanh", 8), ("sigmoid", 8), ("relu", 40_000)]), "torch") == [True]
