"""Counts of training rows against a loop over them, the JSON form, and what is no reference."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.files import json_text
from ktrdr_app.features import distribution
from ktrdr_app.features.distribution import Distribution, faint_rows
from tests.reference import coverage as slow

NAMES = ("rsi_low", "rsi_high", "roc", "flag")
INPUTS = {"rsi": ("rsi_low", "rsi_high")}
SYMBOLS = ("A", "B", "C")


def rows_of(count: int = 300, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 4)).astype(np.float32)
    values[:, :2] = np.clip(values[:, :2], 0, 1)
    values[:, 3] = 1
    return values, random.integers(0, 3, count).astype(np.int16)


def made(rows: NDArray[np.intp] | None = None) -> Distribution:
    values, owner = rows_of()
    return Distribution.of(values, owner, np.arange(40, 250) if rows is None else rows, SYMBOLS, NAMES, INPUTS)


def test_every_row_is_counted_in_its_symbol_and_bin() -> None:
    values, owner = rows_of()
    chosen = np.arange(40, 250)
    found = made()
    assert found.rows.tolist() == [int((owner[chosen] == number).sum()) for number in range(3)]
    for column in range(4):
        cuts = slow.tenths(values[chosen, column].tolist())
        for number in range(3):
            own = values[chosen[owner[chosen] == number], column].tolist()
            expected = sorted(Counter(slow.bin_of(value, cuts) for value in own).values())
            assert sorted(count for count in found.counts[column][number].tolist() if count) == expected


def test_faint_rows_are_those_that_no_set_describes() -> None:
    values, owner = rows_of()
    expected = [0, 0, 0]
    for row in range(40, 250):
        expected[owner[row]] += float(values[row, 0]) + float(values[row, 1]) < 0.2
    assert sum(expected) > 10
    assert made().faint["rsi"].tolist() == expected
    assert made().columns_of("rsi") == [0, 1]


def test_the_limit_of_faint_is_a_fifth() -> None:
    grades = np.array([[0.1, 0.05], [0.1, 0.15], [0.0, 0.0], [0.25, 0.0]], np.float32)
    assert faint_rows(grades).tolist() == [True, False, True, False]


def test_other_rows_change_nothing() -> None:
    values, owner = rows_of()
    values[:40] = 1e9
    values[250:] = -1e9
    touched = Distribution.of(values, owner, np.arange(40, 250), SYMBOLS, NAMES, INPUTS)
    assert touched.to_document() == made().to_document()


def test_their_order_changes_nothing() -> None:
    shuffled = np.random.default_rng(1).permutation(np.arange(40, 250))
    assert made(shuffled).to_document() == made().to_document()


def test_of_very_many_rows_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "MEASURED_ROWS", 50)
    values, owner = rows_of()
    values[:, 2] = np.arange(300)
    found = Distribution.of(values, owner, np.arange(300), SYMBOLS, NAMES, INPUTS)
    assert found.rows.sum() == 50
    np.testing.assert_allclose(found.edges[2], np.arange(1, 10) * 30, atol=7)


def test_a_symbol_without_rows_has_none() -> None:
    values, owner = rows_of()
    rows = np.flatnonzero(owner != 1)
    found = Distribution.of(values, owner, rows, SYMBOLS, NAMES, {})
    assert found.rows[1] == 0
    assert all(counts[1].sum() == 0 for counts in found.counts)
    assert Distribution.from_document(found.to_document(), "x").rows.tolist() == found.rows.tolist()


def test_the_json_form_is_exact() -> None:
    found = made()
    read = Distribution.from_document(json.loads(json_text(found.to_document())), "x")
    assert (read.symbols, read.names, read.inputs) == (found.symbols, found.names, found.inputs)
    assert read.rows.tolist() == found.rows.tolist()
    assert [edges.tobytes() for edges in read.edges] == [edges.tobytes() for edges in found.edges]
    assert [counts.tolist() for counts in read.counts] == [counts.tolist() for counts in found.counts]
    assert read.faint["rsi"].tolist() == found.faint["rsi"].tolist()


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return what sets one place of a document, such as ``features.0.edges``."""

    def put(document: dict[str, Any]) -> None:
        *way, last = [int(word) if word.isdecimal() else word for word in path.split(".")]
        place: Any = document
        for step in way:
            place = place[step]
        place[last] = value

    return put


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (change("symbols", []), "names are no words"),
        (change("symbols", [1, 2, 3]), "names are no words"),
        (change("symbols", 7), "not readable"),
        (change("rows", [1, 2]), "rows of its symbols"),
        (change("rows", [0, 0, 0]), "rows of its symbols"),
        (change("rows", [1.5, 2, 3]), "not readable"),
        (change("rows", [10**30, 2, 3]), "not readable"),
        (change("features", {"a": 1}), "not readable"),
        (change("features.0.name", 3), "names are no words"),
        (change("features.0.edges", []), "edges of rsi_low"),
        (change("features.0.edges", list(range(40))), "edges of rsi_low"),
        (change("features.0.edges", [1e300]), "edges of rsi_low"),
        (change("features.0.edges.0", None), "edges of rsi_low"),
        (change("features.0.edges", "abc"), "not readable"),
        (change("features.2.edges.3", -9.0), "bins of roc"),
        (change("features.2.counts", [[1, 2], [3, 4], [5, 6]]), "bins of roc"),
        (change("features.2.counts.0.0", -1), "counts of roc"),
        (change("features.2.counts.0.0", 1000), "counts of roc"),
        (change("features.2.counts.0", [1]), "not readable"),
        (change("inputs.0.memberships", ["rsi_low", "other"]), "memberships of rsi"),
        (change("inputs.0.faint", [1]), "memberships of rsi"),
        (change("inputs.0.faint.0", 10_000), "faint rows of rsi"),
        (change("inputs.0.faint.0", -1), "faint rows of rsi"),
        (change("inputs", None), "not readable"),
    ],
)
def test_what_is_no_reference_is_refused(put: Callable[[dict[str, Any]], None], told: str) -> None:
    document = json.loads(json_text(made().to_document()))
    put(document)
    with pytest.raises(ModelRejected, match=told) as caught:
        Distribution.from_document(document, "models/x/coverage.json")
    assert caught.value.where == "models/x/coverage.json"


def test_a_part_that_is_missing_is_refused() -> None:
    for name in made().to_document():
        document = made().to_document()
        del document[name]
        with pytest.raises(ModelRejected, match=name):
            Distribution.from_document(document, "x")
