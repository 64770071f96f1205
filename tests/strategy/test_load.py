"""Reading strategies: every problem at once, each with path, line, column and the nearest word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import Problem, StorageProblem, StrategyNotFound, StrategyProblem
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.strategy import from_document, load_strategy, parse_strategy
from ktrdr_app.strategy.load import FIRST, LoadedStrategy, find_strategy, strategy_files
from tests.strategy.texts import SHIPPED, VALID, changed, shipped_text

TOP_KEYS = "allowed: name, description, indicators, fuzzy_sets, features, labels, network, training, decision, backtest"
SET_PATH = "fuzzy_sets.rsi.sets"

# what stands there, what is written instead, path, line, column, found, expected, suggestion
BROKEN: list[tuple[str, str, str, int, int, str, str, str]] = [
    ("name: small\n", "", "name", 1, 1, "is missing", "add name: to it", ""),
    ("name: small", "nme: small", "nme", 1, 1, "unknown key 'nme'", TOP_KEYS, "name"),
    ("name: small", "name: 12", "name", 1, 1, "is 12", "input should be a valid string", ""),
    (
        *("name: small", "name: ../up", "name", 1, 1, "does not fit"),
        *("'../up' cannot be the name of a strategy: use letters, digits, and . _ - inside; ", ""),
    ),
    ("network:\n", "netwrok:\n", "netwrok", 22, 1, "unknown key 'netwrok'", TOP_KEYS, "network"),
    ("description: T", "zzz: T", "zzz", 2, 1, "unknown key 'zzz'", TOP_KEYS, ""),
    ("{name: rsi, ", "{nam: rsi, ", "indicators.rsi.name", 4, 3, "is missing", "rename nam: to name:", ""),
    (
        *("rsi: {name: rsi, period: 14}", "rsi: rsi", "indicators.rsi", 4, 3, "is 'rsi'"),
        *("keys and values: name: and more", ""),
    ),
    (
        *("  bands:\n    name: boll", "  b ands:\n    name: boll", "indicators", 3, 1, "does not fit"),
        *("the id 'b ands' must be made of letters, digits and _ and begin with a letter", ""),
    ),
    (
        *("input: bands.upper", "input: band.upper", "fuzzy_sets.width.input", 14, 5),
        *("reads 'band', which is not under indicators", "indicators here: rsi, bands", "bands"),
    ),
    (
        *("  rsi: {name: rsi", "  rsy: {name: rsi", "fuzzy_sets.rsi", 9, 3),
        *("reads 'rsi', which is not under indicators", "indicators here: rsy, bands", "rsy"),
    ),
    (
        *("form: atr_distance", "form: atr_dist", "fuzzy_sets.width.form", 15, 5, "is 'atr_dist'"),
        "allowed: 'auto', 'raw', 'ratio_to_price', 'percent', 'atr', 'atr_distance' or 'zscore'",
        "atr_distance",
    ),
    (
        *("{type: triangular", "{type: triangle", f"{SET_PATH}.high.type", 12, 14, "is 'triangle'"),
        *("allowed: 'triangular', 'trapezoidal' or 'gaussian'", "triangular"),
    ),
    (
        *("shoulder: left", "shoulder: Left", f"{SET_PATH}.low.shoulder", 11, 61, "is 'Left'"),
        *("allowed: 'none', 'left' or 'right'", "left"),
    ),
    (
        *("shoulder: left", "sholder: left", f"{SET_PATH}.low.sholder", 11, 61, "unknown key 'sholder'"),
        *("allowed: type, parameters, shoulder", "shoulder"),
    ),
    (
        *("[30, 60, 90]", "[90, 60, 30]", f"{SET_PATH}.high", 12, 7, "does not fit"),
        *("the numbers must not fall: a <= b <= c", ""),
    ),
    (
        *("[30, 60, 90]", "[30, sixty, 90]", f"{SET_PATH}.high.parameters.1", 12, 49, "is 'sixty'"),
        *("input should be a valid number, unable to parse string as a number", ""),
    ),
    ("[0, 1.5]", "[0, 0]", "fuzzy_sets.width.sets.wide", 17, 7, "does not fit", "the width must be above 0, not 0", ""),
    (
        *("[0, 1.5]", "[.inf, 1]", "fuzzy_sets.width.sets.wide.parameters.0", 17, 43, "is inf"),
        *("input should be a finite number", ""),
    ),
    (
        *("sets:\n      wide: {type: gaussian, parameters: [0, 1.5]}", "sets: {}", "fuzzy_sets.width.sets", 16, 5),
        *("is {}", "dictionary should have at least 1 item after validation, not 0", ""),
    ),
    (
        *("lookback_periods: 2", "lookback: 2", "features.lookback", 18, 12, "unknown key 'lookback'"),
        *(
            (
                "allowed: price_context, volume_context, raw_indicators, lookback_periods, zscore_window, "
                "symbol_embedding, scaling"
            ),
            "lookback_periods",
        ),
    ),
    ("threshold: 0.02", "threshold: 0", "labels.threshold", 20, 3, "is 0", "input should be greater than 0", ""),
    (
        *("threshold: 0.02", "threshold: 3", "labels", 19, 1, "does not fit"),
        *("a threshold in fractions of the price must be below 1 (0.03 is 3 %)", ""),
    ),
    (
        *("lookahead: 5", "lookahead: 5.5", "labels.lookahead", 21, 3, "is 5.5"),
        *("input should be a valid integer, got a number with a fractional part", ""),
    ),
    (
        *("hidden_layers: [8, 4]", "hidden_layers: []", "network.hidden_layers", 23, 3, "is []"),
        *("list should have at least 1 item after validation, not 0", ""),
    ),
    (
        *("[8, 4]", "[8, 0]", "network.hidden_layers", 23, 3, "does not fit"),
        *("each hidden layer needs 1 to 4096 units", ""),
    ),
    ("dropout: 0.1", "dropout: 0.9", "network.dropout", 24, 3, "is 0.9", "input should be less than 0.9", ""),
    (
        *("epochs: 3", "epochs: yes", "training.epochs", 26, 3, "does not fit"),
        *("a number is wanted here, not true or false", ""),
    ),
    (
        *("epochs: 3", "epoch: 3", "training.epoch", 26, 3, "unknown key 'epoch'"),
        *("allowed: epochs, batch_size, learning_rate, trainer, optimizer, ", "epochs"),
    ),
    (
        *("test: 0.2}", "test: 0.3}", "training.split", 27, 3, "does not fit"),
        *("train, validation and test must add up to 1, not 1.1", ""),
    ),
    (
        *("validation: 0.2", "valid: 0.2", "training.split.valid", 27, 23, "unknown key 'valid'"),
        *("allowed: train, validation, test", "validation"),
    ),
    (
        *("confidence_threshold: 0.4", "confidence_threshold: 40", "decision.confidence_threshold", 29, 3, "is 40"),
        *("input should be less than or equal to 1", ""),
    ),
    ("backtest:\n  c", "backtest: 5\nc", "backtest", 30, 1, "is 5", "keys and values: initial_capital, commission", ""),
    ("commission: 0.002", "1: 0.002", "backtest.1", 31, 3, "is 1", "keys should be strings", ""),
]


def _problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(StrategyProblem) as caught:
        parse_strategy(text, "s.yaml")
    return caught.value.problems


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with an empty folder for strategies."""
    found = Workspace(tmp_path)
    found.strategies.mkdir(parents=True)
    return found


