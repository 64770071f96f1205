"""The pace of several symbols: one is left as it is, three cost less than two, and the rule is the published one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.strategy.schema import TrainingSettings
from ktrdr_app.training.batches import LARGEST_BATCH, Pace, pace_of

SETTINGS = TrainingSettings()


@pytest.mark.parametrize(("batches", "symbols"), [("off", 1), ("off", 20), ("auto", 1)])
def test_off_and_a_single_symbol_change_nothing(batches: str, symbols: int) -> None:
    settings = TrainingSettings(per_symbol_batches=batches, batch_size=48, learning_rate=0.003)
    pace = pace_of(settings, 9000, symbols)
    assert pace == Pace(48, 0.003, 9000)
    assert pace.applied_to(settings) == settings


def test_three_symbols_by_hand() -> None:
    pace = pace_of(SETTINGS, 9000, 3)
    assert pace.batch_size == 55  # 32 · 1.732
    assert pace.steps_per_epoch == 94  # the 3000 rows of the mean symbol, 32 at a time
    assert pace.rows_per_epoch == 94 * 55
    assert pace.learning_rate == pytest.approx(0.001 * math.sqrt(55 / 32))
    applied = pace.applied_to(SETTINGS)
    assert (applied.batch_size, applied.learning_rate) == (55, pace.learning_rate)
    assert (applied.epochs, applied.patience) == (SETTINGS.epochs, SETTINGS.patience)


@given(rows=st.integers(300, 100_000), symbols=st.integers(2, 50), batch=st.integers(1, 4096))
def test_an_epoch_has_the_steps_of_the_mean_symbol_and_costs_by_the_root(rows: int, symbols: int, batch: int) -> None:
    pace = pace_of(TrainingSettings(batch_size=batch), rows, symbols)
    alone = math.ceil(rows / symbols / batch)
    assert pace.steps_per_epoch <= alone
    assert pace.rows_per_epoch <= rows
    assert pace.rows_per_epoch == min(rows, alone * pace.batch_size)
    assert abs(pace.batch_size - batch * math.sqrt(symbols)) <= 0.5


@given(rows=st.integers(3 * 320, 10**7), batch=st.integers(8, 4096))
def test_three_symbols_cost_less_than_twice_one(rows: int, batch: int) -> None:
    pace = pace_of(TrainingSettings(batch_size=batch), rows, 3)
    alone = math.ceil(rows / 3 / batch)
    assert pace.steps_per_epoch <= alone
    assert pace.rows_per_epoch < 2 * alone * batch


def test_sgd_has_a_rate_in_proportion_to_the_batch() -> None:
    pace = pace_of(TrainingSettings(optimizer="sgd", learning_rate=0.01), 9000, 3)
    assert pace.learning_rate == pytest.approx(0.01 * 55 / 32)


def test_bounds_of_the_settings_hold() -> None:
    large = pace_of(TrainingSettings(batch_size=LARGEST_BATCH, learning_rate=1.0), 10**7, 20)
    assert (large.batch_size, large.learning_rate) == (LARGEST_BATCH, 1.0)
    assert TrainingSettings.model_validate({"per_symbol_batches": False}).per_symbol_batches == "off"
