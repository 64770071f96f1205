"""A space beside its strategy: what grammar and catalogue refuse, what must not be varied, and the text written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import FileMissing, StrategyProblem
from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.workflows.sweep_space import Space, load_space

TEXT = """\
# what is traded
name: some
indicators:
  rsi: {name: rsi}  # the usual 14
  bands: {name: bollinger_bands, multiplier: 2}
fuzzy_sets:
  rsi:
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}  # bought
      high: {type: triangular, parameters: [50, 70, 90]}
labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}
training: {epochs: 4}
"""


def loaded(path: Path, space: str, objective: str = "val_skill", text: str = TEXT) -> Space:
    """Write a space and load it."""
    file = path / "space.yaml"
    file.write_text(space, encoding="utf-8")
    return load_space(file, parse_strategy(text, "some.yaml"), objective)


def problems(path: Path, space: str, objective: str = "val_skill") -> list[tuple[int, str, str]]:
    """Return line, what was found and what is expected of every problem."""
    with pytest.raises(StrategyProblem) as caught:
        loaded(path, space, objective)
    assert caught.value.where.startswith(str(path / "space.yaml"))
    return [(entry.line, entry.found, entry.expected) for entry in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        ("network.dropout: {low: 0.1, high: 0.95}", "0.95 is not allowed", "less than 0.9"),
        ("training.epochs: {low: 0, high: 5}", "0 is not allowed", "greater than or equal to 1"),
        ("network.activation: [relu, sigmoid]", "'sigmoid' is not allowed", "'relu', 'tanh' or 'leaky_relu'"),
        ("network.hidden_layers: [[8], [0, 8]]", "[0, 8] is not allowed", "1 to 4096 units"),
        ("network.hidden_layers: [[8], [8.5]]", "[8.5] is not allowed", "integer"),
        ("indicators.rsi.period: {low: 0, high: 20}", "rsi.period is 0", "whole number from 2"),
        ("indicators.rsi.name: [rsi, rsl]", "there is no indicator 'rsl'", "known: "),
        ("labels.method: [zigzag, zag]", "is 'zag'", "allowed: "),
        ("labels.take_profit: {low: 1, high: 2}", "has no effect with method: zigzag", "leave it out"),
        ("name: [a, b]", "cannot be varied", "the same in all trials"),
        ("description: [a, b]", "cannot be varied", "changes no model"),
        ("training.split.train: {low: 0.5, high: 0.6}", "cannot be varied", "judged on the same rows"),
        ("backtest.commission: {low: 0, high: 0.01}", "cannot be varied", "costs are what they are"),
        ("decision.cooldown_bars: {low: 0, high: 9}", "has no effect on val_skill", "--objective val_sharpe"),
    ],
)
def test_what_cannot_be_tried_is_told_with_its_line(tmp_path: Path, line: str, found: str, expected: str) -> None:
    ((at, said, wanted),) = problems(tmp_path, f"training.learning_rate: {{low: 0.001, high: 0.1}}\n\n{line}\n")
    assert at == 3
    assert found in said
    assert expected in wanted


def test_all_is_told_at_once_and_each_once(tmp_path: Path) -> None:
    space = "network.dropout: {low: -1, high: 2}\nname: [a, b]\nindicators.rsi.period: {low: 3, high: 9}\n"
    assert [entry[0] for entry in problems(tmp_path, space)] == [1, 1, 2]


def test_values_that_only_do_not_fit_together_are_left_to_the_trials(tmp_path: Path) -> None:
    space = "fuzzy_sets.rsi.sets.high.parameters[0]: {low: 40, high: 80}\n"
    assert loaded(tmp_path, space).dimensions[0].high == 80


def test_decisions_may_be_varied_where_they_are_what_is_ranked_by(tmp_path: Path) -> None:
    space = "decision.confidence_threshold: {low: 0.3, high: 0.6}\n"
    assert loaded(tmp_path, space, "val_sharpe").dimensions[0].kind == "float"


def test_defaults_of_indicators_may_be_varied_by_name(tmp_path: Path) -> None:
    space = "indicators.rsi.period: {low: 7, high: 28}\nindicators.bands.multiplier: {low: 1.5, high: 3}\n"
    period, multiplier = loaded(tmp_path, space).dimensions
    assert (period.kind, multiplier.kind) == ("int", "float")
    assert problems(tmp_path, "indicators.rsi.preiod: {low: 7, high: 28}\n")[0][1].startswith("there is no 'preiod'")


def test_the_strategys_own_values_are_a_trial_if_they_lie_within(tmp_path: Path) -> None:
    space = "indicators.rsi.period: {low: 7, high: 28}\ntraining.epochs: [2, 4]\n"
    assert loaded(tmp_path, space).as_it_is() == {"indicators.rsi.period": 14, "training.epochs": "4"}
    assert loaded(tmp_path, space.replace("7", "15")).as_it_is() is None
    assert loaded(tmp_path, space.replace("4", "5")).as_it_is() is None


def test_the_text_that_is_written_keeps_its_comments_and_reads_as_what_was_tried(tmp_path: Path) -> None:
    space = """\
