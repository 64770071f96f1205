"""Indicators and fuzzy sets of the original in our grammar: what each becomes, and what is said of it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app import indicators
from ktrdr_app.strategy.legacy import read_legacy
from ktrdr_app.strategy.legacy_names import TYPES, type_of
from ktrdr_app.strategy.schema import Strategy, parameter_fault
from ktrdr_app.strategy.upgrade_inputs import Inputs, upgrade_inputs
from ktrdr_app.strategy.upgrade_notes import Note

RSI_SETS = {"rsi": {"low": [0, 20, 40]}}


def upgraded(entries: list[dict[str, Any]], sets: dict[str, Any] | None = None) -> Inputs:
    """Return the upgrade of a strategy with these indicators and sets; a set is a list of numbers."""
    document = {"name": "old", "indicators": entries, "fuzzy_sets": RSI_SETS if sets is None else sets}
    return upgrade_inputs(read_legacy(document, "old.yaml"))


def written(kind: str, *parameters: float) -> dict[str, Any]:
    """Return a set as the original's files write it."""
    return {"type": kind, "parameters": list(parameters)}


def notes_at(result: Inputs, path: str) -> list[Note]:
    return [note for note in result.notes if note.path == path]


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "ZigZag"])
def test_every_class_becomes_an_indicator_that_the_catalogue_can_build(kind: str) -> None:
    result = upgraded([{"name": "mine", "type": kind}], {"mine": {"one": written("triangular", 1, 2, 3)}})
    entry = dict(result.indicators["mine"])
    filled = indicators.parameters_of(entry.pop("name"), entry)
    assert {key: getattr(filled, key) for key in entry} == entry
    strategy = Strategy.model_validate(
        {"name": "new", "indicators": result.indicators, "fuzzy_sets": result.fuzzy_sets}
    )
    assert list(strategy.fuzzy_sets) == ["mine"]
    assert not notes_at(result, "indicators.mine.period")  # defaults of the original are no news


def test_a_line_that_is_drawn_with_the_future_is_left_out() -> None:
    result = upgraded([{"name": "zigzag"}, {"name": "rsi"}])
    assert list(result.indicators) == ["rsi"]
    (note,) = notes_at(result, "indicators.zigzag")
    assert (note.now, "future" in note.why) == (None, True)


def test_the_originals_defaults_are_written_out_where_ours_could_differ() -> None:
    result = upgraded([{"name": "rsi"}, {"name": "squeeze", "type": "SqueezeIntensity"}])
    assert result.indicators["rsi"] == {"name": "rsi", "period": 14}
    expected = {"bb_period": 20, "bb_multiplier": 2.0, "kc_period": 20, "kc_multiplier": 2.0}
    assert result.indicators["squeeze"] == {"name": "squeeze_intensity", **expected}


def test_honoured_parameters_win_over_those_that_were_passed_over() -> None:
    result = upgraded([{"name": "rsi", "period": 9, "params": {"period": 21}}])
    assert result.indicators["rsi"]["period"] == 21
    (note,) = notes_at(result, "indicators.rsi.period")
    assert (note.was, note.now) == (9, None)
    assert "under params" in note.why


def test_parameters_get_our_names_and_unknown_ones_are_told() -> None:
    entry = {"name": "bb", "type": "BollingerBands", "params": {"std_dev": 2.5, "source": "open", "wings": 3}}
    cloud = {"name": "cloud", "type": "Ichimoku", "params": {"tenkan_period": 7, "source": "close"}}
    result = upgraded([entry, cloud, {"name": "rsi"}])
    assert result.indicators["bb"] == {"name": "bollinger_bands", "period": 20, "multiplier": 2.5}
    assert result.indicators["cloud"] == {
        "name": "ichimoku",
        "tenkan": 7,
        "kijun": 26,
        "senkou_b": 52,
        "displacement": 26,
    }
    assert [note.was for note in notes_at(result, "indicators.bb.source")] == ["open"]
    assert [note.why for note in notes_at(result, "indicators.bb.wings")] == ["bollinger_bands has no such parameter"]
    assert not notes_at(result, "indicators.cloud.source")  # the close is what ours takes anyway


