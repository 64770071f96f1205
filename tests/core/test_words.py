"""The nearest word to one that was misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.words import closest, unused


@pytest.mark.parametrize(
    ("word", "allowed", "nearest"),
    [
        ("rsj", ["rsi", "sma"], "rsi"),
        ("RSI", ["rsi", "sma"], "rsi"),
        ("bands", ["BANDS", "rsi"], "BANDS"),
        ("Brk.b", ["BRK.B", "brk.a"], "BRK.B"),
        ("qqqqqq", ["rsi", "sma"], ""),
        ("", ["rsi"], ""),
        ("rsi", [], ""),
        ("batchsize", ["batch_size", "patience"], "batch_size"),
        ("mcad", ("macd", "atr"), "macd"),
    ],
)
def test_the_nearest_word(word: str, allowed: list[str], nearest: str) -> None:
    assert closest(word, allowed) == nearest


@given(words=st.lists(st.text("abcDEF_12", min_size=1), min_size=1, unique_by=str.lower), data=st.data())
def test_a_word_that_is_there_is_its_own_nearest_in_any_case(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    assert closest(word, words) == word
    assert closest(word.swapcase(), words) == word


@given(st.sets(st.sampled_from(["rsi", "rsi_2", "rsi_3", "rsi_4", "RSI", "rsi_02"])))
def test_a_word_that_is_free_is_the_first_of_its_row(taken: set[str]) -> None:
    row = ["rsi", "rsi_2", "rsi_3", "rsi_4", "rsi_5"]
    assert unused("rsi", taken.__contains__) == next(word for word in row if word not in taken)
