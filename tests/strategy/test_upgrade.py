"""Upgrades of the original's strategies: each trap of its files, told in a note and written as it was meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.strategy.upgrade import Upgraded, upgrade_strategy
from ktrdr_app.strategy.upgrade_notes import Note
from tests.strategy.legacy_texts import MEAN_REVERSION, TEXTS
from tests.strategy.texts import VALID


def upgraded(name: str) -> Upgraded:
    return upgrade_strategy(TEXTS[name], f"{name}.yaml")


def note(result: Upgraded, path: str) -> Note:
    found = [entry for entry in result.notes if entry.path == path]
    assert len(found) == 1, (path, [entry.path for entry in result.notes])
    return found[0]


def at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[key]
    return document


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_holds_the_document_and_follows_the_grammar(name: str) -> None:
    result = upgraded(name)
    assert yaml.safe_load(result.text) == result.document
    loaded = parse_strategy(result.text, "new.yaml")
    assert loaded.strategy.name == result.document["name"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_note_stands_in_the_text_and_tells_what_is_there(name: str) -> None:
    result = upgraded(name)
    comments = " ".join(re.sub(r"^\s*#\s?", "", line) for line in result.text.splitlines() if "#" in line)
    for entry in result.notes:
        assert " ".join(entry.why.split()) in comments
        if isinstance(entry.now, (int, float)) and not isinstance(entry.now, bool):
            assert at(result.document, entry.path) == entry.now


@pytest.mark.parametrize("name", TEXTS)
def test_lines_of_comments_are_not_too_long(name: str) -> None:
    assert max(len(line) for line in upgraded(name).text.splitlines() if line.lstrip().startswith("#")) <= 110


def test_parameters_that_the_original_passed_over_are_written_as_the_file_meant_them() -> None:
    result = upgraded("mean_reversion")
    assert result.document["indicators"]["sma"] == {"name": "sma", "period": 50}
    entry = note(result, "indicators.sma.period")
    assert (entry.was, entry.now) == (20, 50)
    assert "write 20" in entry.why
    assert result.document["indicators"]["ema"] == {"name": "ema", "period": 30}
    assert not [entry for entry in result.notes if entry.path == "indicators.ema.period"]
    assert not [entry for entry in result.notes if entry.path == "indicators.rsi.period"]  # 14 was the default anyway
    assert note(result, "indicators.ema.source").was == "open"


def test_means_keep_their_ratio_and_their_numbers() -> None:
    sma = upgraded("mean_reversion").document["fuzzy_sets"]["sma"]
    assert sma["form"] == "ratio_to_price"
    assert sma["sets"]["below"]["parameters"] == [0.85, 0.95, 1]


def test_a_vertical_edge_is_told() -> None:
    assert "gives 1" in note(upgraded("mean_reversion"), "fuzzy_sets.ema.sets.below").why


def test_macd_in_price_units_becomes_macd_in_atr() -> None:
    result = upgraded("no_training")
    macd = result.document["fuzzy_sets"]["macd"]
    assert macd["form"] == "atr"
    assert macd["sets"]["negative"]["parameters"] == [-2, -0.4, 0]
    assert macd["sets"]["positive"]["parameters"] == [0, 0.4, 2]
    assert "0.2" in note(result, "fuzzy_sets.macd.form").why


def test_an_output_that_the_original_never_matched_is_found() -> None:
    result = upgraded("no_training")
    assert result.document["fuzzy_sets"]["macd_signal"]["input"] == "macd.signal"
    assert note(result, "fuzzy_sets.macd_signal").was == "never matched"
    ratio = upgraded("rsi_mean_reversion").document["fuzzy_sets"]["price_to_sma"]
    assert (ratio["input"], ratio["form"]) == ("sma", "ratio_to_price")


def test_sets_in_price_units_are_kept_and_told() -> None:
    result = upgraded("no_training")
    assert result.document["fuzzy_sets"]["fast_ma"]["form"] == "raw"
    assert "one symbol only" in note(result, "fuzzy_sets.fast_ma.form").why
    assert "percent" in note(upgraded("rsi_mean_reversion"), "fuzzy_sets.atr.form").why


def test_a_mean_called_volume_sma_was_one_of_the_close() -> None:
    result = upgraded("volume_surge")
    assert result.document["indicators"]["volume_sma"]["name"] == "sma"
    assert any(entry.was == "mean of the close" for entry in result.notes)
    unread = TEXTS["volume_surge"].replace("  volume_sma:\n    low: {type: triangular, parameters: [0, 50, 100]}\n", "")
    again = upgrade_strategy(unread, "x.yaml")
    assert "volume_sma" not in again.document["indicators"]
    assert "volume_ratio" in note(again, "indicators.volume_sma").why


def test_names_that_one_side_of_the_original_did_not_find_are_told() -> None:
    result = upgraded("volume_surge")
    whys = {entry.path: entry.why for entry in result.notes if entry.was == "left out"}
    assert whys["indicators.obv"].endswith("in its training")
    assert whys["indicators.volume_sma"].endswith("in its backtests")
    assert note(result, "fuzzy_sets.volume_spike").now is None


def test_a_strategy_none_of_whose_sets_match_gets_usual_ones() -> None:
    result = upgraded("no_set_matches")
    assert list(result.document["fuzzy_sets"]) == ["rsi", "macd", "ema"]
    assert result.document["fuzzy_sets"]["ema"]["form"] == "atr_distance"
    assert result.document["indicators"] == {
        "rsi": {"name": "rsi", "period": 9},
        "macd": {"name": "macd", "fast_period": 8, "slow_period": 26, "signal_period": 9},
        "ema": {"name": "ema", "period": 21},
    }
    assert "future" in note(result, "indicators.zigzag").why
    assert note(result, "indicators.market_regime").now is None
    assert "could never be trained" in note(result, "fuzzy_sets.rsi").why


def test_bare_lists_are_read_and_sets_without_width_left_out() -> None:
    result = upgraded("upgraded")
    sets = result.document["fuzzy_sets"]["rsi"]["sets"]
    assert sets == {
        "low": {"type": "triangular", "parameters": [0, 20, 40]},
        "wide": {"type": "trapezoidal", "parameters": [10, 30, 70, 90]},
    }
    left_out = [entry for entry in result.notes if entry.path == "fuzzy_sets.rsi.sets.flat" and entry.now is None]
    assert "no width" in left_out[0].why


def test_labels_say_that_swings_became_first_moves() -> None:
    result = upgraded("mean_reversion")
    labels = {"method": "zigzag", "threshold": 0.05, "threshold_unit": "fraction", "lookahead": 20}
    assert result.document["labels"] == labels
    assert note(result, "labels.method").was == "whole swings"
    assert note(result, "labels.lookahead").was == "without effect"
    assert upgraded("no_training").document["labels"]["threshold"] == 0.03


def test_networks_that_could_not_be_built_become_one_that_can() -> None:
    result = upgraded("volume_surge")
    assert result.document["network"]["hidden_layers"] == [30, 15, 8]
    assert note(result, "network").was == "cnn_lstm"
    network = upgraded("mean_reversion").document["network"]
    assert network == {"hidden_layers": [64, 32, 16], "activation": "tanh", "dropout": 0.3}


def test_training_settings() -> None:
    result = upgraded("mean_reversion")
    training = result.document["training"]
    assert (training["epochs"], training["patience"], training["learning_rate"]) == (7, 7, 0.002)
    assert training["split"] == {"train": 0.7, "validation": 0.2, "test": 0.1}
    assert note(result, "training.split.test").was == 0.2
    assert note(result, "training.learning_rate").was == "adamw"
    assert note(result, "training.patience").was == "no early stopping"
    assert note(result, "model.training.gradient_clip").now is None
    other = upgraded("rsi_mean_reversion")
    assert note(other, "training.patience").was == "val_accuracy"
    assert other.document["training"]["patience"] == 20
    shares = upgraded("volume_surge").document["training"]["split"]
    assert shares == {"train": 0.7, "validation": 0.15, "test": 0.15}  # the file left no test rows


def test_decisions_take_the_stricter_threshold_and_count_bars() -> None:
    text = MEAN_REVERSION + (
        "decisions: {confidence_threshold: 0.5, filters: {min_signal_separation: 3}}\n"
        "orchestrator: {modes: {backtest: {confidence_threshold: 0.6}}, signal_cooldown: 4}\n"
    )
    result = upgrade_strategy(text, "x.yaml")
    assert result.document["decision"]["confidence_threshold"] == 0.6
    assert note(result, "decision.confidence_threshold").was == 0.5
    assert note(result, "decision.min_signal_separation").was == "3 h"
    assert upgraded("mean_reversion").document["decision"]["min_signal_separation"] == 4  # the original's default
    assert upgraded("rsi_mean_reversion").document["decision"]["position_awareness"] is False
    filtered = upgraded("volume_surge")
    assert filtered.document["decision"]["volume_filter"] is True
    assert note(filtered, "decision.volume_filter").was == "never applied"


def test_features_and_their_lags() -> None:
    result = upgraded("no_training")
    assert result.document["features"]["lookback_periods"] == 5
    assert note(result, "features.lookback_periods").was == 1
    assert [entry.was for entry in result.notes if entry.path == "features.scaling"] == ["none", "fitted on all rows"]
    assert upgraded("rsi_mean_reversion").document["features"]["volume_context"] is False


def test_backtest_settings_are_read_from_a_section_that_the_original_did_not_read() -> None:
    text = MEAN_REVERSION + "backtesting: {initial_capital: 5000, transaction_costs: 0.002, start_date: 2020-01-01}\n"
    result = upgrade_strategy(text, "x.yaml")
    assert result.document["backtest"] == {
        "initial_capital": 5000,
        "commission": 0.002,
        "slippage": 0.0005,
        "fill": "next_open",
    }
    assert note(result, "backtest.commission").was == 0.001
    assert note(result, "backtesting.start_date").now is None


def test_sections_without_effect_are_named() -> None:
    result = upgraded("no_training")
    for section in ("version", "data", "risk_management"):
        assert note(result, section).now is None
        assert f"left out: {section};" in result.text


def test_a_name_that_cannot_be_a_folder_is_changed() -> None:
    result = upgraded("volume_surge")
    assert result.document["name"] == "volume_spikes"
    assert note(result, "name").was == "volume spikes!"
    nameless = upgrade_strategy(MEAN_REVERSION.replace("name: mean_reversion_strategy\n", ""), "folder/my one.yaml")
    assert nameless.document["name"] == "my_one"


def test_two_indicators_of_one_name_get_two_ids() -> None:
    text = MEAN_REVERSION.replace("  - {name: sma, period: 50}", "  - {name: sma}\n  - {name: sma, period: 50}")
    result = upgrade_strategy(text, "x.yaml")
    assert result.document["indicators"]["sma_2"]["period"] == 50
    assert "input" not in result.document["fuzzy_sets"]["sma"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (VALID, "has ids already"),
        ("", "holds no keys"),
        ("name: x\n", "indicators"),
        ("name: x\nindicators: [{name: obv}]\nfuzzy_sets: {}\n", "no set belongs to an indicator"),
        ("name: x\nindicators: [rsi]\n", "is 'rsi'"),
        ("name: x\nindicators: [{period: 3}]\n", "has no name"),
        (MEAN_REVERSION.replace("[0, 10, 30]", "[0, ten, 30]"), "has no list of numbers"),
        (MEAN_REVERSION.replace("{type: trapezoidal", "{type: trapezodial"), "trapezodial"),
        (MEAN_REVERSION + " odd\n", "not valid YAML"),
    ],
)
def test_what_is_no_strategy_of_the_original_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        upgrade_strategy(text, "old.yaml")
    assert words in "\n".join([caught.value.message, *map(str, caught.value.problems)])


def test_all_problems_of_a_file_are_told_at_once_with_their_lines() -> None:
    text = MEAN_REVERSION.replace("[0, 10, 30]", "none").replace(
        "triangular, parameters: [0.85", "trianglar, parameters: [0.85"
    )
    with pytest.raises(StrategyProblem) as caught:
        upgrade_strategy(text, "old.yaml")
    assert [problem.line for problem in caught.value.problems] == [9, 13]
    assert caught.value.problems[1].suggestion == "triangular"


names = st.sampled_from(["rsi", "sma", "ema", "macd", "atr", "roc", "bollinger_bands", "volume_sma", "zzz"])


@given(
    st.lists(names, min_size=1, max_size=5),
    st.dictionaries(names, st.lists(st.floats(-100, 100), min_size=3, max_size=3).map(sorted), max_size=4),
    st.integers(-3, 40),
    st.sampled_from(["mlp", "lstm", ""]),
)
def test_whatever_is_upgraded_is_valid(
    indicators: list[str], sets: dict[str, list[float]], period: int, kind: str
) -> None:
    document = {
        "name": "made",
        "indicators": [{"name": name, "params": {"period": max(2, period)}} for name in indicators],
        "fuzzy_sets": {name: {"one": {"type": "triangular", "parameters": numbers}} for name, numbers in sets.items()},
        "model": {"type": kind},
        "training": {"data_split": {"train": 0.6, "validation": 0.3}},
    }
    try:
        result = upgrade_strategy(yaml.safe_dump(document), "made.yaml")
    except StrategyProblem:
        assert not set(indicators) & {"rsi", "sma", "ema", "macd"}
        return
    parse_strategy(result.text, "made.yaml")