@pytest.mark.parametrize("value", [True, "14", None])
def test_parameters_that_are_no_numbers_are_left_out(value: object) -> None:
    result = upgraded([{"name": "rsi", "params": {"period": value}}])
    assert result.indicators["rsi"]["period"] == 14
    assert [note.now for note in notes_at(result, "indicators.rsi.period")] == [None]


@pytest.mark.parametrize(
    ("name", "key"),
    [("my rsi!", "my_rsi"), ("14_rsi", "i_14_rsi"), ("__rsi__", "rsi"), ("größe", "gr_e"), ("日本", "input")],
)
def test_ids_are_made_of_letters_digits_and_underscores(name: str, key: str) -> None:
    result = upgraded([{"name": name, "type": "RSI"}], {name: {"low": [0, 20, 40]}})
    assert list(result.indicators) == list(result.fuzzy_sets) == [key]
    assert "input" not in result.fuzzy_sets[key]
    assert [note.was for note in notes_at(result, f"indicators.{key}") if note.now == key] == [name]


def test_names_that_fall_together_are_numbered_and_sets_find_their_own() -> None:
    entries = [
        {"name": name, "type": "RSI", "params": {"period": n}} for n, name in enumerate(("a b", "a-b", "a_b"), 5)
    ]
    result = upgraded(entries, {name: {"low": [0, 20, 40]} for name in ("a_b", "a b")})
    assert {key: entry["period"] for key, entry in result.indicators.items()} == {"a_b": 5, "a_b_2": 6, "a_b_3": 7}
    assert {key: entry.get("input", key) for key, entry in result.fuzzy_sets.items()} == {
        "a_b": "a_b_3",
        "a_b_2": "a_b",
    }


def test_formulas_that_differ_are_told_and_so_are_sides_that_found_nothing() -> None:
    result = upgraded([{"name": "stochastic"}, {"name": "atr"}, {"name": "rsi"}])
    assert "Wilder" in notes_at(result, "indicators.atr.name")[0].why
    assert not notes_at(result, "indicators.rsi.name")
    assert (type_of("stochastic"), type_of("stochastic", side="serving")) == ("Stochastic", None)
    assert [note.why for note in notes_at(result, "indicators.stochastic")] == [
        "the original found no class of that name in its backtests"
    ]
    nowhere = upgraded([{"name": "bbands"}, {"name": "rsi"}])
    assert notes_at(nowhere, "indicators.bbands")[0].why.endswith("in its training and backtests")


def test_lines_beside_the_main_one_become_outputs() -> None:
    sets = {name: {"one": [1, 2, 3]} for name in ("bands_upper", "macd_hist", "macd_signal", "aroon_down", "signal")}
    kinds = {"bands": "BollingerBands", "macd": "MACD", "aroon": "Aroon"}
    result = upgraded([{"name": name, "type": kind} for name, kind in kinds.items()], sets)
    assert {key: entry["input"] for key, entry in result.fuzzy_sets.items()} == {
        "bands_upper": "bands.upper",
        "macd_hist": "macd.histogram",
        "macd_signal": "macd.signal",
        "aroon_down": "aroon.down",
    }
    assert [note.was for note in notes_at(result, "fuzzy_sets.aroon_down")] == ["never matched"]
    assert notes_at(result, "fuzzy_sets.signal")[0].now is None  # no indicator's name stands before it


@pytest.mark.parametrize(
    ("name", "kind", "form"),
    [
        ("sma", "SMA", "ratio_to_price"),
        ("ema", "EMA", "ratio_to_price"),
        ("slow", "SMA", "raw"),  # the original made ratios for these two names only
        ("macd", "MACD", "atr"),
        ("move", "Momentum", "atr"),
        ("rsi", "RSI", "raw"),
    ],
)
def test_forms_follow_what_the_originals_sets_saw(name: str, kind: str, form: str) -> None:
    result = upgraded([{"name": name, "type": kind}], {name: {"one": [0.9, 1, 1.1]}})
    assert result.fuzzy_sets[name]["form"] == form
    units = [note.was for note in notes_at(result, f"fuzzy_sets.{name}.form")]
    assert units == {"atr": ["price units"], "ratio_to_price": []}.get(form, ["own units"] if kind == "SMA" else [])


corners = st.lists(st.integers(-500, 500), min_size=3, max_size=3).map(sorted)


