"""Steps between bars, against a count by hand with Python's own groups and dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding
from ktrdr_app.data.quality.steps import check_steps
from tests.data.quality.planted import context

START = dt.datetime(2024, 1, 8, tzinfo=dt.UTC)
MINUTES = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440, "1w": 10_080}


def bars_at(steps: Sequence[int], timeframe: str = "1h") -> Context:
    """Return a series of one price whose bars are so many minutes apart."""
    moments = [START + dt.timedelta(minutes=passed) for passed in accumulate(steps, initial=0)]
    index = pd.DatetimeIndex(moments, name="timestamp").as_unit("ns")
    columns = {name: np.full(len(moments), 100.0) for name in ("open", "high", "low", "close", "volume")}
    return context(pd.DataFrame(columns, index=index), timeframe=timeframe)


def found(steps: Sequence[int], timeframe: str = "1h") -> dict[str, Finding]:
    """Return the findings by code."""
    findings = check_steps(bars_at(steps, timeframe))
    assert len({entry.code for entry in findings}) == len(findings)
    return {entry.code: entry for entry in findings}


def by_hand(steps: Sequence[int], timeframe: str) -> dict[str, int]:
    """Return code to count, walking over groups of equal steps."""
    own, names = MINUTES[timeframe], {length: name for name, length in MINUTES.items()}
    usual = min(Counter(steps).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    if names.get(usual, timeframe) != timeframe:
        return {"wrong_timeframe": sum(step != own for step in steps)}
    other: set[int] = set()
    place = 0
    for step, group in groupby(steps):
        count = len(list(group))
        if step in names and step != own and count >= 4:
            other |= set(range(place, place + count))
        place += count
    other = other if len(other) >= 10 else set()
    early = sum(step < own and at not in other for at, step in enumerate(steps))
    return {code: n for code, n in (("mixed_timeframes", len(other)), ("overlapping_bars", early)) if n}


def test_the_table_of_this_test_is_the_programs() -> None:
    assert {name: length // 60_000_000_000 for name, length in NANOSECONDS.items()} == MINUTES


RUNS = st.lists(st.tuples(st.sampled_from([60, 60, 60, 5, 30, 240, 1440, 7, 90]), st.integers(1, 14)), min_size=1)


@given(runs=RUNS, timeframe=st.sampled_from(["1h", "30m", "1d"]))
def test_counts_against_a_walk_by_hand(runs: list[tuple[int, int]], timeframe: str) -> None:
    steps = [step for step, count in runs for _ in range(count)]
    if len(steps) < 2:
        steps += [60, 60]
    wanted = by_hand(steps, timeframe)
    assert {code: entry.count for code, entry in found(steps, timeframe).items()} == wanted


@pytest.mark.parametrize(("run", "told"), [(3, 0), (4, 16)])
def test_runs_of_three_may_be_chance_and_runs_of_four_are_not(run: int, told: int) -> None:
    steps = ([60] * 20 + [240] * run) * 4
    assert sum(entry.count for entry in found(steps).values()) == told


@pytest.mark.parametrize(("count", "code"), [(9, "overlapping_bars"), (10, "mixed_timeframes")])
def test_a_few_steps_of_another_length_are_bars_too_early_and_no_second_series(count: int, code: str) -> None:
    steps = [60] * 50 + [5] * count + [60] * 50
    assert {name: entry.count for name, entry in found(steps).items()} == {code: count}


def test_both_faults_are_told_apart_in_one_series() -> None:
    steps = [60] * 30 + [15] * 12 + [60] * 30 + [20, 60, 40] + [60] * 10
    told = found(steps)
    assert (told["mixed_timeframes"].count, told["mixed_timeframes"].severity) == (12, "error")
    assert (told["overlapping_bars"].count, told["overlapping_bars"].severity) == (2, "warning")


def test_an_example_names_the_bar_and_when_the_next_one_begins() -> None:
    steps = [60] * 5 + [35] + [60] * 5
    (example,) = found(steps)["overlapping_bars"].examples
    begin = START + dt.timedelta(hours=5)
    assert begin.strftime("%Y-%m-%dT%H:%M") in example.timestamp
    assert (begin + dt.timedelta(minutes=35)).strftime("%Y-%m-%dT%H:%M") in example.detail
    assert example.line == 7


@pytest.mark.parametrize("usual", [7, 120, 90])
def test_a_step_that_is_no_length_of_ours_is_no_other_time_frame(usual: int) -> None:
    told = found([usual] * 40, "1h")
    assert set(told) == ({"overlapping_bars"} if usual < 60 else set())


def test_of_two_steps_as_frequent_the_shorter_is_the_usual_one() -> None:
    told = found([60, 1440] * 10, "1d")
    assert told["wrong_timeframe"].count == 10
    assert "1h apart, not 1d" in told["wrong_timeframe"].message
    assert found([60, 1440] * 10, "1h") == {}


def test_holes_are_no_matter_of_steps() -> None:
    assert found([60] * 10 + [60 * 17] + [60] * 10 + [60 * 65] * 5 + [60] * 10) == {}


@pytest.mark.parametrize("steps", [[], [5], [5, 5]])
def test_two_bars_tell_no_step_and_three_do(steps: list[int]) -> None:
    assert set(found(steps)) == ({"wrong_timeframe"} if len(steps) == 2 else set())
