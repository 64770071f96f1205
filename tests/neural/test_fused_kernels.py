"""Parts of the fused kernel that have a definition of their own; as a whole `test_fused` holds it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural import fused_kernels as kernels


class TestHyperbolicTangent:
    def test_everywhere(self) -> None:
        x = np.concatenate([np.linspace(-12, 12, 20_001), np.geomspace(1e-30, 1, 2001), [0.0, 88.0, -1e30]])
        ours = np.array([kernels.hyperbolic_tangent(np.float32(value)) for value in x])
        exact = np.tanh(x.astype(np.float32).astype(np.float64))
        assert np.abs(ours - exact).max() < 3e-7
        small = np.abs(x) < 0.1
        np.testing.assert_allclose(ours[small], exact[small], rtol=1e-6)

    def test_odd_bounded_and_nan(self) -> None:
        for value in (0.3, 2.0, 7.5, 50.0):
            above, below = (kernels.hyperbolic_tangent(np.float32(sign * value)) for sign in (1, -1))
            assert above == -below
            assert 0 < above <= 1
        assert math.isnan(kernels.hyperbolic_tangent(np.float32(math.nan)))


class TestActivation:
    @pytest.mark.parametrize(
        ("number", "function"),
        [
            (kernels.RELU, torch.relu),
            (kernels.TANH, torch.tanh),
            (kernels.LEAKY_RELU, torch.nn.functional.leaky_relu),
        ],
    )
    def test_values_and_slopes_are_torchs(self, number: int, function: object) -> None:
        random = np.random.default_rng(0)
        values = np.concatenate([random.normal(size=60) * 2, [0.0, -0.0, 30.0, -30.0]]).astype(np.float32)
        masks = np.where(random.random(64) < 0.25, 0, 1.5).astype(np.float32)
        x = torch.tensor(values, requires_grad=True)
        masked = function(x) * torch.tensor(masks)
        masked.sum().backward()
        slopes = masks.copy()
        kernels._activate(values, slopes, number)
        np.testing.assert_allclose(values, masked.detach().numpy(), atol=1e-6)
        np.testing.assert_allclose(slopes, x.grad.numpy(), atol=2e-6)


class TestClipping:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30), st.sampled_from([0.0, 0.5, 3.0, 1000.0]))
    def test_is_torchs(self, numbers: list[float], limit: float) -> None:
        gradient = np.array(numbers, dtype=np.float32)
        reference = torch.zeros(len(numbers), requires_grad=True)
        reference.grad = torch.tensor(gradient)
        if limit:
            torch.nn.utils.clip_grad_norm_([reference], limit)
        kernels._clip(gradient, limit)
        np.testing.assert_allclose(gradient, reference.grad.numpy(), rtol=1e-5, atol=1e-7)


def test_a_batch_weighs_what_its_classes_weigh() -> None:
    x, y = np.zeros((4, 1), np.float32), np.array([0, 2, 2, 1], dtype=np.int8)
    rows = kernels.Rows(x, y, np.empty(0, np.int16), np.array([2, 3, 5], dtype=np.float32))
    order = np.array([3, 0, 1, 2])
    assert kernels._total_weight(rows, order, 1, 4) == 2 + 5 + 5
    assert kernels._total_weight(rows, order, 0, 2) == 3 + 2
