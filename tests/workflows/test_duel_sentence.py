"""The verdict of a duel: who earned more, how sure that is, and when nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            "Universal earned 0.50 % a month more than legacy; universal was ahead in 9 of 12 months. The difference "
            "(universal less legacy) lies between +0.10 % and +0.90 % a month (90 % interval): it is more than chance "
            "explains.",
        ),
        (
            {"low": -0.002},
            "Universal earned 0.50 % a month more than legacy; universal was ahead in 9 of 12 months. The difference "
            "(universal less legacy) lies between -0.20 % and +0.90 % a month (90 % interval): it may be chance.",
        ),
        (
            {"mean_difference": -0.004, "low": -0.009, "high": -0.001, "months_ahead": 2},
            "Legacy earned 0.40 % a month more than universal; universal was ahead in 2 of 12 months. The difference "
            "(universal less legacy) lies between -0.90 % and -0.10 % a month (90 % interval): it is more than chance "
            "explains.",
        ),
        (
            {"low": None, "high": None, "months": MONTHS[:4], "months_ahead": 3},
            "Universal earned 0.50 % a month more than legacy; universal was ahead in 3 of 4 months. Fewer than 12 "
            "months are too few to tell skill from chance.",
        ),
        (
            {"mean_difference": 0.0, "low": 0.0, "high": 0.0, "months_ahead": 0},
            "In each of 12 months universal and legacy earned the same.",
        ),
        (
            {"mean_difference": None, "low": None, "high": None, "months": ()},
            "There is no month in which both universal and legacy traded.",
        ),
    ],
)
def test_every_verdict(changes: dict[str, object], expected: str) -> None:
    assert duel_sentence(replace(BASE, **changes), "universal", "legacy") == expected  # type: ignore[arg-type]


def test_names_are_kept_as_they_are_written() -> None:
    said = duel_sentence(replace(BASE, low=-0.001), "AAPL v2", "IBM")
    assert said.startswith("AAPL v2 earned")
    assert "(AAPL v2 less IBM)" in said
