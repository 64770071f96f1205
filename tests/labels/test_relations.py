"""What labelers must say of each other's labels, of wider thresholds and longer horizons, and of every short path."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.barriers import triple_barrier
from ktrdr_app.labels.decided import BUY, HOLD, SELL, UNLABELLED, Decided
from ktrdr_app.labels.first_touch import decide_first_touch, decide_fixed_horizon, fixed_horizon, zigzag
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.rules import last_known
from ktrdr_app.labels.swings import decide_segment
from ktrdr_app.labels.uniqueness import uniqueness
from ktrdr_app.strategy.schema import LabelSettings
from tests.indicators.bars import frame_of

CLOSES = st.lists(st.integers(20, 40), min_size=1, max_size=40).map(lambda rows: np.array(rows, dtype=np.float64))
LOOKAHEAD = st.integers(1, 8)
THRESHOLD = st.sampled_from([0.03125, 0.0625, 0.125, 0.25, 0.5])
several = settings(max_examples=60, deadline=None)


def joined(close: np.ndarray) -> PriceArrays:
    """Return bars without gaps or shadows: each opens where the one before closed, and reaches no further."""
    opened = np.r_[close[:1], close[:-1]]
    return PriceArrays(opened, np.maximum(opened, close), np.minimum(opened, close), close, np.ones(len(close)))


def same_labels(one: Decided, other: Decided) -> None:
    np.testing.assert_array_equal(one.label, other.label)


class TestBetweenLabelers:
    @several
    @given(close=CLOSES, threshold=THRESHOLD, lookahead=LOOKAHEAD, both=st.sampled_from(["pessimistic", "hold"]))
    def test_barriers_on_bars_without_gaps_or_shadows_are_first_touches_of_closes(
        self, close: np.ndarray, threshold: float, lookahead: int, both: str
    ) -> None:
        # The entry is the close itself, and highs and lows are closes already seen: no bar can touch both barriers.
        barriers = triple_barrier(joined(close), threshold, lookahead, both_touched=both)
        touches = decide_first_touch(close, threshold, lookahead)
        same_labels(barriers, touches)
        decided = np.isin(barriers.label, (BUY, SELL))
        for row in np.flatnonzero(decided):
            reached = close[barriers.end_row[row]]
            assert touches.realised[row] == (reached - close[row]) / close[row]
            assert barriers.realised[row] == (threshold if barriers.label[row] == BUY else -threshold)
        held = barriers.label == HOLD
        np.testing.assert_array_equal(barriers.realised[held], touches.realised[held])
        np.testing.assert_array_equal(barriers.end_row[held], np.flatnonzero(held) + lookahead)

    @several
    @given(close=CLOSES, threshold=THRESHOLD)
    def test_of_one_bar_ahead_first_touch_and_fixed_horizon_are_one(self, close: np.ndarray, threshold: float) -> None:
        touch, fixed = decide_first_touch(close, threshold, 1), decide_fixed_horizon(close, threshold, 1)
        same_labels(touch, fixed)
        np.testing.assert_array_equal(touch.realised, fixed.realised)
        np.testing.assert_array_equal(touch.end_row, fixed.end_row)

    @several
    @given(close=CLOSES, threshold=THRESHOLD, lookahead=LOOKAHEAD)
    def test_where_nothing_was_touched_no_horizon_ends_beyond_the_threshold(
        self, close: np.ndarray, threshold: float, lookahead: int
    ) -> None:
        fixed = fixed_horizon(close, threshold, lookahead)
        assert (fixed[zigzag(close, threshold, lookahead) == HOLD] == HOLD).all()

    @several
    @given(close=CLOSES, threshold=THRESHOLD)
    def test_a_swing_is_called_by_the_sign_of_its_return_and_known_only_later(
        self, close: np.ndarray, threshold: float
    ) -> None:
        found = decide_segment(close, threshold)
        for row in np.flatnonzero(np.isin(found.label, (BUY, SELL))):
            assert (found.realised[row] > 0) == (found.label[row] == BUY)
            assert found.end_row[row] > row


class TestMonotony:
    @several
    @given(close=CLOSES, lookahead=LOOKAHEAD, sizes=st.tuples(THRESHOLD, THRESHOLD))
    def test_a_wider_threshold_never_takes_a_hold_away(
        self, close: np.ndarray, lookahead: int, sizes: tuple[float, float]
    ) -> None:
        narrow, wide = sorted(sizes)
        for label in (zigzag, fixed_horizon):
            assert (label(close, wide, lookahead)[label(close, narrow, lookahead) == HOLD] == HOLD).all()

    @several
    @given(close=CLOSES, threshold=THRESHOLD, spans=st.tuples(LOOKAHEAD, LOOKAHEAD))
    def test_a_longer_horizon_keeps_every_first_touch(
        self, close: np.ndarray, threshold: float, spans: tuple[int, int]
    ) -> None:
        short, long = (zigzag(close, threshold, span) for span in sorted(spans))
        both = np.isin(short, (BUY, SELL)) & (long != UNLABELLED)
        np.testing.assert_array_equal(long[both], short[both])

    @several
    @given(close=CLOSES, threshold=THRESHOLD, spans=st.tuples(LOOKAHEAD, LOOKAHEAD))
    def test_a_longer_horizon_keeps_every_decided_barrier_with_its_bar_and_return(
        self, close: np.ndarray, threshold: float, spans: tuple[int, int]
    ) -> None:
        short, long = (triple_barrier(joined(close), threshold, span) for span in sorted(spans))
        both = np.isin(short.label, (BUY, SELL)) & (long.label != UNLABELLED)
        np.testing.assert_array_equal(long.label[both], short.label[both])
        np.testing.assert_array_equal(long.end_row[both], short.end_row[both])
        np.testing.assert_array_equal(long.realised[both], short.realised[both])

    @several
    @given(close=CLOSES, threshold=THRESHOLD, lookahead=LOOKAHEAD, reach=st.integers(1, 30))
    def test_a_target_out_of_reach_is_never_won(
        self, close: np.ndarray, threshold: float, lookahead: int, reach: int
    ) -> None:
        # Prices lie between 20 and 40: none doubles.
        found = triple_barrier(joined(close), threshold, lookahead, take_profit=(1 + reach) / threshold)
        labelled = found.label != UNLABELLED
        assert labelled.sum() == max(0, len(close) - lookahead)
        assert (found.label[labelled] == HOLD).all()

    @several
    @given(close=CLOSES, threshold=THRESHOLD, lookahead=LOOKAHEAD)
    def test_a_stop_out_of_reach_leaves_only_the_first_to_win(
        self, close: np.ndarray, threshold: float, lookahead: int
    ) -> None:
        # Without stops in reach the first touch of either target decides, as it does with stops at the same distance.
        far = triple_barrier(joined(close), threshold, lookahead, stop_loss=2 / threshold)
        same_labels(far, decide_first_touch(close, threshold, lookahead))


class TestEveryShortPath:
    """All paths of four steps, each judged by a sentence of its own."""

    PATHS = tuple(itertools.product((-1, 0, 1), repeat=4))

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_the_first_sum_of_steps_that_reaches_the_size(self, size: int) -> None:
        for path in self.PATHS:
            sums = list(itertools.accumulate(path))
            close = 64.0 + np.r_[0, sums]
            sides = [BUY if total > 0 else SELL for total in sums if abs(total) >= size]
            assert zigzag(close, size / 64, 4)[0] == (sides[0] if sides else HOLD), path
            last = sums[-1]
            wanted = BUY if last >= size else SELL if last <= -size else HOLD
            assert fixed_horizon(close, size / 64, 4)[0] == wanted, path
            assert triple_barrier(joined(close), size / 64, 4).label[0] == (sides[0] if sides else HOLD), path

    def test_turns_of_doublings_and_halvings_are_where_the_sign_changes(self) -> None:
        for path in itertools.product((-1, 1), repeat=6):
            found = decide_segment(2.0 ** np.r_[0, np.cumsum(path)], 0.5)
            turns = [0, *(row for row in range(1, 6) if path[row - 1] != path[row])]
            confirmed = turns if len(turns) > 1 else []
            assert np.flatnonzero(found.label == HOLD).tolist() == confirmed, path
            for row in range(confirmed[-1] if confirmed else 0):
                if row not in confirmed:
                    assert found.label[row] == (BUY if path[row] > 0 else SELL), path
            assert (found.label[(confirmed[-1] + 1 if confirmed else 0) :] == UNLABELLED).all()
            for turn in confirmed[1:]:
                assert found.end_row[turn] == turn + 1


class TestEnds:
    @pytest.mark.parametrize("method", ["zigzag", "fixed_horizon", "triple_barrier"])
    @pytest.mark.parametrize("lookahead", [1, 3, 9])
    def test_exactly_the_last_bars_have_no_label_and_end_on_themselves(self, method: str, lookahead: int) -> None:
        index = pd.date_range("2024-03-28", periods=4, freq="D", tz="UTC", unit="ns")
        index = index.append(index + pd.Timedelta("14D"))  # a gap of ten days without bars
        bars = frame_of([30, 33, 27, 30, 36, 30, 24, 30]).set_axis(index, axis=0)
        made = label_bars(bars, "1d", LabelSettings(method=method, threshold=0.05, lookahead=lookahead))
        assert np.flatnonzero(made.label == UNLABELLED).tolist() == list(range(max(0, 8 - lookahead), 8))
        ends = pd.DatetimeIndex(made.label_end, tz="UTC")
        for row in range(8):
            assert ends[row] == index[made.end_row[row]] + pd.Timedelta("1D")
            least, most = (row, row) if made.label[row] < 0 else (row + 1, row + lookahead)
            assert least <= made.end_row[row] <= most
        assert np.isnan(made.realised[made.label == UNLABELLED]).all()

    @several
    @given(close=CLOSES, lookahead=LOOKAHEAD)
    def test_a_fixed_horizons_label_is_known_when_the_horizon_is_over(self, close: np.ndarray, lookahead: int) -> None:
        found = decide_fixed_horizon(close, 0.125, lookahead)
        known = last_known(found.label, found.end_row)
        np.testing.assert_array_equal(known[:lookahead], UNLABELLED)
        np.testing.assert_array_equal(known[lookahead:], found.label[: max(0, len(close) - lookahead)])

    @pytest.mark.parametrize("lookahead", [1, 4, 10])
    def test_labels_of_a_fixed_span_share_each_bar_with_as_many(self, lookahead: int) -> None:
        found = decide_fixed_horizon(np.linspace(10, 20, 80), 0.01, lookahead)
        own = uniqueness(found.label, found.end_row)
        inside = own[lookahead : 80 - 2 * lookahead]
        np.testing.assert_allclose(inside, 1 / (lookahead + 1), rtol=1e-12)
        # The first bar is shared with nobody, the second by two, and so on.
        assert own[0] == pytest.approx(np.mean(1 / np.arange(1, lookahead + 2)))

    @several
    @given(close=CLOSES, threshold=THRESHOLD, lookahead=LOOKAHEAD)
    def test_shares_add_up_to_the_bars_on_which_a_label_lives(
        self, close: np.ndarray, threshold: float, lookahead: int
    ) -> None:
        found = triple_barrier(joined(close), threshold, lookahead)
        rows = np.flatnonzero(found.label != UNLABELLED)
        spans = found.end_row[rows] - rows + 1
        lived = {bar for row in rows for bar in range(row, found.end_row[row] + 1)}
        total = float((uniqueness(found.label, found.end_row)[rows] * spans).sum())
        assert total == pytest.approx(len(lived))
