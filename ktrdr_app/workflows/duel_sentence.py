"""Which of two accounts earned more, and whether it is more than chance, in one sentence."""

from __future__ import annotations

from ktrdr_app.backtesting.paired import LEAST_MONTHS, PairedMonths
from ktrdr_app.workflows.wording import percent


def duel_sentence(paired: PairedMonths, first: str, second: str) -> str:
    """Return the verdict.

    Parameters
    ----------
    paired : PairedMonths
        As `paired_months` gives it.
    first, second : str
        What the two are called: ``universal``, ``legacy``.
    """
    months = len(paired.months)
    if paired.mean_difference is None:
        return f"There is no month in which both {first} and {second} traded."
    if paired.verdict == "same" or paired.first == paired.second:  # however few the months are
        each = f"each of {months} months" if months > 1 else "the one month that both traded"
        return f"In {each} {first} and {second} earned the same."
    more, less = (first, second) if paired.mean_difference >= 0 else (second, first)
    earned = f"{more} earned {percent(abs(paired.mean_difference), 2)} a month more than {less}"
    ahead = f"{first} was ahead in {paired.months_ahead} of {months} months"
    if paired.low is None or paired.high is None:
        return f"{_begun(earned)}; {ahead}. Fewer than {LEAST_MONTHS} months are too few to tell skill from chance."
    between = f"between {percent(paired.low, 2, signed=True)} and {percent(paired.high, 2, signed=True)}"
    verdict = "may be chance" if paired.verdict == "open" else "is more than chance explains"
    return (
        f"{_begun(earned)}; {ahead}. The difference ({first} less {second}) lies {between} a month "
        f"({percent(paired.coverage, 0)} interval): it {verdict}."
    )


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
