"""Every finding that the checks can make has plain words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ktrdr_app.data.quality as quality
from ktrdr_app.data.quality.findings import Finding
from ktrdr_app.gui.panels.data.finding_words import WORDS, finding_words

pytestmark = pytest.mark.gui


def codes() -> set[str]:
    """Return the first argument of every call that makes a finding, read from the checks themselves."""
    found = set()
    for file in Path(quality.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("finding", "about_lines"):
                found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    return found


def test_all_findings_have_words_and_all_words_a_finding() -> None:
    assert len(codes()) > 20
    assert set(WORDS) == codes()
    assert all(len(words) <= 32 for words in WORDS.values()), "they stand in a narrow column"


def test_a_new_finding_is_named_by_its_code() -> None:
    assert finding_words(Finding("odd_thing", "info", "1 bar: odd", 1)) == "Odd thing"
