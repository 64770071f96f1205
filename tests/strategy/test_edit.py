"""Sets changed in the text of a strategy: read back exactly, and not a character more is touched than must be."""

from __future__ import annotations

import difflib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import StrategyProblem, UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.strategy.edit import with_sets
from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.strategy.schema import FuzzySet

HEAD = """\
# A strategy   with odd blanks.
name: 'probe'   # quoted
indicators:
    rsi: {name: rsi,   period: 14}
fuzzy_sets:   # what it sees
"""
TAIL = """\
labels: {threshold: 0.03}   # kept

# the end
"""
STYLES = {
    "lines": """\
  rsi:
    # from low to high
    sets:
      # cheap
      low: {type: trapezoidal, parameters: [0, 10.0, 30, 50], shoulder: left}   # buy here
      'middle': {type: "triangular", parameters: [ 30,50 , 70 ]}

      # dear
      high: {shoulder: right, parameters: [50, 70, 90, 100], type: trapezoidal} # sell
""",
    "blocks": """\
  rsi:
    sets:
      # cheap
      low:
        type: trapezoidal   # a table
        # its corners
        parameters:
          - 0
          # the second
          - 10.0   # ten
          - 30
          - 50
        shoulder: left
      middle:
        parameters: [30, 50, 70]
        type: triangular
      # dear
      high:
          shoulder: right
          type: trapezoidal
          parameters:
          - 50
          - 70
          - 90
          - 100
""",
    "one line": (
        "  rsi: {form: raw, sets: {low: {type: trapezoidal, parameters: [0, 10.0, 30, 50], shoulder: left}, "
        "middle: {type: triangular, parameters: [30, 50, 70]}, "
        "high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}}}\n"
    ),
    "flow": """\
  rsi:
    sets: {
      # cheap
      low: {type: trapezoidal, parameters: [0, 10.0, 30, 50], shoulder: left},   # buy here
      middle: {type: triangular,
               parameters: [30,   # left
                            50,
                            # right
                            70]},
      # dear
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right},
    }
""",
}
LOW = FuzzySet(type="trapezoidal", parameters=[0, 10, 30, 50], shoulder="left")
MIDDLE = FuzzySet(type="triangular", parameters=[30, 50, 70])
HIGH = FuzzySet(type="trapezoidal", parameters=[50, 70, 90, 100], shoulder="right")
BEFORE = {"low": LOW, "middle": MIDDLE, "high": HIGH}
MOVED = FuzzySet(type="trapezoidal", parameters=[0, 12.5, 30, 50], shoulder="left")


def _text(style: str) -> str:
    return HEAD + STYLES[style] + TAIL


def _sets(text: str) -> dict[str, FuzzySet]:
    return dict(parse_strategy(text, "probe.yaml").strategy.fuzzy_sets["rsi"].sets)


def _changes(before: str, after: str) -> list[str]:
    """Return the lines that a diff shows, each with its sign."""
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line.rstrip("\n") for line in lines if line[0] in "+-"]


def _comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


def _edited(style: str, after: dict[str, FuzzySet]) -> str:
    text = with_sets(_text(style), "rsi", after)
    assert _sets(text) == after
    assert list(_sets(text)) == list(after)
    assert not _comments(_text(style)) - _comments(text)
    whole, old = (parse_strategy(entry, "probe.yaml").strategy.document() for entry in (text, _text(style)))
    del whole["fuzzy_sets"]["rsi"]["sets"], old["fuzzy_sets"]["rsi"]["sets"]
    assert whole == old
    return text


@pytest.mark.parametrize("style", STYLES)
def test_the_same_sets_leave_every_character(style: str) -> None:
    assert with_sets(_text(style), "rsi", BEFORE) == _text(style)


def test_a_changed_vertex_is_one_changed_number() -> None:
    for style in STYLES:
        text = _edited(style, BEFORE | {"low": MOVED})
        assert text == _text(style).replace("10.0", "12.5")


@pytest.mark.parametrize("style", STYLES)
def test_a_renamed_set_is_one_changed_key_even_with_other_numbers(style: str) -> None:
    text = _edited(style, {"bottom": LOW, "middle": MIDDLE, "high": HIGH})
    assert text == _text(style).replace("low:", "bottom:")
    both = _edited(style, {"bottom": MOVED, "middle": MIDDLE, "high": HIGH})
    assert both == _text(style).replace("low:", "bottom:").replace("10.0", "12.5")


