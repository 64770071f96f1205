"""A run taken apart, against counting by hand and against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.workflows.run_breakdown import (
    MOST_BINS,
    WEEKDAYS,
    Group,
    by_hour,
    by_weekday,
    group_words,
    month_grid,
    month_words,
    return_bins,
    return_words,
)

MONTHS = {"2019-11": 0.10, "2019-12": -0.05, "2020-01": 0.0, "2020-03": 0.02}


class TestMonths:
    def test_years_stand_below_each_other_with_their_gaps(self) -> None:
        first, second = month_grid(MONTHS)
        assert (first.year, second.year) == (2019, 2020)
        assert first.months == (*[None] * 10, 0.10, -0.05)
        assert second.months[:4] == (0.0, None, 0.02, None)

    def test_a_years_total_compounds_its_months(self) -> None:
        first, second = month_grid(MONTHS)
        assert first.total == pytest.approx(1.10 * 0.95 - 1)
        assert second.total == pytest.approx(0.02)

    def test_all_years_together_are_the_whole_return(self) -> None:
        random = np.random.default_rng(3).normal(0.01, 0.05, 30)
        names = [str(month) for month in pd.period_range("2018-05", periods=30, freq="M")]
        rows = month_grid(dict(zip(names, random.tolist(), strict=True)))
        assert np.prod([1 + row.total for row in rows]) == pytest.approx(np.prod(1 + random))
        assert [row.year for row in rows] == [2018, 2019, 2020]

    def test_no_months_are_no_years(self) -> None:
        assert month_grid({}) == ()
        assert month_words({}) == ""

    def test_the_sentence_counts_and_names_best_and_worst(self) -> None:
        assert month_words(MONTHS) == (
            "2 of 4 months gained, 1 moved nothing; the best was 2019-11 with +10.0 %, the worst 2019-12 with -5.0 %."
        )


class TestSpread:
    @given(st.lists(st.floats(-0.9, 5.0), min_size=1, max_size=200))
    def test_every_trade_is_in_one_bar_that_holds_it(self, values: list[float]) -> None:
        returns = np.array(values)
        bins = return_bins(returns)
        assert bins.counts.sum() == len(returns)
        assert len(bins.edges) == len(bins.counts) + 1
        assert (np.diff(bins.edges) > 0).all()
        assert len(bins.counts) <= MOST_BINS + 1

    def test_no_bar_holds_gains_and_losses(self) -> None:
        bins = return_bins(np.array([-0.013, -0.001, 0.001, 0.02]))
        below, above = bins.edges[:-1] < -1e-12, bins.edges[1:] > 1e-12
        assert not (below & above).any()
        assert bins.counts[below].sum() == 2

    def test_the_width_is_a_round_number(self) -> None:
        width = float(np.diff(return_bins(np.array([-0.31, 0.62])).edges)[0])
        assert width == pytest.approx(0.05)

    def test_returns_of_exactly_nothing_have_a_bar(self) -> None:
        assert return_bins(np.zeros(3)).counts.sum() == 3
        assert len(return_bins(np.zeros(0)).counts) == 0

    def test_the_sentence(self) -> None:
        words = return_words(np.array([0.02, -0.01, 0.04]))
        assert words == "2 of 3 trades gained; the middle one brought +2.0 %, the best +4.0 %, the worst -1.0 %."
        assert return_words(np.zeros(0)) == ""

    def test_a_result_that_hangs_on_few_trades_is_called_so(self) -> None:
        hanging = np.array([0.9, *[-0.02] * 19])
        assert "hangs on few of them" in return_words(hanging)
        assert "hangs" not in return_words(np.full(20, 0.01))
        assert "hangs" not in return_words(np.array([0.9, -0.1]))


class TestGroups:
    def test_hours_and_weekdays_are_those_of_pandas(self) -> None:
        index = pd.date_range("2020-01-01", periods=500, freq="5h", tz="UTC").as_unit("ns")
        returns = np.random.default_rng(1).normal(0, 0.01, 500)
        for groups, key in (
            (by_hour(nanoseconds(index), returns), index.strftime("%H:00")),
            (by_weekday(nanoseconds(index), returns), index.day_name()),
        ):
            expected = pd.Series(returns).groupby(key).agg(["size", "mean"])
            found = {group.name: (group.trades, group.mean) for group in groups}
            assert found.keys() == set(expected.index)
            for name, (size, mean) in found.items():
                assert size == expected.loc[name, "size"]
                assert mean == pytest.approx(expected.loc[name, "mean"])

    def test_days_stand_in_the_order_of_the_week(self) -> None:
        index = pd.date_range("2020-01-01", periods=7, freq="1D", tz="UTC").as_unit("ns")
        groups = by_weekday(nanoseconds(index), np.arange(7.0))
        assert [group.name for group in groups] == list(WEEKDAYS)
        assert groups[2].mean == 0.0, "1 January 2020 was a Wednesday"

    def test_moments_before_1970_have_their_day_too(self) -> None:
        index = pd.DatetimeIndex(["1969-12-30T22:00"], tz="UTC").as_unit("ns")
        assert by_weekday(nanoseconds(index), np.ones(1))[0].name == "Tuesday"
        assert by_hour(nanoseconds(index), np.ones(1))[0].name == "22:00"

    def test_wins_are_counted(self) -> None:
        (group,) = by_hour(np.zeros(4, dtype=np.int64), np.array([0.1, 0.0, -0.2, 0.3]))
        assert (group.trades, group.won) == (4, 2)

    def test_the_sentence_warns_of_small_groups(self) -> None:
        groups = (Group("Monday", 40, 20, 0.01), Group("Friday", 1, 0, -0.02))
        assert group_words(groups) == (
            "Best: Monday with +1.00 % on average (40 trades); worst: Friday with -2.00 % on average (1 trade). "
            "Some groups have fewer than ten trades: their means are chance."
        )
        assert "chance" not in group_words((groups[0], Group("Friday", 12, 0, -0.02)))
        assert group_words(groups[:1]) == ""
        assert by_hour(np.zeros(0, dtype=np.int64), np.zeros(0)) == ()
