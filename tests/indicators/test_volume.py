"""On-balance volume against figures worked out by hand, and where volume is missing."""

from __future__ import annotations

import numpy as np

from ktrdr_app.indicators import compute
from tests.indicators.bars import frame_of, sample_bars

NAN = np.nan


def test_obv_by_hand() -> None:
    bars = frame_of([10, 11, 11, 9, 12], volume=[5, 7, 100, 3, 2])
    assert compute("obv", bars)["obv"].tolist() == [5, 12, 12, 9, 11]


def test_missing_volume_counts_as_none() -> None:
    bars = frame_of([10, 11, 12, 9, 12], volume=[NAN, 7, NAN, 3, 2])
    assert compute("obv", bars)["obv"].tolist() == [0, 7, 7, 4, 6]


def test_no_volume_at_all_gives_0() -> None:
    bars = sample_bars("EURUSD_1h").assign(volume=NAN)
    assert (compute("obv", bars)["obv"] == 0).all()


def test_one_bar_and_none() -> None:
    assert compute("obv", frame_of([3.0], volume=8.0))["obv"].tolist() == [8.0]
    assert compute("obv", frame_of([]))["obv"].tolist() == []


def test_missing_volume_is_left_missing_in_the_bars() -> None:
    bars = frame_of([1, 2, 3], volume=[1, NAN, 1])
    compute("obv", bars)
    assert bars["volume"].isna().tolist() == [False, True, False]