fuzzy_sets.rsi.sets.low.parameters[2]: {low: 20, high: 40}
fuzzy_sets.rsi.sets.low.parameters[3]: {low: 40, high: 60}
indicators.rsi.period: {low: 7, high: 28}
network.hidden_layers: [[8], [16, 8]]
labels.threshold: {low: 1, high: 2}
training.learning_rate: {low: 0.0001, high: 0.1, log: true}
"""
    found = loaded(tmp_path, space)
    values = dict(zip((each.path for each in found.dimensions), (25.5, 44.0, 21, [16, 8], 1.25, 1e-4), strict=True))
    text = found.written(values)
    for kept in ("# what is traded", "# the usual 14", "# bought", "shoulder: left"):
        assert kept in text
    written, tried = parse_strategy(text, "new.yaml").strategy, found.content(values)
    document = written.document()
    assert document["fuzzy_sets"] == tried["fuzzy_sets"]
    assert document["fuzzy_sets"]["rsi"]["sets"]["low"]["parameters"] == [0, 10, 25.5, 44]
    assert document["indicators"]["rsi"] == {"name": "rsi", "period": 21}
    for section in ("network", "labels", "training", "features", "decision"):
        assert document[section] == tried[section]


def test_parts_that_the_text_shares_are_not_changed_with_others(tmp_path: Path) -> None:
    """A list that is used twice: its user gets a list of its own, its owner cannot be changed alone."""
    shared = TEXT.replace(
        "parameters: [50, 70, 90]}", "parameters: &p [50, 70, 90]}\n      top: {type: triangular, parameters: *p}"
    )
    path = "fuzzy_sets.rsi.sets.{}.parameters[2]"
    user = loaded(tmp_path, f"{path.format('top')}: {{low: 80, high: 95}}\n", text=shared)
    sets = parse_strategy(user.written({path.format("top"): 85.0}), "new.yaml").strategy.fuzzy_sets["rsi"].sets
    assert (sets["high"].parameters, sets["top"].parameters) == ([50, 70, 90], [50, 70, 85])
    owner = loaded(tmp_path, f"{path.format('high')}: {{low: 80, high: 95}}\n", text=shared)
    with pytest.raises(StrategyProblem, match="cannot be rewritten"):
        owner.written({path.format("high"): 85.0})


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    base = parse_strategy(TEXT, "some.yaml")
    with pytest.raises(FileMissing, match=r"nothing\.yaml"):
        load_space(tmp_path / "nothing.yaml", base, "val_skill")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StrategyProblem, match="byte 0 is not UTF-8"):
        load_space(tmp_path / "binary.yaml", base, "val_skill")
