"""Planted faults of volume."""

from __future__ import annotations

import numpy as np
import pytest

from tests.data.quality.planted import clean, codes, lines_of, only, report


def test_no_volume_at_all_is_said_once() -> None:
    found = report(clean().assign(volume=np.nan))
    assert codes(found) == {"no_volume"}
    assert found.verdict == "clean"


def test_volume_that_is_zero_throughout_is_said_once() -> None:
    frame = clean().assign(volume=0.0)
    found = report(frame)
    assert codes(found) == {"zero_volume"}
    assert "throughout" in only(found, "zero_volume").message
    assert only(found, "zero_volume").count == len(frame)


def test_zero_missing_and_negative_volume() -> None:
    frame = clean()
    frame.iloc[[3, 4, 5], 4] = 0.0
    frame.iloc[[7, 8], 4] = np.nan
    frame.iloc[9, 4] = -1.0
    found = report(frame)
    wanted = {
        "zero_volume": ("info", [5, 6, 7]),
        "missing_volume": ("warning", [9, 10]),
        "negative_volume": ("error", [11]),
    }
    assert codes(found) == set(wanted)
    for code, (severity, lines) in wanted.items():
        assert only(found, code).severity == severity
        assert lines_of(only(found, code)) == lines
    assert only(found, "zero_volume").message == f"3 bars ({3 / len(frame):.2%}): the volume is 0"


@pytest.mark.parametrize("factor", [1000.0, 0.001, 100.0, 0.01])
def test_another_unit_from_some_day_on(factor: float) -> None:
    frame = clean()
    frame.iloc[720:, 4] *= factor
    found = only(report(frame), "volume_scale_breaks")
    assert found.count == 1
    assert lines_of(found) == [722]


@pytest.mark.parametrize("factor", [2.0, 5.0, 0.2])
def test_busier_times_are_no_other_unit(factor: float) -> None:
    frame = clean()
    frame.iloc[720:, 4] *= factor
    assert codes(report(frame)) == set()


def test_one_wild_day_is_no_other_unit() -> None:
    frame = clean()
    frame.iloc[720:744, 4] *= 1000.0
    assert codes(report(frame)) == set()


def test_daily_series_are_compared_by_weeks() -> None:
    frame = clean("XNYS", "1d", "2020-01-06", "2024-01-03")
    frame.iloc[500:, 4] *= 100.0
    found = only(report(frame, "XNYS", "1d"), "volume_scale_breaks")
    assert found.count == 1
    assert abs(lines_of(found)[0] - 502) <= 5


def test_a_short_series_has_no_scale_to_break() -> None:
    frame = clean().iloc[:60]
    frame.iloc[30:, 4] *= 1000.0
    assert codes(report(frame)) == set()


@pytest.mark.parametrize(("share", "told"), [(1.0, True), (0.6, True), (0.2, False)])
def test_one_volume_in_most_bars_is_no_volume(share: float, told: bool) -> None:
    frame = clean()
    same = np.random.default_rng(5).random(len(frame)) < share
    frame.loc[same, "volume"] = 60.0
    found = report(frame)
    assert codes(found) <= {"constant_volume"}
    assert found.count("constant_volume") == (int((frame["volume"] == 60.0).sum()) if told else 0)
