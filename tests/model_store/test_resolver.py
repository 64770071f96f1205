"""The resolver's rule as a table: what lies in the store, what is asked, what serves, and why not the others."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, KtrdrError, ModelNotFound, UnknownName, UnsafeName
from ktrdr_app.model_store.resolver import Resolution, require, resolve
from tests.model_store.builders import DIGEST, STRATEGY, edit, link_latest, write_original
from tests.model_store.scenarios import SCENARIOS, Scenario, check_answer
from tests.model_store.stores import all_of, hostile_scaler, original, remove, text_latest, then, universal

CASES = (
    *SCENARIOS,
    Scenario("a universal model", universal(1), "universal_1h_v1", 1),
    Scenario("latest names the newest of three", universal(1, 2, 3), "universal_1h_v3", 1),
    Scenario("latest as a text file with a link beside", then(universal(1), text_latest), "universal_1h_v1", 1),
    Scenario(
        "latest names another stem",
        then(
            all_of(universal(1), original("MSFT")),
            lambda folder: (
                remove(folder / "universal_1h_latest"),
                (folder / "universal_1h_latest").write_text("MSFT_1h_v1"),
            ),
        ),
        "universal_1h_v1",
        1,
        reason="not a version of",
    ),
    Scenario(
        "the newest two are incomplete and latest is missing",
        then(
            universal(1, 2, 3),
            lambda folder: (
                remove(folder / "universal_1h_latest"),
                remove(folder / "universal_1h_v3" / "config.json"),
                remove(folder / "universal_1h_v2" / "checksums.json"),
            ),
        ),
        "universal_1h_v1",
        1,
        reason="incomplete: config.json missing",
    ),
    Scenario("version ten is above version nine", universal(9, 10), "universal_1h_v10", 1),
    Scenario("a gap in the versions", universal(2, 5), "universal_1h_v5", 1),
    Scenario("universal before the symbol's own", all_of(universal(1), original("MSFT")), "universal_1h_v1", 1, "MSFT"),
    Scenario("legacy is preferred", all_of(universal(1), original("MSFT")), "MSFT_1h_v1", 1, "MSFT", "legacy"),
    Scenario("legacy is preferred but not there", universal(1), "universal_1h_v1", 2, "MSFT", "legacy"),
    Scenario("only the symbol's own", original("MSFT"), "MSFT_1h_v1", 2, "MSFT"),
    Scenario(
        "the archive without a pointer",
        all_of(original("MSFT", 1, False, folder="legacy"), original("MSFT", 4, False, folder="legacy")),
        "legacy/MSFT_1h_v4",
        2,
        "MSFT",
    ),
    Scenario(
        "beside the universal before the archive",
        all_of(original("MSFT", folder="legacy", version=7), original("MSFT", version=2)),
        "MSFT_1h_v2",
        2,
        "MSFT",
    ),
    Scenario(
        "a damaged original falls back to its archived copy",
        then(
            all_of(original("MSFT"), original("MSFT", folder="legacy")),
            lambda folder: remove(folder / "MSFT_1h_v1" / "features.json"),
        ),
        "legacy/MSFT_1h_v1",
        2,
        "MSFT",
        reason="incomplete: features.json missing",
    ),
    Scenario("a symbol that is the start of another", original("EUR_USD"), "EUR_USD_1h_v1", 3, "EUR"),
    Scenario("only another symbol's archive", original("AAPL", folder="legacy"), "legacy/AAPL_1h_v1", 3, "MSFT"),
    Scenario("any model without a symbol", original("AAPL"), "AAPL_1h_v1", 3),
    Scenario(
        "any: the newest of one version wins",
        all_of(original("AAPL", created_at="2025-01-01T00:00:00"), original("GOOG", created_at="2025-01-02T00:00:00")),
        "GOOG_1h_v1",
        3,
        "MSFT",
    ),
    Scenario(
        "any: dates with an offset are compared in UTC",
        all_of(
            original("AAPL", created_at="2025-01-01T23:30:00+00:00"),
            original("GOOG", created_at="2025-01-02T00:15:00+02:00"),
        ),
        "AAPL_1h_v1",
        3,
        "MSFT",
    ),
    Scenario(
        "any: a date that is none is the oldest",
        all_of(original("AAPL", created_at="yesterday"), original("GOOG", created_at="1999-01-01")),
        "GOOG_1h_v1",
        3,
        "MSFT",
    ),
    Scenario("any: the first name of equals", all_of(original("GOOG"), original("AAPL")), "AAPL_1h_v1", 3, "MSFT"),
    Scenario(
        "any: a hostile one is passed over",
        then(all_of(original("MSFT", 2), original("AAPL"), original("MSFT")), hostile_scaler),
        "MSFT_1h_v2",
        3,
        "GOOG",
        reason="system, which is not allowed",
    ),
    Scenario(
        "a folder renamed to another symbol",
        then(original("AAPL", latest=False), lambda folder: (folder / "AAPL_1h_v1").rename(folder / "MSFT_1h_v1")),
        None,
        symbol="MSFT",
        reason="say that it is AAPL_1h_v1",
    ),
    Scenario(
        "damaged metadata",
        then(original("MSFT"), lambda folder: (folder / "MSFT_1h_v1" / "metadata.json").write_text('{"symbol": "MS')),
        None,
        symbol="MSFT",
        reason="not valid JSON",
    ),
    Scenario(
        "an original that lost half of its weights",
        then(original("MSFT"), lambda folder: os.truncate(folder / "MSFT_1h_v1" / "model.pt", 2000)),
        None,
        symbol="MSFT",
        reason="the weights are damaged",
    ),
    Scenario(
        "wrong shapes",
        then(
            original("MSFT"),
            lambda folder: edit(
                folder / "MSFT_1h_v1" / "config.json",
                lambda config: config["model"]["architecture"].update(hidden_layers=[9, 9]),
            ),
        ),
        None,
        symbol="MSFT",
        reason="has shape",
    ),
    Scenario(
        "a real folder in place of latest",
        then(
            universal(1),
            lambda folder: (
                remove(folder / "universal_1h_latest"),
                shutil.copytree(folder / "universal_1h_v1", folder / "universal_1h_latest"),
            ),
        ),
        "universal_1h_v1",
        1,
        reason="it is a folder, not a pointer",
    ),
    Scenario("the same feature contract", universal(1), "universal_1h_v1", 1, digest=DIGEST),
    Scenario(
        "another feature contract",
        universal(1),
        None,
        digest="cd" * 32,
        reason="another feature contract",
    ),
    Scenario("an original has no contract to compare", original("MSFT"), "MSFT_1h_v1", 2, "MSFT", digest="cd" * 32),
)


def ask(models: Path, case: Scenario) -> Resolution:
    return resolve(models, case.strategy, "1h", case.symbol, case.prefer, case.allow_any, case.digest)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_table(tmp_path: Path, case: Scenario) -> None:
    models = tmp_path / "models"
    case.fill(models)
    resolution = ask(models, case)
    check_answer(case, resolution.to_document(), models)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_trace_is_in_order_and_complete(tmp_path: Path, case: Scenario) -> None:
    models = tmp_path / "models"
    case.fill(models)
    resolution = ask(models, case)
    steps = [entry.step for entry in resolution.trace]
    assert steps == sorted(steps)
    assert {entry.result for entry in resolution.trace} <= {"chosen", "skipped", "absent", "rejected"}
    assert all(entry.reason for entry in resolution.trace)
    chosen = [entry for entry in resolution.trace if entry.result == "chosen"]
    assert [entry.path for entry in chosen] == ([resolution.chosen.path] if resolution.chosen else [])
    judged = [entry.path for entry in resolution.trace if entry.result in ("chosen", "rejected")]
    assert len(judged) == len(set(judged)), "nothing is judged twice"
    if resolution.chosen is None:
        assert set(steps) == {1, 2, 3}
        with pytest.raises(ModelNotFound):
            require(resolution)
    else:
        assert require(resolution) is resolution.chosen
        assert max(steps) == resolution.chosen.step


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_asking_changes_nothing(tmp_path: Path, case: Scenario) -> None:
    models = tmp_path / "models"
    case.fill(models)

    def seen() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = seen()
    ask(models, case)
    assert seen() == before


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("../other", "1h", None), UnsafeName),
        (("a/../b", "1h", None), UnsafeName),
        (("/etc", "1h", None), UnsafeName),
        ((".versions", "1h", None), UnsafeName),
        (("aux", "1h", None), UnsafeName),
        ((STRATEGY, "..", None), UnknownName),
        ((STRATEGY, "1 h", None), UnknownName),
        ((STRATEGY, "1h", "../../x"), UnsafeName),
        ((STRATEGY, "1h", "*"), UnsafeName),
        ((STRATEGY, "1h", "universal"), InvalidValue),
        ((STRATEGY, "1h", None, "newest"), InvalidValue),
    ],
)
def test_unsafe_names_never_reach_the_disk(tmp_path: Path, arguments: tuple[Any, ...], error: type[KtrdrError]) -> None:
    with pytest.raises(error) as found:
        resolve(tmp_path, *arguments)
    assert found.value.exit_code == 2


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    resolution = resolve(tmp_path / "nowhere", STRATEGY, "1h", "MSFT")
    assert resolution.chosen is None
    assert resolution.present == ()
    assert not (tmp_path / "nowhere").exists()


class TestNotFound:
    def test_it_says_what_was_looked_for_what_is_there_and_what_is_wrong(self, tmp_path: Path) -> None:
        write_original(tmp_path, symbol="AAPL", timeframe="5m")
        (write_original(tmp_path, symbol="MSFT") / "model.pt").unlink()
        with pytest.raises(ModelNotFound) as found:
            require(resolve(tmp_path, STRATEGY, "1h", "MSFT"))
        error = found.value
        assert error.exit_code == 3
        assert error.looked_for[:2] == ("universal_1h_latest", "MSFT_1h_latest")
        assert error.looked_for[-1] == "*_1h_v*"
        assert error.present == (
            f"{STRATEGY}/AAPL_5m_v1",
            f"{STRATEGY}/MSFT_1h_v1 (incomplete: model.pt missing)",
        )
        assert "mean_reversion 1h MSFT" in error.message
        assert error.where == str(tmp_path / STRATEGY)

    def test_of_another_strategy_only(self, tmp_path: Path) -> None:
        write_original(tmp_path, strategy="momentum")
        (tmp_path / "empty").mkdir()
        assert resolve(tmp_path, STRATEGY, "1h").present == ("momentum/",)


class TestAnswer:
    def test_document(self, tmp_path: Path) -> None:
        write_original(tmp_path)
        document = resolve(tmp_path, STRATEGY, "1h", "MSFT").to_document()
        assert json.loads(json.dumps(document)) == document
        assert document["chosen"] == {
            "path": str(tmp_path / STRATEGY / "MSFT_1h_v1"),
            "kind": "legacy",
            "version": 1,
            "step": 2,
            "foreign": False,
            "look_ahead": True,
        }
        assert document["trace"][-1]["reason"].endswith("a model of the original, whose features look ahead")
        assert [entry["pattern"] for entry in document["trace"]] == [
            "universal_1h_latest",
            "MSFT_1h_latest",
            "MSFT_1h_v*",
        ]
        assert all(entry.keys() == {"step", "pattern", "path", "result", "reason"} for entry in document["trace"])

    def test_document_of_nothing(self, tmp_path: Path) -> None:
        document = resolve(tmp_path, STRATEGY, "1h").to_document()
        assert document["chosen"] is None
        assert len(document["trace"]) == 3

    @pytest.mark.parametrize(("symbol", "warned"), [("MSFT", False), ("AAPL", True), (None, True)])
    def test_a_model_made_for_something_else_is_warned_of(
        self, tmp_path: Path, symbol: str | None, warned: bool
    ) -> None:
        write_original(tmp_path)
        warning = resolve(tmp_path, STRATEGY, "1h", symbol).warning
        assert bool(warning) == warned
        assert ("MSFT_1h_v1 is used instead" in warning) == warned


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(
    versions=st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True),
    damaged=st.sets(st.integers(0, 4)),
    pointer=st.integers(0, 41),
)
def test_the_pointer_if_it_is_good_else_the_highest_good_version(
    tmp_path: Path, versions: list[int], damaged: set[int], pointer: int
) -> None:
    shutil.rmtree(tmp_path / STRATEGY, ignore_errors=True)
    good = []
    for position, version in enumerate(versions):
        folder = write_original(tmp_path, version=version)
        if position in damaged:
            (folder / "config.json").unlink()
        else:
            good.append(version)
    if pointer:
        link_latest(folder, f"MSFT_1h_v{pointer}")
    chosen = resolve(tmp_path, STRATEGY, "1h", "MSFT").chosen
    expected = pointer if pointer in good else max(good, default=None)
    assert (chosen.version if chosen else None) == expected
