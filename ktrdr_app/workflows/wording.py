"""Figures and verdicts in words, the same in the report, the terminal and the window."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MISSING = "n/a"

ANY_STEP = 3
"""Step of the resolver that takes any model of the strategy and time frame."""


def cut(share: float) -> float:
    """Return a share cut to hundredths of a percent, so that what is shown as 100 % is all.

    Parameters
    ----------
    share : float
        0 to 1; NaN stays NaN.
    """
    return share if share >= 1.0 or math.isnan(share) else math.floor(share * 10_000) / 10_000


def percent(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """Return a fraction as percent ("12.5 %"), or ``n/a``.

    Parameters
    ----------
    value : float or None
        Fraction: 0.125 is 12.5 %.
    digits : int
        Decimals.
    signed : bool
        Whether gains carry a plus sign.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    rounded = round(100 * value, digits) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{digits}f} %"


def number(value: float | None, digits: int = 2) -> str:
    """Return a plain number with thousands separators, or ``n/a``.

    Parameters
    ----------
    value : float or None
        The number.
    digits : int
        Decimals.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def significant(value: float) -> str:
    """Return a price or a quantity with six significant digits: 1.08012, 716.958, 1,234,567.

    Parameters
    ----------
    value : float
        The number; finite.
    """
    size = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(0, 5 - size)}f}"


def typographic(text: str) -> str:
    """Return the text with real minus signs before figures, and percent signs that stay on their line.

    Parameters
    ----------
    text : str
        As the functions above word it; hyphens inside dates and names stay.
    """
    return re.sub(r"(?<![\w.-])-(?=\d)", "−", text).replace(" %", "\u202f%")


def day(moment: object) -> str:
    """Return the date of an ISO timestamp, or ``n/a``.

    Parameters
    ----------
    moment : object
        ISO text, a timestamp or None.
    """
    return MISSING if moment is None else str(moment)[:10]


@dataclass(frozen=True)
class Verdict:
    """A judgement in one sentence.

    Attributes
    ----------
    good : bool
        Whether the baselines were beaten.
    headline : str
        The judgement in a few words.
    detail : str
        The figures behind it.
    """

    good: bool
    headline: str
    detail: str


def has_skill(skill: float | None, accuracy: float | None, majority: float | None) -> bool:
    """Say whether a model beats both baselines: the class prior and the most frequent class.

    Parameters
    ----------
    skill : float or None
        1 - NLL / NLL of the prior.
    accuracy, majority : float or None
        Share of rows right, by the model and by always naming the most frequent class.
    """
    if skill is None or accuracy is None or majority is None:
        return False
    return skill > 0 and accuracy > majority


def beyond_chance(intervals: Mapping[str, Sequence[float]] | None, name: str = "skill") -> bool:
    """Say whether a gain over a baseline stays above 0 over its whole interval.

    Parameters
    ----------
    intervals : mapping or None
        Lower and upper end by figure, as a model's documents have them.
    name : str
        ``skill`` or ``accuracy_gain``.
    """
    ends = (intervals or {}).get(name)
    return ends is not None and ends[0] > 0


def within(ends: Sequence[float], worded: Callable[[float], str] = number) -> str:
    """Return an interval in brackets, to stand behind its figure.

    Parameters
    ----------
    ends : sequence of float, length 2
        Lower and upper end.
    worded : callable
        Makes text of a figure.
    """
    return f" (90 % interval {worded(ends[0])} to {worded(ends[1])})"


def model_verdict(train: Mapping[str, Any]) -> Verdict:
    """Judge a model by its test rows, which nothing else has seen.

    Parameters
    ----------
    train : mapping
        The ``train`` document.
    """
    metrics = train["metrics"]
    skill, accuracy = metrics.get("skill"), metrics.get("test_accuracy")
    majority, nll, prior = metrics.get("majority_accuracy"), metrics.get("test_nll"), metrics.get("prior_nll")
    figures = (
        f"On the test span its accuracy is {percent(accuracy)}, against {percent(majority)} for always naming "
        f"the most frequent class; its NLL is {number(nll, 4)} nats, against {number(prior, 4)} for always "
        f"stating the training shares (skill {percent(skill, signed=True)})."
    )
    if has_skill(skill, accuracy, majority):
        chance = _chance(metrics, (train.get("split") or {}).get("rows", {}).get("test"))
        doubt = ", by a margin that chance alone may explain" if chance else ""
        return Verdict(True, f"The model beats both baselines on unseen bars{doubt}", figures + chance)
    if skill is not None and skill > 0:
        reason = "its accuracy is no better than always naming the most frequent class"
    elif accuracy is not None and majority is not None and accuracy > majority:
        reason = "its probabilities are no better than the training shares"
    else:
        reason = "it is no better than guessing from the class shares"
    return Verdict(False, f"The model has no skill: {reason}", figures)


def _chance(metrics: Mapping[str, Any], rows: int | None) -> str:
    """Return what is said of a margin whose interval reaches 0; else nothing.

    Models from before there were intervals are judged by 1.96 standard errors of a share, sqrt(a (1 - a) / n).
    """
    accuracy, majority = metrics["test_accuracy"], metrics["majority_accuracy"]
    intervals = metrics.get("intervals")
    if intervals:
        doubted = [name for name in ("skill", "accuracy_gain") if not beyond_chance(intervals, name)]
        shown = [_DOUBT[name] + within(intervals[name], _signed) for name in doubted]
        return f" Its gain in {' and in '.join(shown)} may be chance." if shown else ""
    if not rows:
        return ""
    error = 1.96 * math.sqrt(accuracy * (1.0 - accuracy) / rows)
    if accuracy - majority > error:
        return ""
    return f" The accuracy of {rows:,} independent rows would scatter by ±{100 * error:.1f} points; these overlap."


def _signed(value: float) -> str:
    return percent(value, signed=True)


_DOUBT = {"skill": "likelihood over the training shares", "accuracy_gain": "accuracy over the most frequent class"}


def backtest_verdict(backtest: Mapping[str, Any]) -> Verdict:
    """Judge a backtest by what buying and holding the same symbol would have earned.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    metrics, held = backtest["metrics"], backtest.get("benchmark", {}).get("buy_and_hold") or {}
    own, other = metrics.get("total_return"), held.get("total_return")
    trades = int(metrics.get("total_trades") or 0)
    span = f"{backtest['symbol']} {backtest['timeframe']}, {day(backtest.get('start'))} to {day(backtest.get('end'))}"
    counted = "1 trade" if trades == 1 else f"{trades:,} trades"
    figures = (
        f"On {span}, it returned {percent(own, signed=True)} in {counted} with a worst drawdown of "
        f"{percent(metrics.get('max_drawdown'))}; buy and hold returned {percent(other, signed=True)} "
        f"with {percent(held.get('max_drawdown'))}.{_after_fit(backtest)}"
    )
    if not trades and metrics.get("exposure"):
        return Verdict(False, "The strategy took one position and never closed it", figures)
    if not trades:
        return Verdict(False, "The strategy did not trade", figures)
    if own is None or other is None:
        return Verdict(False, "There is no benchmark to judge the strategy by", figures)
    if own > other:
        seen = int(backtest.get("seen_in_training") or 0) / backtest["bars"]
        known = f", on bars of which its model had seen {percent(seen)}" if seen else ""
        return Verdict(not seen, f"The strategy earned more than buy and hold{known}", figures)
    return Verdict(False, "The strategy earned less than buy and hold", figures)