@pytest.mark.parametrize(
    ("old", "new", "path", "line", "column", "found", "expected", "suggestion"),
    BROKEN,
    ids=[f"{row[2]}-{number}" for number, row in enumerate(BROKEN)],
)
def test_each_mistake_is_told_with_its_place_and_the_nearest_word(
    old: str, new: str, path: str, line: int, column: int, found: str, expected: str, suggestion: str
) -> None:
    by_path = {problem.path: problem for problem in _problems(changed(old, new))}
    problem = by_path[path]
    assert (problem.line, problem.column) == (line, column)
    assert problem.found == found
    assert problem.expected.startswith(expected)
    assert problem.suggestion == suggestion


def test_the_text_that_is_broken_above_is_valid_itself() -> None:
    loaded = parse_strategy(VALID, "s.yaml")
    assert (loaded.strategy.name, loaded.where, loaded.text) == ("small", "s.yaml", VALID)
    assert loaded.strategy.network.hidden_layers == [8, 4]
    assert loaded.strategy.training.split.validation == 0.2
    assert loaded.strategy.training.batch_size == 32


def test_all_problems_are_listed_at_once_in_the_order_of_the_file() -> None:
    text = changed("name: small\n", "nme: small\n")
    for old, new in [
        ("type: gaussian", "type: gausian"),
        ("threshold: 0.02", "threshold: -1"),
        ("dropout: 0.1", "dropout: 2"),
        ("epochs: 3", "epochs: many"),
        ("commission: 0.002", "comission: 0.002"),
    ]:
        text = text.replace(old, new)
    with pytest.raises(StrategyProblem) as caught:
        parse_strategy(text, "s.yaml")
    problems = caught.value.problems
    assert [(problem.path, problem.line) for problem in problems] == [
        ("name", 1),
        ("nme", 1),
        ("fuzzy_sets.width.sets.wide.type", 17),
        ("labels.threshold", 20),
        ("network.dropout", 24),
        ("training.epochs", 26),
        ("backtest.comission", 31),
    ]
    assert caught.value.message == "name: is missing (and 6 more)"
    assert caught.value.where == "s.yaml:1:1"


