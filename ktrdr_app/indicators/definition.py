"""What an indicator says about itself, and the decorator that puts it into the catalogue.

A new indicator is one parameter model and one decorated function in a category module; copy `momentum.rsi`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ktrdr_app.core.registry import Registry
from ktrdr_app.data.bars import PriceArrays

Unit = Literal["price", "price_difference", "oscillator", "ratio", "volume"]
Lines = tuple[NDArray[np.float64], ...]
Block = NDArray[np.float64]


class Parameters(BaseModel):
    """Base of every parameter model: unknown names are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class OutputInfo:
    """One line that an indicator draws.

    Attributes
    ----------
    name : str
        Name of the line; the first output of an indicator is its main line.
    unit : str
        What multiplying all prices by k does: ``price`` and ``price_difference`` are multiplied by k (a price
        also moves with a shift of all prices), ``oscillator`` and ``ratio`` stay, ``volume`` follows volume.
    low, high : float, optional
        Bounds that the line never leaves; both or neither.
    charts_only : bool
        Whether the line changes after the fact (it repaints), so that it may be drawn but never be learned from.
    """

    name: str
    unit: Unit
    low: float | None = None
    high: float | None = None
    charts_only: bool = False


@dataclass(frozen=True)
class IndicatorInfo:
    """An entry of the catalogue.

    Attributes
    ----------
    name, category, description : str
        Name to call it by; module it stands in; one sentence for people.
    parameters : type
        Pydantic model with default, bounds (``ge`` and ``le``) and help of every parameter.
    outputs : tuple of OutputInfo
        Its lines, the main one first.
    warm_up : callable
        Takes the parameters and returns the number of leading bars that are NaN in every output.
    formula, source : str
        The formula in plain text, and where it was published.
    function : callable
        Takes `PriceArrays` longer than the warm-up, the parameters, and a float64 block to fill, a row per output.
    waits_for : str
        Event that the first value waits for beyond the warm-up, such as a confirmed swing; the NaN go on until it
        comes. Empty where only bars are counted.
    missing_volume : str
        What a bar, and a window, without volume count as and give; empty where volume is not used.
    shifts : bool
        Whether its price lines move with a shift of all prices; not those that decide by percentages.
    """

    name: str
    category: str
    description: str
    parameters: type[Parameters]
    outputs: tuple[OutputInfo, ...]
    warm_up: Callable[[Any], int]
    formula: str
    source: str
    function: Callable[[PriceArrays, Any, Block], None]
    waits_for: str = ""
    missing_volume: str = ""
    shifts: bool = True

    @property
    def charts_only(self) -> bool:
        """Whether bars to come change its past values, so that only a chart may show it."""
        return any(output.charts_only for output in self.outputs)

    @property
    def main(self) -> str:
        """Name of the main line."""
        return self.outputs[0].name

    @property
    def unit(self) -> Unit:
        """Unit of the main line; an indicator whose unit is ``price`` is drawn over the bars."""
        return self.outputs[0].unit

    @property
    def uses_volume(self) -> bool:
        """Whether its values depend on the bars' volume."""
        return self.category == "volume"

    def output(self, name: str) -> OutputInfo | None:
        """Return the output of that name, the main one for an empty name, or None.

        Parameters
        ----------
        name : str
            Name of the output, or an empty string.
        """
        return next((output for output in self.outputs if output.name == (name or self.main)), None)

    def parameter_table(self) -> list[dict[str, Any]]:
        """Return one row per parameter, for forms, help and documents.

        Returns
        -------
        list of dict
            ``name``, ``type`` (``integer``, ``number``, ``string``), ``default``, ``minimum``, ``maximum`` (None
            where there is none), ``choices`` (empty where any value is allowed), ``description``.
        """
        properties = self.parameters.model_json_schema().get("properties", {})
        return [
            {
                "name": name,
                "type": field.get("type", "string"),
                "default": field.get("default"),
                "minimum": field.get("minimum"),
                "maximum": field.get("maximum"),
                "choices": list(field.get("enum", [])),
                "description": field.get("description", ""),
            }
            for name, field in properties.items()
        ]

    def calculate(self, prices: PriceArrays, parameters: Parameters) -> Lines:
        """Return the indicator's lines for a series of any length.

        Parameters
        ----------
        prices : PriceArrays
            Open, high, low, close and volume, float64; prices finite.
        parameters : Parameters
            Checked parameters, of this indicator's own model.

        Returns
        -------
        tuple of ndarray of float64, shape (n_bars,)
            One per output; NaN before the warm-up ends, all NaN if the series is not longer than that.
        """
        block = np.empty((len(self.outputs), len(prices)))
        self.fill(prices, parameters, block)
        return tuple(block)

    def fill(self, prices: PriceArrays, parameters: Parameters, out: Block) -> None:
        """Write the indicator's lines into memory of the caller's.

        Parameters
        ----------
        prices : PriceArrays
            As in `calculate`.
        parameters : Parameters
            Checked parameters, of this indicator's own model.
        out : ndarray of float64, shape (n_outputs, n_bars)
            Contiguous; overwritten with what `calculate` returns.
        """
        if len(prices) <= self.warm_up(parameters):
            out[:] = np.nan
        else:
            self.function(prices, parameters, out)


entries: Registry[IndicatorInfo] = Registry("indicator")
"""Every indicator of the category modules that were imported."""


def indicator(
    *,
    parameters: type[P],
    outputs: tuple[OutputInfo, ...],
    warm_up: Callable[[P], int],
    formula: str,
    source: str,
    waits_for: str = "",
    missing_volume: str = "",
    shifts: bool = True,
) -> Callable[[Callable[[PriceArrays, P, Block], None]], Callable[[PriceArrays, P, Block], None]]:
    """Register a function as an indicator: its own name, its module as category, its first doc line as description.

    Parameters
    ----------
    parameters : type
        Pydantic model of its parameters.
    outputs : tuple of OutputInfo
        Its lines, the main one first.
    warm_up : callable
        Parameters to the number of leading NaN.
    formula : str
        The formula in plain text.
    source : str
        Where it was published.
    waits_for, missing_volume : str
        As in `IndicatorInfo`; empty for most.
    shifts : bool
        As in `IndicatorInfo`.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def register(function: Callable[[PriceArrays, P, Block], None]) -> Callable[[PriceArrays, P, Block], None]:
        name = function.__name__
        category = function.__module__.rpartition(".")[2]
        description = (function.__doc__ or "").partition("\n")[0]
        entries.add(
            name,
            IndicatorInfo(
                name,
                category,
                description,
                parameters,
                outputs,
                warm_up,
                formula,
                source,
                function,
                waits_for,
                missing_volume,
                shifts,
            ),
        )
        return function

    return register