def _after_fit(backtest: Mapping[str, Any]) -> str:
    """Return what became of the bars after the last that the model was fitted on, whatever the symbol."""
    later = backtest.get("after_fit")
    if not later:
        return ""
    if not later["bars"]:
        return " All these bars lie within the time that the model was fitted on."
    return (
        f" On the {later['bars']:,} bars from {day(later['from'])}, after the time that the model was fitted on, it "
        f"returned {percent(later['total_return'], signed=True)} and buy and hold "
        f"{percent(later['buy_and_hold_return'], signed=True)}."
    )


def fallback_warning(backtest: Mapping[str, Any]) -> str:
    """Return the warning that another symbol's model was used; empty if the right one was.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    model = backtest.get("model") or {}
    warning = model.get("warning")
    if model.get("step") != ANY_STEP:
        return (
            f"The resolver took the pinned model: {warning}. These may not be the results you mean." if warning else ""
        )
    said = warning or f"no model for {backtest['symbol']} was found"
    return f"The resolver fell back to {model.get('path')}: {said}. These are not the results of a model of its own."


def look_ahead_note(backtest: Mapping[str, Any]) -> str:
    """Return what is said of a run on a model of the original; empty for our own models.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    if not (backtest.get("model") or {}).get("look_ahead"):
        return ""
    return (
        "LOOK-AHEAD: this is a model of the original, with its features as it was trained on them. They use means and "
        "deviations of the whole series and zeros for warm-ups, and which bars it learnt from is not recorded, so any "
        "bar may be one of them. Use the result to compare, not to judge what trading would have brought."
    )


def open_trade_note(backtest: Mapping[str, Any]) -> str:
    """Return what is said of a position that was left open; empty if there is none.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    left = backtest.get("open_trade")
    if not left:
        return ""
    return (
        f"A {left['side']} position of {significant(left['quantity'])} units, entered on {day(left['entry_time'])} at "
        f"{significant(left['entry_price'])}, is still open; it counts in the equity with "
        f"{number(left['unrealized_pnl'])}, and in no figure of closed trades."
    )


def event_notes(backtest: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each kind of event of a run: the first one, and how many more there were.

    Parameters
    ----------
    backtest : mapping
        The ``backtest`` document.
    """
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for event in backtest.get("events") or ():
        kinds.setdefault(str(event["code"]), []).append(event)
    return [
        f"{day(found[0]['time'])}: {found[0]['message']}" + (f" (and {len(found) - 1:,} more)" if found[1:] else "")
        for found in kinds.values()
    ]