def test_all_inputs_without_an_indicator_are_listed_at_once() -> None:
    text = changed("input: bands.upper", "input: atr").replace("  rsi: {name", "  rsi_14: {name")
    assert [(p.path, p.line, p.suggestion) for p in _problems(text)] == [
        ("fuzzy_sets.rsi", 9, "rsi_14"),
        ("fuzzy_sets.width.input", 14, ""),
    ]


def test_keys_given_twice_are_told_beside_all_else() -> None:
    text = VALID + "network:\n  dropout: 5\n"
    wrong, double = _problems(text)
    assert (double.path, double.line, double.found) == ("network", 32, "given twice")
    assert double.expected == "it is already on line 22; keep one"
    assert (wrong.path, wrong.found) == ("network.dropout", "is 5")


def test_inputs_without_an_indicator_are_told_beside_mistakes_of_grammar() -> None:
    found = _problems(changed("input: bands.upper", "input: band.upper").replace("dropout: 0.1", "dropuot: 0.1"))
    assert [(problem.path, problem.suggestion) for problem in found] == [
        ("fuzzy_sets.width.input", "bands"),
        ("network.dropuot", "dropout"),
    ]


def test_a_syntax_error_is_told_with_its_place() -> None:
    (problem,) = _problems(changed("features: {lookback_periods: 2}", "features: {lookback_periods: 2"))
    assert problem.path == "file"
    assert (problem.line, problem.column) == (19, 7)
    assert problem.found == "not valid YAML: expected ',' or '}', but got ':'"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "empty"), ("# only words\n", "empty"), ("- a\n- b\n", "a list"), ("hello", "a str"), ("42", "a int")],
)
def test_a_file_that_is_no_mapping_says_what_it_is(text: str, kind: str) -> None:
    (problem,) = _problems(text)
    assert (problem.path, problem.line, problem.column) == ("file", 1, 1)
    assert problem.found == f"the file is {kind}"
    assert problem.expected == "expected keys such as name:"


