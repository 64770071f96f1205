"""One symbol from bars to rows: paired by the same mask, and refused when too short."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.features.build import build_features
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
    assert "last 5" in caught.value.message


def test_seconds_of_every_step_are_told() -> None:
    seconds = process_symbol("PROBE", make_bars(300), "1h", plan()).seconds
    assert set(seconds) == {"indicators", "fuzzy", "features", "labels"}
