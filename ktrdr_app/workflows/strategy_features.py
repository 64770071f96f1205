"""The features that a strategy feeds to its network, each with where it comes from and why it is there - or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ktrdr_app.features.context import CHANGE_LAG, MEAN_WINDOW
from ktrdr_app.features.plan import FeaturePlan, FuzzySource
from ktrdr_app.fuzzy.inputs import membership_names
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.schema import Strategy

MEMBERSHIP, PRICE, VOLUME, MEMORY, RAW, UNREAD = (
    "fuzzy membership",
    "price context",
    "volume context",
    "memory",
    "raw indicator",
    "indicator",
)
_VOLUME = {
    f"volume_ratio_{MEAN_WINDOW}": f"volume over its mean of {MEAN_WINDOW} bars",
    f"volume_change_{CHANGE_LAG}": f"change of the volume over {CHANGE_LAG} bars",
    "obv_normalized": "on-balance volume, normalised",
    "volume_available": "whether the bar has a volume at all",
}
_PRICE = {
    "daily_position": "place of the close within the bar",
    f"volatility_{MEAN_WINDOW}": f"deviation of the last {MEAN_WINDOW} one-bar returns",
}


@dataclass(frozen=True)
class FeatureReason:
    """One feature, or what could be one and is not.

    Attributes
    ----------
    name : str
        Column of the feature block; an indicator's id where no feature reads it.
    group : str
        ``fuzzy membership``, ``price context``, ``volume context``, ``memory``, ``raw indicator`` or ``indicator``.
    source : str
        What it is made of.
    reason : str
        Why it is there, or why not: the setting or entry that decides.
    used : bool
        Whether the network gets it.
    """

    name: str
    group: str
    source: str
    reason: str
    used: bool = True


def explain_features(loaded: LoadedStrategy) -> tuple[FeatureReason, ...]:
    """Return every feature in the network's order, then what the strategy leaves out.

    Parameters
    ----------
    loaded : LoadedStrategy
        A valid strategy.

    Raises
    ------
    StrategyProblem
        For an indicator, parameter or output that does not exist, with its line.
    """
    plan = FeaturePlan.of(loaded)
    told = {entry.name: entry for entry in _told(plan, used=True)}
    everything = FeaturePlan.of(LoadedStrategy(_all_on(plan), loaded.where))
    dropped = [entry for entry in _told(everything, used=False) if entry.name not in told]
    return (*(told[name] for name in plan.contract.names), *dropped, *_unread(plan))


def _all_on(plan: FeaturePlan) -> Strategy:
    """Return the strategy with every group on, so that what it leaves out can be told by name."""
    on = {"price_context": True, "volume_context": True, "raw_indicators": True}
    lags = max(2, plan.strategy.features.lookback_periods)
    features = plan.strategy.features.model_copy(update={**on, "lookback_periods": lags})
    return plan.strategy.model_copy(update={"features": features})


def _told(plan: FeaturePlan, *, used: bool) -> Iterator[FeatureReason]:
    settings = plan.strategy.features
    on = "is on" if used else "is off"
    for name, source, reason in _memberships(plan):
        yield FeatureReason(name, MEMBERSHIP, source, reason, used)
    for average in plan.averages if settings.price_context else ():
        reason = f"features.price_context {on}, and {average} is a moving average"
        yield FeatureReason(f"price_to_{average}_ratio", PRICE, f"close / {average}", reason, used)
    for name in plan.contract.names if settings.price_context else ():
        source = (
            f"change of the close over {name.removeprefix('roc_')} bars" if _is_change(name) else _PRICE.get(name, "")
        )
        if source:
            yield FeatureReason(name, PRICE, source, f"features.price_context {on}", used)
    for name, source in _VOLUME.items() if settings.volume_context else ():
        yield FeatureReason(name, VOLUME, source, f"features.volume_context {on}", used)
    periods = settings.lookback_periods if used else 1
    for lag in range(1, settings.lookback_periods):
        for name, source, _ in _memberships(plan):
            when = "1 bar ago" if lag == 1 else f"{lag} bars ago"
            reason = f"features.lookback_periods is {periods}"
            yield FeatureReason(f"{name}_lag{lag}", MEMORY, f"{source}, {when}", reason, used)
    for raw in plan.raw:
        how = "z-score of past bars" if raw.low is None else f"divided by its range {raw.low:g} to {raw.high:g}"
        yield FeatureReason(raw.name, RAW, f"{raw.column}, {how}", f"features.raw_indicators {on}", used)


def _is_change(name: str) -> bool:
    return name.startswith("roc_") and name.removeprefix("roc_").isdigit()


def _memberships(plan: FeaturePlan) -> Iterator[tuple[str, str, str]]:
    for source in plan.sources:
        entry = plan.strategy.fuzzy_sets[source.name]
        for name, key in zip(membership_names(source.name, entry), entry.sets, strict=True):
            yield name, _read(plan, source), f"the set {key} of the fuzzy input {source.name}"


def _read(plan: FeaturePlan, source: FuzzySource) -> str:
    indicator = source.column.partition(".")[0]
    config = next(config for config in plan.indicators.configs if config.id == indicator)
    numbers = ", ".join(f"{key} {value}" for key, value in config.params.items())
    form = "" if source.form == "raw" else f", as {source.form}"
    longer = f", on bars of {source.timeframe}" if source.timeframe else ""
    return f"{source.column} ({config.name}{', ' if numbers else ''}{numbers}){form}{longer}"


def _unread(plan: FeaturePlan) -> Iterator[FeatureReason]:
    """Yield indicators that are computed for nothing."""
    settings = plan.strategy.features
    read = {source.column.partition(".")[0] for source in plan.sources}
    if settings.price_context:
        read |= set(plan.averages)
    for key, spec in plan.strategy.indicators.items():
        helps = spec.name == "atr" and any(source.form.startswith("atr") for source in plan.sources)
        helps = helps or (spec.name == "obv" and settings.volume_context)
        if key not in read and not helps and not settings.raw_indicators:
            reason = "no fuzzy input reads it; add one, or take the indicator out"
            yield FeatureReason(key, UNREAD, spec.name, reason, used=False)