def test_a_long_value_is_shown_short() -> None:
    (problem,) = _problems(changed("commission: 0.002", f"commission: [{'7, ' * 100}7]"))
    assert problem.found.startswith("is [7, 7, 7")
    assert problem.found.endswith("...")
    assert len(problem.found) <= len("is ") + 60


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_strategies_load_and_are_named_like_their_file(name: str, workspace: Workspace) -> None:
    loaded = load_strategy(name, workspace)
    assert loaded.strategy.name == name
    assert loaded.strategy.description
    assert loaded.text == shipped_text(name)


def test_the_table_above_names_all_shipped_strategies(workspace: Workspace) -> None:
    assert next(iter(strategy_files(workspace))) == FIRST
    assert sorted(strategy_files(workspace)) == sorted(SHIPPED)


@pytest.mark.parametrize("text", [VALID, *map(shipped_text, SHIPPED)], ids=["small", *SHIPPED])
def test_a_document_reads_back_as_the_same_strategy(text: str) -> None:
    strategy = parse_strategy(text, "s.yaml").strategy
    stored = json.loads(json.dumps(strategy.document()))
    again = from_document(stored, "config.json")
    assert again.strategy == strategy
    assert again.strategy.document() == stored
    assert (again.where, again.text, again.marks) == ("config.json", "", {})
    assert list(again.strategy.fuzzy_sets) == list(strategy.fuzzy_sets)
    assert parse_strategy(yaml.safe_dump(stored, sort_keys=False), "again.yaml").strategy == strategy


def test_a_stored_document_has_problems_without_lines() -> None:
    document = parse_strategy(VALID, "s.yaml").strategy.document()
    document["network"]["dropout"] = 7
    with pytest.raises(StrategyProblem) as caught:
        from_document(document, "config.json")
    assert str(caught.value.problems[0]) == "network.dropout: is 7; input should be less than 0.9"
    assert caught.value.where == "config.json"


def test_reading_does_not_change_the_document() -> None:
    document = yaml.safe_load(VALID)
    before = json.dumps(document)
    from_document(document, "x")
    assert json.dumps(document) == before


def test_a_workspace_strategy_wins_over_a_shipped_one_of_the_same_name(workspace: Workspace) -> None:
    own = workspace.strategies / "trend_momentum.yaml"
    own.write_text(VALID, encoding="utf-8")
    assert find_strategy("trend_momentum", workspace) == own
    loaded = load_strategy("trend_momentum", workspace)
    assert loaded.strategy.name == "small"
    assert loaded.where == "configs/strategies/trend_momentum.yaml"
    assert find_strategy(SHIPPED[0], workspace) == shipped("configs") / "strategies" / f"{SHIPPED[0]}.yaml"


def test_only_yaml_files_of_the_folder_are_strategies(workspace: Workspace) -> None:
    for name in ("a.yaml", "b.yml", "c.json", "d.yaml.bak", "README.md"):
        (workspace.strategies / name).write_text(VALID, encoding="utf-8")
    (workspace.strategies / "folder.yaml").mkdir()
    assert sorted(set(strategy_files(workspace)) - set(SHIPPED)) == ["a", "b"]


