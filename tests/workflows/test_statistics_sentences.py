"""Sentences say what the figures say, and no more: surely, maybe, not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.backtesting.statistics import MarketYear, statistics_document
from ktrdr_app.backtesting.trials import Try
from ktrdr_app.workflows.statistics_sentences import statistics_sentences
from tests.backtesting.trade_cases import random_trades

STILL = {"total_return": 0.0}
LUCKY = {"draws": 200, "low": -0.2, "median": 0.05, "high": 0.3, "total_return": 0.1, "percentile": 0.6, "chance": 0.41}


def document(drift: float = 0.001, bars: int = 900, freq: str = "1D", **options: Any) -> dict[str, Any]:
    index = pd.date_range("2018-01-01", periods=bars, freq=freq, tz="UTC", unit="ns")
    moves = np.random.default_rng(1).normal(drift, 0.01, bars)
    curve = Curve.of(1000 * np.exp(np.cumsum(moves)), index.asi8, 1000.0)
    return statistics_document(curve, random_trades(1, 10, bars), seed=0, **options)


def said(statistics: dict[str, Any], random: dict[str, Any] | None = None) -> str:
    return "\n".join(statistics_sentences(statistics, {"random_entries": random, "always_hold": STILL}))


def test_the_interval_is_quoted_with_its_coverage() -> None:
    statistics = document()
    bounds = statistics["intervals"]["sharpe_ratio"]
    text = said(statistics)
    words = f"The Sharpe ratio of {bounds['estimate']:.2f} lies between {bounds['low']:.2f} and {bounds['high']:.2f}"
    assert f"{words} (90 % of 2,000 resamplings of blocks of bars)." in text


def test_a_first_run_is_said_to_be_the_only_one() -> None:
    assert "the only run of this strategy and time frame on record" in said(document())


@pytest.mark.parametrize(
    ("spread", "verdict"), [(0.0001, "chance alone hardly explains it"), (0.2, "chance alone may explain it")]
)
def test_trials_are_judged(spread: float, verdict: str) -> None:
    statistics = document(0.0015, earlier=(Try(0.15 - spread, {}), Try(0.15 + spread, {})))
    text = said(statistics)
    assert "After 3 trials, worth 3.0 independent ones, the best would show a Sharpe ratio of" in text
    assert f"the deflated Sharpe ratio is {statistics['sharpe']['deflated']:.2f}: {verdict}." in text


@pytest.mark.parametrize(("bars", "words"), [(3000, "which is long enough"), (40, "which is too short")])
def test_the_track_record_is_long_enough_or_not(bars: int, words: str) -> None:
    assert words in said(document(0.0015, bars))


def test_a_losing_run_waits_for_no_record() -> None:
    assert "To be 95 % sure" not in said(document(-0.002))


@pytest.mark.parametrize(
    ("chance", "verdict"), [(0.41, "luck alone may explain that"), (0.05, "luck alone hardly explains that")]
)
def test_random_entries(chance: float, verdict: str) -> None:
    text = said(document(), LUCKY | {"chance": chance})
    assert (
        f"brought -20.0 % to +30.0 % (middle 90 % of 200 draws); the run's +10.0 % beats 60 % of them: {verdict}."
        in text
    )
    assert "Doing nothing" not in text


def test_doing_nothing_would_have_been_better() -> None:
    assert "Doing nothing would have been better" in said(document(-0.002), LUCKY | {"total_return": -0.3})


def test_an_account_that_never_moves_has_no_ratio_to_speak_of() -> None:
    index = pd.date_range("2018-01-01", periods=60, freq="1D", tz="UTC", unit="ns")
    still = statistics_document(Curve.of(np.full(60, 100.0), index.asi8, 100.0), random_trades(1, 0, 60), seed=0)
    assert statistics_sentences(still, {"random_entries": None, "always_hold": STILL}) == (
        "There is no Sharpe ratio: the account never moved, or was lost.",
    )


def test_growth_is_not_quoted_for_less_than_a_year() -> None:
    assert "a year lies between" in said(document(bars=900))
    assert "a year lies between" not in said(document(bars=200))


def test_time_under_water_has_its_dates() -> None:
    statistics = document()
    water = statistics["under_water"]
    dates = f"{water['longest_under_water_from'][:10]} to {water['longest_under_water_to'][:10]}."
    assert f"for {water['longest_under_water_days']:.0f} days, {dates}" in said(statistics)


def test_calendars_that_disagree_with_the_dates_are_named() -> None:
    apart = document(bars=60, freq="1h", market=MarketYear("XNYS", 1754.875))
    by_calendar = apart["annualisation"]["sharpe_by_calendar"]
    text = said(apart)
    assert "a year has 8,766 bars, by the calendar XNYS 1,755; annual figures go by the dates" in text
    assert f"by the calendar the Sharpe ratio would be {by_calendar:.2f}." in text
    assert "calendar" not in said(document(market=MarketYear("24/7", 365.25)))


def test_nothing_is_said_to_be_nan() -> None:
    text = said(document(market=MarketYear("24/7", 365.25), earlier=(Try(0.1, {}),)), LUCKY)
    assert "n/a" not in text
    assert "nan" not in text.lower()


def test_draws_without_room_say_nothing_of_luck() -> None:
    held = {
        **LUCKY,
        "low": 3.005,
        "median": 3.006,
        "high": 3.007,
        "total_return": 3.05,
        "percentile": 1.0,
        "chance": 0.0,
    }
    text = said(document(), held)
    assert "what luck adds cannot be told" in text
    assert "hardly explains that" not in text
