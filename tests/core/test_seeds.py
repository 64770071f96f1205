"""One seed per run: streams that are independent, and the same in every process."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.seeds import generator, integer, sequence
from tests.core.children import printed

PURPOSES = ["weights", "batches", "dropout", "importance", "combine"]
DRAWS = """
import json, sys
from ktrdr_app.core.seeds import generator, integer
purposes = json.loads(sys.argv[1])
hash_of = hash("weights")
draws = [[integer(seed, name), generator(seed, name).random(3).tolist()] for seed in (0, 1, 2**40) for name in purposes]
print(json.dumps([hash_of, draws]))
"""


def test_the_purpose_enters_by_its_published_checksum() -> None:
    assert sequence(7, "123456789").entropy == [7, 0xCBF43926]  # the check value of CRC-32


def test_numbers_are_the_same_in_every_process() -> None:
    answers = [json.loads(printed(DRAWS, json.dumps(PURPOSES), PYTHONHASHSEED=seed)) for seed in ("0", "1", "4711")]
    assert len({answer[0] for answer in answers}) == 3
    assert answers[0][1] == answers[1][1] == answers[2][1]
    here = [[integer(s, name), generator(s, name).random(3).tolist()] for s in (0, 1, 2**40) for name in PURPOSES]
    assert answers[0][1] == here


def test_every_call_begins_its_stream_anew() -> None:
    first = generator(3, "batches").random(5)
    np.random.default_rng(0).random(100)
    np.testing.assert_array_equal(generator(3, "batches").random(5), first)


def test_numpys_own_state_is_neither_read_nor_changed() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    drawn = generator(1, "weights").random()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert generator(1, "weights").random() == drawn


def test_streams_of_seeds_and_purposes_are_independent() -> None:
    streams = np.array([generator(seed, name).random(4000) for seed in range(4) for name in PURPOSES])
    correlation = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlation).max() < 5 / np.sqrt(4000)
    assert len(np.unique(streams)) == streams.size


def test_each_stream_is_uniform() -> None:
    for name in PURPOSES:
        counts = np.histogram(generator(11, name).random(10_000), bins=10, range=(0, 1))[0]
        chi_square = float(((counts - 1000) ** 2 / 1000).sum())
        assert chi_square < 27.9  # 99.9 % of uniform draws stay below this with 9 degrees of freedom


def test_integers_fit_what_torch_takes() -> None:
    found = [integer(seed, name) for seed in range(200) for name in PURPOSES]
    assert all(0 <= value < 2**63 for value in found)
    assert len(set(found)) == len(found)
    assert max(found) > 2**62
    assert {value & 1 for value in found} == {0, 1}


@given(seed=st.integers(0, 2**80), purpose=st.text(max_size=20))
def test_any_seed_and_any_purpose_will_do(seed: int, purpose: str) -> None:
    assert integer(seed, purpose) == integer(seed, purpose)
    assert 0 <= integer(seed, purpose) < 2**63
    assert 0 <= generator(seed, purpose).random() < 1


@given(seed=st.integers(0, 2**32), purpose=st.text(min_size=1, max_size=10))
def test_a_neighbouring_seed_or_purpose_is_another_stream(seed: int, purpose: str) -> None:
    assert integer(seed, purpose) != integer(seed + 1, purpose)
    assert integer(seed, purpose) != integer(seed, purpose + "x")


def test_a_negative_seed_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        generator(-1, "weights")
