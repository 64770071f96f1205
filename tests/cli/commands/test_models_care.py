"""``models verify, rollback, export, import, delete, restore, note, tag, pin, unpin`` as a user types them."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of, files_of, table_rows
from tests.cli.conftest import STRATEGY

FIRST = f"{STRATEGY}/universal_1d_v1"
SECOND = f"{STRATEGY}/universal_1d_v2"
ASKED = ("models", "resolve", STRATEGY, "--timeframe", "1d")


@pytest.fixture
def store(shared_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the strategy's folder of models in a workspace of its own, which is the current folder."""
    shutil.copytree(shared_workspace / "models", tmp_path / "models", symlinks=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models" / STRATEGY


@pytest.fixture
def two(run: Run, store: Path) -> Path:
    """Return the store with a second version, made by exporting the first and importing it."""
    assert run("models", "export", FIRST, "m.zip").code == 0
    assert run("models", "import", "m.zip").code == 0
    return store


def test_a_trained_model_passes_every_check_with_its_test_rows(run: Run, store: Path) -> None:
    document = run("models", "verify", FIRST, json=True).document
    assert document["passed"]
    assert {check["name"]: check["result"] for check in document["checks"]} == dict.fromkeys(
        ("contents", "checksums", "load", "samples"), "passed"
    )
    held = json.loads((store / "universal_1d_v1" / "samples.json").read_text(encoding="utf-8"))
    names = json.loads((store / "universal_1d_v1" / "features.json").read_text(encoding="utf-8"))["feature_names"]
    assert (len(held["scaled"]), {len(row) for row in held["scaled"]}) == (16, {len(names)})
    assert "16 predictions" in run("models", "verify", FIRST).out


def test_what_fails_is_named_with_exit_code_four(run: Run, store: Path) -> None:
    (store / "universal_1d_v1" / "model_full.pt").write_bytes(b"x")
    ended = run("models", "verify", FIRST, json=True)
    assert (ended.code, ended.document["passed"]) == (4, False)
    people = run("models", "verify", FIRST)
    assert people.code == 4
    assert table_rows(people.out)["checksums"][0] == "failed"
    error_of(run("models", "verify", SECOND, json=True), 3, "model_not_found")


def test_out_and_in_again(run: Run, store: Path) -> None:
    out = run("models", "export", FIRST, "there/m.zip", json=True).document
    assert set(zipfile.ZipFile("there/m.zip").namelist()) == {"ktrdr-model.json", *out["files"]}
    came = run("models", "import", "there/m.zip", json=True).document
    assert (Path(came["path"]).name, came["was"], came["renumbered"]) == ("universal_1d_v2", "universal_1d_v1", True)
    assert came["latest"] == "universal_1d_v1"
    assert run("models", "verify", SECOND).code == 0
    assert "It was universal_1d_v1 where it came from" in run("models", "import", "there/m.zip").out
    error_of(run("models", "export", FIRST, "there/m.zip", json=True), 2, "invalid_value")
    error_of(run("models", "import", "none.zip", json=True), 3, "file_missing")
    Path("bad.zip").write_bytes(b"no zip")
    error_of(run("models", "import", "bad.zip", json=True), 4, "model_rejected")


def test_rolling_back_and_forth(run: Run, two: Path) -> None:
    there = ("models", "rollback", STRATEGY, "--timeframe", "1d", "--to")
    done = run(*there, "2", json=True).document
    assert (done["before"], done["after"]) == ("universal_1d_v1", "universal_1d_v2")
    assert run(*ASKED, json=True).document["chosen"]["version"] == 2
    assert "before: universal_1d_v2" in run(*there, "1").out
    error_of(run(*there, "9", json=True), 3, "model_not_found")
    (two / "universal_1d_v2" / "model.pt").write_bytes(b"x")
    error_of(run(*there, "2", json=True), 4, "model_rejected")
    assert run(*ASKED, json=True).document["chosen"]["version"] == 1


def test_deleting_says_first_what_would_change(run: Run, two: Path) -> None:
    before = files_of(two)
    plan = run("models", "delete", FIRST, "--dry-run", json=True).document
    assert {change["symbol"] for change in plan["changes"]} == {None, "AAPL", "IBM"}
    assert {change["after"]["version"] for change in plan["changes"]} == {2}
    assert files_of(two) == before
    assert "Nothing was deleted" in run("models", "delete", FIRST, "--dry-run").out
    gone = run("models", "delete", FIRST, json=True).document
    assert (gone["model"], gone["latest_after"]) == (FIRST, "universal_1d_v2")
    assert gone["changes"] == plan["changes"]
    assert run(*ASKED, json=True).document["chosen"]["version"] == 2
    assert FIRST in run("models", "restore", "--list").out
    assert run("models", "restore", json=True).document["model"] == FIRST
    assert run(*ASKED, json=True).document["chosen"]["version"] == 1
    assert run("models", "restore", "--list", json=True).document == {"trash": []}
    error_of(run("models", "restore", json=True), 3, "nothing_in_trash")


def test_notes_tags_and_pins(run: Run, two: Path) -> None:
    assert run("models", "note", FIRST, "the good one", json=True).document["note"] == "the good one"
    assert run("models", "tag", FIRST, "--add", "calm,long", json=True).document["tags"] == ["calm", "long"]
    assert run("models", "tag", FIRST, "--remove", "calm", json=True).document["tags"] == ["long"]
    pinned = run("models", "pin", SECOND, json=True).document
    assert (pinned["before"], pinned["after"]) == ("", "universal_1d_v2")
    resolved = run(*ASKED, json=True).document
    assert (resolved["chosen"]["step"], resolved["chosen"]["version"]) == (0, 2)
    found = {info["version"]: info for info in run("models", "list", json=True).document["models"]}
    assert (found[1]["note"], found[1]["tags"], found[1]["latest"]) == ("the good one", ["long"], True)
    assert (found[2]["pinned"], found[2]["latest"]) == (True, False)
    metrics = json.loads((two / "universal_1d_v1" / "metrics.json").read_text(encoding="utf-8"))
    assert found[1]["test_nll"] == pytest.approx(metrics["test_nll"])
    assert found[1]["rows"] > 100
    assert "pinned" in run("models", "list").out
    assert "not pinned any more" in run("models", "unpin", SECOND).out
    assert run(*ASKED, json=True).document["chosen"]["step"] == 1
    error_of(run("models", "unpin", SECOND, json=True), 2, "invalid_value")
    told = run("models", "pin", f"{STRATEGY}/universal_1d_latest").out.partition("ktrdr-app ")[2].split()[:3]
    assert told == ["models", "unpin", FIRST]
    assert run(*told).code == 0


def test_the_settings_say_what_is_preferred(run: Run, store: Path, tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "settings.yaml").write_text("models: {prefer: legacy}\n", encoding="utf-8")
    assert run(*ASKED, "--symbol", "IBM", json=True).document["trace"][0]["pattern"] == "IBM_1d_latest"
    asked = run(*ASKED, "--symbol", "IBM", "--prefer", "universal", json=True).document
    assert asked["trace"][0]["pattern"] == "universal_1d_latest"
    (tmp_path / "configs" / "settings.yaml").write_text("models: {prefer: best}\n", encoding="utf-8")
    error_of(run(*ASKED, json=True), 2, "invalid_value")
    error_of(run("models", "delete", FIRST, "--dry-run", json=True), 2, "invalid_value")
    assert run("models", "delete", FIRST, json=True).document["problem"] == "models.prefer is 'best'"
    assert run("models", "restore").code == 0
    assert "cannot be told: models.prefer is 'best'." in run("models", "delete", FIRST).out
    error_of(run("models", "delete", FIRST, json=True), 3, "model_not_found")
