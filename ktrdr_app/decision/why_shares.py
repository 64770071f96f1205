"""What each group of inputs contributed to a model's answer: exact Shapley values that add up to the whole difference.

A group's contribution is its Shapley value (Shapley 1953, "A value for n-person games") in the game where groups that
take part have the bar's own features and all others those of a reference row: baseline Shapley (Sundararajan and
Najmi 2020, "The many Shapley values for model explanation", ICML). The contributions of all groups add up to the
answer for the bar less the answer for the reference row, whatever the network's activation (efficiency); a group
that the answer does not depend on gets 0 (dummy), and two that do the same get the same (symmetry).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.core import seeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Answer = Callable[[NDArray[np.float32]], NDArray[np.float64]]

EXACT = 12
"""Groups up to which every coalition is asked about, 4,096 rows at most."""
ORDERS = 128
"""Orders of the groups that are drawn beyond that, each with its reverse; their mean still adds up exactly."""


def shapley_values(
    answer: Answer, row: NDArray[np.float32], reference: NDArray[np.float32], groups: Mapping[str, Sequence[int]]
) -> dict[str, NDArray[np.float64]]:
    """Return each group's contribution to every number of an answer.

    Parameters
    ----------
    answer : callable
        Takes scaled rows, float32 of shape (n, n_features), and returns float64 of shape (n, n_outputs).
    row : ndarray of float32, shape (n_features,)
        The bar's scaled features.
    reference : ndarray of float32, shape (n_features,)
        Scaled features of what it is compared with.
    groups : mapping of str to sequence of int
        Columns of each group; together all columns, each once.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_outputs,)
        In the order of ``groups``. Beyond `EXACT` groups the mean over drawn orders (Castro, Gómez and Tejada 2009);
        the same groups give the same draws.
    """
    names = tuple(groups)
    masks = np.zeros((len(names), len(row)), dtype=np.bool_)
    for place, columns in enumerate(groups.values()):
        masks[place, list(columns)] = True
    weigh = _exact if len(names) <= EXACT else _drawn
    values = weigh(answer, row, reference, masks)
    return dict(zip(names, values, strict=True))


def _exact(
    answer: Answer, row: NDArray[np.float32], reference: NDArray[np.float32], masks: NDArray[np.bool_]
) -> NDArray[np.float64]:
    count = len(masks)
    coalitions = (np.arange(1 << count)[:, np.newaxis] >> np.arange(count)) & 1
    answers = _asked(answer, row, reference, coalitions.astype(np.bool_), masks)
    sizes = coalitions.sum(axis=1)
    weights = np.array([1.0 / (count * math.comb(count - 1, size)) for size in range(count)])
    found = []
    for place in range(count):
        without = np.flatnonzero(coalitions[:, place] == 0)
        gains = answers[without + (1 << place)] - answers[without]
        found.append((weights[sizes[without], np.newaxis] * gains).sum(axis=0))
    return np.array(found)


def _drawn(
    answer: Answer, row: NDArray[np.float32], reference: NDArray[np.float32], masks: NDArray[np.bool_]
) -> NDArray[np.float64]:
    count = len(masks)
    generator = seeds.generator(0, "orders of contributions")
    total: NDArray[np.float64] | None = None
    for _ in range(ORDERS):
        drawn = generator.permutation(count)
        for order in (drawn, drawn[::-1]):
            coalitions = np.zeros((count + 1, count), dtype=np.bool_)
            for step, place in enumerate(order.tolist()):
                coalitions[step + 1 :, place] = True
            answers = _asked(answer, row, reference, coalitions, masks)
            gains = np.empty((count, answers.shape[1]))
            gains[order] = np.diff(answers, axis=0)
            total = gains if total is None else total + gains
    assert total is not None
    return total / (2 * ORDERS)


def _asked(
    answer: Answer,
    row: NDArray[np.float32],
    reference: NDArray[np.float32],
    coalitions: NDArray[np.bool_],
    masks: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the answers for coalitions of groups."""
    own = coalitions.astype(np.uint8) @ masks.astype(np.uint8) > 0
    return answer(np.where(own, row, reference).astype(np.float32))
