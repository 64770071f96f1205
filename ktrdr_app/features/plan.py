"""Turns a strategy into a list of columns to compute, and into the hash that vouches for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ktrdr_app.core.errors import BadInput, Repaints
from ktrdr_app.core.files import digest
from ktrdr_app.core.words import closest
from ktrdr_app.features.context import CHANGE_LAG, MEAN_WINDOW, RATES_OF_CHANGE
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.features.forms import form_for
from ktrdr_app.fuzzy.engine import FuzzyEngine
from ktrdr_app.indicators.engine import IndicatorConfig, IndicatorEngine, column_name
from ktrdr_app.indicators.registry import get_indicator, parameters_of
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.schema import Strategy

FORMULA_VERSION = 1
"""Raised when a feature's formula changes, so that models of the old one are told apart."""
ATR_ID = "atr_for_forms"
OBV_ID = "obv_for_volume"
ATR_FORMS = ("atr", "atr_distance")


@dataclass(frozen=True)
class FuzzySource:
    """Where a fuzzy input takes its values.

    Attributes
    ----------
    name : str
        Fuzzy input.
    column : str
        Column of the indicator engine.
    form : str
        Scale-free form, ``auto`` settled.
    timeframe : str
        Longer time frame whose bars it reads; empty for the strategy's own.
    window : int
        Bars of its z-score, where that is its form.
    """

    name: str
    column: str
    form: str
    timeframe: str = ""
    window: int = 250


@dataclass(frozen=True)
class RawSource:
    """An indicator output that is a feature of its own (group E).

    Attributes
    ----------
    name : str
        Feature name.
    column : str
        Column of the indicator engine.
    low, high : float, optional
        Bounds of a bounded output; None for a z-score.
    """

    name: str
    column: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class FeaturePlan:
    """Everything that building features needs to know.

    Attributes
    ----------
    strategy : Strategy
        The settings.
    indicators : IndicatorEngine
        The strategy's indicators, and ATR or OBV where a form or a group needs them.
    fuzzy : FuzzyEngine
        The sets.
    sources : tuple of FuzzySource
        Where each fuzzy input comes from.
    averages : tuple of str
        Indicator ids that are moving averages (group B).
    raw : tuple of RawSource
        Group E.
    contract : FeatureContract
        Names and hash.
    skeleton : str
        Hash of all that shapes features but the numbers of the fuzzy sets.
    """

    strategy: Strategy
    indicators: IndicatorEngine
    fuzzy: FuzzyEngine
    sources: tuple[FuzzySource, ...]
    averages: tuple[str, ...]
    raw: tuple[RawSource, ...]
    contract: FeatureContract
    skeleton: str

    @classmethod
    def of(cls, loaded: LoadedStrategy) -> FeaturePlan:
        """Work out the plan of a strategy.

        Parameters
        ----------
        loaded : LoadedStrategy
            A strategy and the places of its entries.

        Raises
        ------
        StrategyProblem
            For an indicator, parameter or output that does not exist, with its line.
        """
        strategy = loaded.strategy
        configs = tuple(_checked_configs(loaded))
        sources = tuple(_source(loaded, name) for name in strategy.fuzzy_sets)
        fuzzy = FuzzyEngine(strategy.fuzzy_sets)
        averages = tuple(config.id for config in configs if config.name in ("sma", "ema"))
        raw = tuple(_raw_sources(configs)) if strategy.features.raw_indicators else ()
        names = tuple(_feature_names(strategy, fuzzy.names, averages, raw))
        settings = _settings(strategy, configs, names)
        contract = FeatureContract(names, digest(settings))
        sketched = {name: entry | {"sets": list(entry["sets"])} for name, entry in settings["fuzzy_sets"].items()}
        engine = IndicatorEngine(configs + tuple(_helpers(strategy, configs, sources)))
        skeleton = digest(settings | {"fuzzy_sets": sketched})
        return cls(strategy, engine, fuzzy, sources, averages, raw, contract, skeleton)

    @property
    def atr_column(self) -> str:
        """Column of the ATR that the forms divide by: the strategy's own, else period 14."""
        own = [config.id for config in self.indicators.configs if config.name == "atr"]
        return own[0]

    @property
    def obv_column(self) -> str:
        """Column of on-balance volume."""
        own = [config.id for config in self.indicators.configs if config.name == "obv"]
        return own[0]


