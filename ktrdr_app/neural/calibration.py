"""How a network's logits become probabilities: a record that is stored with the model; no heavy import."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.lazy import load

SHARPEST, FLATTEST = 0.05, 20.0
"""Least and greatest temperature: beyond them a network is certain, or says the same of every bar."""


@dataclass(frozen=True)
class Calibration:
    """How logits become probabilities: softmax((logits + shift) / temperature).

    Attributes
    ----------
    temperature : float
        Above 1 softens, below 1 sharpens (Guo, Pleiss, Sun and Weinberger 2017); the answer stays the same.
    shift : tuple of float, length 3
        Added to the logits of BUY, HOLD and SELL: the log of the true class shares over those that a loss with class
        weights saw, which may change the answer.
    """

    temperature: float = 1.0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD and SELL.

        Parameters
        ----------
        logits : ndarray, shape (n_rows, 3), C-contiguous
            What a network answers.

        Returns
        -------
        ndarray of float64, shape (n_rows, 3)
            Rows add up to 1.
        """
        softmax = load("ktrdr_app.neural.probabilities").softmax
        if self != UNCALIBRATED:
            logits = (logits.astype(np.float64) + np.array(self.shift)) / self.temperature
        return np.asarray(softmax(logits), dtype=np.float64)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form, at full precision."""
        return {"temperature": self.temperature, "shift": list(self.shift)}

    @classmethod
    def from_document(cls, document: object, where: str) -> Self:
        """Read the JSON form; None, as in folders from before there was any, is `UNCALIBRATED`.

        Parameters
        ----------
        document : dict or None
            What `to_document` returned.
        where : str
            File it came from, for messages.

        Raises
        ------
        ModelRejected
            If it is something else, or a number is not finite or out of range.
        """
        if document is None:
            return cls()
        try:
            temperature = float(document["temperature"])  # type: ignore[index]
            buy, hold, sell = map(float, document["shift"])  # type: ignore[index]
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise ModelRejected(where, f"its calibration is not readable ({error!r})") from error
        if not SHARPEST <= temperature <= FLATTEST:
            raise ModelRejected(where, f"its temperature is {temperature!r}, not {SHARPEST:g} to {FLATTEST:g}")
        shift = (buy, hold, sell)
        if not all(map(math.isfinite, shift)):
            raise ModelRejected(where, f"its shift of the logits is {list(shift)!r}, not three finite numbers")
        return cls(temperature, shift)


UNCALIBRATED = Calibration()
"""Probabilities as the network gives them."""
