"""The workspace's symbols.yaml: what it sets, what is inferred, and mistakes with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.symbols import FIELDS, SymbolBook, parse_symbols, read_symbols
from tests.data.calendars.clocks import minutes

TEXT = """\
# Settings of my symbols
AAPL:
  asset_class: stock
  calendar: XNYS
  tick: 0.01
  currency: USD
  lot_step: 1
BTCUSD:
  calendar: forex
VOD:
  calendar: XLON
  currency: GBP
ODD:
"""


def test_everything_a_symbol_may_say() -> None:
    settings = parse_symbols(TEXT).settings("AAPL")
    assert (settings.symbol, settings.asset_class, settings.calendar) == ("AAPL", "stock", "XNYS")
    assert (settings.tick, settings.currency, settings.lot_step) == (0.01, "USD", 1)
    assert settings.reason == "symbols.yaml"
    assert settings.open_hours().name == "XNYS"
    assert len(FIELDS) == 5


def test_what_is_not_said_is_inferred() -> None:
    book = parse_symbols(TEXT)
    bitcoin = book.settings("BTCUSD")
    assert (bitcoin.asset_class, bitcoin.calendar, bitcoin.tick) == ("crypto", "forex", None)
    assert "a coin" in bitcoin.reason
    assert book.settings("VOD").calendar == "XLON"
    assert book.settings("ODD").calendar == "XNYS"
    assert book.settings("EURUSD").calendar == "forex"
    assert SymbolBook().settings("ETHUSDT").calendar == "24/7"


def test_the_class_decides_the_calendar_unless_one_is_given() -> None:
    book = parse_symbols(
        "A: {asset_class: crypto}\nB: {asset_class: crypto, calendar: XTKS}\nC: {asset_class: metal}\n"
    )
    assert [book.settings(name).calendar for name in "ABC"] == ["24/7", "XTKS", "forex"]


def test_hours_help_where_the_name_does_not() -> None:
    hours = minutes("2024-01-08", "2024-02-05", step=60)
    assert SymbolBook().settings("SERIES1", hours).asset_class == "crypto"
    assert parse_symbols("SERIES1: {asset_class: stock}").settings("SERIES1", hours).asset_class == "stock"


def test_a_workspace_without_the_file_has_an_empty_book(tmp_path: Path) -> None:
    assert read_symbols(Workspace(tmp_path)).entries == {}
    (tmp_path / "symbols.yaml").write_text("")
    assert read_symbols(Workspace(tmp_path)).entries == {}
    (tmp_path / "symbols.yaml").write_text(TEXT)
    assert set(read_symbols(Workspace(tmp_path)).entries) == {"AAPL", "BTCUSD", "VOD", "ODD"}


MISTAKES = {
    "AAPL:\n  asset_class: shares\n": ("symbols.yaml:2:3", "AAPL.asset_class", "stock"),
    "AAPL:\n  asset_class: stok\n": ("symbols.yaml:2:3", "AAPL.asset_class", "did you mean stock"),
    "AAPL:\n  tick: 0.01\n  calendar: NYSX\n": ("symbols.yaml:3:3", "AAPL.calendar", "XNYS"),
    "AAPL:\n  tick: 0\n": ("symbols.yaml:2:3", "AAPL.tick", "above 0"),
    "AAPL:\n  tick: .inf\n": ("symbols.yaml:2:3", "AAPL.tick", "above 0"),
    "AAPL:\n  tick: yes\n": ("symbols.yaml:2:3", "AAPL.tick", "above 0"),
    "AAPL:\n  lot_step: one\n": ("symbols.yaml:2:3", "AAPL.lot_step", "above 0"),
    "AAPL:\n  currency: 5\n": ("symbols.yaml:2:3", "AAPL.currency", "USD"),
    "AAPL:\n  curency: USD\n": ("symbols.yaml:2:3", "AAPL.curency", "did you mean currency"),
    "AAPL: stock\n": ("symbols.yaml:1:1", "AAPL", "asset_class"),
    "AAPL:\n  tick: 1\n\nAAPL:\n  tick: 2\n": ("symbols.yaml:4:1", "AAPL", "line 1"),
    "- AAPL\n- MSFT\n": ("symbols.yaml:1:1", "file", "a symbol per line"),
    "AAPL:\n  tick: [1\n": ("symbols.yaml:3:1", "file", ""),
    "ON:\n  tick: 1\n": ("symbols.yaml:1:1", "True", "in quotes"),
    "700:\n  tick: 1\n": ("symbols.yaml:1:1", "700", "in quotes"),
}


@pytest.mark.parametrize(("text", "wanted"), MISTAKES.items(), ids=[value[1] for value in MISTAKES.values()])
def test_mistakes_are_named_with_their_line(text: str, wanted: tuple[str, str, str]) -> None:
    place, field, hint = wanted
    with pytest.raises(InvalidValue) as caught:
        parse_symbols(text)
    assert caught.value.where == place
    assert caught.value.message.startswith(f"{field} is")
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_further_mistakes_are_counted() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_symbols("A:\n  tick: -1\n  lot_step: -1\nB:\n  colour: red\n")
    assert "2 more to mend" in caught.value.hint


def test_symbols_that_yaml_reads_as_values_may_be_quoted() -> None:
    assert set(parse_symbols("'ON': {tick: 1}\n\"700\": {tick: 0.2}\n").entries) == {"ON", "700"}


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "symbols.yaml").write_bytes(b"\xff\xfe\x00A")
    with pytest.raises(InvalidValue, match="no UTF-8"):
        read_symbols(Workspace(tmp_path))


@pytest.mark.parametrize("name", ["tick", "lot_step"])
@pytest.mark.parametrize("value", ["0.01", "1", "1e-8", "5000"])
def test_steps_above_zero_are_taken_as_written(name: str, value: str) -> None:
    # YAML 1.1 reads 1e-8 as text, as it has no point: the user is told, not given a guess.
    text = f"AAPL:\n  {name}: {value}\n"
    if value == "1e-8":
        with pytest.raises(InvalidValue) as caught:
            parse_symbols(text)
        assert "above 0" in caught.value.hint
        return
    assert getattr(parse_symbols(text).settings("AAPL"), name) == float(value)


@pytest.mark.parametrize("code", ["USD", "EUR", "USDT", "BTC"])
def test_currencies_of_states_and_coins(code: str) -> None:
    assert parse_symbols(f"AAPL: {{currency: {code}}}").settings("AAPL").currency == code


@pytest.mark.parametrize("code", ["''", "$", "US", "DOLLARS", "U-D"])
def test_what_is_no_currency_code(code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_symbols(f"AAPL:\n  currency: {code}\n")
    assert caught.value.where == "symbols.yaml:2:3"
    assert "USD" in caught.value.hint


def test_every_class_and_every_own_calendar_may_be_given() -> None:
    for asset_class in ("stock", "forex", "crypto", "index", "metal"):
        assert parse_symbols(f"X: {{asset_class: {asset_class}}}").settings("X").asset_class == asset_class
    for calendar in ("forex", "24/7", "XNYS", "XLON", "XTKS"):
        settings = parse_symbols(f"X: {{calendar: {calendar}}}").settings("X")
        assert settings.open_hours().name == calendar
