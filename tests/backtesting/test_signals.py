"""Signals from arrays and files: what fits is read exactly, what does not is named by its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import read_signals, run_signals
from ktrdr_app.core.errors import EmptyData, FileMissing, MalformedBars, SignalsMismatch
from tests.backtesting.cases import walk

BARS = walk(1, 6)
NAMES = ("BUY", "HOLD", "SELL")


def written(folder: Path, text: str) -> Path:
    path = folder / "signals.csv"
    path.write_text(text, encoding="utf-8")
    return path


class TestArrays:
    @pytest.mark.parametrize("shape", [(5,), (7,), (0,), (6, 1)])
    def test_wrong_length(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(SignalsMismatch) as caught:
            run_signals(BARS, np.ones(shape, dtype=np.int8), BacktestConfig())
        assert str(shape) in caught.value.message
        assert "(6,)" in caught.value.hint

    @pytest.mark.parametrize("value", [-1, 3, 100])
    def test_a_value_of_no_class_names_its_bar(self, value: int) -> None:
        signals = np.ones(6, dtype=np.int8)
        signals[4] = value
        with pytest.raises(SignalsMismatch) as caught:
            run_signals(BARS, signals, BacktestConfig())
        assert "row 5" in caught.value.where
        assert str(value) in caught.value.message

    @pytest.mark.parametrize("dtype", [np.float64, np.bool_, object])
    def test_other_types_are_refused(self, dtype: type) -> None:
        with pytest.raises(SignalsMismatch, match="type"):
            run_signals(BARS, np.ones(6, dtype=dtype), BacktestConfig())

    @pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8])
    def test_any_whole_number_type_will_do(self, dtype: type) -> None:
        signals = np.array([0, 1, 2, 1, 0, 1], dtype=dtype)
        assert len(run_signals(BARS, signals, BacktestConfig()).trades) == 1

    def test_bars_are_checked_too(self) -> None:
        with pytest.raises(MalformedBars):
            run_signals(BARS[::-1], np.ones(6, dtype=np.int8), BacktestConfig())
        with pytest.raises(MalformedBars):
            run_signals(BARS.tz_localize(None), np.ones(6, dtype=np.int8), BacktestConfig())
        with pytest.raises(EmptyData):
            run_signals(BARS[:0], np.ones(0, dtype=np.int8), BacktestConfig())

    def test_prices_of_zero_are_refused(self) -> None:
        bars = BARS.copy()
        bars.iloc[3, 0] = 0.0
        with pytest.raises(MalformedBars, match="open"):
            run_signals(bars, np.ones(6, dtype=np.int8), BacktestConfig())


class TestFile:
    def test_rows_land_on_their_bars(self, tmp_path: Path) -> None:
        path = written(tmp_path, "timestamp,signal\n2020-01-02T00:00:00Z,BUY\n2020-01-05,SELL\n2020-01-03,HOLD\n")
        signals, confidence = read_signals(path, BARS)
        assert signals.dtype == np.int8
        assert signals.tolist() == [1, 0, 1, 1, 2, 1]
        assert confidence is None

    def test_confidence_comes_along(self, tmp_path: Path) -> None:
        path = written(tmp_path, "timestamp,signal,confidence\n2020-01-02 00:00:00+00:00,BUY,0.75\n2020-01-03,SELL,1\n")
        signals, confidence = read_signals(path, BARS)
        assert signals.tolist() == [1, 0, 2, 1, 1, 1]
        assert confidence is not None
        np.testing.assert_array_equal(confidence, [np.nan, 0.75, 1.0, np.nan, np.nan, np.nan])

    def test_offsets_mark_and_line_ends(self, tmp_path: Path) -> None:
        path = written(tmp_path, "\ufefftimestamp,signal\r\n2020-01-02T02:00:00+02:00, BUY\r\n\r\n2020-01-04,SELL\r\n")
        assert read_signals(path, BARS)[0].tolist() == [1, 0, 1, 2, 1, 1]

    @given(st.lists(st.sampled_from([0, 1, 2]), min_size=30, max_size=30), st.randoms())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_round_trip_in_any_order(self, tmp_path: Path, values: list[int], shuffler: object) -> None:
        bars = walk(2, 30, "15min")
        lines = [f"{stamp.isoformat()},{NAMES[value]}" for stamp, value in zip(bars.index, values, strict=True)]
        shuffler.shuffle(lines)
        path = written(tmp_path, "\n".join(["timestamp,signal", *lines]))
        assert read_signals(path, bars)[0].tolist() == values

    @pytest.mark.parametrize(
        ("text", "line", "found"),
        [
            ("timestamp,signal\n2020-01-02,BUY\n2020-01-02T12:00:00Z,SELL\n", 3, "2020-01-02T12:00:00Z"),
            ("timestamp,signal\n2019-01-02,BUY\n", 2, "2019-01-02"),
            ("timestamp,signal\n2020-01-02,BUY\n2020-01-02T00:00:00Z,SELL\n", 3, "again"),
            ("timestamp,signal\n2020-01-02,buy\n", 2, "'buy'"),
            ("timestamp,signal\n2020-01-02,LONG\n", 2, "'LONG'"),
            ("timestamp,signal\n2020-01-02,0\n", 2, "'0'"),
            ("timestamp,signal\n2020-01-02,\n", 2, "''"),
            ("timestamp,signal\nyesterday,BUY\n", 2, "'yesterday'"),
            ("timestamp,signal\n,BUY\n", 2, "timestamp ''"),
            ("timestamp,signal\n\n\n2020-01-02,BUY,0.5\n", 4, "3 cells"),
            ("timestamp,signal,confidence\n2020-01-02,BUY\n", 2, "2 cells"),
            ("timestamp,signal,confidence\n2020-01-02,BUY,high\n", 2, "'high'"),
            ("timestamp,signal,confidence\n2020-01-02,BUY,nan\n", 2, "'nan'"),
            ("timestamp,signal,confidence\n2020-01-02,BUY,1.2\n", 2, "'1.2'"),
            ("timestamp,signal,confidence\n2020-01-02,BUY,\n", 2, "''"),
            ("time,signal\n2020-01-02,BUY\n", 1, "time,signal"),
            ("signal,timestamp\nBUY,2020-01-02\n", 1, "signal,timestamp"),
            ("timestamp,signal,size\n2020-01-02,BUY,3\n", 1, "timestamp,signal,size"),
            ("", 1, "nothing"),
        ],
    )
    def test_what_does_not_fit_is_named(self, tmp_path: Path, text: str, line: int, found: str) -> None:
        path = written(tmp_path, text)
        with pytest.raises(SignalsMismatch) as caught:
            read_signals(path, BARS)
        assert caught.value.where == f"{path}, line {line}"
        assert found in caught.value.message
        assert caught.value.hint

    def test_the_first_use_of_a_stamp_is_named(self, tmp_path: Path) -> None:
        path = written(tmp_path, "timestamp,signal\n2020-01-03,BUY\n2020-01-02,BUY\n2020-01-03,BUY\n")
        with pytest.raises(SignalsMismatch, match="again") as caught:
            read_signals(path, BARS)
        assert "line 2" in caught.value.hint

    def test_no_file_no_text(self, tmp_path: Path) -> None:
        for path in (tmp_path / "absent.csv", tmp_path):
            with pytest.raises(FileMissing, match="there is no file") as caught:
                read_signals(path, BARS)
            assert caught.value.exit_code == 3
        binary = tmp_path / "binary.csv"
        binary.write_bytes(b"timestamp,signal\n\xff\xfe,BUY\n")
        with pytest.raises(SignalsMismatch, match="utf-8"):
            read_signals(binary, BARS)

    def test_a_header_alone_is_all_hold(self, tmp_path: Path) -> None:
        signals, _ = read_signals(written(tmp_path, "timestamp,signal\n"), BARS)
        assert signals.tolist() == [1] * 6

    def test_file_and_array_run_alike(self, tmp_path: Path) -> None:
        path = written(tmp_path, "timestamp,signal\n2020-01-01,BUY\n2020-01-04,SELL\n")
        signals, _ = read_signals(path, BARS)
        result = run_signals(BARS, signals, BacktestConfig())
        assert result.trades["entry_time"].tolist() == [BARS.index[1]]
        assert result.trades["exit_time"].tolist() == [BARS.index[4]]
