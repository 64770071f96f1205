"""Tables of certainty: every figure with its unit, clocks that exist, rivals in their order."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.periods import Curve, figures_by_period
from ktrdr_app.workflows.report_statistics import FIGURES, luck_table, periods_table

HELD = {"final_equity": 155_500.0}
RANDOM = {"draws": 200, "high": 0.31, "median": 0.02, "low": -0.18, "percentile": 0.64}


def figures(freq: str = "1h", bars: int = 3000) -> dict:
    index = pd.date_range("2021-01-01", periods=bars, freq=freq, tz="UTC", unit="ns")
    moves = np.random.default_rng(0).normal(0.0002, 0.004, bars)
    return {"by_period": figures_by_period(Curve.of(100 * np.exp(np.cumsum(moves)), index.asi8, 100.0))}


class TestPeriods:
    def test_cells_are_the_figures(self) -> None:
        statistics = figures()
        table = periods_table(statistics)
        assert table.columns == ("Figure", "Bars", "Days", "Weeks", "Months", "Meaning")
        rows = {row[0].text: [cell.text for cell in row[1:5]] for row in table.rows}
        assert len(rows) == len(FIGURES)
        for name, clock in enumerate(("bar", "day", "week", "month")):
            part = statistics["by_period"][clock]
            assert rows["Sharpe ratio"][name] == f"{part['sharpe_ratio']:.2f}"
            assert rows["Value at risk"][name] == f"{100 * part['var_95']:.1f} %"
            assert rows["Returns"][name] == f"{part['periods']:,}"

    def test_every_row_says_what_it_means(self) -> None:
        assert all(row[-1].text for row in periods_table(figures()).rows)

    def test_a_clock_finer_than_the_bars_has_no_column(self) -> None:
        table = periods_table(figures("7D", 300))
        assert table.columns == ("Figure", "Bars", "Weeks", "Months", "Meaning")
        assert {len(row) for row in table.rows} == {5}

    def test_what_does_not_exist_is_not_a_number(self) -> None:
        index = pd.date_range("2021-01-01", periods=5, freq="1D", tz="UTC", unit="ns")
        still = {"by_period": figures_by_period(Curve.of(np.full(5, 100.0), index.asi8, 100.0))}
        rows = {row[0].text: row[1].text for row in periods_table(still).rows}
        assert rows["Sharpe ratio"] == rows["Omega"] == "n/a"
        assert not any(re.search(r"nan|inf", text) for text in rows.values())


class TestLuck:
    def test_rivals_and_their_returns(self) -> None:
        table = luck_table({"buy_and_hold": HELD, "random_entries": RANDOM}, 100_000.0)
        assert [(row[0].text, row[1].text) for row in table.rows] == [
            ("Buy and hold", "55.5 %"),
            ("Always HOLD", "0.0 %"),
            ("Random entries, 95th percentile", "31.0 %"),
            ("Random entries, median", "2.0 %"),
            ("Random entries, 5th percentile", "-18.0 %"),
            ("Random runs beaten", "64.0 %"),
        ]
        assert "200 runs" in table.rows[2][2].text

    @pytest.mark.parametrize("random", [None, {}])
    def test_a_run_without_trades_has_no_random_rivals(self, random: dict | None) -> None:
        table = luck_table({"buy_and_hold": HELD, "random_entries": random}, 100_000.0)
        assert [row[0].text for row in table.rows] == ["Buy and hold", "Always HOLD"]
