"""Overrides are checked like the strategy itself."""

from __future__ import annotations

import math

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.strategy.schema import BacktestSettings, DecisionSettings, Section, TrainingSettings
from ktrdr_app.workflows.prepare import overridden, with_overrides
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


@pytest.mark.parametrize(
    ("section", "overrides", "hint"),
    [
        (BacktestSettings(), {"initial_capital": 1e308}, "give a number above 0 and up to 1e+15"),
        (BacktestSettings(), {"initial_capital": -5.0}, "give a number above 0 and up to 1e+15"),
        (BacktestSettings(), {"swap_long": -1.0}, "give a number above -1 and below 1"),
        (TrainingSettings(), {"epochs": 10_001}, "give a number from 1 and up to 10,000"),
        (BacktestSettings(), {"spread": -0.1}, "give a number from 0"),
        (BacktestSettings(), {"initial_capital": math.nan}, "give a finite number"),
        (DecisionSettings(), {"confidence_thresholds": {"live": 2.0}}, "give less than or equal to 1"),
    ],
)
def test_a_number_beyond_a_bound_is_told_the_whole_range(
    section: Section, overrides: dict[str, object], hint: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        overridden(section, overrides)
    assert caught.value.hint == hint


def test_a_strategy_keeps_its_other_sections_and_places() -> None:
    loaded = probe()
    changed = with_overrides(loaded, "training", {"epochs": 9})
    assert changed.strategy.training.epochs == 9
    assert changed.strategy.labels == loaded.strategy.labels
    assert (changed.where, changed.marks) == (loaded.where, loaded.marks)
    assert loaded.strategy.training.epochs == 3
