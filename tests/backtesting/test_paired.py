"""Two accounts month by month: paired over the time they share, with an interval that holds what it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.paired import LEAST_MONTHS, paired_months
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.neural.bootstrap import StationaryBootstrap


def account(
    seed: int, start: str = "2018-01-01", bars: int = 1500, edge: float = 0.0, capital: float = 1000.0
) -> Curve:
    """Return an account that shares the market's moves with every other one, and has moves and an edge of its own."""
    index = pd.date_range(start, periods=bars, freq="1D", tz="UTC", unit="ns")
    days = (index.asi8 // 86_400_000_000_000).astype(int)
    market = np.random.default_rng(99).normal(0, 0.02, 40_000)[days]
    own = np.random.default_rng(seed).normal(edge, 0.003, bars)
    return Curve.of(capital * np.exp(np.cumsum(market + own)), index.asi8, capital)


def monthly(curve: Curve) -> pd.Series:
    last = pd.Series(curve.values, pd.DatetimeIndex(curve.stamps)).resample("ME").last()
    return last / last.shift(fill_value=curve.start) - 1


class TestMonths:
    def test_difference_is_that_of_pandas(self) -> None:
        first, second = account(1), account(2, capital=50.0)
        paired = paired_months(first, second, seed=0)
        difference = monthly(first) - monthly(second)
        assert list(paired.months) == [f"{month:%Y-%m}" for month in difference.index]
        assert paired.mean_difference == pytest.approx(difference.mean())
        assert paired.months_ahead == int((difference > 0).sum())
        np.testing.assert_allclose(paired.first, monthly(first))

    def test_only_the_time_that_both_cover(self) -> None:
        longer, shorter = account(1, "2017-06-15", 1700), account(2, "2018-03-10", 900)
        paired = paired_months(longer, shorter, seed=0)
        cut = longer.between(int(shorter.stamps[0]), int(shorter.stamps[-1]))
        assert (paired.months[0], paired.months[-1]) == ("2018-03", "2020-08")
        np.testing.assert_allclose(paired.first, monthly(cut))
        turned = paired_months(shorter, longer, seed=0)
        assert turned.mean_difference == pytest.approx(-paired.mean_difference)  # type: ignore[operator]

    def test_bars_of_other_lengths_meet_in_the_month(self) -> None:
        daily = account(1)
        weekly = Curve.of(daily.values[6::7], daily.stamps[6::7], daily.start)
        paired = paired_months(daily, weekly, seed=0)
        assert paired.mean_difference == pytest.approx(0, abs=0.02)
        assert len(paired.months) > 40

    def test_no_time_in_common(self) -> None:
        paired = paired_months(account(1, "2010-01-01", 100), account(2, "2018-01-01", 100), seed=0)
        assert (paired.months, paired.mean_difference, paired.low, paired.verdict) == ((), None, None, "too_few")


class TestInterval:
    def test_is_of_the_replicates_of_the_mean(self) -> None:
        first, second = account(1), account(2)
        paired = paired_months(first, second, seed=4, repeats=400)
        difference = (monthly(first) - monthly(second)).to_numpy()
        assert paired.block_months is not None
        counts = StationaryBootstrap(len(difference), paired.block_months, 400, 4).sums(np.eye(len(difference)))
        means = counts @ difference / len(difference)
        assert (paired.low, paired.high) == pytest.approx(tuple(np.percentile(means, [5, 95])))

    def test_pairing_sees_what_two_intervals_apart_could_not(self) -> None:
        # 1 % a month more, under a market that moves by 10 %.
        paired = paired_months(account(1, edge=0.0005), account(2), seed=0)
        assert paired.verdict == "first"
        assert paired_months(account(2), account(1, edge=0.0005), seed=0).verdict == "second"

    def test_equal_skill_is_left_open_nine_times_in_ten(self) -> None:
        verdicts = [
            paired_months(account(2 * pair, bars=1100), account(2 * pair + 1, bars=1100), 0).verdict
            for pair in range(60)
        ]
        assert 45 <= verdicts.count("open") <= 60

    def test_the_same_account_is_the_same(self) -> None:
        paired = paired_months(account(1), account(1), seed=0)
        assert (paired.verdict, paired.low, paired.high, paired.months_ahead) == ("same", 0.0, 0.0, 0)

    @pytest.mark.parametrize(("months", "judged"), [(LEAST_MONTHS - 1, False), (LEAST_MONTHS, True)])
    def test_few_months_are_not_judged(self, months: int, judged: bool) -> None:
        bars = int((pd.Timestamp("2018-01-01") + pd.DateOffset(months=months) - pd.Timestamp("2018-01-01")).days)
        paired = paired_months(account(1, bars=bars), account(2, bars=bars), seed=0)
        assert len(paired.months) == months
        assert (paired.low is not None) == judged
        assert paired.mean_difference is not None

    def test_document_is_json(self) -> None:
        document = paired_months(account(1), account(2), seed=3).to_dict()
        assert document["verdict"] in ("first", "second", "open")
        assert (document["seed"], document["coverage"]) == (3, 0.9)
