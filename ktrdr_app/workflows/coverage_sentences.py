"""Coverage in words: whether a model's training rows resemble a series, and where they do not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ktrdr_app.workflows.wording import percent

if TYPE_CHECKING:
    from ktrdr_app.features.coverage import Drift, FeatureDrift, InputDrift

COVERED, PARTLY, NOT_COVERED, UNTOLD = "covered", "partly covered", "not covered", "unknown"
"""Verdicts; the limits below are this program's own."""
FEW = 0.10
"""Share of bars, and of features, up to which strange ones are no matter."""
MANY_BARS = 0.25
MANY_FEATURES = 0.50
"""Shares from which the training rows do not resemble the series."""
BLIND = 0.10
"""How much more often than in training a fuzzy input may describe a bar hardly at all."""
WORST = 5
"""Features that are told in words."""
UNTOLD_SENTENCE = "No reference of its training rows is stored in this folder, so coverage cannot be told."
UNTOLD_ORIGINAL = "The original program made this model and kept nothing of its training rows: coverage cannot be told."
UNTOLD_HINT = "train the model again: its new folder keeps one"


def verdict_of(drift: Drift) -> str:
    """Return ``covered``, ``partly covered`` or ``not covered``.

    Parameters
    ----------
    drift : Drift
        How the series compares with the training rows.
    """
    beyond = drift.distance.beyond if drift.distance else 0.0
    strange = sum(feature.strange for feature in drift.features) / len(drift.features)
    if beyond > MANY_BARS or strange > MANY_FEATURES:
        return NOT_COVERED
    return PARTLY if beyond > FEW or strange > FEW or blind_inputs(drift) else COVERED


def blind_inputs(drift: Drift) -> list[InputDrift]:
    """Return the fuzzy inputs whose sets describe the series much worse than they did the training rows.

    Parameters
    ----------
    drift : Drift
        How the series compares with the training rows.
    """
    return [found for found in drift.inputs if found.faint - found.training_faint > BLIND]


def sentence_of(symbol: str, drift: Drift, training_symbols: Sequence[str]) -> str:
    """Return the verdict with its figures, in one or two sentences.

    Parameters
    ----------
    symbol : str
        Whose bars were compared.
    drift : Drift
        How they compare with the training rows.
    training_symbols : sequence of str
        Symbols that the model learnt from.
    """
    kin = "one of the symbols it learnt from" if symbol in training_symbols else "a symbol it has not seen"
    openings = {
        COVERED: f"{symbol}, {kin}, looks like the model's training rows",
        PARTLY: f"{symbol}, {kin}, looks like the model's training rows only in part",
        NOT_COVERED: f"{symbol}, {kin}, is unlike the model's training rows: what it says there is extrapolation",
    }
    return f"{openings[verdict_of(drift)]}. {_figures(drift)}"


def _figures(drift: Drift) -> str:
    strange = [feature for feature in drift.features if feature.strange]
    count = (
        f"{len(strange)} of {len(drift.features)} features" if strange else f"none of {len(drift.features)} features"
    )
    verb = "is" if len(strange) < 2 else "are"
    most = f", {strange[0].name} most of all" if strange else ""
    told = f"{count} {verb} distributed otherwise than among the training symbols{most}"
    if drift.distance is not None:
        bars, usual = percent(drift.distance.beyond), percent(drift.distance.training_beyond)
        told = f"{bars} of its bars lie farther out than is usual in training ({usual} of the rows there), and {told}"
    return f"{told[0].upper()}{told[1:]}."


def feature_words(feature: FeatureDrift) -> str:
    """Return where a feature departs most from its training rows.

    Parameters
    ----------
    feature : FeatureDrift
        The feature.
    """
    here, there = percent(feature.share, 0), percent(feature.training_share, 0)
    return f"{feature.name} is {_span(feature)} on {here} of the bars, in training on {there}"


def _span(feature: FeatureDrift) -> str:
    low = "" if feature.low is None else f"{feature.low:.4g}"
    high = "" if feature.high is None else f"{feature.high:.4g}"
    if feature.exact:
        return f"exactly {low}"
    if not low:
        return f"below {high}"
    return f"from {low} to {high}" if high else f"{low} or more"


def worst_words(drift: Drift) -> list[str]:
    """Return the features that depart most, in words: at most `WORST`, none that is alike, lags not twice.

    Parameters
    ----------
    drift : Drift
        How the series compares with the training rows.
    """
    found: dict[str, FeatureDrift] = {}
    for feature in drift.features:
        if feature.departs:
            found.setdefault(re.sub(r"_lag\d+$", "", feature.name), feature)
    return [f"{feature_words(feature)} (PSI {feature.psi:.2f})." for feature in [*found.values()][:WORST]]


def drift_notes(drift: Drift) -> list[str]:
    """Return what else must be known to judge: inputs that describe little, and too few bars.

    Parameters
    ----------
    drift : Drift
        How the series compares with the training rows.
    """
    notes = [
        f"The sets of {entry.name} describe {percent(entry.faint)} of the bars hardly at all (in training "
        f"{percent(entry.training_faint)})."
        for entry in blind_inputs(drift)
    ]
    if drift.few_rows:
        notes.append(
            f"Only {drift.rows:,} bars were compared: chance alone makes a PSI of about {drift.by_chance:.2f} of them, "
            "more where bars resemble their neighbours."
        )
    if drift.distance is None:
        notes.append("The training rows do not differ from each other, so no distance can be told.")
    return notes


def coverage_note(backtest: Mapping[str, Any]) -> str:
    """Return what is said of a run on a symbol that its model's training rows do not resemble; else empty.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    told = backtest.get("coverage") or {}
    return str(told["sentence"]) if told.get("verdict") in (PARTLY, NOT_COVERED) else ""
