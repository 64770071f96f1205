"""The fused trainer's inner loop: forward, loss, backward and optimiser of one batch after another, without torch.

Layer ``l`` reads activations of a row from a stretch of ``acts`` that ends in a constant 1, so that its bias is the
last row of its weights. All widths are padded with zeros to whole tiles; the padding's gradient is 0, so it stays 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.kernels import ieee_kernel
from ktrdr_app.neural.draws import STEP, mixed, row_key
from ktrdr_app.neural.metrics import CLASSES
from ktrdr_app.neural.tiles import TILE, add_tile

Whole = NDArray[np.int64]
Single = NDArray[np.float32]

BLOCK = 32
"""Rows worked on at once, so that everything stays in the first-level cache, whatever the batch."""

INPUTS, OUTPUTS, ROWS, COLUMNS, STRIDE, WEIGHTS_AT, ACTS_AT, OUTS_AT, TURNED_AT, UNITS_BEFORE = range(10)
"""Columns of the plan: widths, padded widths of the weights, and where the layer begins in each array."""

RELU, TANH, LEAKY_RELU = range(3)
ADAM, ADAMW, SGD = range(3)
LEAK = np.float32(0.01)
_T1, _T2, _T3 = (np.float32(number / 135135) for number in (17325, 378, 1))
_B1, _B2, _B3 = (np.float32(number / 135135) for number in (62370, 3150, 28))
BETA_1, BETA_2, EPSILON = 0.9, 0.999, np.float32(1e-8)


class Rows(NamedTuple):
    """Training rows; ``codes`` are empty where not used."""

    x: Single
    y: NDArray[np.int8]
    codes: NDArray[np.int16]
    class_weight: Single


class Network(NamedTuple):
    """Plan of the layers, weights, their gradient, and the optimiser's two memories."""

    plan: Whole
    weights: Single
    gradient: Single
    first: Single
    second: Single


class Scratch(NamedTuple):
    """Room for one block of rows."""

    acts: Single
    slopes: Single
    deltas: Single
    turned: Single


class Rules(NamedTuple):
    """What to compute: functions by number, and their parameters."""

    activation: int
    optimizer: int
    drop_limit: int
    kept_scale: float
    focal_gamma: float
    label_smoothing: float
    weight_decay: float
    momentum: float
    clip: float


@ieee_kernel
def train_batches(
    rows: Rows,
    order: Whole,
    batch: int,
    rates: NDArray[np.float64],
    network: Network,
    scratch: Scratch,
    rules: Rules,
    key: int,
    steps: int,
    sums: NDArray[np.float64],
) -> float:
    """Fit on batches in order; returns the last batch's loss, not finite if it went wrong there.

    Parameters
    ----------
    rows : Rows
        x float32 (n, f), y int8 (n,), codes int16 (n,) or empty, class_weight float32 (3,).
    order : ndarray of int64
        Row numbers, batch after batch.
    batch : int
        Rows of a batch; the last may be shorter.
    rates : ndarray of float64
        Learning rate of each batch.
    network : Network
        Changed in place.
    scratch : Scratch
        Overwritten.
    rules : Rules
        Activation, optimiser, loss.
    key : int
        The epoch's dropout key.
    steps : int
        Optimiser steps taken before.
    sums : ndarray of float64, shape (2,)
        Raised by the sum of the rows' negative log-likelihoods and by the number of right answers.
    """
    loss = 0.0
    for number in range(len(rates)):
        begin, end = number * batch, min((number + 1) * batch, len(order))
        total = _total_weight(rows, order, begin, end)
        loss = 0.0
        _turn(network, scratch)
        for first in range(begin, end, BLOCK):
            count = min(BLOCK, end - first)
            _gather(rows, order, first, count, network.plan, scratch.acts)
            _forward(network, scratch, rules, order, first, count, np.uint32(key))
            loss += _judge(rows, order, first, count, network.plan, scratch, rules, total, sums)
            _backward(network, scratch, count, first > begin)
        if not math.isfinite(loss):
            return loss
        _clip(network.gradient, rules.clip)
        _step(network, rules, rates[number], steps + number + 1)
    return loss


