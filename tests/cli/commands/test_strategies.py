"""``strategies``: what is wrong with line and column, upgrades that overwrite nothing, a schema editors can use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ktrdr_app.core.paths import shipped
from tests.cli.commands.conftest import Run, error_of, files_of, table_rows
from tests.cli.conftest import STRATEGY
from tests.strategy.legacy_texts import MEAN_REVERSION

SHIPPED = sorted((shipped("configs") / "strategies").glob("*.yaml"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty workspace that is the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document_of(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def lines_with(text: str, part: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if part in line]


def test_the_list_has_every_shipped_file_with_its_own_words(run: Run, place: Path) -> None:
    found = run("strategies", "list", json=True).document["strategies"]
    written = {path.stem: document_of(path)["description"] for path in SHIPPED}
    assert {entry["name"]: entry["description"] for entry in found} == written
    assert all(entry["shipped"] and entry["problem"] == "" for entry in found)
    assert files_of(place) == {}


def test_an_own_strategy_hides_the_shipped_one_of_its_name(run: Run, place: Path) -> None:
    own = place / "configs" / "strategies" / f"{STRATEGY}.yaml"
    own.parent.mkdir(parents=True)
    text = (shipped("configs") / "strategies" / f"{STRATEGY}.yaml").read_text(encoding="utf-8")
    described = document_of(shipped("configs") / "strategies" / f"{STRATEGY}.yaml")["description"]
    own.write_text(text.replace(described, "My own."), encoding="utf-8")
    found = run("strategies", "list", json=True).document["strategies"]
    named = [entry for entry in found if entry["name"] == STRATEGY]
    assert [(entry["shipped"], entry["description"]) for entry in named] == [(False, "My own.")]
    assert table_rows(run("strategies", "list").out)[STRATEGY] == ["workspace", "valid", "My own."]
    said = run("strategies", "validate", STRATEGY, json=True).document
    assert str(own.relative_to(place)) in said["where"]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_every_shipped_strategy_is_valid_and_keeps_to_the_schema(run: Run, place: Path, path: Path) -> None:
    said = run("strategies", "validate", path.stem, json=True)
    assert (said.code, said.err) == (0, "")
    assert (said.document["valid"], said.document["name"]) == (True, path.stem)
    jsonschema.validate(document_of(path), run("strategies", "schema", json=True).document)


def test_all_problems_are_told_at_once_with_line_and_column(run: Run, place: Path) -> None:
    text = (shipped("configs") / "strategies" / f"{STRATEGY}.yaml").read_text(encoding="utf-8")
    for was, now in (("epochs: 100", "epochs: 0"), ("dropout: 0.2", "droput: 0.2"), ("[25, 50, 75]", "[75, 50, 25]")):
        assert was in text
        text = text.replace(was, now)
    (place / "odd.yaml").write_text(text, encoding="utf-8")
    error = error_of(run("strategies", "validate", "odd.yaml", json=True), 2, "strategy_problem")
    told = {problem["path"]: problem for problem in error["problems"]}
    for path, part in (("training.epochs", "epochs: 0"), ("network.droput", "droput")):
        (line,) = lines_with(text, part)
        assert told[path]["line"] == line
        assert told[path]["column"] == text.splitlines()[line - 1].index(part.split(":")[0]) + 1
    assert told["network.droput"]["suggestion"] == "dropout"
    assert {problem["line"] for problem in error["problems"]} >= set(lines_with(text, "[75, 50, 25]"))
    shown = run("strategies", "validate", "odd.yaml")
    assert (shown.code, shown.out) == (2, "")
    assert all(path in shown.err for path in told)


@pytest.mark.parametrize(
    "text",
    ["", "- a\n- b\n", "name: [unclosed\n", "name: twice\nname: twice\n", "\tname: tab\n"],
    ids=["empty", "a list", "no YAML", "a key twice", "a tab"],
)
def test_what_is_no_strategy_at_all_is_an_error_of_ours(run: Run, place: Path, text: str) -> None:
    (place / "odd.yaml").write_text(text, encoding="utf-8")
    error = error_of(run("strategies", "validate", "odd.yaml", json=True), 2, "strategy_problem")
    assert error["problems"]
    assert "odd.yaml" in error["where"] + error["message"]


def test_a_strategy_that_is_not_there_names_the_near_one(run: Run, place: Path) -> None:
    error = error_of(run("strategies", "validate", "trend_momentun", json=True), 3, "strategy_not_found")
    assert "trend_momentum" in error["hint"]


def test_an_upgrade_keeps_what_meant_the_same_and_tells_the_rest(run: Run, place: Path) -> None:
    (place / "old.yaml").write_text(MEAN_REVERSION, encoding="utf-8")
    ended = run("strategies", "upgrade", "old.yaml", json=True)
    assert (ended.code, ended.err) == (0, "")
    written = Path(ended.document["path"])
    assert written == place / "configs" / "strategies" / "mean_reversion_strategy.yaml"
    assert set(files_of(place)) == {"old.yaml", written.relative_to(place).as_posix()}
    assert (place / "old.yaml").read_text(encoding="utf-8") == MEAN_REVERSION
    old, new = yaml.safe_load(MEAN_REVERSION), document_of(written)
    assert new["labels"]["threshold"] == old["training"]["labels"]["zigzag_threshold"]
    assert new["labels"]["lookahead"] == old["training"]["labels"]["label_lookahead"]
    assert new["network"]["hidden_layers"] == old["model"]["architecture"]["hidden_layers"]
    assert new["training"]["epochs"] == old["model"]["training"]["epochs"]
    assert {entry["name"] for entry in new["indicators"].values()} == {"rsi", "sma", "ema"}
    assert new["fuzzy_sets"]["rsi"]["sets"]["neutral"]["parameters"] == [20, 50, 80]
    assert ended.document["notes"]
    assert all(note["was"] != note["now"] and note["why"] for note in ended.document["notes"])
    assert run("strategies", "validate", "mean_reversion_strategy").code == 0


@pytest.mark.parametrize(
    ("text", "words", "exit_code", "code"),
    [
        (None, (), 3, "file_missing"),
        (MEAN_REVERSION, ("--out", "taken.yaml"), 2, "invalid_value"),
        (MEAN_REVERSION.replace("epochs: 7", "epochs: -7"), (), 2, "strategy_problem"),
        ("just words\n", (), 2, "strategy_problem"),
    ],
    ids=["no file", "a place that is taken", "a result that would not be valid", "no strategy"],
)
def test_an_upgrade_that_is_refused_leaves_the_folder_as_it_was(
    run: Run, place: Path, text: str | None, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    (place / "taken.yaml").write_text("mine\n", encoding="utf-8")
    if text is not None:
        (place / "old.yaml").write_text(text, encoding="utf-8")
    before = files_of(place)
    error_of(run("strategies", "upgrade", "old.yaml", *words, json=True), exit_code, code)
    assert files_of(place) == before


def test_people_read_what_an_upgrade_changed(run: Run, place: Path) -> None:
    (place / "old.yaml").write_text(MEAN_REVERSION, encoding="utf-8")
    shown = run("strategies", "upgrade", "old.yaml", "--out", "new/mine.yaml")
    assert shown.code == 0
    assert "Changes of meaning in mean_reversion_strategy" in shown.out
    assert shown.out.rstrip().endswith(f"Strategy: {Path('new/mine.yaml')}")
    assert document_of(place / "new" / "mine.yaml")["name"] == "mean_reversion_strategy"


def test_the_schema_is_itself_valid_and_refuses_what_the_grammar_refuses(run: Run, place: Path) -> None:
    schema = run("strategies", "schema", json=True).document
    jsonschema.Draft202012Validator.check_schema(schema)
    good = document_of(shipped("configs") / "strategies" / f"{STRATEGY}.yaml")
    for section, key, value in (("training", "epochs", 0), ("network", "droput", 0.1), ("labels", "method", "guess")):
        bad = json.loads(json.dumps(good))
        bad[section][key] = value
        (place / "bad.yaml").write_text(yaml.safe_dump(bad), encoding="utf-8")
        assert run("strategies", "validate", "bad.yaml").code == 2
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_the_schema_goes_to_a_file_when_asked(run: Run, place: Path) -> None:
    printed = run("strategies", "schema").out
    ended = run("strategies", "schema", "--out", "s/schema.json", json=True)
    assert ended.document == {"path": str(Path("s/schema.json"))}
    assert set(files_of(place)) == {"s/schema.json"}
    assert json.loads((place / "s" / "schema.json").read_text(encoding="utf-8")) == json.loads(printed)
    assert run("strategies", "schema", "--out", "again.json").out == "Schema: again.json\n"