def test_added_sets_stand_in_their_place_and_look_like_their_neighbours() -> None:
    new = FuzzySet(type="gaussian", parameters=[40, 2.5])
    after = {"first": new, "low": LOW, "extra": new, "middle": MIDDLE, "high": HIGH, "last": new}
    for style in STYLES:
        _edited(style, after)
    line = ": {type: gaussian, parameters: [40, 2.5]}"
    assert _changes(_text("lines"), _edited("lines", after)) == [f"+       {key}{line}" for key in
                                                                 ("first", "extra", "last")]  # fmt: skip
    shown = _changes(_text("blocks"), _edited("blocks", BEFORE | {"last": new}))
    assert shown == ["+       last:", "+           type: gaussian", "+           parameters: [40, 2.5]"]
    assert len(_changes(_text("one line"), _edited("one line", after))) == 2


def test_a_set_taken_out_takes_its_lines_and_leaves_comments_of_their_own() -> None:
    assert _changes(_text("lines"), _edited("lines", {"low": LOW, "high": HIGH})) == [
        """-       'middle': {type: "triangular", parameters: [ 30,50 , 70 ]}"""
    ]
    for style in STYLES:
        for gone in BEFORE:
            _edited(style, {name: entry for name, entry in BEFORE.items() if name != gone})
            _edited(style, {gone: BEFORE[gone]})


@pytest.mark.parametrize("style", STYLES)
def test_a_set_may_take_another_shape_and_open_or_close_a_side(style: str) -> None:
    for entry in (
        FuzzySet(type="gaussian", parameters=[30, 8]),
        FuzzySet(type="triangular", parameters=[0, 10, 30]),
        FuzzySet(type="trapezoidal", parameters=[0, 10, 30, 50], shoulder="right"),
        FuzzySet(type="trapezoidal", parameters=[0, 10, 30, 50]),
    ):
        _edited(style, BEFORE | {"low": entry})
        _edited(style, BEFORE | {"high": entry})
    wider = FuzzySet(type="trapezoidal", parameters=[20, 30, 50, 70], shoulder="left")
    _edited(style, BEFORE | {"middle": wider})


@pytest.mark.parametrize("style", STYLES)
def test_sets_in_another_order_take_the_comment_behind_them_along(style: str) -> None:
    text = _edited(style, {"high": HIGH, "low": LOW, "middle": MIDDLE})
    if style == "lines":
        assert "shoulder: left}   # buy here" in text
        assert "type: trapezoidal} # sell" in text


NUMBERS = st.floats(-1e4, 1e4) | st.integers(-100, 100).map(float) | st.sampled_from([1e-7, 1.5e-9, 1e22, -2.5e17])


@st.composite
def fuzzy_sets(draw: st.DrawFn) -> FuzzySet:
    """Draw a set of any shape."""
    kind = draw(st.sampled_from(["triangular", "trapezoidal", "gaussian"]))
    shoulder = draw(st.sampled_from(["none", "none", "left", "right"]))
    if kind == "gaussian":
        numbers = [draw(NUMBERS), abs(draw(NUMBERS)) or 1.0]
    else:
        numbers = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3, unique=True)))
        numbers += [numbers[-1]] if kind == "trapezoidal" else []
    return FuzzySet(type=kind, parameters=numbers, shoulder=shoulder)


NAMES = st.sampled_from(["low", "middle", "high", "first", "last", "yes", "12", "a b", "#x", "ü"])


@settings(max_examples=20)
@given(
    style=st.sampled_from(list(STYLES)),
    drawn=st.dictionaries(NAMES, fuzzy_sets(), min_size=1, max_size=6),
    kept=st.sets(st.sampled_from(list(BEFORE))),
    crlf=st.booleans(),
)
def test_any_sets_read_back_as_they_were_meant(
    style: str, drawn: dict[str, FuzzySet], kept: set[str], crlf: bool
) -> None:
    after = {name: BEFORE[name] if name in kept and name in BEFORE else entry for name, entry in drawn.items()}
    text = _edited(style, after)
    before, found = (entry.splitlines() for entry in (_text(style), text))
    head, tail = len(HEAD.splitlines()), len(TAIL.splitlines())
    assert found[:head] == before[:head]
    assert found[-tail:] == before[-tail:]
    if crlf:
        windows = with_sets(_text(style).replace("\n", "\r\n"), "rsi", after)
        assert windows == text.replace("\n", "\r\n")
    assert with_sets(text, "rsi", after) == text


