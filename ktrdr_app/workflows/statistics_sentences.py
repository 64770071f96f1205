"""What the statistics of a run say, in plain words: how sure a figure is, and what luck alone would bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ktrdr_app.workflows.wording import day, number, percent

SURE = 0.95
"""Probability from which chance alone hardly explains a result."""
NO_ROOM = 0.02
"""Spread of the random draws' money, as a fraction of it, below which a run cannot be placed among them."""
FAR_APART = 1.1
"""Ratio of two years' worth of bars from which the difference is told."""

Document = Mapping[str, Any]


def statistics_sentences(statistics: Document, benchmark: Document) -> tuple[str, ...]:
    """Return the sentences, most important first.

    Parameters
    ----------
    statistics : mapping
        As `statistics_document` gives it.
    benchmark : mapping
        The ``benchmark`` part of the ``backtest`` document, with ``random_entries`` and ``always_hold``.
    """
    return (
        *_sharpe(statistics),
        *_trials(statistics),
        *_record(statistics),
        *_luck(benchmark),
        *_growth(statistics),
        *_water(statistics),
        *_year(statistics),
    )


def _sharpe(statistics: Document) -> Iterator[str]:
    sharpe = statistics["sharpe"]
    if sharpe is None:
        yield "There is no Sharpe ratio: the account never moved, or was lost."
        return
    intervals = statistics["intervals"]
    bounds = intervals["sharpe_ratio"] if intervals else None
    if bounds:
        yield (
            f"The Sharpe ratio of {number(bounds['estimate'])} lies between {number(bounds['low'])} and "
            f"{number(bounds['high'])} ({percent(intervals['coverage'], 0)} of {intervals['repeats']:,} resamplings of "
            f"blocks of {intervals['clock']}s)."
        )
    if sharpe["probabilistic"] is not None:
        yield (
            f"Taken alone, the true ratio is above 0 with a probability of {percent(sharpe['probabilistic'], 0)}, were "
            "the returns independent."
        )


def _trials(statistics: Document) -> Iterator[str]:
    sharpe = statistics["sharpe"]
    if sharpe is None or sharpe["deflated"] is None:
        return
    trials = sharpe["trials"]
    if trials["count"] == 1:
        yield "It is the only run of this strategy and time frame on record, so there is no choice to deflate it by."
        return
    verdict = "chance alone hardly explains it" if sharpe["deflated"] >= SURE else "chance alone may explain it"
    yield (
        f"After {trials['count']} trials, worth {number(trials['effective'], 1)} independent ones, the best would show "
        f"a Sharpe ratio of {number(sharpe['expected_best'])} without any skill; the deflated Sharpe ratio is "
        f"{number(sharpe['deflated'])}: {verdict}."
    )


def _record(statistics: Document) -> Iterator[str]:
    sharpe = statistics["sharpe"]
    if sharpe is None or sharpe["least_track_record_years"] is None:
        return
    needed, there = sharpe["least_track_record_years"], statistics["annualisation"]["years"]
    enough = "long enough" if there >= needed else "too short"
    yield (
        f"To be {percent(sharpe['confidence'], 0)} sure that such a ratio is above 0 takes {number(needed, 1)} years "
        f"of these returns; the test has {number(there, 1)}, which is {enough}."
    )


def _luck(benchmark: Document) -> Iterator[str]:
    random = benchmark.get("random_entries")
    if random and random["high"] - random["low"] < NO_ROOM * (1 + random["median"]):
        yield (
            "The same trades at random times bring almost the same money every time, since the position was held "
            "nearly throughout or was tiny: what luck adds cannot be told from them."
        )
    elif random:
        verdict = "luck alone hardly explains that" if random["chance"] <= 1 - SURE else "luck alone may explain that"
        yield (
            f"As many trades at random times, held as long and on the same sides, brought "
            f"{percent(random['low'], signed=True)} to {percent(random['high'], signed=True)} (middle 90 % of "
            f"{random['draws']} draws); the run's {percent(random['total_return'], signed=True)} beats "
            f"{percent(random['percentile'], 0)} of them: {verdict}."
        )
    still = benchmark.get("always_hold")
    if still and random and random["total_return"] < still["total_return"]:
        yield "Doing nothing would have been better: the account ended below where it began."


def _growth(statistics: Document) -> Iterator[str]:
    bounds = statistics["intervals"]["annualized_return"] if statistics["intervals"] else None
    if bounds and not statistics["annualisation"]["short"]:
        yield (
            f"The return of {percent(bounds['estimate'], signed=True)} a year lies between "
            f"{percent(bounds['low'], signed=True)} and {percent(bounds['high'], signed=True)}."
        )


def _water(statistics: Document) -> Iterator[str]:
    water = statistics["under_water"]
    if water["longest_under_water_from"] is not None:
        yield (
            f"The account was below its highest value on {percent(water['share_under_water'], 0)} of the bars, longest "
            f"for {number(water['longest_under_water_days'], 0)} days, {day(water['longest_under_water_from'])} to "
            f"{day(water['longest_under_water_to'])}."
        )


def _year(statistics: Document) -> Iterator[str]:
    year = statistics["annualisation"]
    by_dates, by_calendar = year["bars_per_year"], year["calendar_bars_per_year"]
    if not by_dates or not by_calendar:
        return
    if max(by_dates, by_calendar) > FAR_APART * min(by_dates, by_calendar):
        other = year["sharpe_by_calendar"]
        yield (
            f"By the dates of the data a year has {number(by_dates, 0)} bars, by the calendar {year['calendar']} "
            f"{number(by_calendar, 0)}; annual figures go by the dates"
            + ("." if other is None else f", by the calendar the Sharpe ratio would be {number(other)}.")
        )
