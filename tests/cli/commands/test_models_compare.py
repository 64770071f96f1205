"""``models compare`` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of
from tests.model_store.builders import STRATEGY, save, strategy_document, write_original

FIRST, SECOND = f"{STRATEGY}/universal_1h_v1", f"{STRATEGY}/universal_1h_v2"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the models folder of the current folder, with two models whose labels look differently far ahead."""
    other = strategy_document()
    other["labels"]["lookahead"] += 5
    save(tmp_path / "models")
    save(tmp_path / "models", strategy_document=other)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models"


def test_only_what_differs_is_printed(run: Run, store: Path) -> None:
    lookahead = strategy_document()["labels"]["lookahead"]
    shown = run("models", "compare", FIRST, SECOND)
    assert shown.code == 0
    assert "labels.lookahead" in shown.out
    assert "labels.threshold" not in shown.out
    assert "tested on other labels" in shown.out
    document = run("models", "compare", FIRST, SECOND, json=True).document
    assert document["differences"] == [
        {"section": "settings", "name": "labels.lookahead", "first": lookahead, "second": lookahead + 5}
    ]


def test_a_model_against_itself(run: Run, store: Path) -> None:
    assert "They do not differ." in run("models", "compare", FIRST, f"{STRATEGY}/universal_1h_v1").out


def test_what_cannot_be_compared_is_an_error(run: Run, store: Path) -> None:
    error_of(run("models", "compare", FIRST, f"{STRATEGY}/universal_1h_v9", json=True), 3, "model_not_found")
    (store / SECOND / "metrics.json").write_text("{", encoding="utf-8")
    error_of(run("models", "compare", FIRST, SECOND, json=True), 4, "model_rejected")


def test_a_model_of_the_original_is_read_in_our_grammar_and_said_to_look_ahead(run: Run, store: Path) -> None:
    old = f"{STRATEGY}/{write_original(store).name}"
    shown = run("models", "compare", FIRST, old)
    assert shown.code == 0
    assert "whose features look ahead" in shown.out
    assert "translates them" in shown.out
    document = run("models", "compare", FIRST, old, json=True).document
    assert [Path(document[each]["path"]).name for each in ("first", "second")] == ["universal_1h_v1", "MSFT_1h_v1"]
    assert (document["first"]["look_ahead"], document["second"]["look_ahead"]) == (False, True)
    assert len(document["cautions"]) == 2


def test_latest_names_a_model_too(run: Run, store: Path) -> None:
    by_pointer = run("models", "compare", FIRST, f"{STRATEGY}/universal_1h_latest", json=True).document
    by_folder = run("models", "compare", FIRST, SECOND, json=True).document
    assert by_pointer["differences"] == by_folder["differences"]


def test_every_section_is_counted(run: Run, store: Path) -> None:
    document = run("models", "compare", FIRST, SECOND, json=True).document
    assert set(document["equal"]) == {"training", "settings", "fuzzy sets", "metrics", "contract"}
    told = run("models", "compare", FIRST, SECOND).out
    for section, count in document["equal"].items():
        assert f"{count} of {section}" in told