def _checked_configs(loaded: LoadedStrategy) -> Iterator[IndicatorConfig]:
    for key, spec in loaded.strategy.indicators.items():
        try:
            parameters = parameters_of(spec.name, spec.params)
            if get_indicator(spec.name).charts_only:
                raise Repaints(spec.name)
        except BadInput as error:
            named = [word for word in spec.params if f".{word} " in error.message or repr(word) in error.message]
            raise loaded.problem(("indicators", key, *named[:1]), error.message, error.hint) from error
        yield IndicatorConfig(key, spec.name, parameters.model_dump())


def _source(loaded: LoadedStrategy, name: str) -> FuzzySource:
    strategy = loaded.strategy
    indicator, output = strategy.source_of(name)
    info = get_indicator(strategy.indicators[indicator].name)
    known = info.output(output)
    if known is None:
        outputs = [entry.name for entry in info.outputs]
        expected = f"outputs of {info.name}: {', '.join(outputs)}"
        near = closest(output, outputs)
        found = f"there is no output {output!r}"
        raise loaded.problem(("fuzzy_sets", name, "input"), found, expected, near, "output")
    column = column_name(IndicatorConfig(indicator, info.name), output)
    entry = strategy.fuzzy_sets[name]
    return FuzzySource(name, column, form_for(entry.form, info.name, known.unit), entry.timeframe, entry.window)


def _helpers(
    strategy: Strategy, configs: tuple[IndicatorConfig, ...], sources: tuple[FuzzySource, ...]
) -> Iterator[IndicatorConfig]:
    names = {config.name for config in configs}
    needs_atr = any(source.form in ATR_FORMS for source in sources)
    if needs_atr and "atr" not in names:
        yield IndicatorConfig(ATR_ID, "atr", {})
    if strategy.features.volume_context and "obv" not in names:
        yield IndicatorConfig(OBV_ID, "obv", {})


def _raw_sources(configs: tuple[IndicatorConfig, ...]) -> Iterator[RawSource]:
    for column, output in IndicatorEngine(configs).outputs.items():
        bounded = output.low is not None and output.high is not None
        name = f"{column.replace('.', '_')}_{'normalized' if bounded else 'zscore'}"
        yield RawSource(name, column, output.low, output.high)


def _feature_names(
    strategy: Strategy, memberships: tuple[str, ...], averages: tuple[str, ...], raw: tuple[RawSource, ...]
) -> Iterator[str]:
    settings = strategy.features
    yield from memberships
    if settings.price_context:
        yield from (f"price_to_{name}_ratio" for name in averages)
        yield from (f"roc_{lag}" for lag in RATES_OF_CHANGE)
        yield from ("daily_position", f"volatility_{MEAN_WINDOW}")
    if settings.volume_context:
        yield from (f"volume_ratio_{MEAN_WINDOW}", f"volume_change_{CHANGE_LAG}", "obv_normalized", "volume_available")
    for lag in range(1, settings.lookback_periods):
        yield from (f"{name}_lag{lag}" for name in memberships)
    yield from (source.name for source in raw)


def _settings(strategy: Strategy, configs: tuple[IndicatorConfig, ...], names: tuple[str, ...]) -> dict[str, Any]:
    """Return everything that shapes features."""
    document = strategy.document()
    return {
        "formulas": FORMULA_VERSION,
        "names": names,
        "indicators": [[config.id, config.name, config.params] for config in configs],
        "fuzzy_sets": {name: _hashed(entry) for name, entry in document["fuzzy_sets"].items()},
        # Vectors of symbols are the network's affair: they change no column of features.
        "features": {key: value for key, value in document["features"].items() if key != "symbol_embedding"},
    }


def _hashed(fuzzy_input: dict[str, Any]) -> dict[str, Any]:
    """Leave out what changes nothing, so that models made before there was such a setting keep their hash."""
    idle = {"timeframe"} if not fuzzy_input["timeframe"] else set()
    idle |= {"window"} if fuzzy_input["form"] not in ("zscore", "auto") else set()
    return {key: value for key, value in fuzzy_input.items() if key not in idle}
