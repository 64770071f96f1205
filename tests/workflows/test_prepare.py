"""Overrides are checked like the strategy itself; tables go out with bar opens first."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import BadInput, InvalidValue
from ktrdr_app.strategy.schema import BacktestSettings, TrainingSettings
from ktrdr_app.workflows.prepare import overridden, with_overrides, write_table
from tests.conftest import make_bars
from tests.features.strategies import probe


def test_overrides_replace_only_what_is_given() -> None:
    new = overridden(TrainingSettings(), {"epochs": 7, "batch_size": None})
    assert new == TrainingSettings(epochs=7)


@pytest.mark.parametrize(
    ("section", "overrides", "field"),
    [
        (TrainingSettings(), {"epochs": 0}, "epochs"),
        (TrainingSettings(), {"combination": "mixed"}, "combination"),
        (BacktestSettings(), {"commission": 1.0}, "commission"),
        (BacktestSettings(), {"fill": "never"}, "fill"),
    ],
)
def test_what_a_section_does_not_allow_is_named(section: object, overrides: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue, match=field) as caught:
        overridden(section, overrides)
    assert caught.value.where == f"option {field}"
    assert caught.value.hint


def test_a_strategy_keeps_its_other_sections_and_places() -> None:
    loaded = probe()
    changed = with_overrides(loaded, "training", {"epochs": 9})
    assert changed.strategy.training.epochs == 9
    assert changed.strategy.labels == loaded.strategy.labels
    assert (changed.where, changed.marks) == (loaded.where, loaded.marks)
    assert loaded.strategy.training.epochs == 3


def test_tables_begin_with_bar_opens_and_keep_every_digit(tmp_path: Path) -> None:
    bars = make_bars(30)
    write_table(bars, tmp_path / "deep" / "bars.csv")
    text = (tmp_path / "deep" / "bars.csv").read_bytes()
    assert text.startswith(b"timestamp,open,high,low,close,volume\n2020-01-01T00:00:00Z,")
    assert b"\r" not in text
    back = pd.read_csv(tmp_path / "deep" / "bars.csv")
    np.testing.assert_array_equal(back["close"], bars["close"])
    assert list(bars.columns) == ["open", "high", "low", "close", "volume"]


@pytest.mark.parametrize("name", ["bars.xlsx", "bars", "bars.CSV.tmp"])
def test_other_suffixes_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue):
        write_table(make_bars(3), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_parquet_is_written_or_its_library_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    if find_spec("pyarrow") is None:
        with pytest.raises(BadInput) as caught:
            write_table(make_bars(5), path)
        assert "pyarrow" in caught.value.hint
        assert not path.exists()
    else:
        write_table(make_bars(5), path)
        assert pd.read_parquet(path).columns[0] == "timestamp"