@ieee_kernel
def answer(rows: Rows, order: Whole, network: Network, scratch: Scratch, rules: Rules, out: Single) -> None:
    """Compute the logits of rows; with a drop limit of 0 nothing is dropped.

    Parameters
    ----------
    rows : Rows
        As `train_batches` takes them; labels and weights are not looked at.
    order : ndarray of int64
        Row numbers.
    network : Network
        Plan and weights.
    scratch : Scratch
        Overwritten.
    rules : Rules
        Activation.
    out : ndarray of float32, shape (len(order), 3)
        Where the logits go.
    """
    last = network.plan[len(network.plan) - 1]
    for first in range(0, len(order), BLOCK):
        count = min(BLOCK, len(order) - first)
        _gather(rows, order, first, count, network.plan, scratch.acts)
        _forward(network, scratch, rules, order, first, count, np.uint32(0))
        for line in range(count):
            for place in range(CLASSES):
                out[first + line, place] = scratch.deltas[last[OUTS_AT] + line * last[STRIDE] + place]


@ieee_kernel
def _total_weight(rows: Rows, order: Whole, begin: int, end: int) -> float:
    total = 0.0
    for place in range(begin, end):
        total += rows.class_weight[rows.y[order[place]]]
    return total


@ieee_kernel
def _gather(rows: Rows, order: Whole, first: int, count: int, plan: Whole, acts: Single) -> None:
    features, width = rows.x.shape[1], plan[0, ROWS]
    for line in range(count):
        row, at = order[first + line], line * width
        for place in range(features):
            acts[at + place] = rows.x[row, place]
        if len(rows.codes):
            columns = plan[0, INPUTS] - features
            for place in range(features, plan[0, INPUTS]):
                acts[at + place] = np.float32(0)
            code = rows.codes[row]
            acts[at + features + (columns - 1 if code < 0 else code)] = np.float32(1)


@ieee_kernel
def _forward(
    network: Network, scratch: Scratch, rules: Rules, order: Whole, first: int, count: int, key: np.uint32
) -> None:
    plan, acts = network.plan, scratch.acts
    for layer in range(len(plan)):
        last = layer == len(plan) - 1
        out, at, stride = (scratch.deltas if last else acts), plan[layer, OUTS_AT], plan[layer, STRIDE]
        if not last:
            at = plan[layer + 1, ACTS_AT]
        width = plan[layer, COLUMNS]
        for line in range(0, count, TILE):
            left = plan[layer, ACTS_AT] + line * plan[layer, ROWS]
            for place in range(0, width, TILE):
                add_tile(
                    out, at + line * stride + place, stride,
                    acts, left, plan[layer, ROWS], 1,
                    network.weights, plan[layer, WEIGHTS_AT] + place, width,
                    plan[layer, INPUTS] + 1, False,
                )  # fmt: skip
        if not last:
            size = count * stride
            slopes = scratch.slopes[plan[layer, OUTS_AT] : plan[layer, OUTS_AT] + size]
            _drop(slopes, stride, width, rules, order, first, key, plan[layer, UNITS_BEFORE])
            _activate(acts[at : at + size], slopes, rules.activation)
            for line in range(count):
                acts[at + line * stride + plan[layer, OUTPUTS]] = np.float32(1)


