"""Cash and units of a run, kept as the kernel writes them, where they change, and told bar by bar when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Holdings:
    """What an account holds at each bar's close.

    Attributes
    ----------
    bars : int
        Bars of the run.
    since : ndarray of int64, shape (n_changes,)
        Rows from which on cash and units hold, rising; the first is 0.
    cash_since, units_since : ndarray of float64, shape (n_changes,)
        Cash in account currency, and signed units, from there to the next change.
    """

    bars: int
    since: NDArray[np.int64]
    cash_since: NDArray[np.float64]
    units_since: NDArray[np.float64]

    @classmethod
    def at_every_bar(cls, cash: NDArray[np.float64], units: NDArray[np.float64]) -> Self:
        """Return the holdings of an account whose cash and units are known bar by bar.

        Parameters
        ----------
        cash, units : ndarray of float64, shape (n_bars,)
            At each close.
        """
        return cls(len(cash), np.arange(len(cash)), cash, units)

    @cached_property
    def cash(self) -> NDArray[np.float64]:
        """Cash at each close, float64 of shape (n_bars,), in account currency."""
        return np.repeat(self.cash_since, self._lengths)

    @cached_property
    def units(self) -> NDArray[np.float64]:
        """Signed units at each close, float64 of shape (n_bars,): above 0 long, below 0 short."""
        return np.repeat(self.units_since, self._lengths)

    @property
    def exposed(self) -> int:
        """Bars with a position at the close."""
        return int(self._lengths[self.units_since != 0].sum())

    @property
    def _lengths(self) -> NDArray[np.int64]:
        return np.diff(self.since, append=self.bars)
