"""How the terminal's words become what requests take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.cli import options
from ktrdr_app.core.errors import InvalidValue

words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", min_size=1, max_size=8)


@given(st.lists(words, min_size=1, max_size=6))
def test_names_are_kept_in_order_and_once(listed):
    found = options.names(" , ".join(listed) + ",")
    assert list(found) == sorted(set(listed), key=listed.index)


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_no_name_is_no_list(text):
    with pytest.raises(InvalidValue):
        options.names(text)


@given(st.dictionaries(words, st.floats(0.001, 1000), min_size=1, max_size=5))
def test_shares_read_back(weights):
    assert options.shares(",".join(f"{name}={share!r}" for name, share in weights.items())) == weights


@pytest.mark.parametrize("text", ["A", "A=", "A=x", "A=1,B", ""])
def test_shares_of_another_form_are_refused(text):
    with pytest.raises(InvalidValue, match="weights"):
        options.shares(text)


def test_parameters_are_whole_numbers_numbers_or_words():
    found = options.parameters(["period=14", "multiplier=2.5", "anchor=session", "step=1e-3", "note=a=b"])
    assert found == {"period": 14, "multiplier": 2.5, "anchor": "session", "step": 0.001, "note": "a=b"}
    assert isinstance(found["period"], int)
    assert isinstance(found["multiplier"], float)


@pytest.mark.parametrize("text", ["period", "=14", " =14", ""])
def test_a_parameter_without_name_or_value_is_refused(text):
    with pytest.raises(InvalidValue, match="param"):
        options.parameters([text])


@given(st.integers(320, 8192), st.integers(240, 8192))
def test_sizes_read_back(width, height):
    assert options.size(f"{width}x{height}") == options.size(f"{width}X{height}") == (width, height)


@pytest.mark.parametrize("text", ["", "100", "x", "100x100", "9000x900", "-5x900", "1440 x 900", "1440x900x2"])
def test_other_sizes_are_refused(text):
    with pytest.raises(InvalidValue, match="size"):
        options.size(text)


def test_a_workspace_may_not_be_there_yet_but_is_no_file(tmp_path):
    assert options.folder(tmp_path / "later") == tmp_path / "later"
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidValue, match="workspace"):
        options.folder(tmp_path / "file")


def test_an_absent_option_is_none():
    assert options.WEIGHTS.value(None) is None
    assert options.EPOCHS.value(5) == 5


def test_values_are_split_by_option():
    taken, rest = options.split({"epochs": 1, "seed": None, "symbol": "A"}, (options.EPOCHS, options.SEED))
    assert taken == {"epochs": 1, "seed": None}
    assert rest == {"symbol": "A"}


def test_every_option_is_declared_once_and_says_what_it_is():
    declared = [value for value in vars(options).values() if isinstance(value, options.Choice)]
    assert len(declared) > 30
    for choice in declared:
        assert choice.help.endswith(".")
        assert not choice.flag or choice.flag.startswith("--")
    flags = [(choice.flag, choice.name, choice.help) for choice in declared if choice.flag]
    assert len(flags) == len(set(flags))
