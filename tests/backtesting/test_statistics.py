"""The document of statistics: every part is the part's own, and what does not exist is None."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.extended import extended_metrics
from ktrdr_app.backtesting.intervals import growth_intervals
from ktrdr_app.backtesting.periods import Curve, monthly_returns
from ktrdr_app.backtesting.sharpe import expected_best_sharpe, least_track_record, probabilistic_sharpe
from ktrdr_app.backtesting.statistics import MarketYear, annualisation, sharpe_document, statistics_document
from ktrdr_app.backtesting.trials import Try, trials_of
from ktrdr_app.core.files import json_text, plain
from tests.backtesting.trade_cases import random_trades


def account(seed: int = 1, bars: int = 800, freq: str = "1D", drift: float = 0.0005) -> Curve:
    index = pd.date_range("2018-01-01", periods=bars, freq=freq, tz="UTC", unit="ns")
    moves = np.random.default_rng(seed).normal(drift, 0.01, bars)
    return Curve.of(1000 * np.exp(np.cumsum(moves)), index.asi8, 1000.0)


class TestDocument:
    def test_is_made_of_the_parts(self) -> None:
        curve, trades = account(), random_trades(1, 30, 800)
        document = statistics_document(curve, trades, seed=9)
        parts = extended_metrics(curve, trades)
        for name in ("by_period", "monthly_returns", "trades"):
            assert document[name] == parts[name]
        assert document["intervals"] == growth_intervals(curve, 9)
        first = parts["under_water"]["longest_under_water_from"]
        stamp = pd.Timestamp(document["under_water"]["longest_under_water_from"])
        assert stamp == pd.Timestamp(curve.stamps[first], tz="UTC")

    @given(
        st.lists(st.one_of(st.floats(1.0, 1000.0), st.sampled_from([0.0, -5.0, 100.0])), min_size=1, max_size=40),
        st.sampled_from(["1min", "1D", "7D"]),
    )
    @settings(max_examples=40)
    def test_is_json_whatever_the_account_did(self, values: list[float], freq: str) -> None:
        index = pd.date_range("2020-01-01", periods=len(values), freq=freq, tz="UTC", unit="ns")
        curve = Curve.of(values, index.asi8, 100.0)
        market = MarketYear("24/7", 365.25)
        document = statistics_document(curve, random_trades(1, 0, 10), seed=0, earlier=(Try(0.1, {}),), market=market)
        assert plain(document) == document
        assert json_text(document)

    def test_the_same_run_gives_the_same_document(self) -> None:
        made = [statistics_document(account(), random_trades(1, 30, 800), seed=5) for _ in range(2)]
        assert made[0] == made[1]


class TestSharpe:
    def test_a_first_run_is_not_deflated(self) -> None:
        document = sharpe_document(account(), {}, ())
        assert document is not None
        assert document["trials"]["count"] == 1
        assert document["expected_best"] == 0
        assert document["deflated"] == document["probabilistic"]

    def test_trials_deflate_by_their_number_and_spread(self) -> None:
        curve = account(drift=0.001)
        months = monthly_returns(curve)
        earlier = tuple(Try(sharpe, {}) for sharpe in (-0.05, 0.02, 0.04, -0.01))
        document = sharpe_document(curve, months, earlier)
        assert document is not None
        shape = (document["skewness"], document["kurtosis"])
        trials = trials_of([*earlier, Try(document["per_bar"], months)])
        assert document["trials"] == trials.to_dict()
        best = expected_best_sharpe(trials.variance or 0.0, trials.effective)
        assert document["expected_best_per_bar"] == best > 0
        assert document["expected_best"] == pytest.approx(best * math.sqrt(curve.per_year))
        assert document["deflated"] == probabilistic_sharpe(document["per_bar"], 799, *shape, best)
        assert document["deflated"] < document["probabilistic"]

    def test_the_track_record_is_in_bars_and_years(self) -> None:
        curve = account(drift=0.001)
        document = sharpe_document(curve, {}, ())
        assert document is not None
        bars = least_track_record(document["per_bar"], document["skewness"], document["kurtosis"])
        assert bars is not None
        assert document["least_track_record_bars"] == bars
        assert document["least_track_record_years"] == pytest.approx(bars / 365.25)

    def test_a_losing_run_has_no_track_record_to_wait_for(self) -> None:
        document = sharpe_document(account(drift=-0.001), {}, ())
        assert document is not None
        assert document["least_track_record_bars"] is None
        assert document["least_track_record_years"] is None

    def test_no_ratio_no_document(self) -> None:
        index = pd.date_range("2020-01-01", periods=9, freq="1D", tz="UTC", unit="ns")
        assert sharpe_document(Curve.of(np.full(9, 100.0), index.asi8, 100.0), {}, ()) is None


class TestYear:
    def test_dates_and_calendar_stand_beside_each_other(self) -> None:
        # Five days of hourly shares, Monday to Friday: the dates hold no weekend.
        opens = [
            pd.Timestamp(f"2024-03-{day:02d} {hour}:30", tz="UTC") for day in range(4, 9) for hour in range(14, 21)
        ]
        index = pd.DatetimeIndex(opens).as_unit("ns")
        curve = Curve.of(account(bars=35).values, index.asi8, 1000.0)
        year = annualisation(curve, MarketYear("XNYS", 1754.875))
        assert year["short"]
        assert year["source"] == "dates"
        assert year["bars_per_year"] == pytest.approx(34 / (4 * 24 + 6) * 24 * 365.25)
        per_bar = sharpe_document(curve, {}, ())["per_bar"]  # type: ignore[index]
        assert year["sharpe_by_calendar"] == pytest.approx(per_bar * math.sqrt(1754.875))

    def test_without_a_calendar(self) -> None:
        year = annualisation(account(), None)
        assert (year["calendar"], year["calendar_bars_per_year"], year["sharpe_by_calendar"]) == (None, None, None)
        assert not year["short"]
