"""Many indicators of one series at once, each under an id of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, Repaints, UnknownName
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import Block, OutputInfo, Parameters
from ktrdr_app.indicators.registry import get_indicator, parameters_of, price_arrays

_SHARED = 8_000_000
"""Values, 64 MB, up to which all lines share their memory; beyond it a line that is kept would hold too much alive."""


@dataclass(frozen=True)
class IndicatorConfig:
    """One indicator as a strategy asks for it.

    Attributes
    ----------
    id : str
        What its columns are called; unique within an engine.
    name : str
        Name in the catalogue.
    params : mapping
        Parameters; defaults for those left out.
    """

    id: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


def column_name(config: IndicatorConfig, output: str = "") -> str:
    """Return the column that holds an output: ``id`` for the main line, ``id.output`` for the others.

    Parameters
    ----------
    config : IndicatorConfig
        The indicator.
    output : str
        Name of the output; empty for the main line.

    Raises
    ------
    UnknownName
        If the indicator has no such output.
    """
    info = get_indicator(config.name, where=config.id)
    found = info.output(output)
    if found is None:
        raise UnknownName(f"output of {config.name}", output, [o.name for o in info.outputs], where=config.id)
    return config.id if found.name == info.main else f"{config.id}.{found.name}"


class IndicatorEngine:
    """Computes several indicators over the same bars, the same one with the same parameters only once.

    Parameters
    ----------
    configs : sequence of IndicatorConfig
        The indicators, in the order of the columns wanted.

    Raises
    ------
    UnknownName, InvalidValue
        For a wrong name or parameter, or an id given twice.
    Repaints
        For an indicator that is for charts only: a feature must never change once its bar is over.
    """

    def __init__(self, configs: Sequence[IndicatorConfig]) -> None:
        self.configs = tuple(configs)
        self._jobs = []
        self.outputs: dict[str, OutputInfo] = {}
        for config in self.configs:
            if config.id in self.outputs:
                raise InvalidValue("indicators", config.id, "each id once")
            parameters = parameters_of(config.name, config.params, where=config.id)
            info = get_indicator(config.name)
            if info.charts_only:
                raise Repaints(info.name, where=config.id)
            columns = tuple(column_name(config, output.name) for output in info.outputs)
            self._jobs.append((info, parameters, columns))
            self.outputs.update(zip(columns, info.outputs, strict=True))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order; ``outputs`` tells unit and bounds of each."""
        return tuple(self.outputs)

    @property
    def warm_up(self) -> int:
        """Number of leading bars on which at least one column is still NaN."""
        return max((info.warm_up(parameters) for info, parameters, _ in self._jobs), default=0)

    def calculate(self, prices: PriceArrays) -> dict[str, NDArray[np.float64]]:
        """Return every column as an array, without a frame.

        Parameters
        ----------
        prices : PriceArrays
            Bars with finite prices.

        Returns
        -------
        dict of str to ndarray of float64, shape (n_bars,)
            In the order of ``columns``; NaN before each indicator's warm-up ends. Short ones are rows of one block,
            which the system hands out faster than many small ones.
        """
        return self._lines(prices, self._shared_by(prices))

    def _shared_by(self, prices: PriceArrays) -> Block | None:
        size = len(self.outputs), len(prices)
        return np.empty(size) if size[0] * size[1] <= _SHARED else None

    def _lines(self, prices: PriceArrays, shared: Block | None) -> dict[str, NDArray[np.float64]]:
        """Return every column, as the rows of one block in that order if there is one."""
        lines: dict[str, NDArray[np.float64]] = {}
        done: dict[tuple[str, Parameters], Block] = {}
        for info, parameters, columns in self._jobs:
            first, last = len(lines), len(lines) + len(columns)
            block = np.empty((len(columns), len(prices))) if shared is None else shared[first:last]
            known = done.setdefault((info.name, parameters), block)
            if known is block:
                info.fill(prices, parameters, block)
            else:
                block[:] = known
            lines.update(zip(columns, block, strict=True))
        return lines

    def calculate_multiple(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return every column as a frame on the index of the bars.

        Parameters
        ----------
        bars : DataFrame, shape (n_bars, 5)
            Columns open, high, low, close, volume.

        Returns
        -------
        DataFrame of float64, shape (n_bars, n_columns)
            ``{id}`` for the main line of each indicator, ``{id}.{output}`` for the others.

        Raises
        ------
        MalformedBars
            For a missing column or a price that is not finite.
        """
        prices = price_arrays(bars)
        shared = self._shared_by(prices)
        lines = self._lines(prices, shared)
        if shared is None:
            return pd.DataFrame(lines, index=bars.index, copy=False)
        return pd.DataFrame(shared.T, index=bars.index, columns=list(lines), copy=False)
