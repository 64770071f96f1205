"""Repairs as a use case: what is done, what is refused, and that nothing happens unasked."""

from __future__ import annotations

from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import StageStarted, SymbolDone
from ktrdr_app.data.quality.repairs import REPAIRS
from ktrdr_app.workflows.inspect_data import DataCheckRequest, check_data
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.repair_run import RepairRequest, list_repairs, repair_data
from tests.data.quality.planted import clean, write


@pytest.fixture
def broken(sample_workspace: Workspace) -> Workspace:
    """Return a workspace with a series that has three bars of price 0 and two negative volumes."""
    frame = clean()
    frame.iloc[[10, 20, 30], 3] = 0.0
    frame.iloc[[11, 12], 4] = -5.0
    write(sample_workspace.data / "BTCUSDT_1h.csv", frame)
    return sample_workspace


def _request(workspace: Workspace, *names: str, **given: Any) -> RepairRequest:
    return RepairRequest(workspace, "BTCUSDT", "1h", names, **given)


def test_repairs_are_done_recorded_and_seen_by_the_check(broken: Workspace) -> None:
    seen: list[object] = []
    result = repair_data(_request(broken, "drop_nonpositive", "blank_bad_volume"), seen.append)
    document = result.to_document()
    assert (document["written"], document["rows_before"] - document["rows_after"]) == (True, 3)
    assert [(done["name"], done["dropped"], done["changed"]) for done in document["repairs"]] == [
        ("drop_nonpositive", 3, 0),
        ("blank_bad_volume", 0, 2),
    ]
    assert [type(entry) for entry in seen][-1] is SymbolDone
    assert sum(isinstance(entry, StageStarted) for entry in seen) == 2
    report = check_data(DataCheckRequest(broken, "BTCUSDT", "1h"))
    assert report.repairs == (result.entry,)
    assert report.count("nonpositive_prices") == report.count("negative_volume") == 0
    assert len(source_of(broken).load("BTCUSDT", "1h")) == document["rows_after"]


def test_a_dry_run_tells_the_same_and_writes_nothing(broken: Workspace) -> None:
    before = {path: path.read_bytes() for path in broken.data.rglob("*") if path.is_file()}
    shown = repair_data(_request(broken, "drop_nonpositive", dry_run=True)).to_document()
    assert {path: path.read_bytes() for path in broken.data.rglob("*") if path.is_file()} == before
    assert (shown["written"], shown["original"], shown["record"]) == (False, None, None)
    done = repair_data(_request(broken, "drop_nonpositive")).to_document()
    assert {name: shown[name] for name in ("before", "after", "repairs")} == {
        name: done[name] for name in ("before", "after", "repairs")
    }


def test_the_cache_does_not_serve_what_was_repaired_away(broken: Workspace) -> None:
    frame = clean()
    frame.iloc[10, 1] = frame.iloc[10, 2] / 2
    write(broken.data / "BTCUSDT_1h.csv", frame)
    wrong = source_of(broken).load("BTCUSDT", "1h")
    assert source_of(broken).load("BTCUSDT", "1h").equals(wrong)
    repair_data(_request(broken, "clip_ohlc"))
    fixed = source_of(broken).load("BTCUSDT", "1h")
    assert fixed["high"].iloc[10] == frame.iloc[10, :4].max()


@pytest.mark.parametrize(
    ("symbol", "names", "error"),
    [
        ("BTCUSDT", (), InvalidValue),
        ("BTCUSDT", ("mend",), UnknownName),
        ("NONE", ("sort_rows",), DataNotFound),
    ],
)
def test_what_is_refused(broken: Workspace, symbol: str, names: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        repair_data(RepairRequest(broken, symbol, "1h", names))


def test_it_can_be_stopped_before_anything_is_written(broken: Workspace) -> None:
    token = CancelToken("the repair")
    before = (broken.data / "BTCUSDT_1h.csv").read_bytes()

    def stop(event: object) -> None:
        if isinstance(event, StageStarted):
            token.cancel()

    with pytest.raises(Cancelled):
        repair_data(_request(broken, "drop_nonpositive"), stop, token)
    assert (broken.data / "BTCUSDT_1h.csv").read_bytes() == before


def test_every_repair_is_listed_with_what_it_mends() -> None:
    known = list_repairs()
    assert [entry["name"] for entry in known] == list(REPAIRS)
    assert all(entry["does"] and entry["mends"] for entry in known)
    assert workflows.repair_data is repair_data
    assert workflows.list_repairs is list_repairs
