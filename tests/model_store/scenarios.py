"""The resolver's rule as a table of situations: what lies in the store, what is asked, what serves, and the trace.

Every face answers every row: Python, the command line, the window, the HTTP API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.model_store import stores
from tests.model_store.builders import STRATEGY
from tests.model_store.stores import (
    Fill,
    all_of,
    gone,
    original,
    pinned,
    preferring_legacy,
    then,
    universal,
    without_file,
)

Seen = tuple[int, str, str]
"""Step, what was looked at (below the strategy's folder), result."""

ABSENT, SKIPPED, REJECTED, CHOSEN = "absent", "skipped", "rejected", "chosen"
TIMEFRAME = "1h"


@dataclass(frozen=True)
class Scenario:
    """One row: what is there, what is asked, and the answer: folder and step, or nothing, with one reason.

    ``trace`` is all that is looked at, in order; it stands in every row of `SCENARIOS`.
    """

    name: str
    fill: Fill
    chosen: str | None
    step: int = 0
    symbol: str | None = None
    prefer: str | None = None
    allow_any: bool = True
    reason: str = ""
    result: str = REJECTED
    digest: str = ""
    strategy: str = STRATEGY
    trace: tuple[Seen, ...] = ()

    @property
    def kind(self) -> str:
        """Kind of the model that serves."""
        return "universal" if str(self.chosen).startswith("universal") else "legacy"

    @property
    def version(self) -> int:
        """Version of the model that serves."""
        return int(str(self.chosen).rpartition("_v")[2])


def no_universal(step: int = 1) -> Seen:
    return (step, "universal_1h_latest", ABSENT)


def none_of(symbol: str, step: int = 2) -> tuple[Seen, Seen]:
    return ((step, f"{symbol}_1h_latest", ABSENT), (step, f"legacy/{symbol}_1h_latest", ABSENT))


NO_SYMBOL = (2, "{symbol}_1h_latest", SKIPPED)
NO_OTHER = (3, "*_1h_v*", ABSENT)

SCENARIOS = (
    Scenario("no models at all", lambda models: None, None, symbol="MSFT", reason="there is none", result=ABSENT,
             trace=(no_universal(), *none_of("MSFT"), NO_OTHER)),
    Scenario("an unknown strategy", universal(1), None, strategy="momentum", reason="there is none", result=ABSENT,
             trace=(no_universal(), NO_SYMBOL, NO_OTHER)),
    Scenario("latest dangles", then(universal(1, 2), gone("universal_1h_v2")), "universal_1h_v1", 1,
             reason="points to universal_1h_v2, which is not there",
             trace=((1, "universal_1h_latest", REJECTED), (1, "universal_1h_v1", CHOSEN))),
    Scenario("the newest is incomplete", then(universal(1, 2), without_file("universal_1h_v2")), "universal_1h_v1", 1,
             reason="incomplete: model.pt missing",
             trace=((1, "universal_1h_v2", REJECTED), (1, "universal_1h_v1", CHOSEN))),
    Scenario("no latest: the highest complete version",
             then(then(universal(1, 2, 3), without_file("universal_1h_v3", "config.json")),
                  lambda folder: stores.remove(folder / "universal_1h_latest")),
             "universal_1h_v2", 1, reason="incomplete: config.json missing",
             trace=(no_universal(), (1, "universal_1h_v3", REJECTED), (1, "universal_1h_v2", CHOSEN))),
    Scenario("only another symbol", original("AAPL"), "AAPL_1h_v1", 3, "MSFT", reason="made for something else",
             result=CHOSEN, trace=(no_universal(), *none_of("MSFT"), (3, "AAPL_1h_v1", CHOSEN))),
    Scenario("only another symbol, which may not serve", original("AAPL"), None, symbol="MSFT", allow_any=False,
             reason="only with allow_any; 1 not looked at", result=SKIPPED,
             trace=(no_universal(), *none_of("MSFT"), (3, "*_1h_v*", SKIPPED))),
    Scenario("the wrong feature contract", then(all_of(universal(1), original("MSFT")), stores.other_contract),
             "MSFT_1h_v1", 2, "MSFT", reason="the feature contract of features.json is not that of metadata.json",
             trace=((1, "universal_1h_v1", REJECTED), (2, "MSFT_1h_v1", CHOSEN))),
    Scenario("a damaged universal with a good legacy",
             then(all_of(universal(1), original("MSFT")), stores.change_weights), "MSFT_1h_v1", 2, "MSFT",
             reason="checksum does not match",
             trace=((1, "universal_1h_v1", REJECTED), (2, "MSFT_1h_v1", CHOSEN))),
    Scenario("legacy only in the archive", original("MSFT", folder="legacy"), "legacy/MSFT_1h_v1", 2, "MSFT",
             trace=(no_universal(), (2, "MSFT_1h_latest", ABSENT), (2, "legacy/MSFT_1h_v1", CHOSEN))),
    Scenario("latest is a text file and names an older one", then(universal(1, 2), stores.text_latest),
             "universal_1h_v1", 1, reason="universal_1h_latest names it", result=CHOSEN,
             trace=((1, "universal_1h_v1", CHOSEN),)),
    Scenario("latest is a link and names an older one", then(universal(1, 2), stores.linked_latest),
             "universal_1h_v1", 1, reason="universal_1h_latest names it", result=CHOSEN,
             trace=((1, "universal_1h_v1", CHOSEN),)),
    Scenario("an underscore in a symbol", original("EUR_USD"), "EUR_USD_1h_v1", 2, "EUR_USD",
             trace=(no_universal(), (2, "EUR_USD_1h_v1", CHOSEN))),
    Scenario("a symbol that is the end of another", original("EUR_USD"), "EUR_USD_1h_v1", 3, "USD",
             trace=(no_universal(), *none_of("USD"), (3, "EUR_USD_1h_v1", CHOSEN))),
    Scenario("a symbol that is the start of others", all_of(original("BRK"), original("BRK_B"), original("BRKX", 7)),
             "BRK_1h_v1", 2, "BRK", trace=(no_universal(), (2, "BRK_1h_v1", CHOSEN))),
    Scenario("the settings prefer legacy", all_of(universal(1), original("MSFT"), preferring_legacy),
             "MSFT_1h_v1", 1, "MSFT", trace=((1, "MSFT_1h_v1", CHOSEN),)),
    Scenario("the settings prefer legacy, without a symbol",
             all_of(universal(1), original("MSFT"), preferring_legacy), "universal_1h_v1", 2,
             reason="no symbol was given", result=SKIPPED,
             trace=((1, "{symbol}_1h_latest", SKIPPED), (2, "universal_1h_v1", CHOSEN))),
    Scenario("a pinned version", then(universal(1, 2), pinned("universal_1h_v1")), "universal_1h_v1", 0,
             reason="it is pinned", result=CHOSEN, trace=((0, "universal_1h_v1", CHOSEN),)),
    Scenario("a pinned version that is gone",
             then(then(universal(1, 2), pinned("universal_1h_v1")), gone("universal_1h_v1")),
             "universal_1h_v2", 1, reason="the pinned model is not there", result=ABSENT,
             trace=((0, "universal_1h_v1", ABSENT), (1, "universal_1h_v2", CHOSEN))),
    Scenario("another symbol's model is pinned, which may not serve",
             then(all_of(universal(1), original("AAPL")), pinned("AAPL_1h_v1")), "universal_1h_v1", 1, "MSFT",
             allow_any=False, reason="made for another symbol", result=SKIPPED,
             trace=((0, "AAPL_1h_v1", SKIPPED), (1, "universal_1h_v1", CHOSEN))),
    Scenario("an unsafe scaler pickle", then(original("MSFT"), stores.hostile_scaler), None, symbol="MSFT",
             reason="system, which is not allowed",
             trace=(no_universal(), (2, "MSFT_1h_v1", REJECTED), (2, "legacy/MSFT_1h_latest", ABSENT), NO_OTHER)),
    Scenario("latest leads out of the store", then(universal(1), stores.point_out), "universal_1h_v1", 1,
             reason="not a version of universal_1h",
             trace=((1, "universal_1h_latest", REJECTED), (1, "universal_1h_v1", CHOSEN))),
    Scenario("the only version is a link out of the store", then(universal(1), stores.link_out), None,
             reason="leads out", trace=((1, "universal_1h_v1", REJECTED), NO_SYMBOL, NO_OTHER)),
    Scenario("only another time frame", original("MSFT", timeframe="5m"), None, symbol="MSFT",
             reason="there is no other model", result=ABSENT,
             trace=(no_universal(), *none_of("MSFT"), NO_OTHER)),
    Scenario("a migrated copy and its original", all_of(original("MSFT"), stores.migrated), "MSFT_1h_v1", 2, "MSFT",
             trace=(no_universal(), (2, "MSFT_1h_v1", CHOSEN))),
    Scenario("a migrated copy and what is left of its original",
             then(all_of(original("MSFT"), stores.migrated), without_file("MSFT_1h_v1")),
             "legacy/MSFT_1h_v1", 2, "MSFT", reason="incomplete: model.pt missing",
             trace=(no_universal(), (2, "MSFT_1h_v1", REJECTED), (2, "legacy/MSFT_1h_v1", CHOSEN))),
    Scenario("the higher legacy version is incomplete",
             then(all_of(original("MSFT"), original("MSFT", 2)), without_file("MSFT_1h_v2", "scaler.pkl")),
             "MSFT_1h_v1", 2, "MSFT", reason="incomplete: scaler.pkl missing",
             trace=(no_universal(), (2, "MSFT_1h_v2", REJECTED), (2, "MSFT_1h_v1", CHOSEN))),
    Scenario("of other symbols, the highest version", all_of(original("AAPL", 2), original("GOOG", 3)),
             "GOOG_1h_v3", 3, "MSFT", reason="ranked after GOOG_1h_v3", result=SKIPPED,
             trace=(no_universal(), *none_of("MSFT"), (3, "AAPL_1h_v2", SKIPPED), (3, "GOOG_1h_v3", CHOSEN))),
)  # fmt: skip


def check_answer(scenario: Scenario, document: Mapping[str, Any], models: Path) -> None:
    """Compare the document of any face with what the table says.

    Parameters
    ----------
    scenario : Scenario
        The row.
    document : mapping
        ``chosen`` and ``trace``, as ``models resolve --json`` prints them.
    models : Path
        The store that was filled.
    """
    place = models / scenario.strategy
    chosen = document["chosen"]
    if scenario.chosen is None:
        assert chosen is None
    else:
        assert Path(chosen["path"]) == place / scenario.chosen
        assert (chosen["kind"], chosen["version"], chosen["step"]) == (scenario.kind, scenario.version, scenario.step)
    seen = tuple(
        (entry["step"], Path(entry["path"]).relative_to(place).as_posix(), entry["result"])
        for entry in document["trace"]
    )
    if scenario.trace:
        assert seen == scenario.trace
    if scenario.reason:
        said = [entry["reason"] for entry in document["trace"] if entry["result"] == scenario.result]
        assert any(scenario.reason in reason for reason in said), said
    assert not (models / "canary").exists()
