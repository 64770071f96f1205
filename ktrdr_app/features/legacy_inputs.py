"""The inputs behind features of the original's models: one value per indicator and bar, prices, volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.data.bars import COLUMNS
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.legacy_context import AVERAGES, PERCENT, STANDARDISED
from ktrdr_app.features.raw_inputs import RawInput, Reading, Spread
from ktrdr_app.fuzzy.legacy import legacy_membership
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.strategy.legacy import read_legacy

Array = NDArray[np.float64]

BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "daily_price_position": (0.0, 1.0),
    "volatility": (0.0, None),
    "volume_ratio": (0.0, None),
    "volume_change": (-1.0, 100.0),
    "roc": (-1.0, None),
}
"""Least and greatest value of context features, by the beginning of their name."""


class LegacyInputs:
    """The inputs behind the features of one symbol's bars, as the original computed them.

    Parameters
    ----------
    bars : DataFrame
        The whole series that ``frame`` was built of.
    strategy_config : mapping
        The original's strategy, as a legacy folder's ``config.json`` holds it.
    frame : FeatureFrame
        What `legacy_features` made of both.
    where : str
        Where the strategy came from, for messages.

    Attributes
    ----------
    index : DatetimeIndex
        Bar opens.
    names : tuple of str
        Features, in column order.
    groups : dict of str to list of int
        Columns by indicator name; context features under ``price`` and ``volume``.

    Raises
    ------
    StrategyProblem
        If the configuration is not readable.
    """

    def __init__(
        self, bars: pd.DataFrame, strategy_config: Mapping[str, Any], frame: FeatureFrame, where: str = "config.json"
    ) -> None:
        strategy = read_legacy(strategy_config, where)
        self._values = frame.values
        self.index, self.names = frame.index, frame.contract.names
        mapped = mapped_frame(engine_frame(bars, strategy.indicators), strategy.indicators)
        self._close = mapped["close"].to_numpy(np.float64)
        self._sets = strategy.fuzzy_sets
        self._columns = {str(name): mapped[name].to_numpy(np.float64) for name in mapped.columns if name not in COLUMNS}
        self._owners = [self._owner(name) for name in self.names]
        self.groups: dict[str, list[int]] = {}
        for place, owner in enumerate(self._owners):
            self.groups.setdefault(owner, []).append(place)

    def _owner(self, feature: str) -> str:
        for name in self._columns:
            members = [f"{name}_{entry.name}" for entry in self._sets.get(name, ())]
            if feature in (*members, f"price_to_{name}_ratio", f"{name}_normalized"):
                return name
        return "volume" if feature.startswith(("volume_", "obv_")) else "price"

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
        for name, column in self._columns.items():
            entries = self._sets.get(name, ())
            members = ((entry.name, f"{name}_{entry.name}") for entry in entries)
            grades = tuple((key, float(self._values[bar, self.names.index(member)])) for key, member in members)
            if grades:
                value = float(column[bar])
                found.append(Reading(name, name, "", "raw", "ratio", value, value, grades))
        return tuple(found)

    def raw_inputs(self, bar: int) -> tuple[RawInput, ...]:
        """Return every input behind a bar's features; means and deviations of the whole series stay as they were.

        Parameters
        ----------
        bar : int
            Row of the bar.
        """
        return (*self._indicators(bar), *self._context(bar))

    def _indicators(self, bar: int) -> Iterator[RawInput]:
        for name, column in self._columns.items():
            if name not in self.groups:
                continue

            def rows(values: Array, name: str = name) -> NDArray[np.float32]:
                return self._moved(bar, name, values)

            low, high = (0.0, 100.0) if name in PERCENT else (None, None)
            yield RawInput(name, name, "", 0, name, "ratio", float(column[bar]), Spread.of(column, low, high), rows)

    def _context(self, bar: int) -> Iterator[RawInput]:
        for place, name in enumerate(self.names):
            if self._owners[place] not in ("price", "volume"):
                continue
            low, high = next((ends for stem, ends in BOUNDS.items() if name.startswith(stem)), (None, None))

            def rows(values: Array, place: int = place) -> NDArray[np.float32]:
                moved = np.repeat(self._values[bar : bar + 1], len(values), axis=0)
                moved[:, place] = values
                return moved

            spread = Spread.of(self._values[:, place].astype(np.float64), low, high)
            value = float(self._values[bar, place])
            yield RawInput(name, name, "", 0, self._owners[place], "ratio", value, spread, rows)

    def _moved(self, bar: int, name: str, values: Array) -> NDArray[np.float32]:
        """Return the bar's features with other values of one indicator."""
        moved = np.repeat(self._values[bar : bar + 1], len(values), axis=0)
        for entry in self._sets.get(name, ()):
            grades = legacy_membership(entry.kind, entry.parameters, values)
            moved[:, self.names.index(f"{name}_{entry.name}")] = grades
        ratio, normalized = f"price_to_{name}_ratio", f"{name}_normalized"
        if name in AVERAGES and ratio in self.names:
            with np.errstate(divide="ignore"):
                moved[:, self.names.index(ratio)] = self._close[bar] / values
        if normalized in self.names:
            moved[:, self.names.index(normalized)] = self._normalized(name, values)
        return moved

    def _normalized(self, name: str, values: Array) -> Array:
        if name in PERCENT:
            return values / 100.0
        assert name in STANDARDISED, "no other indicator is a feature of its own"
        column = self._columns[name]
        spread = float(np.std(column, ddof=1))
        return (values - column.mean()) / spread if spread > 1e-8 else values * 0.0
