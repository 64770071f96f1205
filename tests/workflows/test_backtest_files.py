"""The command that runs a backtest again says the very same, and a run's place and tables are as promised."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.sizing import SIZINGS
from ktrdr_app.cli.money_options import sizing
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.backtest_files import command_of, free_place, origin_name, write_trades
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, SignalsRequest

SWITCHES = {"--short": "allow_short", "--close-at-end": "close_at_end"}
NUMBERS = st.floats(min_value=1e-9, max_value=1e9, allow_subnormal=False)
SHARES = st.floats(min_value=1e-6, max_value=1.0)
WORDS = ("commission_unit", "slippage_unit", "fill", "stop_unit")
AMOUNTS = [field.name for field in fields(MoneyOptions) if field.name not in (*WORDS, *SWITCHES.values(), "sizing")]


@st.composite
def sizings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a sizing of any kind, its entries in any order."""
    kind = draw(st.sampled_from(sorted(SIZINGS)))
    amounts: dict[str, Any] = {name: draw(SHARES) for name in SIZINGS[kind].bounds if name != "period"}
    if kind == "risk_atr" and draw(st.booleans()):
        amounts["period"] = draw(st.integers(1, 1000))
    return dict(draw(st.permutations(list({"kind": kind, **amounts}.items()))))


def read(command: str) -> tuple[list[str], MoneyOptions]:
    """Return the words of a command that are not about money, and the money, as the command line reads it."""
    words, money, rest = shlex.split(command), dict[str, Any](), list[str]()
    while words:
        word = words.pop(0)
        name = word.removeprefix("--").replace("-", "_")
        if word in SWITCHES:
            money[SWITCHES[word]] = True
        elif word == "--sizing":
            money["sizing"] = sizing(words.pop(0))
        elif word.startswith("--") and name in AMOUNTS:
            money[name] = float(words.pop(0))
        elif word.startswith("--") and name in WORDS:
            money[name] = words.pop(0)
        else:
            rest.append(word)
    return rest, MoneyOptions(**money)


def request(**changes: Any) -> BacktestRequest:
    return BacktestRequest(Workspace(Path("w")), "quick", "GOOG", "1d", **changes)


class TestCommand:
    @given(sizings())
    def test_a_size_comes_back_to_the_last_digit(self, wanted: dict[str, Any]) -> None:
        _, money = read(command_of(request(money=MoneyOptions(sizing=wanted))))
        assert money.sizing == wanted

    @given(
        st.fixed_dictionaries({}, optional=dict.fromkeys(AMOUNTS, NUMBERS)),
        st.fixed_dictionaries({}, optional=dict.fromkeys(SWITCHES.values(), st.just(True))),
        st.fixed_dictionaries({}, optional=dict.fromkeys(WORDS, st.sampled_from(["close", "rate", "atr"]))),
    )
    def test_all_about_money_comes_back(self, amounts: Any, switches: Any, words: Any) -> None:
        wanted = MoneyOptions(**amounts, **switches, **words)
        rest, money = read(command_of(request(money=wanted)))
        assert money == wanted
        assert rest == ["ktrdr-app", "backtest", "quick", "--symbol", "GOOG", "--timeframe", "1d"]

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
    def test_names_with_spaces_and_quotes_are_one_word(self, name: str) -> None:
        made = BacktestRequest(Workspace(Path("w")), name, name, "1d", model=name)
        words = shlex.split(command_of(made))
        assert (words[2], words[4]) == (name, name)
        assert name == "auto" or words[-1] == name

    def test_signals_name_their_file_and_no_model(self) -> None:
        made = SignalsRequest(Workspace(Path("w")), Path("my signals.csv"), "GOOG", "1d", end="2020-01-01")
        assert command_of(made) == (
            "ktrdr-app backtest --symbol GOOG --timeframe 1d --signals 'my signals.csv' --end 2020-01-01"
        )

    def test_what_decided_is_kept_under_the_name_of_its_kind(self) -> None:
        signals = SignalsRequest(Workspace(Path("w")), Path("mine.csv"), "GOOG", "1d")
        assert (origin_name(request()), origin_name(signals)) == ("strategy.yaml", "signals.csv")


class TestPlace:
    def test_a_file_in_the_place_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "run").write_text("mine")
        with pytest.raises(StorageProblem, match="there already"):
            free_place(tmp_path / "run")
        assert (tmp_path / "run").read_text() == "mine"

    def test_a_hidden_file_is_something_too(self, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / ".keep").touch()
        with pytest.raises(StorageProblem):
            free_place(tmp_path / "run")
        assert (tmp_path / "run" / ".keep").is_file()

    def test_a_place_below_nothing_is_free_and_is_not_made_yet(self, tmp_path: Path) -> None:
        assert free_place(tmp_path / "a" / "b") == tmp_path / "a" / "b"
        assert not (tmp_path / "a").exists()


class TestTrades:
    def test_times_are_written_in_utc_and_the_entry_stands_first(self, tmp_path: Path) -> None:
        moments = pd.DatetimeIndex(["2020-01-02T09:30", "2020-03-01"], tz="UTC").as_unit("ns")
        closed = moments + pd.Timedelta(hours=3)
        nets = [0.1 + 0.2, -1e-17]
        trades = pd.DataFrame({"direction": "long", "entry_time": moments, "exit_time": closed, "net": nets})
        write_trades(trades, tmp_path / "trades.csv")
        lines = (tmp_path / "trades.csv").read_text().splitlines()
        assert lines[0] == "timestamp,direction,entry_time,exit_time,net"
        assert lines[1] == ("2020-01-02T09:30:00Z,long,2020-01-02T09:30:00Z,2020-01-02T12:30:00Z,0.30000000000000004")
        again = pd.read_csv(tmp_path / "trades.csv")
        assert again["net"].tolist() == trades["net"].tolist()
        assert trades["entry_time"].tolist() == list(moments), "the caller's table is left alone"

    def test_without_trades_there_is_still_a_head(self, tmp_path: Path) -> None:
        none = pd.DatetimeIndex([], tz="UTC").as_unit("ns")
        write_trades(pd.DataFrame({"entry_time": none, "exit_time": none}), tmp_path / "trades.csv")
        assert (tmp_path / "trades.csv").read_text() == "timestamp,entry_time,exit_time\n"
