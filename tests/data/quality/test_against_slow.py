"""Every check against a slow one, written from its definition, on series with many faults at once."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.quality.coverage import coverage
from ktrdr_app.data.quality.prices import LEAST_SPIKE, SPIKE, spike_rows
from tests.data.calendars.clocks import forex_is_open
from tests.data.quality.planted import clean, context, only, report

SEEDS = range(6)
HOUR = NANOSECONDS["1h"]


def _troubled(seed: int, calendar: str = "forex", timeframe: str = "1h") -> pd.DataFrame:
    """Return a series with holes, spikes, zeros and doubled rows at random places."""
    random = np.random.default_rng(seed)
    frame = clean(calendar, timeframe, seed=seed)
    frame = frame[random.random(len(frame)) > 0.03].copy()
    for row in random.choice(np.arange(5, len(frame) - 5), 12, replace=False).tolist():
        column = int(random.integers(1, 4))
        frame.iloc[row, column] *= float(random.choice([0.2, 0.8, 0.97, 1.02, 1.3, 8.0]))
        frame.iloc[row, 1] = frame.iloc[row, :4].max()
        frame.iloc[row, 2] = frame.iloc[row, :4].min()
    frame.iloc[random.choice(len(frame), 9, replace=False), 4] = 0.0
    return frame


def _slow_spikes(frame: pd.DataFrame, scale: list[float]) -> list[int]:
    bars = [[math.log(value) for value in row] for row in frame.iloc[:, :4].to_numpy().tolist()]
    found = []
    for row, (opened, high, low, close) in enumerate(bars):
        beside = [bars[at] for at in (row - 1, row + 1) if 0 <= at < len(bars)]
        limit = max(SPIKE * scale[row], LEAST_SPIKE)
        away = [close - other[3] for other in beside]
        alone = min(map(abs, away)) if all(step > 0 for step in away) or all(step < 0 for step in away) else 0.0
        above = min(high - max(opened, close), high - max(other[1] for other in beside))
        below = min(min(opened, close) - low, min(other[2] for other in beside) - low)
        if max(alone, above, below) > limit:
            found.append(row)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_spikes(seed: int) -> None:
    frame = _troubled(seed)
    looked = context(frame, "forex")
    found = np.flatnonzero(spike_rows(looked)).tolist()
    assert found == _slow_spikes(frame, looked.unusual_scale.tolist())
    assert found


@pytest.mark.parametrize("seed", SEEDS)
def test_holes_of_the_forex_week(seed: int) -> None:
    frame = _troubled(seed)
    stamps = frame.index.asi8.tolist()
    unexpected = missing = expected = 0
    for here, there in pairwise(stamps):
        absent = sum(forex_is_open(at) for at in range(here + HOUR, there, HOUR))
        missing += absent
        unexpected += absent > 0
        expected += not absent and there - here > HOUR
    found = report(frame, "forex")
    assert found.count("gaps_unexpected") == unexpected
    assert found.count("gaps_expected") == expected
    assert found.to_document()["missing_bars"] == missing


@pytest.mark.parametrize("seed", SEEDS)
def test_coverage_by_month(seed: int) -> None:
    frame = _troubled(seed)
    covered = coverage(context(frame, "forex"))
    due: dict[str, int] = {}
    there: dict[str, int] = {}
    have = set(frame.index.asi8.tolist())
    for at in range(frame.index.asi8[0], frame.index.asi8[-1] + 1, HOUR):
        if forex_is_open(at):
            month = str(np.datetime64(at, "ns").astype("datetime64[M]"))
            due[month] = due.get(month, 0) + 1
            there[month] = there.get(month, 0) + (at in have)
    assert covered.months == tuple(due)
    assert covered.expected.tolist() == list(due.values())
    assert covered.present.tolist() == list(there.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_zero_volume_lists_the_first_rows(seed: int) -> None:
    frame = _troubled(seed)
    zeros = [row for row, value in enumerate(frame["volume"].tolist()) if value == 0]
    found = only(report(frame, "forex"), "zero_volume")
    assert found.count == len(zeros) == 9
    assert [example.line - 2 for example in found.examples] == zeros[:5]
    assert [example.timestamp for example in found.examples] == [
        f"{frame.index[row]:%Y-%m-%dT%H:%M:%SZ}" for row in zeros[:5]
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ratio", [2.0, 3.0, 5.0, 10.0])
def test_splits_are_found_wherever_they_fall(seed: int, ratio: float) -> None:
    frame = clean("XNYS", "1d", "2021-01-04", "2024-01-03", seed)
    row = int(np.random.default_rng(seed).integers(20, len(frame) - 20))
    frame.iloc[row:, :4] /= ratio
    found = only(report(frame, "XNYS", "1d"), "suspected_splits")
    assert [example.line - 2 for example in found.examples] == [row]
    closes = frame["close"].tolist()
    level = median(closes[row - 5 : row]) / median(closes[row : row + 5])
    assert level == pytest.approx(ratio, rel=0.05)
    assert found.examples[0].detail.startswith(f"{ratio:g} for 1")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("timeframe", ["1h", "4h", "1d"])
def test_clean_series_of_any_seed_stay_clean(seed: int, timeframe: str) -> None:
    for calendar in ("forex", "XNYS", "24/7"):
        found = report(clean(calendar, timeframe, seed=seed), calendar, timeframe)
        assert found.verdict == "clean", found.findings


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_changes_only_that_it_is_told(seed: int) -> None:
    frame = _troubled(seed)
    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    first, second = report(frame, "forex"), report(mixed, "forex")
    counts = {entry.code: entry.count for entry in second.findings}
    assert counts.pop("unsorted") > 0
    assert counts == {entry.code: entry.count for entry in first.findings}
    assert (first.first, first.last, first.bars) == (second.first, second.last, second.bars)


@pytest.mark.parametrize("shift", [-12, -7, -3, 4, 8, 12])
@pytest.mark.parametrize("timeframe", ["5m", "30m"])
def test_any_shift_of_a_share_is_measured(shift: int, timeframe: str) -> None:
    frame = clean("XNYS", timeframe, "2024-05-06", "2024-06-10")
    moved = frame.set_axis(frame.index + pd.Timedelta(hours=shift))
    message = only(report(moved, "XNYS", timeframe), "wrong_time_zone").message
    assert f"moved by {-shift:+d} h in summer" in message
    assert "winter" not in message
