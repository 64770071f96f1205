"""Edges of the plots of results: odd accounts, bars that mean nothing, spreads of tiny returns, tables to copy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.gui.panels.backtest.results.account_plot import Account, AccountPlot
from ktrdr_app.gui.panels.backtest.results.bars_plot import Bar, BarsPlot
from ktrdr_app.gui.panels.backtest.results.months import FULL, STRONGEST, tint
from ktrdr_app.gui.panels.backtest.results.spread import SpreadPage
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


@pytest.fixture
def accounts(qtbot: QtBot, dark: QApplication) -> AccountPlot:
    made = AccountPlot("Accounts & more", "backtestPanel.accounts")
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show()
    return made


@pytest.fixture
def bars(qtbot: QtBot, dark: QApplication) -> BarsPlot:
    made = BarsPlot("Bars", "backtestPanel.bars", "mean", percents=True)
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    return made


@pytest.fixture
def spread(qtbot: QtBot, dark: QApplication) -> SpreadPage:
    made = SpreadPage()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def entered(count: int) -> np.ndarray:
    return nanoseconds(pd.date_range("2020-01-06T09:00", periods=count, freq="25h", tz="UTC").as_unit("ns"))


class TestAccounts:
    @given(values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
    @SHARED
    def test_every_value_is_in_view(self, accounts: AccountPlot, values: list[float]) -> None:
        accounts.set_accounts(entered(len(values)), (Account("one", np.array(values)),))
        (left, right), (low, high) = accounts.view.viewRange()
        assert left < 0
        assert right > len(values) - 1
        assert low < min(values)
        assert high > max(values)

    def test_one_without_any_value_is_named_and_not_told(self, accounts: AccountPlot) -> None:
        gap, flat = np.full(3, np.nan), np.array([np.nan, 100.0, 110.0])
        accounts.set_accounts(entered(3), (Account("late", gap), Account("there", flat)))
        assert accounts.accessibleDescription() == "there +10.0\u202f%"
        assert "late" in accounts.heading.toPlainText()
        accounts.set_accounts(entered(3), (Account("late", gap),))
        assert accounts.accessibleDescription() == "nothing to show yet"

    def test_a_theme_keeps_names_and_changes_colours(self, accounts: AccountPlot, dark: QApplication) -> None:
        accounts.set_accounts(entered(3), (Account("a < b", np.arange(1.0, 4.0), "series_2", "dot"),))
        before = accounts.heading.toPlainText()
        for theme in ("light", "contrast"):
            apply_theme(dark, theme)
            assert accounts.heading.toPlainText() == before
            assert tokens().series_2 in accounts.heading.toHtml()
        assert "a < b" in before
        assert "Accounts & more" in before


class TestBars:
    @given(heights=st.lists(st.floats(-10, 10), min_size=1, max_size=30))
    @SHARED
    def test_every_bar_and_the_line_of_nothing_is_in_view(self, bars: BarsPlot, heights: list[float]) -> None:
        bars.set_bars([Bar(str(place), height, height >= 0, 1) for place, height in enumerate(heights)], "")
        (left, right), (low, high) = bars.view.viewRange()
        assert left < -0.4
        assert right > len(heights) - 0.6
        assert low <= min(0.0, *heights, 0.0)
        assert high >= max(0.0, *heights, 0.0)

    def test_names_stand_at_even_steps(self, bars: BarsPlot) -> None:
        for count in (1, 12, 13, 24, 25, 100):
            bars.set_bars([Bar(f"n{place}", 1.0, True, 1) for place in range(count)], "")
            (names,) = bars.bottom_axis._tickLevels
            steps = set(np.diff([place for place, _ in names]))
            assert len(steps) <= 1
            assert all(words == f"n{place}" for place, words in names)


class TestSpread:
    def test_names_of_bars_tell_them_apart_however_small_the_returns(self, spread: SpreadPage) -> None:
        for scale in (1e-5, 1e-4, 1e-3, 1e-2, 1.0):
            returns = scale * np.array([-0.93, -0.43, 0.13, 0.37, 0.83, 1.13])
            spread.set_trades(entered(6), returns)
            names = [bar.name for bar in spread.spread.bars]
            assert len(names) == len(set(names)), f"at {scale}: {names}"
            ends = [float(name.replace("−", "-").removesuffix("\u202f%")) / 100 for name in names]
            steps = np.diff(ends)
            np.testing.assert_allclose(steps, steps[0], rtol=1e-6, err_msg="the bars are equally wide")
            for value in returns:
                place = int(np.searchsorted(ends, value, side="right")) - 1
                assert spread.spread.bars[place].count > 0, "each trade lies behind the end that its bar is named by"

    @given(returns=st.lists(st.floats(-0.5, 2.0), min_size=1, max_size=60))
    @SHARED
    def test_every_trade_is_counted_once_on_the_side_it_ended(self, spread: SpreadPage, returns: list[float]) -> None:
        spread.set_trades(entered(len(returns)), np.array(returns))
        drawn = spread.spread.bars
        assert sum(bar.count for bar in drawn) == len(returns)
        assert sum(bar.count for bar in drawn if not bar.gains) == sum(value < 0 for value in returns)
        for plot in (spread.hours, spread.weekdays):
            assert sum(bar.count for bar in plot.bars) in (0, len(returns))

    def test_the_table_of_returns_has_each_column_once(self, spread: SpreadPage) -> None:
        spread.set_trades(entered(4), np.array([0.02, -0.01, 0.04, 0.01]))
        for plot, heads in ((spread.spread, "group,trades"), (spread.hours, "group,mean return,trades")):
            assert plot.figures().csv().splitlines()[0] == heads

    def test_clearing_leaves_nothing_of_the_last_run(self, spread: SpreadPage) -> None:
        spread.set_trades(entered(4), np.array([0.02, -0.01, 0.04, 0.01]))
        spread.clear()
        for plot in (spread.spread, spread.hours, spread.weekdays):
            assert plot.bars == ()
            assert plot.accessibleDescription() == "nothing to show yet"
        assert spread.hour_words.text() == spread.weekday_words.text() == ""


@given(st.floats(-3, 3).filter(bool), st.floats(-3, 3).filter(bool))
def test_a_tint_is_deeper_for_the_larger_and_never_deeper_than_text_allows(one: float, other: float) -> None:
    theme = tokens()

    def depth(value: float) -> int:
        whole = tint(np.sign(value) * 99.0, FULL, theme).getRgb()[:3]  # type: ignore[index]
        own = tint(value, FULL, theme).getRgb()[:3]  # type: ignore[index]
        none = tint(np.sign(value) * 1e-12, FULL, theme).getRgb()[:3]  # type: ignore[index]
        assert all(min(a, c) <= b <= max(a, c) for a, b, c in zip(none, own, whole, strict=True))
        return sum(abs(a - b) for a, b in zip(none, own, strict=True))

    if np.sign(one) == np.sign(other) and abs(one) <= abs(other):
        assert depth(one) <= depth(other)
    assert depth(FULL) == depth(1.0)
    assert 0 < STRONGEST < 0.5
