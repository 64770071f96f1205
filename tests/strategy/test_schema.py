"""The grammar: bounds at their edges, defaults, membership parameters, names, and what a strategy answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import skfuzzy
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ktrdr_app.core.errors import UnsafeName
from ktrdr_app.core.paths import safe_name
from ktrdr_app.strategy import schema
from ktrdr_app.strategy.schema import (
    BacktestSettings,
    DecisionSettings,
    FeatureSettings,
    FuzzyInput,
    FuzzySet,
    IndicatorSpec,
    LabelSettings,
    NetworkSettings,
    Section,
    SplitSettings,
    Strategy,
    TrainingSettings,
    parameter_fault,
)
from tests.strategy.texts import VALID

TINY = 1e-12

EDGES: list[tuple[type[Section], str, list[Any], list[Any]]] = [
    (FeatureSettings, "lookback_periods", [1, 20], [0, 21, 1.5, "x"]),
    (FeatureSettings, "zscore_window", [50, 5000], [49, 5001]),
    (FeatureSettings, "scaling", ["standard", "minmax"], ["none", "Standard", ""]),
    (FeatureSettings, "price_context", [True, False], ["maybe", 2]),
    (LabelSettings, "threshold", [TINY, 0.03, 1 - TINY], [0, -0.1, 1, 2, math.inf, math.nan]),
    (LabelSettings, "threshold_unit", ["fraction", "atr"], ["percent"]),
    (LabelSettings, "lookahead", [1, 1000], [0, 1001, -1]),
    (LabelSettings, "atr_period", [1, 500], [0, 501]),
    (LabelSettings, "take_profit", [TINY, 33], [0, -1, 100.1, math.nan]),
    (LabelSettings, "stop_loss", [TINY, 33], [0, 34, math.inf]),
    (LabelSettings, "both_touched", ["pessimistic", "hold"], ["optimistic"]),
    (NetworkSettings, "hidden_layers", [[1], [4096] * 8], [[], [0], [4097], [1] * 9, [1.5], ["x"], 5]),
    (NetworkSettings, "activation", ["relu", "tanh", "leaky_relu"], ["sigmoid"]),
    (NetworkSettings, "dropout", [0, 0.899], [0.9, -0.1, 1]),
    (TrainingSettings, "epochs", [1, 10_000], [0, 10_001, 2.5]),
    (TrainingSettings, "batch_size", [1, 65_536], [0, 65_537]),
    (TrainingSettings, "learning_rate", [TINY, 1, "1e-3"], [0, 1.1, "fast"]),
    (TrainingSettings, "weight_decay", [0, 1], [-TINY, 1.1]),
    (TrainingSettings, "class_weights", ["none", "balanced"], ["auto"]),
    (TrainingSettings, "patience", [1, 10_000], [0, 10_001]),
    (TrainingSettings, "min_delta", [0, 1], [-TINY, 1.1]),
    (TrainingSettings, "combination", ["concatenate", "interleave", "balanced", "weighted"], ["mix"]),
    (DecisionSettings, "confidence_threshold", [0, 1], [-TINY, 1.1]),
    (DecisionSettings, "min_signal_separation", [0, 100_000], [-1, 100_001]),
    (TrainingSettings, "momentum", [0, 0.99], [-TINY, 1]),
    (TrainingSettings, "gradient_clip", [0, 1000], [-TINY, 1001]),
    (TrainingSettings, "plateau_patience", [0, 10_000], [-1, 10_001]),
    (TrainingSettings, "plateau_factor", [TINY, 0.99], [0, 1]),
    (TrainingSettings, "effective_beta", [0, 0.9999], [-TINY, 1]),
    (TrainingSettings, "focal_gamma", [0, 10], [-TINY, 11]),
    (TrainingSettings, "label_smoothing", [0, 0.9], [-TINY, 1]),
    (TrainingSettings, "checkpoint_every", [0, 10_000], [-1, 10_001]),
    (TrainingSettings, "optimizer", ["sgd", "rmsprop"], ["lion", "Adam"]),
    (TrainingSettings, "schedule", ["plateau", "one_cycle"], ["step"]),
    (TrainingSettings, "trainer", ["auto", "fused", "torch"], ["numba"]),
    (TrainingSettings, "stop_on", ["nll", "accuracy"], ["f1"]),
    (DecisionSettings, "min_volume_ratio", [TINY, 100], [0, 101]),
    (BacktestSettings, "initial_capital", [TINY, 1e15], [0, -1, 1.1e15, 1e308, math.inf]),
    (BacktestSettings, "commission", [0, 0.999], [-TINY, 1]),
    (BacktestSettings, "slippage", [0, 0.999], [-TINY, 1]),
    (DecisionSettings, "min_separation_hours", [0, 100_000], [-TINY, 100_001]),
    (DecisionSettings, "cooldown_bars", [0, 100_000], [-1, 100_001]),
    (DecisionSettings, "max_position_size", [TINY, 1], [0, 1.1]),
    (DecisionSettings, "max_dissimilarity", [None, TINY, 1000], [0, 1001]),
    (
        DecisionSettings,
        "confidence_thresholds",
        [{"live": 1}, {"paper": 0, "backtest": 0.5}],
        [{"live": 2}, {"demo": 1}],
    ),
    (BacktestSettings, "tick_size", [0, 1e6], [-TINY]),
    (BacktestSettings, "spread", [0, 1e6], [-TINY]),
    (BacktestSettings, "lot_step", [0, 1e6], [-TINY]),
    (BacktestSettings, "stop_loss", [None, TINY, 50], [0, -1]),
    (BacktestSettings, "take_profit", [None, TINY, 50], [0, -1]),
    (BacktestSettings, "trailing_stop", [None, TINY, 50], [0, -1]),
    (BacktestSettings, "swap_long", [-0.999, 0.999], [-1, 1]),
    (BacktestSettings, "swap_short", [-0.999, 0.999], [-1, 1]),
    (BacktestSettings, "borrow", [0, 0.999], [-TINY, 1]),
    (BacktestSettings, "commission_unit", ["rate", "per_unit"], ["percent"]),
    (BacktestSettings, "slippage_unit", ["rate", "ticks", "range"], ["pips"]),
    (BacktestSettings, "stop_unit", ["fraction", "atr"], ["percent"]),
    (BacktestSettings, "fill", ["next_open", "close"], ["open"]),
    (FuzzySet, "type", [], ["bell", "Triangular", 1]),
]
ACCEPTED = [(model, name, value) for model, name, good, _ in EDGES for value in good]
REFUSED = [(model, name, value) for model, name, _, bad in EDGES for value in bad]
SECTIONS = [
    *(FeatureSettings, LabelSettings, NetworkSettings, SplitSettings),
    *(TrainingSettings, DecisionSettings, BacktestSettings),
]
NUMBERS = [
    (model, name)
    for model in SECTIONS
    for name, field in model.model_fields.items()
    if field.annotation in (int, float)
]


def _document(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(VALID)
    return content | changes


def _slow_fault(kind: str, numbers: list[float]) -> bool:
    """Say by the published definitions, case by case, whether a membership function is impossible."""
    if kind == "gaussian":
        return not (len(numbers) == 2 and abs(numbers[0]) < math.inf and 0 < numbers[1] < math.inf)
    if len(numbers) != (3 if kind == "triangular" else 4):
        return True
    for place, number in enumerate(numbers):
        if number != number or number in (math.inf, -math.inf):
            return True
        for later in numbers[place + 1 :]:
            if later < number:
                return True
    return max(numbers) == min(numbers)


@pytest.mark.parametrize(("model", "name", "value"), ACCEPTED)
def test_values_up_to_the_edge_are_taken(model: type[Section], name: str, value: Any) -> None:
    found = getattr(model.model_validate({name: value}), name)
    assert found == (float(value) if name == "learning_rate" else value)


@pytest.mark.parametrize(("model", "name", "value"), REFUSED)
def test_values_beyond_the_edge_are_refused(model: type[Section], name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({name: value})
    assert {detail["loc"][0] if detail["loc"] else name for detail in caught.value.errors()} >= {name}


@pytest.mark.parametrize(("model", "name"), NUMBERS)
def test_yes_is_not_a_number(model: type[Section], name: str) -> None:
    with pytest.raises(ValidationError, match="a number is wanted here"):
        model.model_validate({name: True})


def test_amounts_that_are_no_rates_may_be_above_one() -> None:
    settings = BacktestSettings(commission_unit="per_unit", commission=2.5, slippage_unit="ticks", slippage=3)
    assert (settings.commission, settings.slippage) == (2.5, 3)


def test_the_fused_trainer_refuses_torchs_own_optimizers() -> None:
    assert TrainingSettings(trainer="fused", optimizer="sgd").optimizer == "sgd"
    with pytest.raises(ValidationError, match="the fused trainer knows adam, adamw, sgd, not rmsprop"):
        TrainingSettings(trainer="fused", optimizer="rmsprop")


def test_every_number_of_the_grammar_has_its_edges_in_the_table() -> None:
    edged = {(model, name) for model, name, _, _ in EDGES}
    split = {(SplitSettings, name) for name in SplitSettings.model_fields}
    assert set(NUMBERS) - edged == split


@pytest.mark.parametrize("model", SECTIONS)
def test_sections_refuse_unknown_keys_and_changes(model: type[Section]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate({"unheard_of": 1})
    section = model()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(section, next(iter(model.model_fields)), None)


@pytest.mark.parametrize("model", [*SECTIONS, FuzzySet, FuzzyInput, Strategy, IndicatorSpec])
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("model", SECTIONS)
def test_defaults_keep_their_own_rules(model: type[Section]) -> None:
    assert model.model_validate(model().model_dump()) == model()


def test_thresholds_in_atr_may_be_above_one() -> None:
    assert LabelSettings(threshold=1000, threshold_unit="atr").threshold == 1000
    with pytest.raises(ValidationError):
        LabelSettings(threshold=1000.1, threshold_unit="atr")


@pytest.mark.parametrize(
    ("shares", "total"), [((0.7, 0.15, 0.15), ""), ((0.7, 0.2, 0.2), "1.1"), ((0.5, 0.2, 0.2), "0.9")]
)
def test_shares_of_the_split_must_add_up(shares: tuple[float, float, float], total: str) -> None:
    content = dict(zip(("train", "validation", "test"), shares, strict=True))
    if not total:
        assert SplitSettings.model_validate(content).model_dump() == content | {"embargo": 0.0}
        return
    with pytest.raises(ValidationError, match=f"must add up to 1, not {total}"):
        SplitSettings.model_validate(content)


@pytest.mark.parametrize("share", [0, 1, -0.5])
@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_no_share_of_the_split_may_be_empty_or_all(name: str, share: float) -> None:
    with pytest.raises(ValidationError):
        SplitSettings.model_validate({name: share})


@given(cuts=st.tuples(st.integers(1, 98), st.integers(1, 98)).filter(lambda cuts: sum(cuts) < 100))
def test_shares_in_hundredths_add_up_in_spite_of_rounding(cuts: tuple[int, int]) -> None:
    train, validation = cuts[0] / 100, cuts[1] / 100
    split = SplitSettings(train=train, validation=validation, test=(100 - sum(cuts)) / 100)
    assert (split.train, split.validation) == (train, validation)


KINDS = ["triangular", "trapezoidal", "gaussian"]
numbers_of_a_set = st.lists(
    st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1.0, 2.0, math.inf, -math.inf, math.nan]) | st.floats(), max_size=5
)


@given(kind=st.sampled_from(KINDS), numbers=numbers_of_a_set)
def test_faults_of_membership_numbers_are_those_of_a_slow_definition(kind: str, numbers: list[float]) -> None:
    fault = parameter_fault(kind, numbers)
    assert bool(fault) == _slow_fault(kind, numbers), fault
    assert parameter_fault(kind, tuple(numbers)) == fault
    assert "\n" not in fault


@given(kind=st.sampled_from(KINDS[:2]), numbers=st.lists(st.integers(-3, 3).map(float), min_size=3, max_size=4))
def test_what_scikit_fuzzy_refuses_is_a_fault(kind: str, numbers: list[float]) -> None:
    numbers = (numbers * 2)[: 3 if kind == "triangular" else 4]
    function = skfuzzy.trimf if kind == "triangular" else skfuzzy.trapmf
    try:
        function(np.linspace(-4, 4, 17), numbers)
    except AssertionError:
        assert parameter_fault(kind, numbers)
    else:
        assert bool(parameter_fault(kind, numbers)) == (numbers[0] == numbers[-1])


@pytest.mark.parametrize(
    ("kind", "numbers", "fault"),
    [
        ("triangular", [0, 1], "triangular takes 3 numbers (a, b, c), not 2"),
        ("trapezoidal", [], "trapezoidal takes 4 numbers (a, b, c, d), not 0"),
        ("gaussian", [0, 1, 2], "gaussian takes 2 numbers (centre, width), not 3"),
        ("triangular", [0, math.inf, 1], "triangular takes finite numbers; open a side with shoulder: left or right"),
        ("gaussian", [0, 0], "the width must be above 0, not 0"),
        ("gaussian", [0, -1.5], "the width must be above 0, not -1.5"),
        ("triangular", [3, 2, 1], "the numbers must not fall: a <= b <= c"),
        ("trapezoidal", [0, 2, 1, 3], "the numbers must not fall: a <= b <= c <= d"),
        ("triangular", [1, 1, 1], "the set has no width: its first and last number are equal"),
        ("trapezoidal", [0, 0, 0, 1], ""),
        ("triangular", [0, 0, 1], ""),
    ],
)
def test_faults_are_said_in_words(kind: str, numbers: list[float], fault: str) -> None:
    assert parameter_fault(kind, numbers) == fault


def test_every_kind_of_set_has_named_numbers() -> None:
    assert set(schema.PARAMETER_NAMES) == set(KINDS)
    for kind in KINDS:
        with pytest.raises(ValidationError):
            FuzzySet.model_validate({"type": kind, "parameters": [0.0]})


def test_an_impossible_set_is_refused_where_it_stands() -> None:
    with pytest.raises(ValidationError, match="the numbers must not fall"):
        FuzzySet(type="triangular", parameters=[3, 2, 1])


@given(name=st.text(max_size=8) | st.text("aB1._-", max_size=70))
def test_a_strategy_is_named_like_its_folder(name: str) -> None:
    try:
        safe_name(name, "strategy")
    except UnsafeName:
        with pytest.raises(ValidationError, match="cannot be the name of a strategy"):
            Strategy.model_validate(_document(name=name))
    else:
        assert Strategy.model_validate(_document(name=name)).name == name


@pytest.mark.parametrize("section", ["indicators", "fuzzy_sets"])
@pytest.mark.parametrize(
    ("key", "good"),
    [
        *((key, True) for key in ("rsi", "RSI14", "a_b", "x1")),
        *((key, False) for key in ("", "1x", "_x", "a b", "a.b", "a-b", "a/b")),
    ],
)
def test_ids_are_words(section: str, key: str, good: bool) -> None:
    content = _document()
    content[section] = {**content[section], key: content[section]["rsi"]}
    if good:
        assert key in getattr(Strategy.model_validate(content), section)
    else:
        with pytest.raises(ValidationError, match="must be made of letters, digits and _ and begin with a letter"):
            Strategy.model_validate(content)


@pytest.mark.parametrize("section", ["indicators", "fuzzy_sets"])
def test_a_strategy_needs_indicators_and_sets(section: str) -> None:
    for value in ({}, None, []):
        with pytest.raises(ValidationError):
            Strategy.model_validate(_document(**{section: value}))


def test_parameters_of_an_indicator_are_the_keys_beside_its_name() -> None:
    strategy = Strategy.model_validate(_document())
    assert strategy.indicators["rsi"].params == {"period": 14}
    assert IndicatorSpec(name="obv").params == {}
    params = strategy.indicators["rsi"].params
    params["period"] = 99
    assert strategy.indicators["rsi"].params == {"period": 14}


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        ({}, ("rsi", "")),
        ({"input": "bands"}, ("bands", "")),
        ({"input": "bands.upper"}, ("bands", "upper")),
        ({"input": "bands.a.b"}, ("bands", "a.b")),
    ],
)
def test_an_input_reads_its_namesake_unless_it_says_otherwise(entry: dict[str, str], source: tuple[str, str]) -> None:
    content = _document()
    content["fuzzy_sets"]["rsi"] |= entry
    assert Strategy.model_validate(content).source_of("rsi") == source


def test_a_document_holds_every_default_in_json_types() -> None:
    document = Strategy.model_validate(_document()).document()
    assert list(document) == list(Strategy.model_fields)
    assert document["training"]["batch_size"] == 32
    assert document["fuzzy_sets"]["rsi"]["sets"]["high"]["shoulder"] == "none"
    assert document["indicators"]["bands"] == {"name": "bollinger_bands", "period": 20}
    assert yaml.safe_load(yaml.safe_dump(document)) == document
