"""A network as plain numbers answers what torch answers, and what a loop over numbers does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural.dense import DenseNetwork
from ktrdr_app.neural.fused import LARGEST
from ktrdr_app.neural.mlp import logits_of, module_of
from ktrdr_app.neural.symbols import UNKNOWN, with_symbols
from tests.neural.planted import slow_forward

NOBODY = np.full(400, UNKNOWN, dtype=np.int16)


def dense(widths: tuple[int, ...], activation: str = "relu", seed: int = 0) -> DenseNetwork:
    random = np.random.default_rng(seed)
    count = sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))
    return DenseNetwork(widths, activation, 0.2, random.normal(0, 0.4, count).astype(np.float32))


def rows(count: int, width: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(
    inputs=st.integers(1, 70),
    hidden=st.lists(st.integers(1, 40), max_size=3),
    activation=st.sampled_from(["relu", "leaky_relu"]),
    count=st.integers(1, 80),
    seed=st.integers(0, 1000),
)
def test_logits_are_torchs(inputs: int, hidden: list[int], activation: str, count: int, seed: int) -> None:
    network, x = dense((inputs, *hidden, 3), activation, seed), rows(count, inputs, seed)
    expected = logits_of(module_of(network), x)
    scale = 1 + np.abs(expected).max()
    np.testing.assert_allclose(network.logits(x, NOBODY[:count]), expected, rtol=0, atol=2e-6 * scale)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_logits_are_those_of_a_loop(activation: str) -> None:
    network, x = dense((6, 9, 4, 3), activation), rows(40, 6)
    expected = [slow_forward(module_of(network), row, activation) for row in x]
    np.testing.assert_allclose(network.logits(x, NOBODY[:40]), expected, rtol=2e-5, atol=1e-5)


def test_a_row_alone_is_answered_as_among_others() -> None:
    network, x = dense((34, 30, 15, 8, 3)), rows(400, 34)
    whole = network.logits(x, NOBODY)
    for size in (1, 3, 31, 32, 33, 256):
        pieces = [network.logits(x[at : at + size], NOBODY[at : at + size]) for at in range(0, 400, size)]
        np.testing.assert_array_equal(np.concatenate(pieces), whole)
    order = np.random.default_rng(2).permutation(400)
    np.testing.assert_array_equal(network.logits(x[order], NOBODY), whole[order])


def test_symbols_have_their_columns() -> None:
    network, x = dense((8, 5, 3)), rows(60, 5)
    codes = np.random.default_rng(3).integers(-1, 2, 60).astype(np.int16)
    expected = logits_of(module_of(network), with_symbols(x, codes, 3))
    np.testing.assert_allclose(network.logits(x, codes), expected, rtol=2e-6, atol=2e-6)
    assert not np.allclose(network.logits(x, codes), network.logits(x, NOBODY[:60]), atol=1e-3)


def test_rows_may_be_read_only_or_strided_and_stay_as_they_are() -> None:
    network, wide = dense((4, 5, 3)), rows(20, 8)
    wide.setflags(write=False)
    before = wide.copy()
    found = network.logits(wide[:, ::2], NOBODY[:20])
    np.testing.assert_array_equal(found, network.logits(np.ascontiguousarray(wide[:, ::2]), NOBODY[:20]))
    np.testing.assert_array_equal(wide, before)


@pytest.mark.parametrize(
    ("activation", "hidden", "quick"),
    [("relu", 8, True), ("leaky_relu", 8, True), ("tanh", 8, False), ("sigmoid", 8, False), ("relu", 40_000, False)],
)
def test_quick_is_what_the_kernel_does_as_torch_does(activation: str, hidden: int, quick: bool) -> None:
    network = dense((4, hidden, 3), activation)
    assert network.quick == quick
    assert (len(network.weights) > LARGEST) == (hidden == 40_000)
