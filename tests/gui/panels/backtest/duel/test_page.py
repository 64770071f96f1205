"""The page of the duel: its words, its tone and its accounts are those of the two runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.duel.page import TONES, DuelPage
from ktrdr_app.workflows.duel_run import Duel, duel_of
from tests.gui.panels.backtest.conftest import outcome_of

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]


@pytest.fixture
def page(qtbot: QtBot, dark: QApplication) -> DuelPage:
    made = DuelPage()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


@pytest.fixture
def duel(tiny_bars: Bars) -> Duel:
    """Return early and late buyers on two years of days; the second one's bars begin later."""
    bars = tiny_bars(730, frequency="1D")

    def run(name: str, bars: pd.DataFrame, signals: dict[int, int]) -> Any:
        return outcome_of(bars, signals, strategy_name=name)

    return duel_of(run("early", bars, {5: 0, 400: 2}), run("late", bars.iloc[100:], {300: 0}))


def test_before_one_only_words_are_shown(page: DuelPage) -> None:
    assert page.verdict.isVisible()
    assert not page.accounts.isVisible()
    assert not page.differences.isVisible()
    assert not page.cautions.isVisible()


def test_accounts_are_those_of_the_runs_at_the_bars_of_the_first(page: DuelPage, duel: Duel) -> None:
    page.show_duel(duel)
    held, late, early = page.accounts.accounts
    assert (held.name, late.name, early.name) == ("buy and hold", "late", "early")
    np.testing.assert_array_equal(early.values, duel.first.result.values)
    assert np.isnan(late.values[:100]).all(), "before its own first bar it has no account"
    np.testing.assert_array_equal(late.values[100:], duel.second.result.values)
    assert len({account.dash for account in page.accounts.accounts}) == 3, "colour is not the only difference"


def test_months_in_common_are_drawn(page: DuelPage, duel: Duel) -> None:
    page.show_duel(duel)
    months = [bar.name for bar in page.differences.bars]
    assert months[0] == f"{duel.second.bars.index[0]:%Y-%m}"
    assert months == list(duel.paired.months)
    assert page.accounts.isVisible()
    assert page.differences.isVisible()


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.02, "first"), (-0.02, -0.01, "second"), (-0.1, 0.1, "open"), (0.0, 0.0, "same"), (None, None, "too_few")],
)
def test_the_tone_is_that_of_the_interval(
    page: DuelPage, duel: Duel, low: float | None, high: float | None, verdict: str
) -> None:
    page.show_duel(replace(duel, paired=replace(duel.paired, low=low, high=high)))
    assert page.verdict.property("tone") == TONES[verdict]


def test_cautions_take_room_only_where_there_are_some(page: DuelPage, duel: Duel) -> None:
    page.show_duel(replace(duel, cautions=("LOOK-AHEAD <b>", "other market")))
    assert page.cautions.isVisible()
    assert page.cautions.text() == "LOOK-AHEAD <b>\nother market"
    page.show_duel(duel)
    assert not page.cautions.isVisible()
    assert page.duel is duel
