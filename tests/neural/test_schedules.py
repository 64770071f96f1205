"""Schedules against torch's own, step by step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural.schedules import schedule_of
from ktrdr_app.strategy.schema import TrainingSettings


def torchs(epochs: int, steps: int, make: object) -> np.ndarray:
    """The rate that torch's scheduler has at every step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    scheduler = make(optimizer)
    rates = []
    for step in range(epochs * steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < epochs * steps - 1:
            scheduler.step()
    return np.array(rates)


def ours(name: str, epochs: int, steps: int) -> np.ndarray:
    schedule = schedule_of(TrainingSettings(schedule=name, epochs=epochs, learning_rate=0.01))
    return np.concatenate([schedule.rates(epoch, steps) for epoch in range(1, epochs + 1)])


@pytest.mark.parametrize(("epochs", "steps"), [(1, 7), (5, 4), (30, 11)])
class TestByStep:
    def test_cosine(self, epochs: int, steps: int) -> None:
        expected = torchs(epochs, steps, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, epochs * steps))
        np.testing.assert_allclose(ours("cosine", epochs, steps), expected, rtol=1e-9)

    def test_one_cycle(self, epochs: int, steps: int) -> None:
        def make(optimizer: torch.optim.Optimizer) -> object:
            return torch.optim.lr_scheduler.OneCycleLR(
                optimizer, max_lr=0.01, total_steps=epochs * steps, cycle_momentum=False
            )

        np.testing.assert_allclose(ours("one_cycle", epochs, steps), torchs(epochs, steps, make), rtol=1e-9)

    def test_constant(self, epochs: int, steps: int) -> None:
        np.testing.assert_array_equal(ours("constant", epochs, steps), np.full(epochs * steps, 0.01))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([1.0, 0.9, 0.8, 0.85]), min_size=1, max_size=30), st.integers(0, 4))
def test_plateau_is_torchs(losses: list[float], patience: int) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.3, patience=patience, threshold=0, threshold_mode="abs", eps=0
    )
    fit = TrainingSettings(schedule="plateau", learning_rate=0.01, plateau_patience=patience, plateau_factor=0.3)
    schedule = schedule_of(fit)
    for epoch, loss in enumerate(losses, start=1):
        optimizer.step()
        reference.step(loss)
        schedule.observe(loss)
        rates = schedule.rates(epoch + 1, 3)
        np.testing.assert_allclose(rates, optimizer.param_groups[0]["lr"], rtol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_very_short_runs_have_finite_rates(steps: int) -> None:
    rates = ours("one_cycle", 1, steps)
    assert np.isfinite(rates).all()
    assert (rates > 0).all()


@settings(max_examples=25, deadline=None)
@given(epochs=st.integers(1, 12), steps=st.integers(1, 9))
def test_cosine_of_any_length_is_torchs_and_never_rises(epochs: int, steps: int) -> None:
    found = ours("cosine", epochs, steps)
    expected = torchs(epochs, steps, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, epochs * steps))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)
    assert (np.diff(found) < 0).all()
    # Half a cosine is point-symmetric: rates equally far from both ends add up to the top.
    np.testing.assert_allclose(found[1:] + found[1:][::-1], 0.01, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(epochs=st.integers(2, 12), steps=st.integers(5, 12))
def test_one_cycle_of_any_length_is_torchs_and_has_one_top(epochs: int, steps: int) -> None:
    def make(optimizer: torch.optim.Optimizer) -> object:
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=0.01, total_steps=epochs * steps, cycle_momentum=False
        )

    found = ours("one_cycle", epochs, steps)
    np.testing.assert_allclose(found, torchs(epochs, steps, make), rtol=1e-9)
    top = int(found.argmax())
    assert (np.diff(found[: top + 1]) > 0).all()
    assert (np.diff(found[top:]) < 0).all()
    assert found[0] == pytest.approx(0.01 / 25)
    assert found[-1] == pytest.approx(0.01 / 25 / 1e4)


@settings(max_examples=25, deadline=None)
@given(losses=st.lists(st.integers(1, 6), min_size=1, max_size=40), patience=st.integers(0, 3))
def test_plateau_falls_once_for_each_run_of_epochs_without_a_new_best(losses: list[int], patience: int) -> None:
    schedule = schedule_of(
        TrainingSettings(schedule="plateau", learning_rate=0.01, plateau_patience=patience, plateau_factor=0.5)
    )
    for loss in losses:
        schedule.observe(float(loss))
    bests = [n for n, loss in enumerate(losses) if loss < min(losses[:n], default=7)]
    waits = [end - start - 1 for start, end in zip(bests, [*bests[1:], len(losses)], strict=True)]
    cuts = sum(wait // (patience + 1) for wait in waits)
    np.testing.assert_allclose(schedule.rates(1, 2), 0.01 * 0.5**cuts, rtol=1e-12)
