"""The nearest word to one that was misspelt, and values cut to what a sentence can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.words import MOST_SHOWN, closest, shown, unused


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


class TestShown:
    @pytest.mark.parametrize(
        "value", [None, "1d", 'say "hi"', 0.1, -3, ["a", {"b": 1}], "\0\n", "x" * (MOST_SHOWN - 2)]
    )
    def test_what_is_short_is_shown_as_python_writes_it(self, value: object) -> None:
        assert shown(value) == repr(value)

    @pytest.mark.parametrize("value", ["x" * (MOST_SHOWN - 1), "\0" * 10**6, list(range(10**5)), {"a": ["b" * 10**6]}])
    def test_what_is_long_is_cut_where_it_is_long(self, value: object) -> None:
        text = shown(value)
        assert len(text) == MOST_SHOWN
        assert text.endswith("...")
        assert repr(value).startswith(text[:-3])

    def test_what_cannot_be_written_is_named(self) -> None:
        deep: list[object] = []
        for _ in range(10**5):
            deep = [deep]
        assert shown(deep) == "a value that is too large to show"
        assert shown(10**5000) == "a value that is too large to show"