@given(st.dictionaries(st.sampled_from("abcd"), corners, min_size=1))
def test_prices_are_rescaled_so_that_the_outermost_number_lies_at_two_ranges(sets: dict[str, list[int]]) -> None:
    kept = {key: numbers for key, numbers in sets.items() if numbers[0] < numbers[-1]}
    result = upgraded([{"name": "macd"}], {"macd": sets})
    if not kept:
        assert result.fuzzy_sets["macd"]["sets"].keys() == {"low", "middle", "high"}
        return
    made = result.fuzzy_sets["macd"]["sets"]
    assert list(made) == list(kept)
    flat = [value for entry in made.values() for value in entry["parameters"]]
    assert max(map(abs, flat)) == pytest.approx(2.0)
    before = [value for numbers in kept.values() for value in numbers]
    for (one, other), (new, newer) in zip(itertools.pairwise(before), itertools.pairwise(flat), strict=True):
        assert one * newer == pytest.approx(other * new, abs=1e-5)  # proportions stay


@pytest.mark.parametrize("numbers", [[900, 900, 900], [0, 1, float("inf")], [5, 1, -900], [1, 2]])
def test_a_set_that_is_left_out_does_not_scale_the_others(numbers: list[float]) -> None:
    sets = {"good": written("triangular", -1, 0, 0.5), "bad": written("triangular", *numbers)}
    result = upgraded([{"name": "macd"}], {"macd": sets})
    assert result.fuzzy_sets["macd"]["sets"] == {"good": written("triangular", -2, 0, 1)}
    (note,) = notes_at(result, "fuzzy_sets.macd.sets.bad")
    assert note.why == parameter_fault("triangular", numbers)


def test_vertical_edges_and_bare_lists_are_told() -> None:
    sets = {
        "edge": written("trapezoidal", 0, 0, 30, 40),
        "right": written("trapezoidal", 60, 70, 100, 100),
        "sloped": written("trapezoidal", 0, 1, 30, 40),
        "bare": [40, 50, 60],
    }
    result = upgraded([{"name": "rsi"}], {"rsi": sets})
    told = {name: [note.was for note in notes_at(result, f"fuzzy_sets.rsi.sets.{name}")] for name in sets}
    assert told == {"edge": ["0 at the edge"], "right": ["0 at the edge"], "sloped": [], "bare": [[40, 50, 60]]}
    assert result.fuzzy_sets["rsi"]["sets"]["bare"] == written("triangular", 40, 50, 60)


def test_sets_that_belong_to_nothing_are_told_with_their_names() -> None:
    result = upgraded([{"name": "rsi"}], RSI_SETS | {"adx": {"weak": [0, 10, 20], "strong": [20, 40, 60]}})
    assert list(result.fuzzy_sets) == ["rsi"]
    assert [note.was for note in notes_at(result, "fuzzy_sets.adx")] == [["weak", "strong"]]


def test_usual_sets_come_only_where_none_is_left_and_meet_at_one() -> None:
    result = upgraded([{"name": "rsi"}, {"name": "obv", "type": "OBV"}, {"name": "cci"}], {})
    assert list(result.fuzzy_sets) == ["rsi", "cci"]  # none are usual for a balance of volume
    assert result.fuzzy_sets["cci"]["sets"] == {
        "low": written("trapezoidal", -200, -100, -100, 0) | {"shoulder": "left"},
        "middle": written("triangular", -100, 0, 100),
        "high": written("trapezoidal", 0, 100, 100, 200) | {"shoulder": "right"},
    }
    assert list(upgraded([{"name": "rsi"}, {"name": "cci"}]).fuzzy_sets) == ["rsi"]
    assert upgraded([{"name": "obv", "type": "OBV"}], {}).fuzzy_sets == {}


def test_a_mean_called_after_the_volume_stays_only_where_sets_read_it() -> None:
    entries = [{"name": "volume_sma"}, {"name": "rsi"}]
    assert list(upgraded(entries).indicators) == ["rsi"]
    read = upgraded(entries, {"volume_sma": {"one": [90, 100, 110]}})
    assert read.indicators["volume_sma"] == {"name": "sma", "period": 20}
    assert "mean of the close" in [note.was for note in notes_at(read, "indicators.volume_sma")]
