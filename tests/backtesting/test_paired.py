"""Two accounts month by month: paired over the time they share, with an interval that holds what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from typing import cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def months_by_hand(curve: Curve, first: int, last: int) -> dict[str, Fraction]:
    """Return each month's return between two moments, bar by bar."""
    before, found, base = Fraction(curve.start), dict[str, Fraction](), dict[str, Fraction]()
    for stamp, value in zip(curve.stamps.tolist(), curve.values.tolist(), strict=True):
        if first <= stamp <= last:
            name = datetime.fromtimestamp(stamp // 10**9, UTC).strftime("%Y-%m")
            found[name] = Fraction(value) / base.setdefault(name, before) - 1
        before = Fraction(value)
    return found


class TestByHand:
    @given(st.integers(0, 50), st.integers(0, 300), st.integers(0, 300), st.integers(1, 500), st.integers(1, 500))
    @settings(max_examples=25)
    def test_months_bar_by_bar(self, seed: int, late: int, later: int, bars: int, others: int) -> None:
        day = pd.Timestamp("2019-01-20")
        first = account(seed, str(day + pd.Timedelta(days=late)), bars)
        second = account(seed + 1, str(day + pd.Timedelta(days=later)), others, capital=77.0)
        paired = paired_months(first, second, seed=1, repeats=50)
        begin, end = max(first.stamps[0], second.stamps[0]), min(first.stamps[-1], second.stamps[-1])
        ours, theirs = (months_by_hand(curve, begin, end) for curve in (first, second))
        assert paired.months == tuple(sorted(ours.keys() & theirs.keys()))
        assert list(paired.first) == pytest.approx([float(ours[name]) for name in paired.months], abs=1e-12)
        assert list(paired.second) == pytest.approx([float(theirs[name]) for name in paired.months], abs=1e-12)
        differences = [ours[name] - theirs[name] for name in paired.months]
        if differences:
            mean = float(sum(differences) / len(differences))
            assert paired.mean_difference == pytest.approx(mean, abs=1e-12)
        assert paired.months_ahead == sum(difference > 0 for difference in differences)

    def test_turned_round_the_interval_turns_its_sign(self) -> None:
        first, second = account(1), account(2)
        there, back = paired_months(first, second, seed=5), paired_months(second, first, seed=5)
        low, high = cast("float", back.low), cast("float", back.high)
        assert (there.low, there.high) == (pytest.approx(-high), pytest.approx(-low))
        assert there.months_ahead + back.months_ahead == len(there.months)

    def test_money_at_the_start_does_not_matter(self) -> None:
        poor, rich = account(1, capital=1.0), account(1, capital=1e6)
        other = account(2)
        assert paired_months(poor, other, seed=3).mean_difference == pytest.approx(
            paired_months(rich, other, seed=3).mean_difference
        )

    @pytest.mark.parametrize(("gain", "verdict"), [(0.01, "first"), (-0.01, "second"), (0.0, "same")])
    def test_a_difference_that_never_varies_is_its_own_interval(self, gain: float, verdict: str) -> None:
        index = pd.date_range("2018-01-31", periods=24, freq="ME", tz="UTC", unit="ns")
        grows = Curve.of(100.0 * np.cumprod(np.full(24, 1 + gain)), index.asi8, 100.0)
        rests = Curve.of(np.full(24, 100.0), index.asi8, 100.0)
        paired = paired_months(grows, rests, seed=0)
        assert paired.verdict == verdict
        assert paired.low == paired.high == pytest.approx(gain, abs=1e-12)

    def test_the_same_seed_gives_the_same_interval_and_another_one_nearly(self) -> None:
        first, second = account(1), account(2)
        one, again, other = (paired_months(first, second, seed=seed) for seed in (7, 7, 8))
        assert one == again
        assert (one.low, one.high) != (other.low, other.high)
        width = cast("float", one.high) - cast("float", one.low)
        assert other.low == pytest.approx(one.low, abs=0.2 * width)
        assert other.high == pytest.approx(one.high, abs=0.2 * width)

    def test_the_document_is_read_back(self) -> None:
        paired = paired_months(account(1), account(2), seed=3)
        document = json.loads(json.dumps(paired.to_dict()))
        assert document["months"] == list(paired.months)
        assert document["first"] == list(paired.first)
        assert (document["low"], document["high"]) == (paired.low, paired.high)
