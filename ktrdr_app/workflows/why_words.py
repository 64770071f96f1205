"""What inputs and groups of inputs are called for people, and how their values are written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ktrdr_app.features.raw_inputs import RawInput, Reading
from ktrdr_app.indicators.engine import IndicatorConfig
from ktrdr_app.strategy.legacy import read_legacy
from ktrdr_app.workflows.choose_model import ChosenModel
from ktrdr_app.workflows.wording import significant

_SHORT = 4
"""Letters of an indicator's name up to which it is an abbreviation: RSI, MACD."""
_CONTEXT: tuple[tuple[str, str], ...] = (
    (r"price_to_(\w+)_ratio", "close over {0}"),
    (r"roc_(\d+)", "change over {0} bars"),
    (r"daily_(?:price_)?position", "place of the close in the bar's range"),
    (r"volatility_(\d+)", "volatility of {0} bars"),
    (r"volume_ratio_(\d+)", "volume over its mean of {0} bars"),
    (r"volume_change_(\d+)", "change of volume over {0} bars"),
    (r"obv_normalized", "balance of volume"),
    (r"volume_available", "whether there is volume"),
)
_GROUPS = {"price": "price context", "volume": "volume context"}
_BEFORE = {1: "one bar before", 2: "two bars before", 3: "three bars before"}
_FORMS = {
    "ratio_to_price": "the close was {0} times that",
    "percent": "{0} % of the close",
    "atr": "{0} ATR",
    "atr_distance": "the close lay {0} ATR above it",
    "zscore": "{0} deviations from its mean",
}


class InputWords:
    """Names for people of a model's indicators.

    Parameters
    ----------
    chosen : ChosenModel
        The model.
    """

    def __init__(self, chosen: ChosenModel) -> None:
        self._titles = _plan_titles(chosen) if chosen.plan is not None else _legacy_titles(chosen)

    def column(self, name: str, timeframe: str = "") -> str:
        """Return what an indicator's column is called: ``MACD 12/26/9 histogram (1d)``.

        Parameters
        ----------
        name : str
            ``{id}`` or ``{id}.{output}``.
        timeframe : str
            Longer time frame; empty for the strategy's own bars.
        """
        indicator, _, output = name.partition(".")
        words = " ".join(part for part in (self._titles.get(indicator, indicator), output.replace("_", " ")) if part)
        return f"{words} ({timeframe})" if timeframe else words

    def raw_input(self, entry: RawInput) -> str:
        """Return what an input is called.

        Parameters
        ----------
        entry : RawInput
            The input.
        """
        if entry.column.partition(".")[0] in self._titles:
            words = self.column(entry.column, entry.timeframe)
            return f"{words} {_before(entry.back)}" if entry.back else words
        return self.feature(entry.column)

    def feature(self, name: str) -> str:
        """Return what a feature of the market around the indicators is called; any other by its own name.

        Parameters
        ----------
        name : str
            Feature.
        """
        for pattern, words in _CONTEXT:
            found = re.fullmatch(pattern, name)
            if found:
                return words.format(*(self._titles.get(part, part) for part in found.groups()))
        return name

    def group(self, key: str) -> str:
        """Return what a group of inputs is called.

        Parameters
        ----------
        key : str
            As `BarInputs.groups` has it.
        """
        indicator, _, timeframe = key.partition("@")
        return _GROUPS[key] if key in _GROUPS and key not in self._titles else self.column(indicator, timeframe)


def written(value: float, unit: str = "ratio") -> str:
    """Return an input's value: prices with six significant digits, others with four at most.

    Parameters
    ----------
    value : float
        The value.
    unit : str
        As `OutputInfo.unit` has it.
    """
    if not math.isfinite(value):
        return "unknown"
    if unit in ("price", "volume"):
        return significant(value)
    if value == 0:
        return "0"
    return f"{value:.{min(max(3 - math.floor(math.log10(abs(value))), 0), 8)}f}"


def needed_words(value: float, needed: float, unit: str) -> str:
    """Return the value that would have flipped, rounded away from the one at hand so that it still does.

    Parameters
    ----------
    value, needed : float
        At hand, and needed; finite.
    unit : str
        As `written` takes it.
    """
    shown = written(needed, unit)
    digits = len(shown.partition(".")[2])
    step = 10.0**-digits
    return written((math.ceil if needed > value else math.floor)(round(needed / step, 6)) * step, unit)


def formed_words(reading: Reading) -> str:
    """Return a reading's value in its form; empty where the sets are laid over the value as it is.

    Parameters
    ----------
    reading : Reading
        The reading.
    """
    if reading.form == "atr_distance":
        side = "above" if reading.formed >= 0 else "below"
        return f"the close lay {written(abs(reading.formed))} ATR {side} it"
    return _FORMS[reading.form].format(written(reading.formed)) if reading.form in _FORMS else ""


def indicator_title(name: str, params: Mapping[str, Any]) -> str:
    """Return what an indicator is called: ``RSI 14``, ``Bollinger bands 20/2``.

    Parameters
    ----------
    name : str
        Name in the catalogue, or the original's.
    params : mapping
        Its parameters, in order.
    """
    words = name.replace("_", " ")
    words = words.upper() if len(words) <= _SHORT else words[:1].upper() + words[1:]
    numbers = [f"{value:g}" for value in params.values() if isinstance(value, (int, float)) and value is not True]
    return f"{words} {'/'.join(numbers)}".strip()


def _before(back: int) -> str:
    return _BEFORE.get(back, f"{back} bars before")


def _plan_titles(chosen: ChosenModel) -> dict[str, str]:
    assert chosen.plan is not None
    configs: tuple[IndicatorConfig, ...] = chosen.plan.indicators.configs
    return {config.id: indicator_title(config.name, config.params) for config in configs}


def _legacy_titles(chosen: ChosenModel) -> dict[str, str]:
    strategy = read_legacy(chosen.loaded.strategy_document, f"{chosen.path.name}/config.json")
    titles = {}
    for entry in strategy.indicators:
        named = {key: value for key, value in {**entry.ignored, **entry.params}.items() if key != "source"}
        titles[entry.name] = indicator_title(entry.name, named)
    return titles
