"""One symbol from bars to rows: paired by the same mask, and refused when too short."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.errors import NotFinite, TooFewRows
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.features.build import build_features
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.training.process import process_symbol
from tests.conftest import make_bars
from tests.features.strategies import plan

HOUR = 3_600_000_000_000


def test_rows_are_the_bars_that_have_features_and_a_label() -> None:
    bars, made = make_bars(400, seed=1), plan()
    found = process_symbol("PROBE", bars, "1h", made)
    frame, labels = build_features(bars, made), label_bars(bars, "1h", made.strategy.labels)
    kept = [i for i in range(400) if frame.valid[i] and labels.label[i] >= 0]
    assert found.block.close_time.tolist() == [bars.index.asi8[i] + HOUR for i in kept]
    np.testing.assert_array_equal(found.block.values, frame.values[kept])
    np.testing.assert_array_equal(found.block.label, labels.label[kept])
    np.testing.assert_array_equal(found.block.label_end, labels.label_end[kept])
    assert found.block.symbols == ("PROBE",)
    assert np.isfinite(found.block.values).all()
    assert (found.bars, found.warm_up_rows) == (400, int((~frame.valid).sum()))


def test_the_last_rows_have_no_label_and_are_left_out() -> None:
    bars = make_bars(300, seed=2)
    block = process_symbol("PROBE", bars, "1h", plan()).block
    assert block.close_time[-1] == bars.index.asi8[-6] + HOUR
    assert block.label_end[-1] == bars.index.asi8[-1] + HOUR


def test_a_symbol_too_short_is_named_with_its_numbers() -> None:
    with pytest.raises(TooFewRows, match="SHORT 1h") as caught:
        process_symbol("SHORT", make_bars(120), "1h", plan())
    assert "of 120 bars" in caught.value.message
    assert "19 have no complete label" in caught.value.message  # 14 bars without an ATR, 5 without a horizon


def test_seconds_of_every_step_are_told() -> None:
    seconds = process_symbol("PROBE", make_bars(300), "1h", plan()).seconds
    assert set(seconds) == {"indicators", "fuzzy", "features", "labels"}


class Spoiled(FeatureCache):
    """Features with a value of ours in one column of some bars."""

    def __init__(self, column: int, bars: slice, value: float) -> None:
        super().__init__("1h")
        self._place = (bars, column)
        self._value = value

    def features(self, bars: object, made: object, seconds: object = None) -> FeatureFrame:
        """Build, then spoil."""
        frame = build_features(bars, made, seconds)  # type: ignore[arg-type]
        values = frame.values.copy()
        values[self._place] = self._value
        return FeatureFrame(frame.contract, values, np.isfinite(values).all(axis=1), frame.index)


def test_bars_that_lack_a_feature_later_are_left_out_and_counted_by_its_name() -> None:
    bars, made = make_bars(400, seed=1), plan()
    found = process_symbol("PROBE", bars, "1h", made, Spoiled(3, slice(200, 207), np.nan))
    whole = process_symbol("PROBE", bars, "1h", made)
    assert found.gap_rows == {made.contract.names[3]: 7}
    assert (found.warm_up_rows, whole.gap_rows) == (whole.warm_up_rows, {})
    assert len(found.block) == len(whole.block) - 7
    assert not set(found.block.close_time.tolist()) & {stamp + HOUR for stamp in bars.index.asi8[200:207].tolist()}


@pytest.mark.parametrize(
    ("value", "rows"), [(np.inf, slice(300, 302)), (-np.inf, slice(300, 302)), (np.nan, slice(400))]
)
def test_an_infinite_feature_and_one_that_is_never_there_are_named(value: float, rows: slice) -> None:
    bars, made = make_bars(400, seed=1), plan()
    with pytest.raises(NotFinite, match=f"feature {made.contract.names[4]} of PROBE is not finite in") as caught:
        process_symbol("PROBE", bars, "1h", made, Spoiled(4, rows, value))
    assert bars.index[rows.start or 0].isoformat() in caught.value.message


def test_what_is_remembered_are_facts_of_bars_and_rows() -> None:
    bars = make_bars(300, seed=4)
    found = process_symbol("PROBE", bars, "1h", plan())
    assert found.fingerprint == fingerprint(bars)
    assert (found.first, found.last) == (bars.index[0], bars.index[-1])
    assert found.class_counts == tuple(int((found.block.label == number).sum()) for number in range(3))
