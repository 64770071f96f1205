"""The resolver's rule as a table: what lies in the store, what is asked, what serves, and why not the others."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, KtrdrError, ModelNotFound, UnknownName, UnsafeName
from ktrdr_app.model_store.resolver import Resolution, require, resolve
from tests.model_store.builders import (
    DIGEST,
    STRATEGY,
    edit,
    link_latest,
    pickle_calling,
    save,
    write_original,
)

Fill = Callable[[Path], object]


def place(models: Path) -> Path:
    return models / STRATEGY


def remove(path: Path) -> None:
    path.unlink()


def universal(*versions: int) -> Fill:
    """Save so many universal models and keep these versions; ``_latest`` names the highest saved."""

    def fill(models: Path) -> None:
        for _ in range(max(versions)):
            save(models)
        for version in range(1, max(versions) + 1):
            if version not in versions:
                shutil.rmtree(place(models) / f"universal_1h_v{version}")

    return fill


def original(symbol: str, version: int = 1, latest: bool = True, **changes: Any) -> Fill:
    def fill(models: Path) -> None:
        folder = write_original(models, symbol=symbol, version=version, **changes)
        if latest:
            link_latest(folder)

    return fill


def all_of(*fills: Fill) -> Fill:
    def fill(models: Path) -> None:
        for each in fills:
            each(models)

    return fill


def then(fill: Fill, change: Callable[[Path], object]) -> Fill:
    def filled(models: Path) -> None:
        fill(models)
        change(place(models))

    return filled


def link_out(folder: Path) -> None:
    outside = folder.parent.parent / "outside"
    shutil.copytree(folder / "universal_1h_v1", outside / STRATEGY / "universal_1h_v1")
    shutil.rmtree(folder / "universal_1h_v1")
    (folder / "universal_1h_v1").symlink_to(outside / STRATEGY / "universal_1h_v1")


def point_out(folder: Path) -> None:
    (folder / "universal_1h_latest").unlink()
    (folder / "universal_1h_latest").symlink_to("../../outside/universal_1h_v1")


def text_latest(folder: Path) -> None:
    (folder / "universal_1h_latest").unlink()
    (folder / "universal_1h_latest").write_text("universal_1h_v1\n")


def hostile_scaler(folder: Path) -> None:
    canary = folder.parent / "canary"
    (folder / "MSFT_1h_v1" / "scaler.pkl").write_bytes(pickle_calling(os.system, f"touch {canary}"))


def change_weights(folder: Path) -> None:
    path = folder / "universal_1h_v1" / "model.pt"
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)


@dataclass(frozen=True)
class Case:
    """One row: what is there, what is asked, and the answer: folder and step, or nothing, with one reason."""

    name: str
    fill: Fill
    chosen: str | None
    step: int = 0
    symbol: str | None = None
    prefer: str = "universal"
    allow_any: bool = True
    reason: str = ""
    result: str = "rejected"
    digest: str = ""


CASES = (
    Case("an empty store", lambda models: None, None, reason="there is none", result="absent"),
    Case("a universal model", universal(1), "universal_1h_v1", 1),
    Case("latest names the newest of three", universal(1, 2, 3), "universal_1h_v3", 1),
    Case("latest is honoured after a rollback", then(universal(1, 2), text_latest), "universal_1h_v1", 1),
    Case("latest as a text file with a link beside", then(universal(1), text_latest), "universal_1h_v1", 1),
    Case(
        "latest is missing",
        then(universal(1, 2), lambda folder: remove(folder / "universal_1h_latest")),
        "universal_1h_v2",
        1,
        reason="there is none",
        result="absent",
    ),
    Case(
        "latest dangles",
        then(universal(1, 2), lambda folder: shutil.rmtree(folder / "universal_1h_v2")),
        "universal_1h_v1",
        1,
        reason="points to universal_1h_v2, which is not there",
    ),
    Case(
        "latest leads out of the store",
        then(universal(1), point_out),
        "universal_1h_v1",
        1,
        reason="not a version of universal_1h",
    ),
    Case("the only version is a link out of the store", then(universal(1), link_out), None, reason="leads out"),
    Case(
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
    Case(
        "the newest is incomplete",
        then(universal(1, 2), lambda folder: remove(folder / "universal_1h_v2" / "model.pt")),
        "universal_1h_v1",
        1,
        reason="incomplete: model.pt missing",
    ),
    Case(
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
    Case("version ten is above version nine", universal(9, 10), "universal_1h_v10", 1),
    Case("a gap in the versions", universal(2, 5), "universal_1h_v5", 1),
    Case("universal before the symbol's own", all_of(universal(1), original("MSFT")), "universal_1h_v1", 1, "MSFT"),
    Case("legacy is preferred", all_of(universal(1), original("MSFT")), "MSFT_1h_v1", 1, "MSFT", "legacy"),
    Case("legacy is preferred but not there", universal(1), "universal_1h_v1", 2, "MSFT", "legacy"),
    Case(
        "legacy is preferred without a symbol",
        all_of(universal(1), original("MSFT")),
        "universal_1h_v1",
        2,
        prefer="legacy",
        reason="no symbol was given",
        result="skipped",
    ),
    Case("only the symbol's own", original("MSFT"), "MSFT_1h_v1", 2, "MSFT"),
    Case(
        "a damaged universal with a good legacy",
        then(all_of(universal(1), original("MSFT")), change_weights),
        "MSFT_1h_v1",
        2,
        "MSFT",
        reason="checksum does not match",
    ),
    Case("legacy only in the archive", original("MSFT", folder="legacy"), "legacy/MSFT_1h_v1", 2, "MSFT"),
    Case(
        "the archive without a pointer",
        all_of(original("MSFT", 1, False, folder="legacy"), original("MSFT", 4, False, folder="legacy")),
        "legacy/MSFT_1h_v4",
        2,
        "MSFT",
    ),
    Case(
        "beside the universal before the archive",
        all_of(original("MSFT", folder="legacy", version=7), original("MSFT", version=2)),
        "MSFT_1h_v2",
        2,
        "MSFT",
    ),
    Case(
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
    Case("a symbol with an underscore", original("EUR_USD"), "EUR_USD_1h_v1", 2, "EUR_USD"),
    Case("a symbol that ends like another", original("EUR_USD"), "EUR_USD_1h_v1", 3, "USD"),
    Case("a symbol that is the start of another", original("EUR_USD"), "EUR_USD_1h_v1", 3, "EUR"),
    Case("only another symbol", original("AAPL"), "AAPL_1h_v1", 3, "MSFT"),
    Case("only another symbol's archive", original("AAPL", folder="legacy"), "legacy/AAPL_1h_v1", 3, "MSFT"),
    Case("any model without a symbol", original("AAPL"), "AAPL_1h_v1", 3),
    Case(
        "any model is not allowed",
        original("AAPL"),
        None,
        symbol="MSFT",
        allow_any=False,
        reason="only with allow_any; 1 not looked at",
        result="skipped",
    ),
    Case(
        "any: the highest version wins",
        all_of(original("AAPL", 2), original("GOOG", 3), original("IBM", 1)),
        "GOOG_1h_v3",
        3,
        "MSFT",
        reason="ranked after GOOG_1h_v3",
        result="skipped",
    ),
    Case(
        "any: the newest of one version wins",
        all_of(original("AAPL", created_at="2025-01-01T00:00:00"), original("GOOG", created_at="2025-01-02T00:00:00")),
        "GOOG_1h_v1",
        3,
        "MSFT",
    ),
    Case(
        "any: dates with an offset are compared in UTC",
        all_of(
            original("AAPL", created_at="2025-01-01T23:30:00+00:00"),
            original("GOOG", created_at="2025-01-02T00:15:00+02:00"),
        ),
        "AAPL_1h_v1",
        3,
        "MSFT",
    ),
    Case(
        "any: a date that is none is the oldest",
        all_of(original("AAPL", created_at="yesterday"), original("GOOG", created_at="1999-01-01")),
        "GOOG_1h_v1",
        3,
        "MSFT",
    ),
    Case("any: the first name of equals", all_of(original("GOOG"), original("AAPL")), "AAPL_1h_v1", 3, "MSFT"),
    Case(
        "any: a hostile one is passed over",
        then(all_of(original("MSFT", 2), original("AAPL"), original("MSFT")), hostile_scaler),
        "MSFT_1h_v2",
        3,
        "GOOG",
        reason="system, which is not allowed",
    ),
    Case("another time frame does not serve", original("MSFT", timeframe="5m"), None, symbol="MSFT"),
    Case(
        "a hostile own model is passed over",
        then(original("MSFT"), hostile_scaler),
        None,
        symbol="MSFT",
        reason="not allowed",
    ),
    Case(
        "a folder renamed to another symbol",
        then(original("AAPL", latest=False), lambda folder: (folder / "AAPL_1h_v1").rename(folder / "MSFT_1h_v1")),
        None,
        symbol="MSFT",
        reason="say that it is AAPL_1h_v1",
    ),
    Case(
        "damaged metadata",
        then(original("MSFT"), lambda folder: (folder / "MSFT_1h_v1" / "metadata.json").write_text('{"symbol": "MS')),
        None,
        symbol="MSFT",
        reason="not valid JSON",
    ),
    Case(
        "an original that lost half of its weights",
        then(original("MSFT"), lambda folder: os.truncate(folder / "MSFT_1h_v1" / "model.pt", 2000)),
        None,
        symbol="MSFT",
        reason="the weights are damaged",
    ),
    Case(
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
    Case(
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
    Case("the same feature contract", universal(1), "universal_1h_v1", 1, digest=DIGEST),
    Case(
        "another feature contract",
        universal(1),
        None,
        digest="cd" * 32,
        reason="another feature contract",
    ),
    Case("an original has no contract to compare", original("MSFT"), "MSFT_1h_v1", 2, "MSFT", digest="cd" * 32),
)


def ask(models: Path, case: Case) -> Resolution:
    return resolve(models, STRATEGY, "1h", case.symbol, case.prefer, case.allow_any, case.digest)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_table(tmp_path: Path, case: Case) -> None:
    models = tmp_path / "models"
    case.fill(models)
    resolution = ask(models, case)
    if case.chosen is None:
        assert resolution.chosen is None
    else:
        assert resolution.chosen is not None
        assert resolution.chosen.path == place(models) / case.chosen
        assert resolution.chosen.step == case.step
        assert resolution.chosen.kind == ("universal" if case.chosen.startswith("universal") else "legacy")
        assert resolution.chosen.version == int(case.chosen.rpartition("_v")[2])
    if case.reason:
        assert any(case.reason in entry.reason and entry.result == case.result for entry in resolution.trace)
    assert not (models / "canary").exists()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_trace_is_in_order_and_complete(tmp_path: Path, case: Case) -> None:
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
def test_asking_changes_nothing(tmp_path: Path, case: Case) -> None:
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
