"""Which pairs of PySide6 and Python are refused."""

from __future__ import annotations

import pytest

from ktrdr_app.core.qt_pair import GOOD_QT, INSTALL_QT, qt_fault


@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 13)])
def test_the_tested_version_is_good_everywhere(python: tuple[int, int]) -> None:
    assert qt_fault(GOOD_QT, python) == ""
    assert GOOD_QT in INSTALL_QT


@pytest.mark.parametrize(
    ("qt", "python", "word"),
    [
        ("6.12.0", (3, 11), "aborts on Python 3.11"),
        ("6.12.0", (3, 12), ""),
        ("6.12.1", (3, 13), ""),
        ("6.11.0", (3, 13), "misplaces docks"),
        ("6.11.1", (3, 11), "misplaces docks"),
        ("6.11.2", (3, 11), ""),
        ("6.10.3", (3, 11), ""),
        ("6.10.2", (3, 11), "too old"),
        ("6.9", (3, 12), "too old"),
    ],
)
def test_known_faults_are_told(qt: str, python: tuple[int, int], word: str) -> None:
    found = qt_fault(qt, python)
    assert word in found
    assert bool(found) == bool(word)
