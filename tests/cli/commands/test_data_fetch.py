"""``data fetch``: what it asks, prints, writes and returns, against a gateway on the loopback.

Each test has a symbol of its own: the same request within 15 s waits, whoever asked before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands.conftest import Run, error_of, files_of
from tests.data.ib.gateway import Contract, Gateway, running, walk

DAYS = walk("2024-01-01", 60, 86_400)
RANGE = ("--start", "2024-01-01", "--end", "2024-02-29")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    names = ("AAPL", "MSFT", "GOOG", "IBM")
    known = [Contract(name, "STK", "SMART", "USD", 265598 + place, "X") for place, name in enumerate(names)]
    with running(Gateway(truth=list(DAYS), dates=True, contracts=known)) as found:
        yield found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty workspace that is the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_json_document_tells_all(gateway: Gateway, run: Run, place: Path) -> None:
    words = ("data", "fetch", "AAPL", "1d", "--mode", "full", *RANGE, "--port", str(gateway.port))
    ended = run(*words, json=True)
    assert ended.code == 0
    assert ended.document == {
        "symbol": "AAPL",
        "timeframe": "1d",
        "mode": "full",
        "path": str(place / "data" / "AAPL_1d.csv"),
        "added": 60,
        "rows": 60,
        "first": "2024-01-01T00:00:00Z",
        "last": "2024-02-29T00:00:00Z",
        "requests": len(gateway.history),
        "dropped": 0,
    }


def test_the_series_holds_each_day_once_in_order(gateway: Gateway, run: Run, place: Path) -> None:
    port = ("--port", str(gateway.port))
    run("data", "fetch", "GOOG", "1d", "--start", "2024-01-01", "--end", "2024-01-20", *port)
    first = pd.read_csv(place / "data" / "GOOG_1d.csv")
    run("data", "fetch", "GOOG", "1d", *RANGE, *port)
    whole = pd.read_csv(place / "data" / "GOOG_1d.csv")
    wanted = pd.date_range("2024-01-01", "2024-02-29").strftime("%Y-%m-%dT00:00:00Z").tolist()
    assert first["timestamp"].tolist() == wanted[:20]
    assert whole["timestamp"].tolist() == wanted
    pd.testing.assert_frame_equal(whole.iloc[:20], first)


def test_a_sentence_for_people(gateway: Gateway, run: Run, place: Path) -> None:
    words = ("data", "fetch", "MSFT", "1d", "--source", "ib", *RANGE, "--port", str(gateway.port))
    printed = " ".join(run(*words).out.split())
    assert "60 new bars of MSFT 1d: 60 bars from 2024-01-01T00:00:00Z to 2024-02-29T00:00:00Z" in printed
    assert printed.endswith("in data/MSFT_1d.csv.")
    before = files_of(place / "data")
    assert "Nothing new of MSFT 1d" in run("data", "fetch", "MSFT", "1d", "--mode", "local").out
    assert files_of(place / "data") == before


def test_all_options_reach_the_request(gateway: Gateway, run: Run, place: Path) -> None:
    words = ("--host", "127.0.0.1", "--port", str(gateway.port), "--client-id", "42", "--asset-class", "stock")
    assert run("data", "fetch", "IBM", "1d", *words, "--start", "2024-01-01").code == 0
    assert gateway.seen[0][2] == "42"


def test_local_tells_what_is_there_and_asks_nobody(run: Run, workspace: Path) -> None:
    before = files_of(workspace)
    stamps = pd.read_csv(workspace / "data" / "IBM_1d.csv")["timestamp"]
    document = run("data", "fetch", "IBM", "1d", "--mode", "local", "--port", "1", json=True).document
    assert (document["added"], document["requests"], document["rows"]) == (0, 0, len(stamps))
    assert (document["first"], document["last"]) == (stamps.iloc[0], stamps.iloc[-1])
    assert files_of(workspace) == before


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("AAPL", "1d", "--source", "yahoo"), "invalid_value", "ib"),
        (("AAPL", "1d", "--mode", "up"), "invalid_value", "tail"),
        (("AAPL", "1d", "--port", "1"), "environment_problem", "TWS"),
        (("AAPL", "1d", "--port", "x"), "usage", "data fetch --help"),
        (("AAPL", "1d", "--start", "yesterday"), "invalid_value", "2020-01-31"),
        (("AAPL", "1y"), "unknown_name", "1d"),
        (("../AAPL", "1d"), "unsafe_name", "letters"),
        (("AAPL",), "usage", "data fetch --help"),
    ],
)
def test_refusals_write_nothing(run: Run, place: Path, words: tuple[str, ...], code: str, hint: str) -> None:
    assert hint in error_of(run("data", "fetch", *words, json=True), 2, code)["hint"]
    assert not [name for name in files_of(place) if name.startswith("data/")]
