"""The inputs behind features of our own plan: indicator values now and some bars before, prices, volume."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.features.build import fuzzy_inputs
from ktrdr_app.features.context import LARGEST_CHANGE
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.forms import in_form, quotient, rolling_zscore
from ktrdr_app.features.groups import timeframe_groups
from ktrdr_app.features.higher import longer_columns
from ktrdr_app.features.plan import ATR_FORMS, FeaturePlan, FuzzySource
from ktrdr_app.features.raw_inputs import RawInput, Reading, Spread
from ktrdr_app.fuzzy.engine import FuzzyEngine

Array = NDArray[np.float64]

BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "daily_position": (0.0, 1.0),
    "volatility": (0.0, None),
    "volume_ratio": (0.0, None),
    "volume_change": (-1.0, LARGEST_CHANGE),
    "obv_normalized": (-1.0, 1.0),
    "volume_available": (0.0, 1.0),
    "roc": (-1.0, None),
}
"""Least and greatest value of context features, by the beginning of their name."""
LEAST_RATIO = 0.01
"""Smallest ratio of the close to an indicator that is thought possible."""


@dataclass(frozen=True, eq=False)
class _Series:
    """Indicators of one time frame, its fuzzy inputs in their form, and which of its bars each own bar knows."""

    prices: PriceArrays
    columns: dict[str, Array]
    formed: dict[str, Array]
    place: NDArray[np.intp]


class PlanInputs:
    """The inputs behind the features of one symbol's bars, under a plan.

    Parameters
    ----------
    bars : DataFrame
        Bars of the symbol.
    plan : FeaturePlan
        Sources, forms and sets.
    frame : FeatureFrame
        Features of these bars under this plan.
    timeframe : str
        Length of the bars.

    Attributes
    ----------
    index : DatetimeIndex
        Bar opens.
    names : tuple of str
        Features, in column order.
    groups : dict of str to list of int
        As `timeframe_groups` gives them.
    """

    def __init__(self, bars: pd.DataFrame, plan: FeaturePlan, frame: FeatureFrame, timeframe: str) -> None:
        self._plan, self._values = plan, frame.values
        self.index = frame.index
        self.names = plan.contract.names
        self.groups = timeframe_groups(plan)
        self._lags = range(max(plan.strategy.features.lookback_periods, 1))
        prices = PriceArrays.of(bars)
        columns = plan.indicators.calculate(prices)
        self._series = {"": _Series(prices, columns, fuzzy_inputs(prices, columns, plan), np.arange(len(bars)))}
        for longer in longer_columns(bars, plan, timeframe):
            formed = fuzzy_inputs(longer.prices, longer.columns, plan, longer.timeframe)
            self._series[longer.timeframe] = _Series(longer.prices, longer.columns, formed, longer.place)
        self._engines = {name: FuzzyEngine({name: entry}) for name, entry in plan.strategy.fuzzy_sets.items()}

    def features(self, bar: int) -> NDArray[np.float32]:
        """Return a bar's unscaled features.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        row: NDArray[np.float32] = self._values[bar]
        return row

    def readings(self, bar: int) -> tuple[Reading, ...]:
        """Return what the sets made of a bar.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        found = []
        for source in self._plan.sources:
            series = self._series[source.timeframe]
            row = int(series.place[bar])
            value, formed = series.columns[source.column][row], series.formed[source.name][row]
            members = self._engines[source.name].names
            sets = self._plan.strategy.fuzzy_sets[source.name].sets
            grades = (float(self._values[bar, self.names.index(name)]) for name in members)
            pairs = tuple(zip(sets, grades, strict=True))
            unit = self._plan.indicators.outputs[source.column].unit
            where = source.name, source.column, source.timeframe, source.form
            found.append(Reading(*where, unit, float(value), float(formed), pairs))
        return tuple(found)

    def raw_inputs(self, bar: int) -> tuple[RawInput, ...]:
        """Return every input behind a bar's features: this bar's values first, then earlier ones, then context.

        An indicator's value is moved alone: prices, other indicators and the average true range that it may be
        measured in stay as they were. All that reads it moves with it: memberships, their lags, raw features.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        found = [self._indicator(bar, *place) for place in self._places(bar)]
        found.sort(key=lambda entry: entry.back)
        return (*found, *self._context(bar))

    def _places(self, bar: int) -> Iterator[tuple[str, str, int]]:
        """Yield column, time frame and row of every indicator value that the bar's features read."""
        seen = set()
        for source in self._plan.sources:
            series = self._series[source.timeframe]
            for lag in self._lags:
                place = (source.column, source.timeframe, int(series.place[bar - lag]))
                if place not in seen:
                    seen.add(place)
                    yield place
        for column in (*self._plan.averages, *(source.column for source in self._plan.raw)):
            reads = column not in self._plan.averages or self._plan.strategy.features.price_context
            if reads and (column, "", bar) not in seen:
                seen.add((column, "", bar))
                yield column, "", bar

    def _indicator(self, bar: int, column: str, timeframe: str, row: int) -> RawInput:
        series = self._series[timeframe]
        output = self._plan.indicators.outputs[column]
        newest = int(series.place[bar])
        indicator = column.partition(".")[0]
        where = f"@{timeframe}" if timeframe else ""

        def rows(values: Array) -> NDArray[np.float32]:
            return self._moved(bar, column, timeframe, row, values)

        return RawInput(
            key=f"{column}{where}" + (f"-{newest - row}" if row < newest else ""),
            column=column,
            timeframe=timeframe,
            back=newest - row,
            group=f"{indicator}{where}",
            unit=output.unit,
            value=float(series.columns[column][row]),
            spread=self._spread(column, timeframe, row),
            rows=rows,
        )

    def _spread(self, column: str, timeframe: str, row: int) -> Spread:
        """Return what a column usually is, seen from one row: a price by its distance from the close, not by its level.

        Deviation and range are those of the values up to that row in the form of the first fuzzy input that reads
        them, put back into the column's unit by the close and the average true range of the row.
        """
        series, output = self._series[timeframe], self._plan.indicators.outputs[column]
        values = series.columns[column]
        reading = [entry for entry in self._plan.sources if (entry.column, entry.timeframe) == (column, timeframe)]
        form = reading[0].form if reading else "ratio_to_price" if column in self._plan.averages else "zscore"
        if form == "raw":
            return Spread.of(values[: row + 1], output.low, output.high)
        if form == "zscore":
            window = reading[0].window if reading else self._plan.strategy.features.zscore_window
            return Spread.of(values[max(0, row - window + 1) : row + 1], output.low, output.high)
        closes = series.prices.close
        formed = series.formed[reading[0].name] if reading else quotient(closes, values)
        atr = float(series.columns[self._plan.atr_column][row]) if form in ATR_FORMS else math.nan
        usual, here = Spread.of(formed[: row + 1]), float(formed[row])
        ends = [_unformed(form, place, float(closes[row]), atr) for place in (usual.low, usual.high)]
        aside = _unformed(form, here + usual.deviation, float(closes[row]), atr)
        return Spread(abs(aside - float(values[row])), min(ends), max(ends))

    def _context(self, bar: int) -> Iterator[RawInput]:
        owned = {column: group for group, columns in self.groups.items() for column in columns}
        lagged = len(self._plan.fuzzy.names) * (len(self._lags) - 1) + len(self._plan.raw)
        averages = {f"price_to_{name}_ratio" for name in self._plan.averages}
        for place in range(len(self._plan.fuzzy.names), len(self.names) - lagged):
            name = self.names[place]
            if name in averages:
                continue
            low, high = next((ends for stem, ends in BOUNDS.items() if name.startswith(stem)), (None, None))

            def rows(values: Array, place: int = place) -> NDArray[np.float32]:
                moved = np.repeat(self._values[bar : bar + 1], len(values), axis=0)
                moved[:, place] = values
                return moved

            seen = self._values[: bar + 1, place].astype(np.float64)
            value = float(self._values[bar, place])
            yield RawInput(name, name, "", 0, owned[place], "ratio", value, Spread.of(seen, low, high), rows)

    def _moved(self, bar: int, column: str, timeframe: str, row: int, values: Array) -> NDArray[np.float32]:
        """Return the bar's features with other values of one indicator at one row of its time frame."""
        moved = np.repeat(self._values[bar : bar + 1], len(values), axis=0)
        place = self._series[timeframe].place
        for source in self._plan.sources:
            if (source.column, source.timeframe) != (column, timeframe):
                continue
            for lag in self._lags:
                at = int(place[bar - lag])
                if _sees(source.window if source.form == "zscore" else 1, at, row):
                    self._write_grades(moved, source, lag, self._formed(source, at, row, values))
        if not timeframe:
            self._write_raw(moved, bar, column, row, values)
        return moved

    def _formed(self, source: FuzzySource, at: int, row: int, values: Array) -> Array:
        """Return a source's values at one row in their form, with others in the place of the value at ``row``."""
        series = self._series[source.timeframe]
        if source.form == "zscore":
            return _zscores(series.columns[source.column], at, row, values, source.window)
        close = np.full(len(values), series.prices.close[at])
        atr = None
        if source.form in ATR_FORMS:
            atr = np.full(len(values), series.columns[self._plan.atr_column][at])
        return in_form(source.form, values, close, atr)

    def _write_grades(self, moved: NDArray[np.float32], source: FuzzySource, lag: int, formed: Array) -> None:
        engine = self._engines[source.name]
        grades = np.empty((len(engine.names), len(formed)), np.float32).T
        engine.evaluate_into({source.name: np.ascontiguousarray(formed)}, grades)
        for place, name in enumerate(engine.names):
            moved[:, self.names.index(f"{name}_lag{lag}" if lag else name)] = grades[:, place]

    def _write_raw(self, moved: NDArray[np.float32], bar: int, column: str, row: int, values: Array) -> None:
        """Write the features beside memberships that read an indicator of the strategy's own bars."""
        own = self._series[""]
        ratio = f"price_to_{column}_ratio"
        if row == bar and column in self._plan.averages and ratio in self.names:
            moved[:, self.names.index(ratio)] = quotient(np.full(len(values), own.prices.close[bar]), values)
        window = self._plan.strategy.features.zscore_window
        for source in self._plan.raw:
            if source.column != column:
                continue
            place = self.names.index(source.name)
            if source.low is None or source.high is None:
                if _sees(window, bar, row):
                    moved[:, place] = _zscores(own.columns[column], bar, row, values, window)
            elif row == bar:
                moved[:, place] = (values - source.low) / (source.high - source.low)


def _unformed(form: str, value: float, close: float, atr: float) -> float:
    """Return the column's value that `in_form` turns into a given one."""
    if form == "ratio_to_price":
        return close / max(value, LEAST_RATIO)
    if form == "percent":
        return value * close / 100.0
    return value * atr if form == "atr" else close - value * atr


def _sees(window: int, at: int, row: int) -> bool:
    """Say whether a figure over the last ``window`` values at one row looks at another row."""
    return row <= at < row + window


def _zscores(column: Array, at: int, row: int, values: Array, window: int) -> Array:
    """Return the z-score at one row for other values at another, by the function that builds features."""
    begin = max(0, at - window + 1)
    seen = column[begin : at + 1].copy()
    found = np.empty(len(values))
    for number, value in enumerate(values.tolist()):
        seen[row - begin] = value
        found[number] = rolling_zscore(seen, window)[-1]
    return found
