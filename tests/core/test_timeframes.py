"""Bar lengths against those of pandas."""

from __future__ import annotations

import pandas as pd
import pytest

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS, bar_length

PANDAS = {
    "1m": "1min",
    "5m": "5min",
    "15m": "15min",
    "30m": "30min",
    "1h": "1h",
    "4h": "4h",
    "1d": "1D",
    "1w": "7D",
}


@pytest.mark.parametrize(("name", "length"), PANDAS.items())
def test_lengths_are_those_of_pandas(name: str, length: str) -> None:
    assert bar_length(name) == pd.Timedelta(length).value


def test_all_names_are_known_shortest_first() -> None:
    assert list(NANOSECONDS) == list(PANDAS)
    assert list(NANOSECONDS.values()) == sorted(set(NANOSECONDS.values()))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("1H", "did you mean '1h'?"),
        ("15min", "did you mean '15m'?"),
        ("daily", "known: 15m, 1d, 1h, 1m, 1w, 30m, 4h, 5m"),
        ("", "known: 15m, 1d, 1h, 1m, 1w, 30m, 4h, 5m"),
    ],
)
def test_other_names_are_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownName) as caught:
        bar_length(name)
    assert caught.value.message == f"there is no timeframe named {name!r}"
    assert caught.value.hint == hint
