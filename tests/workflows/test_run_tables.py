"""Trades and equity of a run, value by value as its files have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import DataProblem, FileMissing, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import check_strategy, load_bars, run_equity, run_trades
from ktrdr_app.workflows.requests import BarsRequest
from tests.workflows.quick import TEXT

TRADES = """\
timestamp,entry_time,exit_time,side,quantity,entry_price,exit_price,net_pnl
2020-01-02T00:00:00Z,2020-01-02T00:00:00Z,2020-01-05T00:00:00Z,long,10.0,1.5,2.5,9.9
2020-02-02T00:00:00Z,2020-02-02T00:00:00Z,2020-02-05T00:00:00Z,long,5.0,0.1,0.30000000000000004,1.0
"""
EQUITY = """\
timestamp,equity,drawdown,cash,position,buy_and_hold,in_sample
2020-01-02T00:00:00Z,100.0,0.0,100.0,0.0,100.0,True
2020-01-03T00:00:00Z,99.5,-0.005,0.0,10.0,101.25,False
"""


def test_trades(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_text(TRADES, encoding="utf-8")
    first, second = run_trades({"trades_file": str(tmp_path / "trades.csv")})
    assert (first["entry_time"], first["exit_time"]) == ("2020-01-02T00:00:00Z", "2020-01-05T00:00:00Z")
    assert second["exit_price"] == 0.1 + 0.2
    assert "timestamp" not in first


def test_no_trades(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_text(TRADES.partition("\n")[0] + "\n", encoding="utf-8")
    assert run_trades({"trades_file": str(tmp_path / "trades.csv")}) == []


def test_equity(tmp_path: Path) -> None:
    (tmp_path / "equity.csv").write_text(EQUITY, encoding="utf-8")
    assert run_equity({"equity_file": str(tmp_path / "equity.csv")}) == {
        "timestamps": ["2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z"],
        "values": [100.0, 99.5],
        "drawdowns": [0.0, -0.005],
        "buy_and_hold": [100.0, 101.25],
        "in_sample": [True, False],
    }


def test_files_that_are_gone_or_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        run_trades({"trades_file": str(tmp_path / "trades.csv")})
    with pytest.raises(StorageProblem):
        run_equity({"equity_file": str(tmp_path)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 99,
        b"\xff\xfe\x00\xd8",
        b"a,b\n1,2\n",
        b"timesta",
        TRADES.encode() + b"1" + b",1" * 20 + b"\n",
    ],
    ids=["empty", "zeros", "binary", "another table", "cut off", "ragged"],
)
def test_files_that_are_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    for read, name in ((run_trades, "trades_file"), (run_equity, "equity_file")):
        with pytest.raises(DataProblem, match="damaged") as caught:
            read({name: str(path)})
        assert caught.value.where == str(path)
        assert "again" in caught.value.hint


def test_bars_of_a_range(sample_workspace: Workspace) -> None:
    frame = load_bars(BarsRequest(sample_workspace, "IBM", "1d", "2010-01-04", "2010-01-08"))
    assert [str(stamp.date()) for stamp in frame.index] == [f"2010-01-0{day}" for day in (4, 5, 6, 7, 8)]


def test_a_text_is_checked_as_a_file_is() -> None:
    assert check_strategy(TEXT, "text").strategy.name == "quick"
