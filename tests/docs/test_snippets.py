"""Files that pages show: each is read by what reads such a file, and pieces of a strategy are held to its grammar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import Strategy
from tests.docs.pages import Block, blocks_of, page_names

SHOWN = [block for page in page_names() for block in blocks_of(page) if block.language in ("yaml", "json")]
LANGUAGES = {"sh", "yaml", "json", "python", "text", ""}


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, Any]:
    """Return a whole strategy that a piece is put into."""
    return load_strategy("neuro_mean_reversion", Workspace(tmp_path)).strategy.document()


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.place)
def test_it_can_be_read(block: Block) -> None:
    content = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
    assert isinstance(content, dict)
    assert content


@pytest.mark.parametrize("block", [block for block in SHOWN if not block.title], ids=lambda block: block.place)
def test_a_piece_without_a_file_name_is_one_of_a_strategy(block: Block, whole: dict[str, Any]) -> None:
    piece = yaml.safe_load(block.text)
    assert set(piece) <= set(Strategy.model_fields)
    merged = Strategy.model_validate(whole | piece)
    said = {key: merged.document()[key] for key in piece}
    for key, value in piece.items():
        assert set(value) <= set(said[key]), key


def test_fences_have_the_languages_that_the_tests_know() -> None:
    assert {block.language for page in page_names() for block in blocks_of(page)} <= LANGUAGES
