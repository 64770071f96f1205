"""What the model relies on: the rise of its loss when one indicator's columns are shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.metrics import class_probabilities_nll


class Predictor(Protocol):
    """Anything that answers scaled rows with probabilities."""

    def predict_proba_scaled(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        """Return probabilities, shape (n_rows, 3).

        Parameters
        ----------
        scaled : ndarray, shape (n_rows, n_features)
            Scaled features.
        """
        ...


@dataclass(frozen=True)
class ImportanceFigure:
    """How much worse the model gets without a group of columns.

    Attributes
    ----------
    mean : float
        Mean rise of the NLL over the repeats, nats; near 0 or below means that the group is not used.
    low, high : float
        5th and 95th percentile of the repeats.
    by_symbol : dict of int to float
        Mean rise on each symbol's own rows.
    """

    mean: float
    low: float
    high: float
    by_symbol: dict[int, float]

    @property
    def sign_agreement(self) -> float:
        """Share of symbols on which the rise has the sign of the pooled mean."""
        signs = np.sign(list(self.by_symbol.values()))
        return float(np.mean(signs == np.sign(self.mean)))


def permutation_importance(
    model: Predictor,
    x: NDArray[np.float32],
    y: NDArray[Any],
    symbol_id: NDArray[Any],
    groups: Mapping[str, Sequence[int]],
    repeats: int,
    seed: int,
    cancel: CancelToken | None = None,
) -> dict[str, ImportanceFigure]:
    """Measure each group's importance by permutation (Breiman 2001, section 10; Fisher, Rudin and Dominici 2019).

    The columns of a group move together, so that no impossible mix of one indicator's memberships arises, and only
    among rows of one symbol. The loss is the NLL, as accuracy hides small gains. Each group draws from a generator
    of its own: adding a group changes no other figure.

    Parameters
    ----------
    model : Predictor
        Trained model.
    x : ndarray of float32, shape (n_rows, n_features)
        Scaled rows the model has not learnt from; not changed.
    y : ndarray of int, shape (n_rows,)
        Labels 0 to 2.
    symbol_id : ndarray of int, shape (n_rows,)
        Owner of each row.
    groups : mapping of str to sequence of int
        Columns of each group.
    repeats : int
        Permutations of each group.
    seed : int
        The run's seed.
    cancel : CancelToken, optional
        Looked at before every repeat.

    Returns
    -------
    dict of str to ImportanceFigure
        In the order of ``groups``.

    Raises
    ------
    InvalidValue
        If there are no rows or repeats, lengths differ, or a group names no column or one that is not there.
    Cancelled
        If the token was raised.
    """
    _check(x, y, symbol_id, groups, repeats)
    token = cancel or CancelToken("importance")
    symbols, owner = np.unique(symbol_id, return_inverse=True)
    before = class_probabilities_nll(model.predict_proba_scaled(x), y)
    figures = {}
    for name, columns in groups.items():
        generator = seeds.generator(seed, f"importance of {name}")
        shuffled = x.copy()
        rises = np.empty((repeats, len(y)))
        for repeat in range(repeats):
            token.check()
            shuffled[:, columns] = x[permute_within(owner, generator)][:, columns]
            rises[repeat] = class_probabilities_nll(model.predict_proba_scaled(shuffled), y) - before
        figures[name] = _figure(rises, symbols, owner)
    return figures


def permute_within(symbol_id: NDArray[Any], generator: np.random.Generator) -> NDArray[np.intp]:
    """Draw an order of rows in which every place is taken by a row of the same symbol.

    Parameters
    ----------
    symbol_id : ndarray of int, shape (n_rows,)
        Owner of each row.
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Row numbers.
    """
    order = np.arange(len(symbol_id))
    for symbol in np.unique(symbol_id):
        rows = np.flatnonzero(symbol_id == symbol)
        order[rows] = generator.permutation(rows)
    return order


def _figure(rises: NDArray[np.float64], symbols: NDArray[Any], owner: NDArray[np.intp]) -> ImportanceFigure:
    repeats = rises.mean(axis=1)
    low, high = np.quantile(repeats, [0.05, 0.95])
    by_symbol = np.bincount(owner, weights=rises.mean(axis=0)) / np.bincount(owner)
    return ImportanceFigure(
        mean=float(repeats.mean()),
        low=float(low),
        high=float(high),
        by_symbol=dict(zip(symbols.tolist(), by_symbol.tolist(), strict=True)),
    )


def _check(
    x: NDArray[Any], y: NDArray[Any], symbol_id: NDArray[Any], groups: Mapping[str, Sequence[int]], repeats: int
) -> None:
    if repeats < 1:
        raise InvalidValue("repeats", repeats, "at least one")
    if x.ndim != 2 or len(x) == 0 or not len(x) == len(y) == len(symbol_id):
        raise InvalidValue("rows", (x.shape, y.shape, symbol_id.shape), "rows with one label and one symbol each")
    for name, columns in groups.items():
        if len(columns) == 0 or min(columns) < 0 or max(columns) >= x.shape[1]:
            raise InvalidValue(f"group {name}", list(columns), f"columns from 0 to {x.shape[1] - 1}")
