"""Downloads over a real socket: every mode, every refusal, and a line that is cut in the middle."""

from __future__ import annotations

import csv
import datetime as dt
import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, DataProblem, EnvironmentProblem, InvalidValue, KtrdrError
from ktrdr_app.core.progress import BarsDone, Note, ProgressEvent, StageFinished, StageStarted
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.ib import FetchOutcome, IBDataSource, Pacer
from tests.core.children import environment
from tests.data.ib.gateway import Bar, Client, Contract, Gateway, HistoryRequest, cut, refuse, running, stall, walk

HOUR, DAY, WEEK = 3600, 86_400, 604_800
NOW = int(dt.datetime(2024, 3, 15, 12, 30, tzinfo=dt.UTC).timestamp())
HOURS = walk("2024-01-01", (NOW - int(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp())) // HOUR + 1, HOUR)
MINUTES = walk("2024-03-11", 6 * 1440, 60)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Return a gateway with the hourly history of a stock, of which the last bar is still open."""
    with running(Gateway(truth=list(HOURS), head=str(HOURS[0][0]))) as found:
        yield found


def source_for(gateway: Gateway, folder: Path, now: int = NOW, **changes: Any) -> IBDataSource:
    """Return a source on a gateway that waits for nothing: its pacer's clock jumps."""
    ticks = count(step=10_000)
    given = {"timeout": 20.0, "pacer": Pacer(lambda: float(next(ticks))), "clock": lambda: now * 10**9} | changes
    return IBDataSource(folder / "data", folder / ".cache" / "ib", "127.0.0.1", gateway.port, **given)


def rows_of(folder: Path, name: str = "AAPL_1h") -> list[Bar]:
    """Return what a series' file holds, read by the csv module."""
    with open(folder / "data" / f"{name}.csv", newline="") as stream:
        table = list(csv.DictReader(stream))
    return [
        (
            int(dt.datetime.fromisoformat(row["timestamp"]).timestamp()),
            *(float(row[column]) for column in ("open", "high", "low", "close")),
            float(row["volume"] or "nan"),
        )
        for row in table
    ]


def closed(truth: list[Bar], seconds: int, now: int = NOW) -> list[Bar]:
    """Return the bars that had closed by then."""
    return [bar for bar in truth if bar[0] + seconds <= now]


def since(day: str) -> int:
    return int(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp())


def test_a_first_tail_brings_the_range_to_the_last_digit(gateway: Gateway, tmp_path: Path) -> None:
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-02-01")
    expected = [bar for bar in closed(HOURS, HOUR) if bar[0] >= since("2024-02-01")]
    assert rows_of(tmp_path) == expected
    assert outcome == FetchOutcome(
        symbol="AAPL",
        timeframe="1h",
        mode="tail",
        path=tmp_path / "data" / "AAPL_1h.csv",
        added=len(expected),
        rows=len(expected),
        first="2024-02-01T00:00:00Z",
        last="2024-03-15T11:00:00Z",
        requests=len(gateway.history),
        dropped=0,
    )
    check_bars(CSVDataSource(tmp_path / "data").load("AAPL", "1h"), "the file")


def test_the_wire_says_what_the_protocol_wants(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert gateway.versions == ["v157..178"]
    assert gateway.seen[0][:3] == ["71", "2", "17"]
    details = next(fields for fields in gateway.seen if fields[0] == "9")
    assert (details[4], details[5], details[10], details[12]) == ("AAPL", "STK", "SMART", "USD")
    for request in gateway.history:
        assert (request.symbol, request.kind, request.exchange, request.currency) == ("AAPL", "STK", "SMART", "USD")
        assert (request.bar_size, request.duration) == ("1 hour", "28 D")
        assert (request.prices, request.regular_hours, request.date_format) == ("TRADES", "1", "2")
    sent = {fields[0] for fields in gateway.seen}
    assert sent == {"71", "9", "20"}, "nothing about accounts, positions or orders is ever asked"


def test_a_second_tail_asks_only_for_what_is_new(gateway: Gateway, tmp_path: Path) -> None:
    earlier = NOW - 30 * HOUR
    source_for(gateway, tmp_path, earlier).fetch("AAPL", "1h", start="2024-03-01")
    before = (tmp_path / "data" / "AAPL_1h.csv").read_bytes()
    asked = len(gateway.history)
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h")
    assert outcome.added == 30
    assert len(gateway.history) == asked + 1
    after = (tmp_path / "data" / "AAPL_1h.csv").read_bytes()
    assert after.startswith(before)
    assert rows_of(tmp_path) == [bar for bar in closed(HOURS, HOUR) if bar[0] >= since("2024-03-01")]


def test_an_up_to_date_series_needs_no_gateway(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h")
    assert (outcome.added, outcome.requests) == (0, 0)
    assert gateway.connections == 1


def test_a_tail_without_a_start_goes_a_while_back(gateway: Gateway, tmp_path: Path) -> None:
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h")
    assert outcome.added == len(closed(HOURS, HOUR))


def test_a_backfill_goes_back_from_the_first_bar_newest_first(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-05")
    asked = len(gateway.history)
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", "backfill", start="2024-01-10")
    ends = [request.end for request in gateway.history[asked:]]
    assert ends == sorted(ends, reverse=True)
    assert len(ends) > 2
    assert outcome.first == "2024-01-10T00:00:00Z"
    assert rows_of(tmp_path) == [bar for bar in closed(HOURS, HOUR) if bar[0] >= since("2024-01-10")]


def test_a_backfill_without_a_start_asks_where_history_begins(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-05")
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "backfill")
    assert [fields[0] for fields in gateway.seen].count("87") == 1
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


def test_full_fills_holes_and_leaves_every_line_as_it_was(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    kept = ["2024-01-20T05:00:00Z,1.50,1.60,1.40,1.550,7", "2024-02-20T05:00:00Z,2.50,2.60,2.40,2.550,"]
    text = "timestamp,open,high,low,close,volume\n" + "\n".join(kept) + "\n"
    (tmp_path / "data" / "AAPL_1h.csv").write_text(text)
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    lines = (tmp_path / "data" / "AAPL_1h.csv").read_text().splitlines()
    assert set(kept) < set(lines)
    assert outcome.added == len(closed(HOURS, HOUR)) - 2
    assert [row[0] for row in rows_of(tmp_path)] == [bar[0] for bar in closed(HOURS, HOUR)]


def test_a_full_run_is_not_repeated_but_for_the_last_day(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    asked = len(gateway.history)
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    assert len(gateway.history) == asked + 1
    assert gateway.history[-1].end >= NOW - 2 * HOUR


def test_rows_that_were_taken_out_of_the_file_are_fetched_again(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    file = tmp_path / "data" / "AAPL_1h.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:200] + lines[260:]))
    assert source_for(gateway, tmp_path).fetch("AAPL", "1h", "full").added == 60
    assert file.read_text() == "".join(lines)


def test_the_end_bounds_a_download_and_includes_its_day(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full", "2024-02-01", "2024-02-03")
    days = (since("2024-02-01"), since("2024-02-04"))
    assert rows_of(tmp_path) == [bar for bar in HOURS if days[0] <= bar[0] < days[1]]


def test_local_asks_nobody(gateway: Gateway, tmp_path: Path) -> None:
    source = source_for(gateway, tmp_path, mode="local")
    with pytest.raises(DataNotFound):
        source.fetch("AAPL", "1h", "local")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "AAPL_1h.csv").write_text("timestamp,open,high,low,close\n2024-01-20T05:00:00Z,1,1,1,1\n")
    assert source.fetch("AAPL", "1h", "local").rows == 1
    assert len(source.load("AAPL", "1h")) == 1
    assert gateway.connections == 0


def test_load_brings_up_to_date_and_reads(gateway: Gateway, tmp_path: Path) -> None:
    bars = source_for(gateway, tmp_path, mode="full").load("AAPL", "1h", "2024-02-01", "2024-02-02")
    expected = [bar for bar in HOURS if since("2024-02-01") <= bar[0] < since("2024-02-03")]
    assert bars["close"].tolist() == [bar[4] for bar in expected]


@pytest.mark.parametrize("mode", ["tail", "full", "backfill"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_cut_line_loses_nothing_and_a_second_run_completes(
    gateway: Gateway, tmp_path: Path, mode: str, at: int
) -> None:
    gateway.faults[at] = cut
    with pytest.raises(DataProblem, match="cut") as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", mode, start="2024-01-01")
    assert "goes on where it stopped" in raised.value.hint
    file = tmp_path / "data" / "AAPL_1h.csv"
    saved = rows_of(tmp_path) if file.exists() else []
    assert (len(saved) > 0) == (at > 1), "what had come before the cut is on disk"
    stamps = [bar[0] for bar in saved]
    assert stamps == sorted(set(stamps))
    assert set(saved) <= set(HOURS)
    answered = [(request.end, request.duration) for request in gateway.history[: at - 1]]
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", mode, start="2024-01-01")
    again = [(request.end, request.duration) for request in gateway.history[at:]]
    assert not set(answered) & set(again), "what was answered is not asked again"
    assert outcome.added == len(closed(HOURS, HOUR)) - len(saved)
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


def test_a_gateway_that_closes_between_requests_is_a_cut_line(gateway: Gateway, tmp_path: Path) -> None:
    def answer_and_leave(client: Client, request: HistoryRequest) -> bool:
        client.bars(request)
        raise EOFError

    gateway.faults[2] = answer_and_leave
    with pytest.raises(DataProblem, match="cut"):
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01")
    assert source_for(gateway, tmp_path).fetch("AAPL", "1h").rows == len(closed(HOURS, HOUR))
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


def test_a_gateway_that_never_answers_is_given_up(gateway: Gateway, tmp_path: Path) -> None:
    gateway.faults[2] = stall
    with pytest.raises(DataProblem, match="no answer within 2 s"):
        source_for(gateway, tmp_path, timeout=2.0).fetch("AAPL", "1h", start="2024-01-01")
    assert len(rows_of(tmp_path)) > 0
    assert source_for(gateway, tmp_path).fetch("AAPL", "1h").rows == len(closed(HOURS, HOUR))


def test_a_cancelled_download_ends_at_once_and_keeps_what_came(gateway: Gateway, tmp_path: Path) -> None:
    token = CancelToken("the download")

    def stall_and_cancel(client: Client, request: HistoryRequest) -> bool:
        token.cancel()
        return True

    gateway.faults[3] = stall_and_cancel
    with pytest.raises(Cancelled):
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01", cancel=token)
    kept = rows_of(tmp_path)
    assert kept == HOURS[: len(kept)]
    assert len(kept) > 0
    assert source_for(gateway, tmp_path).fetch("AAPL", "1h").rows == len(closed(HOURS, HOUR))


def test_a_token_raised_before_leaves_nothing(gateway: Gateway, tmp_path: Path) -> None:
    token = CancelToken("the download")
    token.cancel()
    with pytest.raises(Cancelled):
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01", cancel=token)
    assert not (tmp_path / "data").exists()


def test_progress_tells_stages_share_and_waits(gateway: Gateway, tmp_path: Path) -> None:
    events: list[ProgressEvent] = []
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01", progress=events.append)
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["contract", "fetch"]
    assert [event.stage for event in events if isinstance(event, StageFinished)] == ["contract", "fetch"]
    shares = [event for event in events if isinstance(event, BarsDone)]
    assert len(shares) == len(gateway.history)
    assert [share.done for share in shares] == sorted(share.done for share in shares)
    assert shares[-1].done == shares[-1].total


def test_a_wait_for_the_limits_is_told(gateway: Gateway, tmp_path: Path) -> None:
    slow = Pacer(lambda: 0.0)
    for number in range(60):
        slow.reserve(number, number)
    token, events = CancelToken("the download"), []

    def listen(event: ProgressEvent) -> None:
        events.append(event)
        if isinstance(event, Note):
            token.cancel()

    with pytest.raises(Cancelled):
        source_for(gateway, tmp_path, pacer=slow).fetch("AAPL", "1h", start="2024-03-01", progress=listen, cancel=token)
    assert [event.text for event in events if isinstance(event, Note)] == [
        "waiting 602 s, as the broker limits the number of requests"
    ]
    assert gateway.history == []


def test_spans_without_a_trade_are_no_error(gateway: Gateway, tmp_path: Path) -> None:
    hole = (since("2024-01-15"), since("2024-02-28"))
    gateway.truth = [bar for bar in HOURS if not hole[0] <= bar[0] < hole[1]]
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    assert rows_of(tmp_path) == closed(gateway.truth, HOUR)
    asked = len(gateway.history)
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    assert len(gateway.history) == asked + 1, "an empty span is remembered as well"


@pytest.mark.parametrize(
    ("code", "text", "words", "hint"),
    [
        (354, "Requested market data is not subscribed.", "may not see AAPL", "Client Portal"),
        (
            162,
            "Historical Market Data Service error message:No market data permissions for NYSE STK",
            "may not see",
            "",
        ),
        (321, "Error validating request.-'bO' : cause - Invalid", "Error validating request", "message codes"),
        (162, "Historical Market Data Service error message:Trading TWS session is elsewhere", "elsewhere", ""),
        (10299, "Expected what to show is AGGTRADES, please use that instead of TRADES.", "AGGTRADES", ""),
    ],
)
def test_refusals_are_told_with_a_way_out(
    gateway: Gateway, tmp_path: Path, code: int, text: str, words: str, hint: str
) -> None:
    gateway.faults[2] = refuse(code, text)
    with pytest.raises(DataProblem, match=words) as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01")
    assert raised.value.where == f"Interactive Brokers {code}"
    assert hint in raised.value.hint
    assert len(rows_of(tmp_path)) > 0
    source_for(gateway, tmp_path).fetch("AAPL", "1h")
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


@pytest.mark.parametrize("code", [165, 2106, 2174])
def test_a_notice_about_a_request_is_no_refusal(gateway: Gateway, tmp_path: Path, code: int) -> None:
    def notice(client: Client, request: HistoryRequest) -> bool:
        client.error(request.number, code, "Historical Market Data Service query message: be patient")
        return False

    gateway.faults[1] = notice
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01")
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (162, "Historical Market Data Service error message:Historical data request pacing violation"),
        (100, "Max rate of messages per second has been exceeded:max=50 rec=51"),
        (322, "Error processing request.-'bH' : cause - Only 50 simultaneous API historical data requests allowed."),
    ],
)
def test_a_pacing_violation_is_waited_out_and_asked_again(
    gateway: Gateway, tmp_path: Path, code: int, text: str
) -> None:
    violation = refuse(code, text)
    gateway.faults = {1: violation, 2: violation}
    source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert len({request.end for request in gateway.history[:3]}) == 1
    assert rows_of(tmp_path) == [bar for bar in closed(HOURS, HOUR) if bar[0] >= since("2024-03-01")]


def test_a_violation_while_asking_where_history_begins_is_waited_out_too(gateway: Gateway, tmp_path: Path) -> None:
    gateway.busy_heads = 2
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    assert rows_of(tmp_path) == closed(HOURS, HOUR)


@pytest.mark.parametrize("back", [False, True])
def test_a_gateway_that_has_lost_the_broker_is_told(gateway: Gateway, tmp_path: Path, back: bool) -> None:
    def lose(client: Client, request: HistoryRequest) -> bool:
        client.error(-1, 1100, "Connectivity between IB and Trader Workstation has been lost.")
        if back:
            client.error(-1, 1102, "Connectivity between IB and Trader Workstation has been restored.")
        return True

    gateway.faults[2] = lose
    with pytest.raises(DataProblem, match="no answer within 2 s") as raised:
        source_for(gateway, tmp_path, timeout=2.0).fetch("AAPL", "1h", start="2024-01-01")
    assert ("has been lost" in str(raised.value)) == (not back)
    assert {fields[0] for fields in gateway.seen} == {"71", "9", "20", "25"}, "accounts are not asked for even then"
    assert len(rows_of(tmp_path)) > 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no kill -9")
@pytest.mark.parametrize("mode", ["full", "backfill"])
def test_a_download_that_was_killed_goes_on_where_it_was(gateway: Gateway, tmp_path: Path, mode: str) -> None:
    child: list[subprocess.Popen[bytes]] = []

    def kill(_client: Client, _request: HistoryRequest) -> bool:
        child[0].kill()
        child[0].wait()
        raise EOFError

    gateway.faults[3] = kill
    words = ("AAPL", "1h", "--mode", mode, "--start", "2024-01-01", "--end", "2024-03-14", "--port", str(gateway.port))
    command = [sys.executable, "-m", "ktrdr_app", "data", "fetch", *words, "--workspace", str(tmp_path)]
    child.append(subprocess.Popen(command, env=environment()))
    assert child[0].wait(timeout=240) == -signal.SIGKILL
    kept = rows_of(tmp_path)
    assert 0 < len(kept) < len(HOURS)
    assert set(kept) <= set(HOURS)
    answered = {request.end for request in gateway.history[:2]}
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", mode, start="2024-01-01", end="2024-03-14")
    assert not answered & {request.end for request in gateway.history[3:]}
    wanted = [bar for bar in HOURS if bar[0] < since("2024-03-15")]
    assert rows_of(tmp_path) == wanted
    assert outcome.added == len(wanted) - len(kept)


def test_endless_pacing_violations_end_in_an_error(gateway: Gateway, tmp_path: Path) -> None:
    violation = refuse(420, "Invalid Real-time Query: pacing violation")
    gateway.faults = dict.fromkeys(range(1, 9), violation)
    with pytest.raises(DataProblem, match="too many requests") as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert "ten minutes" in raised.value.hint
    assert len(gateway.history) == 4


def test_an_unknown_symbol_is_told(gateway: Gateway, tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match="there is no NOSUCH USD") as raised:
        source_for(gateway, tmp_path).fetch("NOSUCH", "1h", start="2024-03-01")
    assert "asset class" in raised.value.hint
    assert not (tmp_path / "data").exists()


def test_several_contracts_of_one_name_are_told(gateway: Gateway, tmp_path: Path) -> None:
    gateway.contracts = [Contract("AAPL", "STK", "SMART", "USD", number, f"EX{number}") for number in (1, 2)]
    with pytest.raises(DataProblem, match="is 2 contracts") as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert "AAPL on EX1, AAPL on EX2" in raised.value.hint


def test_nobody_listening_is_told_with_host_port_and_settings(tmp_path: Path) -> None:
    with running(Gateway()) as gone:
        pass
    with pytest.raises(EnvironmentProblem) as raised:
        source_for(gone, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert f"127.0.0.1:{gone.port}" in raised.value.message
    for word in ("TWS", "Gateway", "API > Settings", "7497", "4002"):
        assert word in raised.value.hint


def test_an_unknown_host_is_told(tmp_path: Path) -> None:
    source = IBDataSource(tmp_path, tmp_path / "c", "no-such-host.invalid", 7497, pacer=Pacer(lambda: 0.0))
    with pytest.raises(EnvironmentProblem, match=r"no-such-host\.invalid:7497"):
        source.fetch("AAPL", "1h", start="2024-03-01")


def test_a_port_that_speaks_no_tws_is_told(gateway: Gateway, tmp_path: Path) -> None:
    gateway.greet = False
    with pytest.raises(EnvironmentProblem, match="does not let us in") as raised:
        source_for(gateway, tmp_path, timeout=0.3).fetch("AAPL", "1h", start="2024-03-01")
    assert "accept the connection" in raised.value.hint


def test_a_client_id_in_use_is_told(gateway: Gateway, tmp_path: Path) -> None:
    gateway.taken_ids = frozenset({17})
    with pytest.raises(EnvironmentProblem, match=r"client id|clientId") as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert "client id 17" in raised.value.hint
    source_for(gateway, tmp_path, client_id=18).fetch("AAPL", "1h", start="2024-03-01")
    assert rows_of(tmp_path)[-1] == closed(HOURS, HOUR)[-1]


def test_without_the_library_the_command_to_install_it_is_told(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ib_async", None)
    with pytest.raises(EnvironmentProblem) as raised:
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert raised.value.hint == "pip install 'ktrdr-app[ib]'"


def test_forex_is_asked_as_midpoints_and_has_no_volume(tmp_path: Path) -> None:
    pair = Contract("EUR", "CASH", "IDEALPRO", "USD", 12087792)
    with running(Gateway(truth=walk("2024-03-01", 300, HOUR, volume=-1.0), contracts=[pair])) as gateway:
        source_for(gateway, tmp_path).fetch("EURUSD", "1h", start="2024-03-01")
        asked = gateway.history[0]
    assert (asked.symbol, asked.kind, asked.exchange, asked.currency) == ("EUR", "CASH", "IDEALPRO", "USD")
    assert (asked.prices, asked.regular_hours) == ("MIDPOINT", "0")
    assert np.isnan([row[5] for row in rows_of(tmp_path, "EURUSD_1h")]).all()
    first = (tmp_path / "data" / "EURUSD_1h.csv").read_text().splitlines()[1]
    assert first.endswith(","), "a volume of -1 is an empty cell"


def test_crypto_is_asked_at_paxos(tmp_path: Path) -> None:
    coin = Contract("BTC", "CRYPTO", "PAXOS", "USD", 479624278)
    with running(Gateway(truth=walk("2024-03-01", 300, HOUR, volume=0.25), contracts=[coin])) as gateway:
        source_for(gateway, tmp_path).fetch("BTCUSD", "1h", start="2024-03-01")
        asked = gateway.history[0]
    assert (asked.kind, asked.exchange, asked.prices) == ("CRYPTO", "PAXOS", "AGGTRADES")
    assert rows_of(tmp_path, "BTCUSD_1h")[0][5] == 0.25


def test_minutes_are_asked_day_by_day(tmp_path: Path) -> None:
    with running(Gateway(truth=list(MINUTES))) as gateway:
        source_for(gateway, tmp_path).fetch("AAPL", "1m", start="2024-03-11T06:00")
        asked = [(request.bar_size, request.duration, request.end % DAY) for request in gateway.history]
    assert asked[:-1] == [("1 min", "86400 S", 0)] * (len(asked) - 1)
    assert len(asked) == 5
    expected = [bar for bar in closed(MINUTES, 60) if bar[0] >= since("2024-03-11") + 6 * HOUR]
    assert rows_of(tmp_path, "AAPL_1m") == expected


def test_days_come_as_dates_and_today_is_not_taken(tmp_path: Path) -> None:
    days = walk("2022-06-01", 700, DAY)
    with running(Gateway(truth=days, dates=True)) as gateway:
        source_for(gateway, tmp_path).fetch("AAPL", "1d", "full", start="2022-06-01")
        assert {request.duration for request in gateway.history} == {"365 D"}
    assert rows_of(tmp_path, "AAPL_1d") == closed(days, DAY)
    assert rows_of(tmp_path, "AAPL_1d")[-1][0] == since("2024-03-14")


def test_weeks_begin_on_monday_though_the_broker_dates_them_by_friday(tmp_path: Path) -> None:
    fridays = walk("2023-01-06", 62, WEEK)
    with running(Gateway(truth=fridays, dates=True)) as gateway:
        source_for(gateway, tmp_path).fetch("AAPL", "1w", "full", start="2023-01-02")
    mondays = [(bar[0] - 4 * DAY, *bar[1:]) for bar in fridays]
    assert rows_of(tmp_path, "AAPL_1w") == [bar for bar in mondays if bar[0] + WEEK <= NOW]


def test_bars_without_a_price_are_left_out_counted_and_told(gateway: Gateway, tmp_path: Path) -> None:
    gateway.truth[700] = (HOURS[700][0], -1.0, -1.0, -1.0, -1.0, -1.0)
    events: list[ProgressEvent] = []
    outcome = source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-01-01", progress=events.append)
    assert outcome.dropped == 1
    assert Note("warning", "bars left out, as a price of theirs is none: 1") in events
    assert rows_of(tmp_path) == closed(HOURS[:700] + HOURS[701:], HOUR)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"mode": "sideways"}, "mode"),
        ({"start": "2024-02-01", "end": "2024-01-01"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"symbol": "../x"}, "symbol"),
        ({"asset_class": "bond"}, "asset class"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anyone_is_called(
    gateway: Gateway, tmp_path: Path, words: dict[str, str], error: str
) -> None:
    given = {"symbol": "AAPL", "timeframe": "1h"} | words
    with pytest.raises(KtrdrError) as raised:
        source_for(gateway, tmp_path).fetch(**given)
    assert error in f"{raised.value.message} {raised.value.where}"
    assert raised.value.exit_code == InvalidValue.exit_code
    assert gateway.connections == 0


def test_a_file_that_is_no_series_is_left_alone(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "AAPL_1h.csv"
    file.write_text("Date;Close\n1.2.2024;3,5\n")
    with pytest.raises(DataProblem):
        source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    assert file.read_text() == "Date;Close\n1.2.2024;3,5\n"
    assert gateway.connections == 0


def test_the_journal_lies_in_the_cache_and_nothing_beside_the_series(gateway: Gateway, tmp_path: Path) -> None:
    source_for(gateway, tmp_path).fetch("AAPL", "1h", "full")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["AAPL_1h.csv"]
    assert [path.name for path in (tmp_path / ".cache" / "ib").iterdir()] == ["AAPL_1h.json"]
    document = json.loads((tmp_path / ".cache" / "ib" / "AAPL_1h.json").read_text())
    assert sum(span["rows"] for span in document["spans"]) <= len(closed(HOURS, HOUR))


def test_the_library_prints_nothing_of_its_own(
    gateway: Gateway, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gateway.faults[1] = cut
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        with pytest.raises(DataProblem):
            source_for(gateway, tmp_path).fetch("AAPL", "1h", start="2024-03-01")
    finally:
        root.handlers = handlers
    assert capfd.readouterr().err == ""


def test_two_downloads_at_once_do_not_meet(tmp_path: Path) -> None:
    both = [Contract(name, "STK", "SMART", "USD", number) for number, name in enumerate(("AAPL", "MSFT"), 1)]
    with running(Gateway(truth=list(HOURS), contracts=both)) as gateway:
        sources = {
            name: source_for(gateway, tmp_path, client_id=number) for number, name in enumerate(("AAPL", "MSFT"))
        }
        threads = [
            threading.Thread(target=source.fetch, args=(name, "1h", "full", "2024-01-01"))
            for name, source in sources.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert rows_of(tmp_path, "AAPL_1h") == rows_of(tmp_path, "MSFT_1h") == closed(HOURS, HOUR)