@ieee_kernel
def _drop(
    slopes: Single, stride: int, width: int, rules: Rules, order: Whole, first: int, key: np.uint32, units_before: int
) -> None:
    """Fill the slopes with a layer's dropout masks."""
    limit, scale = np.uint32(rules.drop_limit), np.float32(rules.kept_scale)
    if limit == 0:
        slopes[:] = np.float32(1)
        return
    for line in range(len(slopes) // stride):
        bits = row_key(key, order[first + line])
        bits = np.uint32(bits + np.uint32(np.uint32(units_before + 1) * np.uint32(STEP)))
        masks = slopes[line * stride : line * stride + width]
        for unit in range(width):
            number = np.uint32(bits + np.uint32(np.uint32(unit) * np.uint32(STEP)))
            masks[unit] = scale if mixed(number) >= limit else np.float32(0)


@ieee_kernel
def hyperbolic_tangent(x: np.float32) -> np.float32:
    """Return tanh(x), right to 3e-7, in operations that vectorise (libm's do not).

    A convergent of Lambert's continued fraction (Abramowitz and Stegun 4.5.70) at a quarter of the argument, then the
    rule for the double argument twice; beyond 9 the result is 1 in single precision.

    Parameters
    ----------
    x : float32
        Any number; NaN stays.
    """
    one, two, end = np.float32(1), np.float32(2), np.float32(9)
    bounded = end if x > end else (-end if x < -end else x)
    r = bounded * np.float32(0.25)
    s = r * r
    above = one + s * (_T1 + s * (_T2 + s * _T3))
    below = one + s * (_B1 + s * (_B2 + s * _B3))
    u = r * above / below
    u = two * u / (one + u * u)
    return two * u / (one + u * u)


@ieee_kernel
def _activate(values: Single, slopes: Single, activation: int) -> None:
    """Replace sums by activation times mask, and masks by the derivative of that."""
    one, nought = np.float32(1), np.float32(0)
    if activation == TANH:
        for place in range(len(slopes)):
            value, mask = hyperbolic_tangent(values[place]), slopes[place]
            slopes[place] = mask * (one - value * value)
            values[place] = mask * value
    else:
        leak = LEAK if activation == LEAKY_RELU else nought
        for place in range(len(slopes)):
            value = values[place]
            slope = slopes[place] * (one if value > nought else leak)
            slopes[place] = slope
            values[place] = value * slope


@ieee_kernel
def _judge(
    rows: Rows,
    order: Whole,
    first: int,
    count: int,
    plan: Whole,
    scratch: Scratch,
    rules: Rules,
    total: float,
    sums: NDArray[np.float64],
) -> float:
    """Turn the logits of a block into the gradient of its loss, and return that loss."""
    width, at = plan[len(plan) - 1, STRIDE], plan[len(plan) - 1, OUTS_AT]
    deltas, loss = scratch.deltas, 0.0
    for line in range(count):
        row = order[first + line]
        label = rows.y[row]
        weight = rows.class_weight[label]
        place = at + line * width
        logits = deltas[place : place + CLASSES]
        top = max(logits[0], max(logits[1], logits[2]))
        best = 0 if logits[0] == top else (1 if logits[1] == top else 2)
        sums[1] += best == label
        p0, p1, p2 = math.exp(logits[0] - top), math.exp(logits[1] - top), math.exp(logits[2] - top)
        total_power = p0 + p1 + p2
        log_sum = np.float32(math.log(total_power) + top)
        sums[0] += log_sum - logits[label]
        probabilities = (p0 / total_power, p1 / total_power, p2 / total_power)
        loss += weight * _row_loss(logits, label, log_sum, probabilities, rules, np.float32(weight / total))
    deltas[at + count * width : at + (count + TILE - 1) // TILE * TILE * width] = np.float32(0)
    return loss / total


@ieee_kernel
def _row_loss(
    logits: Single,
    label: int,
    log_sum: np.float32,
    probabilities: tuple[float, float, float],
    rules: Rules,
    share: np.float32,
) -> np.float32:
    """Replace a row's logits by the gradient of the sum over classes of target * (1 - p)^gamma * -log(p)."""
    loss, all_pulls = np.float32(0), np.float32(0)
    gamma, even = np.float32(rules.focal_gamma), np.float32(rules.label_smoothing / CLASSES)
    for kind in range(CLASSES):
        log_p, p = logits[kind] - log_sum, probabilities[kind]
        target = even + np.float32(1 - rules.label_smoothing) if kind == label else even
        pull = -target
        if gamma > 0:
            rest = np.float32(1) - p
            pull = -target * rest**gamma
            loss += pull * log_p
            pull += target * gamma * p * log_p * (rest ** (gamma - np.float32(1)) if rest > 0 else np.float32(0))
        else:
            loss += pull * log_p
        all_pulls += pull
        logits[kind] = pull
    for kind in range(CLASSES):
        logits[kind] = share * (logits[kind] - probabilities[kind] * all_pulls)
    return loss


@ieee_kernel
def _turn(network: Network, scratch: Scratch) -> None:
    """Copy the weights of all layers but the first with rows and columns exchanged."""
    plan = network.plan
    for layer in range(1, len(plan)):
        width, height = plan[layer, COLUMNS], plan[layer - 1, COLUMNS]
        for row in range(plan[layer, INPUTS]):
            for column in range(plan[layer, OUTPUTS]):
                value = network.weights[plan[layer, WEIGHTS_AT] + row * width + column]
                scratch.turned[plan[layer, TURNED_AT] + column * height + row] = value


@ieee_kernel
def _backward(network: Network, scratch: Scratch, count: int, keep: bool) -> None:
    plan, deltas = network.plan, scratch.deltas
    lines = (count + TILE - 1) // TILE * TILE
    for back in range(len(plan)):
        layer = len(plan) - 1 - back
        width, height, stride, at = plan[layer, COLUMNS], plan[layer, ROWS], plan[layer, STRIDE], plan[layer, OUTS_AT]
        for row in range(0, height, TILE):
            for place in range(0, width, TILE):
                add_tile(
                    network.gradient, plan[layer, WEIGHTS_AT] + row * width + place, width,
                    scratch.acts, plan[layer, ACTS_AT] + row, 1, height,
                    deltas, at + place, stride,
                    lines, keep,
                )  # fmt: skip
        if layer == 0:
            continue
        below, below_at, below_stride = plan[layer - 1, COLUMNS], plan[layer - 1, OUTS_AT], plan[layer - 1, STRIDE]
        for line in range(0, lines, TILE):
            for place in range(0, below, TILE):
                add_tile(
                    deltas, below_at + line * below_stride + place, below_stride,
                    deltas, at + line * stride, stride, 1,
                    scratch.turned, plan[layer, TURNED_AT] + place, below,
                    plan[layer, OUTPUTS], False,
                )  # fmt: skip
        for place in range(below_at, below_at + lines * below_stride):
            deltas[place] *= scratch.slopes[place]


@ieee_kernel
def _clip(gradient: Single, limit: float) -> None:
    """Shrink the gradient to a norm of at most the limit, as ``torch.nn.utils.clip_grad_norm_`` does; 0 is no limit."""
    if limit == 0:
        return
    total = 0.0
    for value in gradient:
        total += value * value
    factor = np.float32(limit / (math.sqrt(total) + 1e-6))
    if factor < 1:
        for place in range(len(gradient)):
            gradient[place] *= factor


@ieee_kernel
def _step(network: Network, rules: Rules, rate: float, step: int) -> None:
    """Move the weights once: Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), or SGD with momentum."""
    weights, gradient, first, second = network.weights, network.gradient, network.first, network.second
    decay, rate_32 = np.float32(rules.weight_decay), np.float32(rate)
    if rules.optimizer == SGD:
        momentum = np.float32(rules.momentum)
        for place in range(len(weights)):
            pull = gradient[place] + decay * weights[place]
            first[place] = pull if step == 1 else momentum * first[place] + pull
            weights[place] -= rate_32 * first[place]
        return
    shrink = np.float32(1 - rate * rules.weight_decay) if rules.optimizer == ADAMW else np.float32(1)
    added = np.float32(0) if rules.optimizer == ADAMW else decay
    keep_1, keep_2 = np.float32(BETA_1), np.float32(BETA_2)
    new_1, new_2 = np.float32(1 - BETA_1), np.float32(1 - BETA_2)
    size = np.float32(rate / (1 - BETA_1**step))
    spread = np.float32(1 / math.sqrt(1 - BETA_2**step))
    for place in range(len(weights)):
        pull = gradient[place] + added * weights[place]
        mean = keep_1 * first[place] + new_1 * pull
        square = keep_2 * second[place] + new_2 * pull * pull
        first[place], second[place] = mean, square
        weights[place] = shrink * weights[place] - size * mean / (np.float32(math.sqrt(square)) * spread + EPSILON)
