"""Which columns belong together: to one indicator, the units in which importance is measured, or to one fuzzy input."""

from __future__ import annotations

from collections.abc import Sequence

from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.fuzzy.inputs import membership_names
from ktrdr_app.strategy.schema import Strategy


def feature_groups(plan: FeaturePlan) -> dict[str, list[int]]:
    """Return the columns of each indicator, its memberships, lags and raw values together.

    Permuting one membership alone would make inputs that cannot occur, so they move as one.

    Parameters
    ----------
    plan : FeaturePlan
        Whose columns are grouped.

    Returns
    -------
    dict of str to list of int
        Column numbers by indicator id; context features that come from no indicator form ``price`` and ``volume``.
    """
    inputs = {name: plan.strategy.source_of(name)[0] for name in plan.strategy.fuzzy_sets}
    return _grouped(plan, inputs)


def timeframe_groups(plan: FeaturePlan) -> dict[str, list[int]]:
    """Return the columns of each indicator on each time frame: `feature_groups`, with longer bars apart.

    Parameters
    ----------
    plan : FeaturePlan
        Whose columns are grouped.

    Returns
    -------
    dict of str to list of int
        Column numbers by indicator id, on longer bars by ``{id}@{timeframe}``; context features under ``price`` and
        ``volume``.
    """
    inputs = {}
    for name, entry in plan.strategy.fuzzy_sets.items():
        indicator = plan.strategy.source_of(name)[0]
        inputs[name] = f"{indicator}@{entry.timeframe}" if entry.timeframe else indicator
    return _grouped(plan, inputs)


def _grouped(plan: FeaturePlan, inputs: dict[str, str]) -> dict[str, list[int]]:
    """Return the columns of each group, memberships by the group of their fuzzy input."""
    owner = {f"price_to_{name}_ratio": name for name in plan.averages}
    owner |= {source.name: source.column.split(".")[0] for source in plan.raw}
    memberships = len(plan.fuzzy.names)
    for fuzzy_input, entry in plan.strategy.fuzzy_sets.items():
        owner |= dict.fromkeys(membership_names(fuzzy_input, entry), inputs[fuzzy_input])
    groups: dict[str, list[int]] = {}
    for column, name in enumerate(plan.contract.names):
        lagged = name not in owner and column >= memberships  # an indicator itself may be called rsi_lag
        base = name.rpartition("_lag")[0] or name if lagged else name
        fallback = "volume" if base.startswith(("volume_", "obv_")) else "price"
        groups.setdefault(owner.get(base, fallback), []).append(column)
    return groups


def input_groups(strategy: Strategy, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the memberships of each fuzzy input on the bar itself, without lags.

    Parameters
    ----------
    strategy : Strategy
        Whose inputs.
    names : sequence of str
        Features that there are; an input whose memberships are not among them is left out.
    """
    found = {name: membership_names(name, entry) for name, entry in strategy.fuzzy_sets.items()}
    return {name: members for name, members in found.items() if set(members) <= set(names)}
