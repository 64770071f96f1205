"""The table of the upgrade against the original's own classes and against the catalogue."""

from __future__ import annotations

import pytest

from ktrdr_app import indicators
from ktrdr_app.indicators.legacy import FORMULAS
from ktrdr_app.strategy.legacy_names import TYPES
from ktrdr_app.strategy.upgrade_targets import PRESETS, TARGETS

CATALOGUE = {info.name: info for info in indicators.available()}


def test_every_class_but_zigzag_has_a_target() -> None:
    assert set(TARGETS) == set(TYPES) - {"ZigZag"}
    assert set(PRESETS) <= {target.name for target in TARGETS.values()}


@pytest.mark.parametrize("kind", TARGETS)
def test_defaults_are_those_of_the_class(kind: str) -> None:
    defaults = FORMULAS.get(kind).defaults
    for name, (_, default) in TARGETS[kind].params.items():
        if name != "std_dev":  # what files call the multiplier
            assert default == defaults[name], name


@pytest.mark.parametrize("kind", [kind for kind, target in TARGETS.items() if target.name in CATALOGUE])
def test_names_parameters_and_outputs_are_in_the_catalogue(kind: str) -> None:
    target = TARGETS[kind]
    info = CATALOGUE[target.name]
    parameters = {row["name"]: row for row in info.parameter_table()}
    for ours, default in target.params.values():
        assert ours in parameters
        assert (parameters[ours]["minimum"] or 0) <= default <= (parameters[ours]["maximum"] or default)
    assert set(target.fixed) <= set(parameters)
    assert set(target.outputs.values()) <= {output.name for output in info.outputs}


def test_presets_rise() -> None:
    for form, low, middle, high in PRESETS.values():
        assert low < middle < high
        assert form in ("raw", "atr", "atr_distance")
