"""A few rows and what the model says of them, kept in its folder, so that anyone can see that it still says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.neural.symbols import UNKNOWN

if TYPE_CHECKING:
    from ktrdr_app.neural.model import MLPTradingModel

ROWS = 16
TOLERANCE = 1e-6
"""Largest difference of a probability between two machines' float32 arithmetic that counts as the same answer."""


@dataclass(frozen=True)
class SampleRows:
    """Scaled rows that no fitting has seen.

    Attributes
    ----------
    scaled : ndarray of float32, shape (n_rows, n_features)
        Scaled features.
    codes : ndarray of int16, shape (n_rows,)
        Position of each row's symbol among the embedded ones; of no effect where there are none.
    """

    scaled: NDArray[np.float32]
    codes: NDArray[np.int16]


def sample_rows(scaled: NDArray[np.float32], codes: NDArray[np.int16], rows: NDArray[np.intp]) -> SampleRows:
    """Return rows spread evenly over a part, first and last included.

    Parameters
    ----------
    scaled : ndarray of float32, shape (n_rows, n_features)
        Scaled features of all parts.
    codes : ndarray of int16, shape (n_rows,)
        Symbol of each row.
    rows : ndarray of int
        Numbers of the part's rows: those of the test.
    """
    picked = rows[np.unique(np.linspace(0, len(rows) - 1, min(ROWS, len(rows))).astype(np.intp))]
    return SampleRows(np.array(scaled[picked], dtype=np.float32), np.array(codes[picked], dtype=np.int16))


def samples_document(model: MLPTradingModel, rows: SampleRows) -> dict[str, Any]:
    """Return the rows with what the model says of them, as JSON types.

    Parameters
    ----------
    model : MLPTradingModel
        The model that is saved.
    rows : SampleRows
        What it is asked.
    """
    return {
        "format": 1,
        "scaled": rows.scaled.tolist(),
        "codes": rows.codes.tolist(),
        "probabilities": model.predict_rows(rows.scaled, rows.codes).tolist(),
    }


def largest_difference(model: MLPTradingModel, document: Mapping[str, Any], where: str) -> tuple[int, float]:
    """Ask a model its samples again.

    Parameters
    ----------
    model : MLPTradingModel
        The loaded model.
    document : mapping
        What `samples_document` made.
    where : str
        File it came from, for messages.

    Returns
    -------
    tuple of int and float
        Number of rows, and the largest absolute difference of a probability.

    Raises
    ------
    ModelRejected
        If the file is not what `samples_document` makes, or does not fit the model.
    """
    try:
        scaled = np.asarray(document["scaled"], dtype=np.float32)
        codes = np.asarray(document["codes"], dtype=np.int16)
        said = np.asarray(document["probabilities"], dtype=np.float64)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise ModelRejected(where, f"the samples are not readable ({error})") from error
    shape = (len(codes), len(model.feature_names)) if codes.ndim == 1 else None
    if scaled.shape != shape or said.shape != (len(codes), 3) or not len(codes):
        raise ModelRejected(where, f"the samples have shapes {scaled.shape}, {codes.shape} and {said.shape}")
    if model.embedded and not ((codes >= UNKNOWN) & (codes < len(model.embedded))).all():
        raise ModelRejected(where, "the samples are of symbols that the model does not have")
    if not (np.isfinite(scaled).all() and np.isfinite(said).all()):
        raise ModelRejected(where, "the samples hold numbers that are not finite")
    return len(codes), float(np.abs(model.predict_rows(scaled, codes) - said).max())
