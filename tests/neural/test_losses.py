"""Losses against torch, the published focal loss, and a loop; gradients by torch's autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural import fused_kernels
from ktrdr_app.neural.losses import row_losses, symbol_averages
from tests.neural.planted import slow_softmax, slow_symbol_nll


def drawn(rows: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(rows, 3, generator=generator), torch.randint(0, 3, (rows,), generator=generator)


class TestRowLosses:
    def test_gamma_0_is_torchs_cross_entropy(self) -> None:
        logits, y = drawn(50, 0)
        for smoothing in (0.0, 0.1):
            torchs = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=smoothing)(logits, y)
            torch.testing.assert_close(row_losses(logits, y, 0.0, smoothing), torchs)

    @settings(max_examples=40, deadline=None)
    @given(st.floats(0.1, 5), st.integers(0, 100))
    def test_the_focal_loss_as_published(self, gamma: float, seed: int) -> None:
        logits, y = drawn(5, seed)
        for row, label, ours in zip(
            logits.tolist(), y.tolist(), row_losses(logits, y, gamma, 0.0).tolist(), strict=True
        ):
            p = slow_softmax(row)[label]
            assert ours == pytest.approx(-((1 - p) ** gamma) * math.log(p), rel=1e-3, abs=1e-6)

    def test_smoothing_spreads_over_the_classes(self) -> None:
        logits, y = drawn(20, 3)
        each = torch.stack([row_losses(logits, torch.full_like(y, kind), 2.0, 0.0) for kind in range(3)], dim=1)
        own = each.gather(1, y[:, None])[:, 0]
        torch.testing.assert_close(row_losses(logits, y, 2.0, 0.3), 0.7 * own + 0.1 * each.sum(dim=1))


class TestKernelsLoss:
    @pytest.mark.parametrize("smoothing", [0.0, 0.2])
    @pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
    def test_value_and_gradient_are_autograds(self, gamma: float, smoothing: float) -> None:
        logits, y = drawn(40, 7)
        logits.requires_grad_()
        losses = row_losses(logits, y, gamma, smoothing)
        (0.25 * losses).sum().backward()
        rules = fused_kernels.Rules(0, 0, 0, 1.0, gamma, smoothing, 0.0, 0.0, 0.0)
        for row in range(len(y)):
            ours = logits.detach()[row].numpy().copy()
            log_sum = np.float32(torch.logsumexp(logits[row], 0).item())
            p = tuple(np.float32(value) for value in torch.softmax(logits[row], 0).tolist())
            loss = fused_kernels._row_loss(ours, int(y[row]), log_sum, p, rules, np.float32(0.25))
            assert loss == pytest.approx(losses[row].item(), rel=1e-4, abs=1e-6)
            np.testing.assert_allclose(ours, logits.grad[row].numpy(), rtol=2e-4, atol=1e-6)

    def test_a_row_that_is_quite_sure(self) -> None:
        rules = fused_kernels.Rules(0, 0, 0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0)
        logits = np.array([60, 0, 0], dtype=np.float32)
        p = (np.float32(1), np.float32(0), np.float32(0))
        assert fused_kernels._row_loss(logits, 0, np.float32(60), p, rules, np.float32(1)) == 0
        assert (logits == 0).all()

    @pytest.mark.parametrize("gamma", [0.3, 0.5, 1.0, 2.0])
    def test_torch_stays_finite_on_rows_that_are_quite_sure(self, gamma: float) -> None:
        logits = torch.tensor([[60.0, 0.0, 0.0], [0.0, 60.0, 0.0]], requires_grad=True)
        losses = row_losses(logits, torch.tensor([0, 0]), gamma, 0.0)
        losses.sum().backward()
        assert losses[0].item() == pytest.approx(0, abs=1e-12)
        assert losses[1].item() == pytest.approx(60, rel=1e-5)
        assert logits.grad[0].abs().max().item() == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(logits.grad[1].numpy(), [-1, 1, 0], atol=1e-5)


class TestSymbolAverages:
    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.sampled_from([0, 1, 5, 300]), min_size=1, max_size=40), st.integers(0, 1000))
    def test_equals_a_loop(self, owners: list[int], seed: int) -> None:
        draw = np.random.default_rng(seed)
        logits = (draw.normal(size=(len(owners), 3)) * 3).astype(np.float32)
        y = draw.integers(0, 3, len(owners)).astype(np.int8)
        symbol_id = np.array(owners)
        nll, accuracy = symbol_averages(logits, y, np.unique(symbol_id, return_inverse=True)[1])
        reference = slow_symbol_nll(np.array([slow_softmax(row) for row in logits.tolist()]), y, symbol_id)
        assert nll == pytest.approx(reference, rel=1e-9)
        right = logits.argmax(axis=1) == y
        assert accuracy == pytest.approx(np.mean([right[symbol_id == own].mean() for own in set(owners)]))

    def test_a_symbol_of_few_rows_weighs_as_much_as_one_of_many(self) -> None:
        logits = np.array([[20.0, 0, 0]] * 99 + [[0.0, 0, 0]], dtype=np.float32)
        owner = np.array([0] * 99 + [1])
        assert symbol_averages(logits, np.zeros(100, np.int8), owner)[0] == pytest.approx(np.log(3) / 2, rel=1e-6)

    def test_of_equal_logits_the_first_is_the_answer(self) -> None:
        logits = np.zeros((2, 3), dtype=np.float32)
        assert symbol_averages(logits, np.array([0, 1], dtype=np.int8), np.zeros(2, np.intp))[1] == 0.5


class TestShapeOfTheLoss:
    """What the published formulas imply for every row, whatever the drawn logits."""

    drawn_rows = given(
        gamma=st.sampled_from([0.0, 0.5, 2.0]), smoothing=st.sampled_from([0.0, 0.2]), seed=st.integers(0, 99)
    )
    few = settings(max_examples=25, deadline=None)

    @few
    @drawn_rows
    def test_what_is_added_to_every_logit_changes_nothing(self, gamma: float, smoothing: float, seed: int) -> None:
        logits, y = drawn(12, seed)
        logits = logits.double().requires_grad_()
        row_losses(logits, y, gamma, smoothing).sum().backward()
        # So no row's gradient has a part along (1, 1, 1).
        torch.testing.assert_close(logits.grad.sum(dim=1), torch.zeros(12, dtype=torch.float64), atol=1e-12, rtol=0)
        shifted = row_losses(logits + 7.5, y, gamma, smoothing)
        torch.testing.assert_close(shifted, row_losses(logits, y, gamma, smoothing))

    @few
    @drawn_rows
    def test_renaming_the_classes_renames_nothing_else(self, gamma: float, smoothing: float, seed: int) -> None:
        logits, y = drawn(12, seed)
        renamed = row_losses(logits[:, [2, 0, 1]], (y + 1) % 3, gamma, smoothing)
        torch.testing.assert_close(renamed, row_losses(logits, y, gamma, smoothing))

    @few
    @drawn_rows
    def test_gradient_is_the_difference_quotient(self, gamma: float, smoothing: float, seed: int) -> None:
        logits, y = drawn(4, seed)
        logits = logits.double().requires_grad_()
        row_losses(logits, y, gamma, smoothing).sum().backward()
        step = 1e-6
        for row in range(4):
            for kind in range(3):
                move = torch.zeros_like(logits)
                move[row, kind] = step
                up, down = (row_losses((logits + side * move).detach(), y, gamma, smoothing).sum() for side in (1, -1))
                assert logits.grad[row, kind].item() == pytest.approx((up - down).item() / (2 * step), abs=1e-6)

    @few
    @given(gammas=st.tuples(st.floats(0, 4), st.floats(0, 4)), seed=st.integers(0, 99))
    def test_a_larger_gamma_never_weighs_a_row_more(self, gammas: tuple[float, float], seed: int) -> None:
        logits, y = drawn(12, seed)
        mild, strong = (row_losses(logits, y, gamma, 0.0) for gamma in sorted(gammas))
        assert (strong <= mild + 1e-6).all()
        assert (strong >= 0).all()
