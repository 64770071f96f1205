"""The page of metrics names every figure that a backtest gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.metrics import measure
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.backtesting.random_entries import RandomEntries
from ktrdr_app.backtesting.statistics import statistics_document
from ktrdr_app.backtesting.trade_figures import MONTHS, WEEKDAYS
from ktrdr_app.backtesting.trades import REASONS
from tests.backtesting.trade_cases import random_trades

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
GROUPS = {*WEEKDAYS, *MONTHS, *REASONS, "long", "short"}
PLAIN = {"estimate", "low", "high", "coverage", "repeats", "returns", "slots", "source", "years", "bars_per_year"}
PLAIN |= {"calendar", "calendar_bars_per_year", "sharpe_by_calendar", "draws"}
"""Entries whose names say all there is to say."""


def names(document: Any) -> Iterator[str]:
    """Yield every key of a document that is the name of a figure, not of a group, a month or a date."""
    if isinstance(document, dict):
        for key, entry in document.items():
            if key not in GROUPS and not re.match(r"\d", key):
                yield key
            yield from names(entry)


def test_every_figure_is_on_the_page() -> None:
    index = pd.date_range("2020-01-01", periods=900, freq="1D", tz="UTC", unit="ns")
    curve = Curve.of(100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0.001, 0.01, 900))), index.asi8, 100.0)
    trades = random_trades(1, 80, 900)
    document = {
        **measure(curve.values, trades, 365.25, 100.0),
        **statistics_document(curve, trades, seed=0),
        **RandomEntries(np.ones(3), 1.0, 1.0, 3, 0, np.arange(1), np.ones((3, 1))).to_dict(),
    }
    page = PAGE.read_text(encoding="utf-8")
    told = set(re.findall(r"`(\w+)`", page)) | set(re.findall(r"`\w+\.(\w+)`", page))
    assert sorted(set(names(document)) - told - PLAIN) == []


@pytest.mark.parametrize("name", ["empyrical", "quantstats", "vectorbt", "backtesting.py", "the original KTRDR"])
def test_differences_to_other_programs_are_named(name: str) -> None:
    differences = PAGE.read_text(encoding="utf-8").split("## What others define differently")[1]
    assert f"| {name} |" in differences
