"""Rows beside training rows: every figure against a slow twin, and what moves which of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist

from ktrdr_app.core.errors import InvalidValue, ModelRejected
from ktrdr_app.core.files import json_text
from ktrdr_app.features.coverage import CoverageReference, Drift, FeatureDrift
from ktrdr_app.features.distribution import Distribution
from ktrdr_app.features.drift_tally import MOST_ROWS, measure_drift
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.scaler import fit_scaler
from tests.reference import coverage as slow

NAMES = ("rsi_low", "rsi_high", "roc", "flag")
SYMBOLS = ("A", "B", "C")
COUNT = 900


def market(rows: int, seed: int, shift: float = 0.0) -> NDArray[np.float32]:
    """Return features: two memberships with many noughts, a number that a market's scale moves, a flag."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 4))
    values[:, :2] = np.clip(values[:, :2], 0, 1)
    values[:, 2] += shift
    values[:, 3] = 1
    return values.astype(np.float32)


TRAINING = np.concatenate([market(COUNT // 3, number, shift=0.1 * number) for number in range(3)])
OWNER = np.repeat(np.arange(3), COUNT // 3).astype(np.int16)
TIMES = np.tile(np.arange(COUNT // 3, dtype=np.int64), 3)
SCALER = fit_scaler("standard", TRAINING, NAMES)
ALL = np.arange(COUNT)


def reference() -> CoverageReference:
    distribution = Distribution.of(TRAINING, OWNER, ALL, SYMBOLS, NAMES, {"rsi": ("rsi_low", "rsi_high")})
    return CoverageReference(distribution, Neighbourhood.of(SCALER.transform(TRAINING), ALL, TIMES, 0))


REFERENCE = reference()


def drift(values: NDArray[np.float32]) -> Drift:
    return measure_drift(REFERENCE, values, SCALER.transform(values))


def by_name(found: Drift) -> dict[str, FeatureDrift]:
    return {feature.name: feature for feature in found.features}


def test_every_index_is_that_of_the_definition() -> None:
    values = market(400, 9, shift=0.7)
    found = by_name(drift(values))
    for column, name in enumerate(NAMES):
        expected = slow.psi(TRAINING[:, column].tolist(), values[:, column].tolist())
        assert found[name].psi == pytest.approx(expected, rel=1e-9, abs=1e-12), name
    assert drift(values).features[0].name == "roc"


def test_the_usual_index_is_that_of_the_training_symbol_least_like_the_others() -> None:
    cuts = slow.tenths(TRAINING[:, 2].tolist())
    apart = []
    for number in range(3):
        mine = np.equal(OWNER, number)
        others, own = (TRAINING[mask, 2].tolist() for mask in (~mine, mine))
        e, o = slow.shares(others, cuts), slow.shares(own, cuts)
        keys = e.keys() | o.keys()
        apart.append(
            sum(
                (max(o.get(key, 0), 1e-4) - max(e.get(key, 0), 1e-4))
                * np.log(max(o.get(key, 0), 1e-4) / max(e.get(key, 0), 1e-4))
                for key in keys
            )
        )
    assert by_name(drift(TRAINING))["roc"].usual == pytest.approx(max(apart), rel=1e-9)


def test_a_single_training_symbol_has_no_usual_index() -> None:
    alone = Distribution.of(TRAINING, OWNER * 0, ALL, ("A",), NAMES, {})
    found = measure_drift(CoverageReference(alone, REFERENCE.neighbourhood), TRAINING, SCALER.transform(TRAINING))
    assert {feature.usual for feature in found.features} == {None}


def test_distances_are_those_of_the_sample() -> None:
    values = market(300, 5, shift=3.0)
    found = drift(values).distance
    sample = REFERENCE.neighbourhood.rows.astype(np.float64)
    index = cdist(SCALER.transform(values), sample).min(axis=1) / pdist(sample).mean()
    assert found is not None
    assert found.median == pytest.approx(np.median(index), rel=1e-9)
    assert found.beyond == pytest.approx(np.mean(index > REFERENCE.neighbourhood.threshold))
    assert (found.threshold, found.training_beyond) == (
        REFERENCE.neighbourhood.threshold,
        REFERENCE.neighbourhood.beyond,
    )


def test_faint_shares_of_both() -> None:
    values = market(300, 5)
    values[:, :2] = 0
    [entry] = drift(values).inputs
    usual = float(np.mean(TRAINING[:, 0].astype(float) + TRAINING[:, 1] < 0.2))
    assert (entry.name, entry.faint) == ("rsi", 1.0)
    assert entry.training_faint == pytest.approx(usual)


@given(st.integers(0, 50))
def test_the_order_of_rows_is_nothing(seed: int) -> None:
    values = market(200, 3, shift=0.5)
    shuffled = np.random.default_rng(seed).permutation(values)
    assert drift(shuffled) == drift(values)


def test_rows_of_the_same_markets_are_like_the_training() -> None:
    values = np.concatenate([market(2000, 40 + number, shift=0.1 * number) for number in range(3)])
    found = drift(values)
    assert {feature.band for feature in found.features} == {"alike"}
    assert found.distance is not None
    assert found.distance.beyond < 0.1
    assert not any(feature.strange for feature in found.features)


def test_a_shift_shows_in_its_own_feature_alone_and_far_enough_in_the_distance() -> None:
    found = drift(market(2000, 50, shift=6.0))
    bands = {name: feature.band for name, feature in by_name(found).items()}
    assert bands == {"rsi_low": "alike", "rsi_high": "alike", "roc": "different", "flag": "alike"}
    assert by_name(found)["roc"].strange
    assert found.distance is not None
    assert found.distance.beyond > 0.9


def test_a_constant_that_changes_is_different_and_its_bin_is_named() -> None:
    values = market(300, 6)
    values[:, 3] = 0
    flag = by_name(drift(values))["flag"]
    assert flag.strange
    assert flag.psi == pytest.approx(2 * (1 - 1e-4) * np.log(1e4))
    assert (flag.low, flag.high, flag.share, flag.training_share) == (None, 1.0, 1.0, 0.0)


def test_the_bin_that_departs_most_is_named_with_both_shares() -> None:
    values = market(2000, 50, shift=6.0)
    roc = by_name(drift(values))["roc"]
    assert roc.high is None
    assert roc.low is not None
    assert roc.share == pytest.approx(np.mean(values[:, 2] >= roc.low))
    assert roc.training_share == pytest.approx(np.mean(TRAINING[:, 2] >= roc.low))
    assert roc.share > 0.9 > 0.11 > roc.training_share


def test_strange_is_different_and_more_so_than_the_training_symbols_are() -> None:
    one = by_name(drift(TRAINING))["roc"]
    for psi, band, usual, strange in [
        (0.3, "different", None, True),
        (0.3, "different", 0.2, True),
        (0.3, "different", 0.4, False),
        (0.2, "shifted", 0.0, False),
    ]:
        made = replace(one, psi=psi, band=band, usual=usual)
        assert (made.strange, made.departs) == (strange, True)
    assert not replace(one, band="alike").departs


def test_few_rows_are_those_that_chance_takes_half_way_to_shifted() -> None:
    assert drift(np.resize(TRAINING, (200, 4))).few_rows
    assert not drift(np.resize(TRAINING, (300, 4))).few_rows


def test_what_chance_does_is_told_by_the_number_of_rows() -> None:
    """The mean index of many draws of the training's own distribution is about what is told."""
    assert drift(TRAINING[:50]).by_chance == pytest.approx(9 * (1 / 50 + 1 / COUNT))
    random = np.random.default_rng(0)
    pool = random.normal(size=20_000).astype(np.float32)[:, np.newaxis]
    known = Distribution.of(pool, np.zeros(20_000, np.int16), np.arange(20_000), ("A",), ("x",), {})
    near = Neighbourhood.of(pool[:50], np.arange(50), np.arange(50), 0)
    found = [
        measure_drift(CoverageReference(known, near), rows, rows)
        for rows in (random.normal(size=(500, 1)).astype(np.float32) for _ in range(200))
    ]
    assert np.mean([entry.features[0].psi for entry in found]) == pytest.approx(found[0].by_chance, rel=0.15)


def test_of_very_many_rows_some_are_measured_first_and_last_included() -> None:
    values = np.resize(market(600, 1), (MOST_ROWS + 1200, 4))
    found = drift(values)
    assert found.distance is not None
    assert (found.rows, found.distance.rows) == (MOST_ROWS + 1200, MOST_ROWS)
    whole = drift(market(600, 1)).distance
    assert whole is not None
    assert found.distance.beyond == pytest.approx(whole.beyond, abs=0.02)


def test_training_rows_that_do_not_differ_have_no_distance() -> None:
    near = Neighbourhood.of(np.ones((5, 4), np.float32), np.arange(5), np.arange(5), 0)
    found = measure_drift(CoverageReference(REFERENCE.distribution, near), TRAINING, SCALER.transform(TRAINING))
    assert found.distance is None


@pytest.mark.parametrize("shapes", [((0, 4), (0, 4)), ((3, 4), (2, 4)), ((3, 5), (3, 5))])
def test_rows_that_do_not_fit_are_refused(shapes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    values, scaled = (np.zeros(shape, np.float32) for shape in shapes)
    with pytest.raises(InvalidValue):
        measure_drift(REFERENCE, values, scaled)


def test_the_json_form_gives_the_same_figures() -> None:
    document = json.loads(json_text(REFERENCE.to_document()))
    read = CoverageReference.from_document(document, NAMES, "x")
    values = market(300, 8, shift=0.4)
    scaled = SCALER.transform(values)
    assert measure_drift(read, values, scaled) == measure_drift(REFERENCE, values, scaled)


@pytest.mark.parametrize(
    ("change", "names", "told"),
    [
        ({"format": 2}, NAMES, "format is 2"),
        ({"format": None}, NAMES, "format is None"),
        ({}, NAMES[:3], "other features"),
        ({}, NAMES[::-1], "other features"),
        ({"sample": []}, NAMES, "no sample"),
        ({"rows": "x"}, NAMES, "not readable"),
    ],
)
def test_what_is_no_reference_is_refused(change: dict[str, Any], names: tuple[str, ...], told: str) -> None:
    with pytest.raises(ModelRejected, match=told) as caught:
        CoverageReference.from_document(REFERENCE.to_document() | change, names, "models/x/coverage.json")
    assert caught.value.where == "models/x/coverage.json"