@settings(max_examples=15)
@given(name=st.sampled_from(list(BEFORE)), entry=fuzzy_sets(), style=st.sampled_from(["lines", "blocks"]))
def test_only_lines_of_the_changed_set_differ(name: str, entry: FuzzySet, style: str) -> None:
    before, text = _text(style).splitlines(), _edited(style, BEFORE | {name: entry}).splitlines()
    first = {line.strip().partition(":")[0].strip("'"): place for place, line in enumerate(before)}
    starts = {key: first[key] for key in BEFORE}
    ends = {"low": starts["middle"], "middle": starts["high"], "high": len(before) - len(TAIL.splitlines())}
    after_set = len(before) - ends[name]
    assert text[: starts[name]] == before[: starts[name]]
    assert text[len(text) - after_set :] == before[ends[name] :]


@pytest.mark.parametrize("name", ["neuro_mean_reversion", "trend_momentum"])
def test_shipped_files_change_in_the_one_line_that_is_meant(name: str) -> None:
    text = (shipped("configs") / "strategies" / f"{name}.yaml").read_text(encoding="utf-8")
    strategy = parse_strategy(text, name).strategy
    for key, entry in strategy.fuzzy_sets.items():
        last = list(entry.sets)[-1]
        numbers = list(entry.sets[last].parameters)
        numbers[-1] += 0.25
        sets = dict(entry.sets) | {last: entry.sets[last].model_copy(update={"parameters": numbers})}
        after = with_sets(text, key, sets, name)
        assert [line[0] for line in _changes(text, after)] == ["-", "+"]
        assert parse_strategy(after, name).strategy.fuzzy_sets[key].sets == sets


def test_a_shared_set_that_is_used_elsewhere_is_written_out() -> None:
    text = HEAD + "  rsi:\n    sets:\n      low: &l {type: triangular, parameters: [0, 1, 2]}\n      high: *l  # same\n"
    new = FuzzySet(type="triangular", parameters=[1, 2, 3])
    after = with_sets(text, "rsi", {"low": _sets(text)["low"], "high": new})
    assert after == text.replace("*l", "{type: triangular, parameters: [1, 2, 3]}")


@pytest.mark.parametrize(
    "sets",
    [
        "      low: &l {type: triangular, parameters: [0, 1, 2]}\n      high: *l\n",
        "      low: {<<: &l {type: triangular, parameters: [0, 1, 2]}}\n      high: {<<: *l}\n",
    ],
)
def test_a_change_that_would_reach_further_is_refused(sets: str) -> None:
    text = HEAD + "  rsi:\n    sets:\n" + sets
    before = _sets(text)
    with pytest.raises(StrategyProblem) as caught:
        with_sets(text, "rsi", {"high": before["high"]} if "<<" in sets else
                  before | {"low": FuzzySet(type="triangular", parameters=[0, 1, 3])}, "probe.yaml")  # fmt: skip
    assert "shared" in caught.value.hint
    assert caught.value.where == "probe.yaml"


def test_whole_sets_given_by_an_alias_are_written_out_and_merged_parts_are_overridden() -> None:
    text = (
        HEAD.replace("fuzzy_sets:", "fuzzy_sets: # *s\n  other:\n    input: rsi\n    sets: &s\n      low: "
                     "{type: triangular, parameters: [0, 1, 2]}\n  rsi:\n    sets: *s\n#")
    )  # fmt: skip
    new = {"low": FuzzySet(type="gaussian", parameters=[0, 1]), "high": HIGH}
    after = with_sets(text, "rsi", new)
    assert _sets(after) == new
    assert after.startswith(text.partition("*s\n#")[0])
    merged = HEAD + "  rsi:\n    sets:\n      low: &l {type: triangular, parameters: [0, 1, 2], shoulder: left}\n"
    merged += "      high: {<<: *l, shoulder: right}\n"
    changed = FuzzySet(type="triangular", parameters=[1, 2, 4])
    assert _sets(with_sets(merged, "rsi", _sets(merged) | {"high": changed}))["high"] == changed


def test_unknown_inputs_and_no_sets_at_all_are_refused() -> None:
    with pytest.raises(UnknownName, match="rsj"):
        with_sets(_text("lines"), "rsj", BEFORE)
    with pytest.raises(StrategyProblem, match="no set left"):
        with_sets(_text("lines"), "rsi", {})
    with pytest.raises(StrategyProblem):
        with_sets("name: [", "rsi", BEFORE)
