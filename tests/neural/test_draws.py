"""Counter-based draws: the published hash in plain integers, the asked-for rate, and both trainers' masks alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural import fused_kernels
from ktrdr_app.neural.draws import drop_limit, epoch_key, epoch_order, mixed, row_key
from ktrdr_app.neural.torch_draws import dropout_masks

WORD = 2**32


def slow_mixed(bits: int) -> int:
    """``lowbias32`` in integers of any length."""
    bits ^= bits >> 16
    bits = bits * 0x7FEB352D % WORD
    bits ^= bits >> 15
    bits = bits * 0x846CA68B % WORD
    return bits ^ bits >> 16


def slow_kept(key: int, row: int, unit: int, rate: float) -> bool:
    own = slow_mixed((key + row * 0x9E3779B9) % WORD)
    return slow_mixed((own + (unit + 1) * 0x9E3779B9) % WORD) >= rate * WORD


def kernel_masks(rows: np.ndarray, width: int, stride: int, rate: float, key: int, before: int) -> np.ndarray:
    slopes = np.full(len(rows) * stride, 7, dtype=np.float32)
    rules = fused_kernels.Rules(0, 0, drop_limit(rate), 1 / (1 - rate), 0.0, 0.0, 0.0, 0.0, 0.0)
    fused_kernels._drop(slopes, stride, width, rules, rows, 0, np.uint32(key), before)
    return slopes.reshape(len(rows), stride)


class TestHash:
    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, WORD - 1))
    def test_is_the_published_one(self, bits: int) -> None:
        assert int(mixed(np.uint32(bits))) == slow_mixed(bits)

    @settings(max_examples=100, deadline=None)
    @given(st.integers(0, WORD - 1), st.integers(0, 2**40))
    def test_a_rows_key(self, key: int, row: int) -> None:
        assert int(row_key(np.uint32(key), row)) == slow_mixed((key + row * 0x9E3779B9) % WORD)


class TestMasks:
    ROWS = np.array([0, 1, 5, 70_000, 2**31 + 3, 12_345_678_901])

    @pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.89])
    def test_both_trainers_drop_what_the_definition_drops(self, rate: float) -> None:
        key = 3_000_000_007
        first, second = dropout_masks(torch.from_numpy(self.ROWS), [9, 4], rate, key)
        for masks, width, before in ((first, 9, 0), (second, 4, 9)):
            expected = [[slow_kept(key, int(row), before + unit, rate) for unit in range(width)] for row in self.ROWS]
            scaled = np.array(expected, dtype=np.float32) * np.float32(1 / (1 - rate))
            np.testing.assert_array_equal(masks.numpy(), scaled)
            ours = kernel_masks(self.ROWS, width, 16, rate, key, before)
            np.testing.assert_array_equal(ours[:, :width], scaled)
            assert (ours[:, width:] == 7).all()

    @pytest.mark.parametrize("rate", [0.1, 0.2, 0.5])
    def test_the_rate_is_the_one_asked_for(self, rate: float) -> None:
        rows, width = np.arange(20_000), 53
        dropped = kernel_masks(rows, width, width, rate, epoch_key(1, 1), 0) == 0
        spread = np.sqrt(rate * (1 - rate))
        assert dropped.mean() == pytest.approx(rate, abs=5 * spread / np.sqrt(dropped.size))
        assert np.abs(dropped.mean(axis=0) - rate).max() < 5 * spread / np.sqrt(len(rows))
        assert dropped.sum(axis=1).var() == pytest.approx(width * rate * (1 - rate), rel=0.06)

    def test_units_rows_and_epochs_do_not_follow_each_other(self) -> None:
        one = kernel_masks(np.arange(20_000), 53, 53, 0.5, epoch_key(1, 1), 0).ravel() > 0
        next_epoch = kernel_masks(np.arange(20_000), 53, 53, 0.5, epoch_key(1, 2), 0).ravel() > 0
        for other in (np.roll(one, 1), np.roll(one, 53), np.roll(one, 54), next_epoch):
            assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(len(one))

    def test_without_dropout_nothing_is_dropped(self) -> None:
        assert (kernel_masks(np.arange(10), 8, 8, 0.0, 1, 0) == 1).all()
        assert all((mask == 1).all() for mask in dropout_masks(torch.arange(10), [8, 3], 0.0, 1))


class TestEpochs:
    def test_an_order_holds_each_row_once(self) -> None:
        order = epoch_order(3, 1, 1000)
        assert sorted(order.tolist()) == list(range(1000))

    def test_orders_and_keys_differ_by_epoch_and_seed(self) -> None:
        assert len({epoch_order(seed, epoch, 50).tobytes() for seed in (0, 1) for epoch in (1, 2)}) == 4
        assert len({epoch_key(seed, epoch) for seed in range(3) for epoch in range(1, 4)}) == 9

    def test_they_are_the_same_whenever_asked(self) -> None:
        np.testing.assert_array_equal(epoch_order(5, 7, 100), epoch_order(5, 7, 100))
        assert epoch_key(5, 7) == epoch_key(5, 7)
