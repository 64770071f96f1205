"""Where rows fall, by brute force: each row looked at by itself, whatever symbols, gaps and label lengths there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, OneClass, TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.contract import FeatureBlock, FeatureContract
from ktrdr_app.strategy.schema import SplitSettings, TrainingSettings
from ktrdr_app.training.combine import pool
from ktrdr_app.training.split import cuts_of
from ktrdr_app.workflows.plan_records import PARTS, SymbolPlan
from ktrdr_app.workflows.plan_rows import PlacedRows, place_rows, pooled_rows
from ktrdr_app.workflows.requests import TrainRequest

CONTRACT = FeatureContract(("x",), "digest")


def rows_of(symbol: str, first: int, count: int, horizon: int, seed: int, one_label: bool = False) -> FeatureBlock:
    """Return rows of one symbol, some bars missing, each label known up to ``horizon`` bars later."""
    random = np.random.default_rng(seed)
    close = np.sort(random.choice(np.arange(first, first + 2 * count), count, replace=False)).astype(np.int64)
    ends = close + random.integers(0, horizon + 1, count)
    label = np.ones(count, np.int8) if one_label else random.integers(0, 3, count).astype(np.int8)
    values = random.normal(size=(count, 1)).astype(np.float32)
    return FeatureBlock(CONTRACT, (symbol,), values, label, np.zeros(count, np.int16), close, ends)


def plans(blocks: list[FeatureBlock]) -> dict[str, SymbolPlan]:
    return {block.symbols[0]: SymbolPlan(block.symbols[0], rows=len(block)) for block in blocks}


def request(blocks: list[FeatureBlock], **changes: object) -> TrainRequest:
    names = tuple(block.symbols[0] for block in blocks)
    return TrainRequest(Workspace(Path("nowhere")), "quick", names, "1h", **changes)


def placed(blocks: list[FeatureBlock], settings: TrainingSettings, **changes: object) -> PlacedRows:
    block = pooled_rows([each.without_values() for each in blocks])
    return place_rows(plans(blocks), block, settings, request(blocks, **changes))


def slow_parts(block: FeatureBlock, cuts: object) -> dict[str, int]:
    """Count the rows of one symbol in each part, row by row, and what is left out between them."""
    found = dict.fromkeys((*PARTS, "purged", "embargoed"), 0)
    for known, ended in zip(block.close_time.tolist(), block.label_end.tolist(), strict=True):
        if ended <= cuts.train_end:
            found["train"] += 1
        elif cuts.train_end < known <= cuts.validation_start or cuts.validation_end < known <= cuts.test_start:
            found["embargoed"] += 1
        elif known > cuts.test_start:
            found["test"] += 1
        elif known > cuts.validation_start and ended <= cuts.validation_end:
            found["validation"] += 1
        else:
            found["purged"] += 1
    return found


def test_rows_are_stacked_as_a_training_stacks_them() -> None:
    blocks = [rows_of("A", 0, 50, 3, 1), rows_of("B", 10, 30, 3, 2)]
    ours, theirs = pooled_rows([block.without_values() for block in blocks]), pool(blocks)
    assert ours.symbols == theirs.symbols
    for name in ("label", "symbol_id", "close_time", "label_end"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(150, 400)), min_size=1, max_size=4),
    st.integers(0, 12),
    st.sampled_from([0.0, 0.02]),
    st.integers(0, 1000),
)
def test_every_row_has_the_fate_that_it_has_by_itself(
    shapes: list[tuple[int, int]], horizon: int, embargo: float, seed: int
) -> None:
    blocks = [rows_of(f"S{n}", first, count, horizon, seed + n) for n, (first, count) in enumerate(shapes)]
    settings = TrainingSettings(split=SplitSettings(embargo=embargo))
    found = placed(blocks, settings)
    cuts = cuts_of(pooled_rows([block.without_values() for block in blocks]), settings.split)
    if found.split is None:
        assert isinstance(found.problem, TooFewRows)
        return
    for block in blocks:
        plan, slow = found.symbols[block.symbols[0]], slow_parts(block, cuts)
        assert {name: plan.parts[name].rows for name in PARTS} == {name: slow[name] for name in PARTS}
        assert (plan.purged, plan.embargoed) == (slow["purged"], slow["embargoed"])
        for part in plan.parts.values():
            assert part.first <= part.last
            assert (part.rows == 0) == (part.last == 0)
    whole = found.combinations[0]
    assert whole.kept == {name: plan.parts["train"].rows for name, plan in found.symbols.items()}
    fewest = min(whole.kept.values())
    balanced = next(entry for entry in found.combinations if entry.name == "balanced")
    if balanced.problem is None:
        assert set(balanced.kept.values()) == {fewest}
        assert balanced.total + sum(balanced.lost.values()) == whole.total


def test_stretches_are_the_first_and_last_closes() -> None:
    blocks = [rows_of("A", 0, 400, 0, 1)]
    found = placed(blocks, TrainingSettings())
    train, validation, test = (found.symbols["A"].parts[name] for name in PARTS)
    assert (train.first, test.last) == (int(blocks[0].close_time[0]), int(blocks[0].close_time[-1]))
    assert train.last < validation.first < validation.last < test.first
    assert train.rows + validation.rows + test.rows == 400, "labels known at once leave nothing to purge"


def test_labels_that_are_all_alike_are_told_of_each_such_symbol() -> None:
    blocks = [rows_of(name, 0, 300, 2, seed, one_label=name != "B") for seed, name in enumerate("ABC")]
    found = placed(blocks, TrainingSettings())
    told = {name: type(plan.problem) for name, plan in found.symbols.items()}
    assert told == {"A": OneClass, "B": type(None), "C": OneClass}


def test_weights_that_do_not_fit_are_the_combinations_problem() -> None:
    blocks = [rows_of("A", 0, 300, 2, 1), rows_of("B", 0, 300, 2, 2)]
    found = placed(blocks, TrainingSettings(combination="weighted"), weights={"A": 1.0})
    weighted = next(entry for entry in found.combinations if entry.name == "weighted")
    assert isinstance(weighted.problem, InvalidValue)
    assert weighted.problem.__traceback__ is None, "a frozen record holds no frames"
    assert all(plan.problem is None for plan in found.symbols.values())
    fitting = placed(blocks, TrainingSettings(combination="weighted"), weights={"A": 3.0, "B": 1.0})
    weighted = next(entry for entry in fitting.combinations if entry.name == "weighted")
    assert weighted.kept["A"] == pytest.approx(3 * weighted.kept["B"], abs=3)
    assert weighted.weights == {"A": 3.0, "B": 1.0}
    assert not any(entry.weights for entry in fitting.combinations if entry.name != "weighted")


def test_symbols_without_rows_stay_as_they_are() -> None:
    blocks = [rows_of("A", 0, 300, 2, 1)]
    lame = SymbolPlan("LAME", problem=InvalidValue("x", 1, "2"))
    block = pooled_rows([blocks[0].without_values()])
    found = place_rows({"LAME": lame, **plans(blocks)}, block, TrainingSettings(), request(blocks))
    assert list(found.symbols) == ["LAME", "A"]
    assert found.symbols["LAME"] is lame


def test_too_few_rows_for_a_part_leave_no_split() -> None:
    blocks = [rows_of("A", 0, 60, 1, 1)]
    found = placed(blocks, TrainingSettings())
    assert found.split is None
    assert found.combinations == ()
    assert isinstance(found.problem, TooFewRows)
    assert found.symbols["A"].parts == {}
