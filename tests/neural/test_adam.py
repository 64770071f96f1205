"""Adam against torch.optim.Adam and against the paper's algorithm in plain float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ktrdr_app.neural.adam import FlatAdam


def gradients(steps: int, size: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(size, generator=generator) * 10.0 ** (step % 5 - 3) for step in range(steps)]


@pytest.mark.parametrize("learning_rate", [1e-4, 1e-2, 0.5])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
def test_moves_as_torchs_adam(learning_rate: float, weight_decay: float) -> None:
    ours = torch.linspace(-1, 1, 37)
    theirs = ours.clone().requires_grad_()
    reference = torch.optim.Adam([theirs], lr=learning_rate, weight_decay=weight_decay, foreach=False)
    adam = FlatAdam(ours, learning_rate, weight_decay)
    for gradient in gradients(200, 37):
        adam.step(gradient)
        theirs.grad = gradient.clone()
        reference.step()
        torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_moves_as_the_paper_says() -> None:
    ours = torch.linspace(-1, 1, 5)
    weights = ours.numpy().astype(np.float64)
    mean, square = np.zeros(5), np.zeros(5)
    adam = FlatAdam(ours, 0.01, 0.0)
    for step, gradient in enumerate(gradients(100, 5), start=1):
        adam.step(gradient)
        g = gradient.numpy().astype(np.float64)
        mean = 0.9 * mean + 0.1 * g
        square = 0.999 * square + 0.001 * g**2
        corrected_mean, corrected_square = mean / (1 - 0.9**step), square / (1 - 0.999**step)
        weights = weights - 0.01 * corrected_mean / (np.sqrt(corrected_square) + 1e-8)
        np.testing.assert_allclose(ours.numpy(), weights, rtol=1e-4, atol=1e-6)


def test_the_first_step_is_the_learning_rate_against_the_sign() -> None:
    weights = torch.zeros(3)
    FlatAdam(weights, 0.1, 0.0).step(torch.tensor([5.0, -0.01, 0.0]))
    torch.testing.assert_close(weights, torch.tensor([-0.1, 0.1, 0.0]), rtol=1e-5, atol=1e-7)


def test_views_of_the_vector_follow() -> None:
    weights = torch.zeros(6)
    view = weights[2:].view(2, 2).detach().requires_grad_()
    FlatAdam(weights, 0.1, 0.0).step(torch.ones(6))
    assert torch.equal(view.detach().reshape(-1), weights[2:])
    assert (view < 0).all()


def test_the_gradient_is_left_as_it_was() -> None:
    gradient = torch.ones(4)
    FlatAdam(torch.ones(4), 0.1, 0.5).step(gradient)
    assert torch.equal(gradient, torch.ones(4))


def test_weight_decay_pulls_towards_zero_without_any_gradient() -> None:
    weights = torch.tensor([2.0, -2.0])
    adam = FlatAdam(weights, 0.01, 0.1)
    for _ in range(10):
        adam.step(torch.zeros(2))
    torch.testing.assert_close(weights, torch.tensor([1.9, -1.9]), rtol=1e-3, atol=1e-3)