def test_a_workspace_without_strategies_has_the_shipped_ones(tmp_path: Path) -> None:
    assert sorted(strategy_files(Workspace(tmp_path / "not made yet"))) == sorted(SHIPPED)


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".YAML"])
def test_a_path_to_a_file_will_do(ending: str, tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / f"elsewhere{ending}"
    file.write_text("\ufeff" + VALID, encoding="utf-8")
    assert load_strategy(str(file), workspace).strategy.name == "small"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("trend_momentun", "trend_momentum"),
        ("Neuro_Mean_Reversion", "neuro_mean_reversion"),
        ("my_owm", "my_own"),
        ("zzz", ""),
        ("", ""),
        ("nowhere/file.yaml", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_an_unknown_name_lists_what_there_is_and_the_nearest(name: str, suggestion: str, workspace: Workspace) -> None:
    (workspace.strategies / "my_own.yaml").write_text(VALID, encoding="utf-8")
    with pytest.raises(StrategyNotFound) as caught:
        load_strategy(name, workspace)
    (problem,) = caught.value.problems
    assert problem.suggestion == suggestion
    assert problem.expected == f"known strategies: {', '.join(sorted(['my_own', *SHIPPED]))}"
    assert caught.value.where == name
    assert caught.value.exit_code == 3


def test_a_folder_or_another_kind_of_file_is_no_strategy(workspace: Workspace) -> None:
    (workspace.root / "x.txt").write_text(VALID, encoding="utf-8")
    (workspace.root / "y.yaml").mkdir()
    for name in ("x.txt", "y.yaml", ""):
        with pytest.raises(StrategyNotFound):
            load_strategy(str(workspace.root / name), workspace)


@pytest.mark.parametrize(
    ("content", "at"), [(b"name: gr\xf6sser\n", 8), (b"\xff\xfen\x00", 0)], ids=["latin1", "utf16"]
)
def test_a_file_in_another_encoding_is_told_as_such(content: bytes, at: int, workspace: Workspace) -> None:
    file = workspace.strategies / "old.yaml"
    file.write_bytes(content)
    with pytest.raises(StrategyProblem) as caught:
        load_strategy("old", workspace)
    assert caught.value.message == f"file: byte {at} is not UTF-8"
    assert caught.value.hint == "save the file as UTF-8"
    assert caught.value.where == str(file)


def test_a_file_that_cannot_be_read_is_a_storage_problem(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, encoding: str) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(StorageProblem, match="Permission denied"):
        load_strategy("trend_momentum", workspace)


def test_a_caller_may_report_a_problem_of_its_own() -> None:
    loaded = parse_strategy(VALID, "s.yaml")
    error = loaded.problem(("indicators", "bands", "period"), "is 20", "at most 10", "10")
    assert error.problems == (Problem("indicators.bands.period", 7, 5, "is 20", "at most 10", "10"),)
    deeper = loaded.problem(("indicators", "bands", "multiplier"), "is missing", "add it")
    assert (deeper.problems[0].line, deeper.problems[0].column) == (5, 3)
    stored = LoadedStrategy(loaded.strategy, "config.json")
    assert stored.problem(("name",), "a", "b").problems[0].line == 0


STRANGE = list("\t\n :{}[],&*#?|-<>=!%@`'\"\\~0aZé\0\x07\u2028\ud7ff\U0001f600")


@settings(max_examples=150)
@given(
    name=st.sampled_from(SHIPPED),
    place=st.floats(0, 1, exclude_max=True),
    letter=st.sampled_from(STRANGE) | st.characters(codec="utf-8"),
    kind=st.sampled_from(["replace", "insert", "delete"]),
)
@example(name="trend_momentum", place=0.0, letter="&", kind="insert")
@example(name="trend_momentum", place=0.999999, letter=":", kind="insert")
def test_one_wrong_letter_is_never_more_than_a_strategy_problem(
    name: str, place: float, letter: str, kind: str
) -> None:
    text = shipped_text(name)
    at = int(place * len(text))
    middle = {"replace": letter, "insert": letter + text[at], "delete": ""}[kind]
    problems: tuple[Problem, ...] = ()
    try:
        loaded = parse_strategy(text[:at] + middle + text[at + 1 :], "s.yaml")
    except StrategyProblem as error:
        problems = error.problems
    else:
        assert from_document(loaded.strategy.document(), "x").strategy == loaded.strategy
    assert all("\n" not in str(problem) and problem.line >= 1 for problem in problems)


@given(text=st.text(max_size=80) | st.text("name: {}[]&*!<>-'\"\n", max_size=40))
def test_any_text_is_a_strategy_problem(text: str) -> None:
    with pytest.raises(StrategyProblem) as caught:
        parse_strategy(text, "s.yaml")
    assert caught.value.problems
    assert "\n" not in caught.value.hint
