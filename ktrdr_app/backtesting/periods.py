"""Equity seen at the end of each day, week or month: the same account on a coarser clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.backtesting.curve import CurveSums, checked_curve, curve_sums, frozen, returns_of
from ktrdr_app.backtesting.metrics import YEAR, Figure, growth_figures
from ktrdr_app.backtesting.risk import tail_figures, water_figures
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.calendars.base import DAY, MONDAY, WEEK

PERIODS = {"day": DAY, "week": WEEK, "month": 28 * DAY}
"""Periods, and the least time between two points that they are coarse enough for, in nanoseconds."""


@dataclass(frozen=True, eq=False)
class Curve:
    """An account's value over time.

    Attributes
    ----------
    values : ndarray of float64, shape (n_points,)
        Account value at each bar's close, as `checked_curve` gives it.
    stamps : ndarray of int64, shape (n_points,)
        Opens of those bars, nanoseconds UTC, rising.
    start : float
        Initial capital, account currency; it stands in the place of the first value where returns are taken.
    """

    values: NDArray[np.float64]
    stamps: NDArray[np.int64]
    start: float

    @classmethod
    def of(cls, equity: ArrayLike, stamps: NDArray[np.int64], start: float) -> Self:
        """Return the curve of a run.

        Parameters
        ----------
        equity : array of float, shape (n_bars,)
            Account value at each bar's close.
        stamps : ndarray of int64, shape (n_bars,)
            Bar opens, nanoseconds UTC.
        start : float
            Initial capital.

        Raises
        ------
        InvalidValue
            If the equity is empty or not finite, or has another number of points than there are stamps.
        """
        values = checked_curve(equity)
        if len(values) != len(stamps):
            raise InvalidValue("equity", f"{len(values)} points", f"one per bar: {len(stamps)}")
        return cls(values, frozen(stamps), float(start))

    @property
    def years(self) -> float:
        """Time from the first to the last point in Julian years."""
        return float(self.stamps[-1] - self.stamps[0]) / YEAR

    @property
    def per_year(self) -> float:
        """Points per year by the data's own dates, as `periods_per_year` has it; 0 where they span no time."""
        return (len(self.values) - 1) / self.years if self.years > 0 else 0.0

    @cached_property
    def sums(self) -> CurveSums:
        """Drawdown and moments of the curve."""
        return curve_sums(self.values, self.start)

    @cached_property
    def day_rows(self) -> NDArray[np.intp]:
        """Rows of the last point of each UTC day."""
        days = self.stamps // DAY
        return np.flatnonzero(np.append(days[1:] != days[:-1], True))

    @cached_property
    def closest(self) -> int:
        """Least time between two points in nanoseconds; 0 for a single one."""
        return int(np.diff(self.stamps).min()) if len(self.stamps) > 1 else 0

    @cached_property
    def returns(self) -> NDArray[np.float64] | None:
        """Simple returns of the points after the first; None once the account has been 0 or below."""
        if self.start <= 0 or (self.values[:-1] <= 0).any():
            return None
        return returns_of(self.values, self.start)

    def is_finer_than(self, period: str) -> bool:
        """Return whether the points lie close enough together for a period.

        Parameters
        ----------
        period : str
            A key of `PERIODS`.
        """
        return self.closest <= PERIODS[period]

    def between(self, first: int, last: int) -> Curve:
        """Return the part of the curve from one moment to another, both within, starting from the value before it.

        Parameters
        ----------
        first, last : int
            Nanoseconds UTC.

        Raises
        ------
        InvalidValue
            If no point lies there.
        """
        left, right = (int(place) for place in np.searchsorted(self.stamps, [first, last + 1]))
        start = self.start if left == 0 else float(self.values[left - 1])
        return Curve.of(self.values[left:right], self.stamps[left:right], start)

    def last_rows(self, period: str) -> NDArray[np.intp]:
        """Return the rows of the last point of each period that has bars.

        Parameters
        ----------
        period : str
            A key of `PERIODS`.
        """
        last = self.day_rows
        if period == "day":
            return last
        stamps = self.stamps[last]
        groups = (stamps - MONDAY) // WEEK if period == "week" else months_of(stamps)
        ends: NDArray[np.intp] = last[np.append(groups[1:] != groups[:-1], True)]
        return ends

    def by(self, period: str) -> Curve:
        """Return the last value of each period that has bars; periods without bars have no point.

        Days are those of UTC, weeks begin on Monday 00:00 UTC, months are calendar months of UTC; a bar belongs to
        the period that its open lies in. The first point is the initial capital at the first bar, so that the first
        period has a return as well, unless that bar is the whole period: then there is none, as there is none of the
        first bar. First and last period may be cut short by the data.

        Parameters
        ----------
        period : str
            A key of `PERIODS`.
        """
        last = self.last_rows(period)
        values, stamps = self.values[last], self.stamps[last]
        if last[0] > 0:
            values, stamps = np.append(self.start, values), np.append(self.stamps[0], stamps)
        return Curve.of(values, stamps, self.start)


def months_of(stamps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the calendar months (UTC) of moments, counted from January 1970.

    Parameters
    ----------
    stamps : ndarray of int64, shape (n,)
        Nanoseconds UTC.
    """
    return (stamps // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def monthly_returns(curve: Curve) -> dict[str, float]:
    """Return the return of each calendar month (UTC) that has bars, by ``YYYY-MM``, as fractions.

    The first month starts from the initial capital, every other from the last equity of the month before it; none
    once the account has been 0 or below.

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    """
    last = curve.last_rows("month")
    before = np.append(curve.start, curve.values[last[:-1]])
    if (before <= 0).any():
        return {}
    names = months_of(curve.stamps[last]).astype("datetime64[M]").astype(str)
    return dict(zip(names.tolist(), (curve.values[last] / before - 1.0).tolist(), strict=True))


def period_figures(curve: Curve) -> dict[str, Figure]:
    """Return the figures of an equity curve on its own clock: growth, risk, tails and time under water.

    ================= ==================================================================================
    periods           number of returns
    periods_per_year  returns per year by the data's own dates
    total_return ..   the figures of `growth_figures`, annualised by ``periods_per_year``
    skewness          m3 / m2^1.5 of the returns, central moments over n; None without variation
    kurtosis          m4 / m2², raw: 3 for the normal distribution; None without variation
    positive_share .. the figures of `tail_figures`, per period
    ulcer_index ..    the figures of `water_figures` that are no rows
    ================= ==================================================================================

    Parameters
    ----------
    curve : Curve
        Equity by bar, day, week or month.
    """
    returns = np.zeros(0) if curve.returns is None else curve.returns
    moments = curve.sums.returns
    water = water_figures(curve.values, curve.stamps, curve.start)
    return {
        "periods": len(curve.values) - 1,
        "periods_per_year": curve.per_year or None,
        **growth_figures(float(curve.values[-1]) / curve.start, curve.sums, curve.per_year),
        "skewness": moments.skewness if moments else None,
        "kurtosis": moments.kurtosis if moments else None,
        **tail_figures(returns),
        **{name: water[name] for name in ("ulcer_index", "share_under_water", "longest_under_water_days")},
    }


def figures_by_period(curve: Curve) -> dict[str, dict[str, Figure] | None]:
    """Return the figures of a run by ``bar``, ``day``, ``week`` and ``month``.

    Parameters
    ----------
    curve : Curve
        Equity by bar.

    Returns
    -------
    dict
        None for a period that is shorter than the bars.
    """
    coarse = {name: period_figures(curve.by(name)) if curve.is_finer_than(name) else None for name in PERIODS}
    return {"bar": period_figures(curve), **coarse}
