"""Dropout masks: the rate, the scale, the shapes and whose random numbers they are."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.neural import dropout
from ktrdr_app.neural.dropout import batch_masks, dropout_mask


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.85])
def test_the_share_of_zeros_is_the_rate(rate: float) -> None:
    mask = dropout_mask(4000, 50, rate, seeded())
    dropped = (mask == 0).double().mean().item()
    sigma = math.sqrt(rate * (1 - rate) / mask.numel())
    assert abs(dropped - rate) < 5 * sigma


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_every_unit_and_every_row_is_dropped_at_the_rate(rate: float) -> None:
    dropped = (dropout_mask(2000, 2000, rate, seeded(3)) == 0).double()
    sigma = math.sqrt(rate * (1 - rate) / 2000)
    assert (dropped.mean(dim=0) - rate).abs().max().item() < 5 * sigma
    assert (dropped.mean(dim=1) - rate).abs().max().item() < 5 * sigma


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.8])
def test_what_is_kept_is_scaled_so_that_the_mean_stays_one(rate: float) -> None:
    mask = dropout_mask(3000, 40, rate, seeded(1))
    kept = torch.unique(mask[mask != 0])
    assert kept.tolist() == pytest.approx([1 / (1 - rate)], rel=1e-6)
    sigma = math.sqrt(rate / (1 - rate) / mask.numel())
    assert abs(mask.double().mean().item() - 1) < 5 * sigma


def test_values_are_those_of_torchs_own_dropout() -> None:
    theirs = torch.nn.Dropout(0.3).train()(torch.ones(200, 200))
    ours = dropout_mask(200, 200, 0.3, seeded())
    assert torch.allclose(torch.unique(ours), torch.unique(theirs))
    assert ours.dtype == theirs.dtype


def test_units_are_dropped_independently() -> None:
    dropped = (dropout_mask(20_000, 2, 0.5, seeded(5)) == 0).double()
    both = (dropped[:, 0] * dropped[:, 1]).mean().item()
    assert both == pytest.approx(0.25, abs=5 * math.sqrt(0.25 * 0.75 / 20_000))


def test_rate_zero_keeps_everything() -> None:
    assert torch.equal(dropout_mask(10, 4, 0.0, seeded()), torch.ones(10, 4))


def test_the_generator_alone_decides() -> None:
    first = dropout_mask(50, 10, 0.4, seeded(7))
    torch.manual_seed(99)
    torch.rand(13)
    assert torch.equal(first, dropout_mask(50, 10, 0.4, seeded(7)))
    assert not torch.equal(first, dropout_mask(50, 10, 0.4, seeded(8)))


def test_two_draws_of_one_generator_differ() -> None:
    generator = seeded()
    assert not torch.equal(dropout_mask(50, 10, 0.4, generator), dropout_mask(50, 10, 0.4, generator))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 300),
    batch=st.integers(1, 100),
    widths=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    rate=st.sampled_from([0.0, 0.3]),
    at_once=st.sampled_from([1, 64, 1000, 4_194_304]),
)
def test_every_batch_gets_its_masks(rows: int, batch: int, widths: list[int], rate: float, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropout, "_NUMBERS_AT_ONCE", at_once)
        masks = list(batch_masks(rows, batch, widths, rate, seeded()))
    lengths = [min(batch, rows - first) for first in range(0, rows, batch)]
    if rate == 0:
        assert masks == [()] * len(lengths)
    else:
        assert [[tuple(mask.shape) for mask in one] for one in masks] == [
            [(length, units) for units in widths] for length in lengths
        ]


def test_many_blocks_keep_the_rate_and_repeat_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropout, "_NUMBERS_AT_ONCE", 500)
    masks = list(batch_masks(5000, 10, [8, 4], 0.2, seeded()))
    assert len(masks) == 500
    for layer in (0, 1):
        whole = torch.cat([one[layer] for one in masks])
        sigma = math.sqrt(0.2 * 0.8 / whole.numel())
        assert abs((whole == 0).double().mean().item() - 0.2) < 5 * sigma
        blocks = whole[:4000].reshape(-1, 40, whole.shape[1])
        assert len({block.numpy().tobytes() for block in blocks}) == len(blocks)
