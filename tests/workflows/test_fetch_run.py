"""The use case and its command: from a request to a file, against a gateway on the loopback."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataProblem, EnvironmentProblem, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, StageStarted
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.workflows.fetch_run import FetchRequest, fetch_data
from tests.data.ib.gateway import Contract, Gateway, running, walk

DAYS = walk("2024-01-01", 60, 86_400)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway(truth=list(DAYS), dates=True)) as found:
        yield found


def test_a_request_becomes_a_file_of_the_workspace(gateway: Gateway, tmp_path: Path) -> None:
    events: list[ProgressEvent] = []
    request = FetchRequest(
        Workspace(tmp_path), "AAPL", "1d", mode="full", start="2024-01-01", end="2024-02-29", port=gateway.port
    )
    outcome = fetch_data(request, events.append)
    assert outcome.path == tmp_path / "data" / "AAPL_1d.csv"
    bars = CSVDataSource(tmp_path / "data").load("AAPL", "1d")
    assert bars["close"].tolist() == [bar[4] for bar in DAYS]
    assert bars["volume"].tolist() == [bar[5] for bar in DAYS]
    assert [stamp.timestamp() for stamp in bars.index] == [bar[0] for bar in DAYS]
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["contract", "fetch"]
    document = json.loads((tmp_path / ".cache" / "ib" / "AAPL_1d.json").read_text())
    assert sum(span["rows"] for span in document["spans"]) == 60
    again = fetch_data(request)
    assert (again.added, again.requests, again.rows) == (0, 0, 60)


def test_client_id_and_asset_class_reach_the_wire(gateway: Gateway, tmp_path: Path) -> None:
    place = {"port": gateway.port, "client_id": 99, "asset_class": "stock", "start": "2024-01-01"}
    fetch_data(FetchRequest(Workspace(tmp_path), "AAPL", "1d", **place))  # type: ignore[arg-type]
    assert gateway.seen[0][2] == "99"
    assert {request.kind for request in gateway.history} == {"STK"}


def test_the_class_that_the_workspace_gives_a_symbol_counts(gateway: Gateway, tmp_path: Path) -> None:
    gateway.contracts = [Contract("EURUSD", "STK", "SMART", "USD")]
    (tmp_path / "symbols.yaml").write_text("EURUSD: {asset_class: stock}\n")
    fetch_data(FetchRequest(Workspace(tmp_path), "EURUSD", "1d", start="2024-01-01", port=gateway.port))
    assert {request.kind for request in gateway.history} == {"STK"}
    with pytest.raises(DataProblem, match=r"there is no EUR USD \(CASH"):
        fetch_data(FetchRequest(Workspace(tmp_path), "EURUSD", "1d", port=gateway.port, asset_class="forex"))


def test_an_unknown_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="source"):
        fetch_data(FetchRequest(Workspace(tmp_path), "AAPL", "1d", source="yahoo"))


def test_a_raised_token_stops_it(gateway: Gateway, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        fetch_data(FetchRequest(Workspace(tmp_path), "AAPL", "1d", port=gateway.port), cancel=token)


def test_no_gateway_is_a_clear_error(tmp_path: Path) -> None:
    with running(Gateway()) as gone:
        port = gone.port
    with pytest.raises(EnvironmentProblem, match=f"127.0.0.1:{port}"):
        fetch_data(FetchRequest(Workspace(tmp_path), "AAPL", "1d", port=port))


def test_the_truth_of_these_tests_is_daily() -> None:
    assert {dt.datetime.fromtimestamp(bar[0], dt.UTC).hour for bar in DAYS} == {0}
