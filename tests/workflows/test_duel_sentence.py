"""The verdict of a duel: who earned more, how sure that is, and when nobody can tell."""

from __future__ import annotations

from dataclasses import replace

from ktrdr_app.backtesting.paired import PairedMonths
from ktrdr_app.workflows.duel_sentence import duel_sentence

MONTHS = tuple(f"2020-{month:02d}" for month in range(1, 13))
BASE = PairedMonths(
    months=MONTHS,
    first=(0.01,) * 12,
    second=(0.005,) * 12,
    mean_difference=0.005,
    low=0.001,
    high=0.009,
    months_ahead=9,
    coverage=0.9,
    block_months=1.0,
    repeats=2000,
    seed=0,
)


ADVANTAGE = "Universal earned 0.50 % a month more than legacy; universal was ahead in 9 of 12 months. "
BOUNDS = "The difference (universal less legacy) lies between {} and {} a month (90 % interval): "
CHANCE, SURE = "it may be chance.", "it is more than chance explains."


def test_an_advantage_that_is_more_than_chance() -> None:
    assert duel_sentence(BASE, "universal", "legacy") == ADVANTAGE + BOUNDS.format("+0.10 %", "+0.90 %") + SURE


def test_an_advantage_that_may_be_chance() -> None:
    said = duel_sentence(replace(BASE, low=-0.002), "universal", "legacy")
    assert said == ADVANTAGE + BOUNDS.format("-0.20 %", "+0.90 %") + CHANCE


def test_the_second_may_be_the_better_one() -> None:
    behind = replace(BASE, mean_difference=-0.004, low=-0.009, high=-0.001, months_ahead=2)
    said = duel_sentence(behind, "universal", "legacy")
    assert said.startswith("Legacy earned 0.40 % a month more than universal; universal was ahead in 2 of 12 months. ")
    assert said.endswith(BOUNDS.format("-0.90 %", "-0.10 %") + SURE)


def test_few_months_are_not_judged() -> None:
    few = replace(BASE, low=None, high=None, months=MONTHS[:4], months_ahead=3)
    said = duel_sentence(few, "universal", "legacy")
    assert said.endswith("in 3 of 4 months. Fewer than 12 months are too few to tell skill from chance.")
    assert "interval" not in said


def test_no_difference_at_all() -> None:
    same = replace(BASE, mean_difference=0.0, low=0.0, high=0.0, months_ahead=0)
    assert duel_sentence(same, "universal", "legacy") == "In each of 12 months universal and legacy earned the same."


def test_few_months_without_a_difference_have_nobody_ahead() -> None:
    few = replace(BASE, mean_difference=0.0, low=None, high=None, months=MONTHS[:4], first=(0.01,) * 4, months_ahead=0)
    alike = replace(few, second=few.first)
    assert duel_sentence(alike, "universal", "legacy") == "In each of 4 months universal and legacy earned the same."
    one = replace(alike, months=MONTHS[:1], first=(0.01,), second=(0.01,))
    said = "In the one month that both traded universal and legacy earned the same."
    assert duel_sentence(one, "universal", "legacy") == said


def test_no_month_in_common() -> None:
    apart = replace(BASE, mean_difference=None, low=None, high=None, months=())
    said = duel_sentence(apart, "universal", "legacy")
    assert said == "There is no month in which both universal and legacy traded."


def test_names_are_kept_as_they_are_written() -> None:
    said = duel_sentence(replace(BASE, low=-0.001), "AAPL v2", "IBM")
    assert said.startswith("AAPL v2 earned")
    assert "(AAPL v2 less IBM)" in said
