"""Notes as comments: above their entry, at the top where the entry is gone, and never part of the content."""

from __future__ import annotations

import yaml

from ktrdr_app.strategy.upgrade_notes import Note, yaml_text

DOCUMENT = {
    "name": "x",
    "indicators": {"rsi": {"name": "rsi", "period": 14}},
    "fuzzy_sets": {"rsi": {"form": "raw", "sets": {"low": {"type": "triangular", "parameters": [0, 20, 40]}}}},
    "training": {"split": {"train": 0.7}},
}


def lines_before(text: str, start: str) -> str:
    lines = text.splitlines()
    index = next(i for i, line in enumerate(lines) if line.lstrip().startswith(start))
    first = index
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "\n".join(lines[first:index])


def test_a_note_stands_above_its_entry_at_its_indent() -> None:
    notes = [
        Note("indicators.rsi.period", 20, 14, "why one"),
        Note("fuzzy_sets.rsi.sets.low", None, "low", "why two"),
        Note("training.split.train", 0.6, 0.7, "why three"),
        Note("name", "y", "x", "why four"),
    ]
    text = yaml_text(DOCUMENT, notes, "Heading.")
    assert lines_before(text, "rsi: {name") == "  # was: 20; why one"
    assert lines_before(text, "low:") == "      # was not there; why two"
    assert lines_before(text, "train:") == "    # was: 0.6; why three"
    assert lines_before(text, "name: x") == "# was: y; why four"


def test_what_is_gone_is_told_at_the_top() -> None:
    text = yaml_text(DOCUMENT, [Note("old.key", {"a": 1}, None, "nobody read it")], "Heading.")
    assert text.startswith("# Heading.\n# left out: old.key: {a: 1}; nobody read it\n")


def test_long_values_are_cut_and_long_notes_wrapped() -> None:
    text = yaml_text(DOCUMENT, [Note("name", "v" * 200, "x", "word " * 60)], "Heading.")
    assert max(map(len, text.splitlines())) <= 110
    assert "v" * 78 not in text


def test_the_content_is_untouched_whatever_the_words() -> None:
    odd = {"name": "yes", "description": "a: b # c", "indicators": {"on": {"name": "rsi"}}, "list": [1, 2.5, None]}
    notes = [Note("name", "a\nb: c", "yes", "line\nbreak")]
    assert yaml.safe_load(yaml_text(odd, notes, "One\ntwo")) == odd
    assert yaml.safe_load(yaml_text(DOCUMENT, notes, "")) == DOCUMENT
