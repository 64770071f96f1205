"""Checking a series of a workspace, and joining several."""

from __future__ import annotations

import json

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue, MalformedBars, UnknownName, UnsafeName
from ktrdr_app.core.files import json_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, StageFinished, StageStarted, SymbolDone
from ktrdr_app.workflows.inspect_data import AlignRequest, DataCheckRequest, align_data, check_data
from tests.data.quality.planted import clean, write


@pytest.fixture
def markets(sample_workspace: Workspace) -> Workspace:
    """Return the sample workspace with hourly bars of three markets beside it."""
    for symbol, calendar in (("ACME", "XNYS"), ("GBPUSD", "forex"), ("BTCUSDT", "24/7")):
        write(sample_workspace.data / f"{symbol}_1h.csv", clean(calendar))
    return sample_workspace


def test_the_sample_data_are_reported_on(sample_workspace: Workspace) -> None:
    shares = check_data(DataCheckRequest(sample_workspace, "AAPL", "1d"))
    assert (shares.settings.asset_class, shares.settings.calendar) == ("stock", "XNYS")
    assert shares.count("gaps_expected") > 100
    forex = check_data(DataCheckRequest(sample_workspace, "EURUSD", "1h"))
    assert forex.settings.calendar == "forex"
    assert forex.verdict != "error"


def test_a_clean_series_is_clean_and_a_bad_one_is_reported_on(markets: Workspace) -> None:
    assert check_data(DataCheckRequest(markets, "BTCUSDT", "1h")).verdict == "clean"
    frame = clean()
    frame.iloc[7, 3] = -1.0
    path = write(markets.data / "BTCUSDT_1h.csv", frame)
    before = path.read_bytes()
    found = check_data(DataCheckRequest(markets, "BTCUSDT", "1h"))
    assert found.verdict == "error"
    assert found.findings[0].code == "nonpositive_prices"
    assert path.read_bytes() == before
    assert json.loads(json_text(found.to_document()))["verdict"] == "error"


def test_symbols_yaml_is_heeded(markets: Workspace) -> None:
    (markets.root / "symbols.yaml").write_text("BTCUSDT:\n  calendar: forex\n")
    found = check_data(DataCheckRequest(markets, "BTCUSDT", "1h"))
    assert found.settings.calendar == "forex"
    assert found.count("closed_market") == 8 * 48
    (markets.root / "symbols.yaml").write_text("BTCUSDT:\n  calendar: forx\n")
    with pytest.raises(InvalidValue) as caught:
        check_data(DataCheckRequest(markets, "BTCUSDT", "1h"))
    assert caught.value.where == "symbols.yaml:2:3"
    assert "forex" in caught.value.hint


def test_a_series_that_is_not_there(sample_workspace: Workspace) -> None:
    with pytest.raises(DataNotFound) as caught:
        check_data(DataCheckRequest(sample_workspace, "APPL", "1d"))
    assert "AAPL" in caught.value.hint
    with pytest.raises(UnsafeName):
        check_data(DataCheckRequest(sample_workspace, "../AAPL", "1d"))
    with pytest.raises(UnknownName):
        check_data(DataCheckRequest(sample_workspace, "AAPL", "2d"))


def test_a_file_that_is_no_table(sample_workspace: Workspace) -> None:
    (sample_workspace.data / "PAGE_1d.csv").write_text("<html><body>Not found</body></html>")
    with pytest.raises(MalformedBars):
        check_data(DataCheckRequest(sample_workspace, "PAGE", "1d"))


def test_hourly_shares_and_forex_have_no_bar_in_common_and_that_is_said(markets: Workspace) -> None:
    found = align_data(AlignRequest(markets, ("ACME", "GBPUSD"), "1h", "intersection"))
    assert found.rows == 0
    assert "1h bars of ACME begin at :30, those of GBPUSD at :00" in " ".join(found.sentences)
    assert [entry.kept for entry in found.symbols] == [0, 0]


@pytest.mark.parametrize("mode", ["own", "intersection", "union"])
def test_modes_keep_what_they_promise(mode: str, markets: Workspace) -> None:
    forex, crypto = clean("forex"), clean()
    found = align_data(AlignRequest(markets, ("GBPUSD", "BTCUSDT"), "1h", mode))
    assert [entry.symbol for entry in found.symbols] == ["GBPUSD", "BTCUSDT"]
    kept = {"own": (len(forex), len(crypto)), "intersection": (len(forex),) * 2, "union": (len(forex), len(crypto))}
    assert tuple(entry.kept for entry in found.symbols) == kept[mode]
    assert found.rows == {"own": len(crypto), "intersection": len(forex), "union": len(crypto)}[mode]
    carried = {"own": 0, "intersection": 0, "union": len(crypto) - len(forex)}[mode]
    assert found.symbols[0].carried == carried
    if mode == "intersection":
        assert "while the market of GBPUSD is closed" in " ".join(found.symbols[1].reasons)


def test_the_default_is_own_bars(markets: Workspace) -> None:
    found = align_data(AlignRequest(markets, ("ACME", "GBPUSD", "BTCUSDT"), "1h"))
    assert found.mode == "own"
    assert [entry.lost for entry in found.symbols] == [0, 0, 0]


def test_daily_shares_are_ordered_by_the_close_of_their_session(sample_workspace: Workspace) -> None:
    found = align_data(AlignRequest(sample_workspace, ("AAPL", "MSFT"), "1d"))
    assert found.first[11:16] in ("20:00", "21:00")


def test_progress_names_stages_and_symbols(markets: Workspace) -> None:
    seen: list[ProgressEvent] = []
    align_data(AlignRequest(markets, ("GBPUSD", "BTCUSDT"), "1h"), seen.append)
    assert [event.symbol for event in seen if isinstance(event, SymbolDone)] == ["GBPUSD", "BTCUSDT"]
    assert [event.stage for event in seen if isinstance(event, StageStarted)] == ["load", "align"]
    seen.clear()
    check_data(DataCheckRequest(markets, "GBPUSD", "1h"), seen.append)
    assert [event.stage for event in seen if isinstance(event, StageFinished)] == ["check"]


def test_both_can_be_stopped(markets: Workspace) -> None:
    token = CancelToken("the work")
    token.cancel()
    with pytest.raises(Cancelled, match="the work"):
        check_data(DataCheckRequest(markets, "GBPUSD", "1h"), cancel=token)
    with pytest.raises(Cancelled, match="the work"):
        align_data(AlignRequest(markets, ("GBPUSD",), "1h"), cancel=token)


@pytest.mark.parametrize(
    ("symbols", "mode", "error"),
    [
        ((), "own", InvalidValue),
        (("GBPUSD", "GBPUSD"), "own", InvalidValue),
        (("GBPUSD",), "outer", UnknownName),
        (("GBPUSD", "NONE"), "own", DataNotFound),
    ],
)
def test_requests_that_cannot_be_met(
    symbols: tuple[str, ...], mode: str, error: type[Exception], markets: Workspace
) -> None:
    with pytest.raises(error):
        align_data(AlignRequest(markets, symbols, "1h", mode))
