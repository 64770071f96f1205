"""The journal of finished spans: forgotten when it cannot be trusted, never wrong."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.data.ib.journal import Journal, count_within
from ktrdr_app.data.ib.plan import Span

STAMPS = np.arange(0, 100, 10, dtype=np.int64)


def test_spans_are_remembered_across_runs(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "cache" / "X.json", "market")
    assert journal.covered(STAMPS) == []
    journal.add(Span(50, 70), STAMPS)
    journal.add(Span(0, 20), STAMPS)
    again = Journal(tmp_path / "cache" / "X.json", "market")
    assert journal.covered(STAMPS) == again.covered(STAMPS) == [Span(0, 20), Span(50, 70)]


def test_a_span_that_lost_bars_does_not_count(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "X.json", "market")
    for start in (0, 30, 60):
        journal.add(Span(start, start + 30), STAMPS)
    fewer = STAMPS[STAMPS != 40]
    assert journal.covered(fewer) == [Span(0, 30), Span(60, 90)]
    assert journal.covered(np.append(STAMPS, 200)) == [Span(0, 30), Span(30, 60), Span(60, 90)]


def test_an_empty_span_counts_whatever_the_file_holds(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "X.json", "market")
    journal.add(Span(1, 9), STAMPS)
    assert journal.covered(np.empty(0, dtype=np.int64)) == [Span(1, 9)]


def test_another_contract_has_its_own(tmp_path: Path) -> None:
    Journal(tmp_path / "X.json", "stock").add(Span(0, 20), STAMPS)
    assert Journal(tmp_path / "X.json", "forex").covered(STAMPS) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"market": "market"}', '{"market": "market", "spans": [{}]}',
                                  '{"market": "market", "spans": [{"start": "x", "end": 1, "rows": 1}]}'])  # fmt: skip
def test_a_damaged_one_is_passed_over_and_logged(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "X.json").write_text(text)
    with caplog.at_level(logging.WARNING):
        journal = Journal(tmp_path / "X.json", "market")
    assert journal.covered(STAMPS) == []
    assert "X.json is passed over" in caplog.text
    journal.add(Span(0, 20), STAMPS)
    assert Journal(tmp_path / "X.json", "market").covered(STAMPS) == [Span(0, 20)]


@pytest.mark.parametrize(("start", "end"), [(0, 100), (5, 15), (10, 11), (11, 20), (90, 500), (-10, 0)])
def test_counts_are_those_of_a_loop(start: int, end: int) -> None:
    assert count_within(STAMPS, Span(start, end)) == sum(start <= stamp < end for stamp in STAMPS.tolist())
