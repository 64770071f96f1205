"""One entry of symbols.yaml changes, and a plain YAML reader sees that nothing else did."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, StorageProblem, UnsafeName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.symbols import read_symbols
from ktrdr_app.data.symbols_edit import change_symbol, with_entry

TEXT = """\
# my symbols

GER40: {asset_class: index, calendar: XETR, tick: 0.5}   # from the broker
# shares below
AAPL:
    asset_class: stock   # sure
    currency: 'USD'
"NO": {asset_class: stock}
MSFT:
# the end
"""
COMMENTS = ("# my symbols", "# from the broker", "# shares below", "# sure", "# the end")


@pytest.mark.parametrize(
    ("symbol", "changes", "entry"),
    [
        ("AAPL", {"calendar": "XLON"}, {"asset_class": "stock", "currency": "USD", "calendar": "XLON"}),
        ("AAPL", {"currency": None}, {"asset_class": "stock"}),
        ("GER40", {"calendar": "forex"}, {"asset_class": "index", "calendar": "forex", "tick": 0.5}),
        ("EURUSD", {"asset_class": "forex", "tick": 0.00001}, {"asset_class": "forex", "tick": 0.00001}),
        ("NO", {"asset_class": "forex"}, {"asset_class": "forex"}),
        ("YES", {"asset_class": "forex"}, {"asset_class": "forex"}),
        ("MSFT", {"asset_class": "stock"}, {"asset_class": "stock"}),
        ("1234", {"asset_class": "stock"}, {"asset_class": "stock"}),
    ],
)
def test_one_entry_changes_and_no_other(symbol: str, changes: dict[str, object], entry: dict[str, object]) -> None:
    changed = with_entry(TEXT, symbol, changes)
    assert yaml.safe_load(changed) == {**yaml.safe_load(TEXT), symbol: entry}
    assert all(comment in changed for comment in COMMENTS)


def test_all_other_lines_stay_to_the_letter() -> None:
    changed = with_entry(TEXT, "AAPL", {"asset_class": "forex"}).splitlines()
    different = [line for line in TEXT.splitlines() if line not in changed]
    assert different == ["    asset_class: stock   # sure"]


def test_an_entry_without_fields_goes() -> None:
    changed = with_entry(TEXT, "NO", {"asset_class": None})
    assert "NO" not in yaml.safe_load(changed)
    assert all(comment in changed for comment in COMMENTS)


def test_a_key_that_versions_of_yaml_read_differently_is_left_to_its_owner() -> None:
    with pytest.raises(InvalidValue) as caught:
        with_entry("1e5: {asset_class: stock}\n", "1e5", {"asset_class": "forex"})
    assert "by hand" in caught.value.hint


def test_the_last_entry_leaves_the_comments() -> None:
    once = with_entry("# mine\n", "BTCUSD", {"asset_class": "crypto"})
    assert yaml.safe_load(once) == {"BTCUSD": {"asset_class": "crypto"}}
    assert with_entry(once, "BTCUSD", {"asset_class": None}) == "# mine\n"


def test_what_changes_nothing_leaves_the_text_alone() -> None:
    assert with_entry(TEXT, "AAPL", {"asset_class": "stock"}) == TEXT
    assert with_entry(TEXT, "TSLA", {"calendar": None}) == TEXT
    assert with_entry("", "TSLA", {"calendar": None}) == ""


symbols = st.from_regex(r"[A-Z][A-Z.]{0,5}[0-9]?", fullmatch=True)
fields = st.fixed_dictionaries(
    {}, optional={"asset_class": st.sampled_from(["stock", "forex"]), "calendar": st.sampled_from(["24/7", "XNYS"])}
)


@given(book=st.dictionaries(symbols, fields, max_size=5), symbol=symbols, changes=fields)
def test_any_book_is_what_a_dict_update_makes_of_it(
    book: dict[str, dict[str, str]], symbol: str, changes: dict[str, str]
) -> None:
    text = yaml.safe_dump(book, sort_keys=False)
    changed = with_entry(text, symbol, changes)
    wanted = {**book, symbol: {**book.get(symbol, {}), **changes}} if changes else book
    assert (yaml.safe_load(changed) or {}) == wanted


@pytest.mark.parametrize("changes", [{"asset_class": "house"}, {"calendar": "XMARS"}, {"tick": -1}, {"colour": "red"}])
def test_a_wrong_value_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        with_entry(TEXT, "AAPL", changes)


def test_a_broken_file_is_refused_with_its_line_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "symbols.yaml"
    file.write_text("AAPL: {asset_class: house}\n", encoding="utf-8")
    with pytest.raises(InvalidValue, match="house") as caught:
        change_symbol(Workspace(tmp_path), "MSFT", {"asset_class": "stock"})
    assert caught.value.where.startswith("symbols.yaml:1")
    assert file.read_text(encoding="utf-8") == "AAPL: {asset_class: house}\n"


def test_the_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    book = change_symbol(workspace, "GER40", {"asset_class": "index", "calendar": "XFRA"})
    assert book == read_symbols(workspace)
    assert book.settings("GER40").calendar == "XFRA"
    assert change_symbol(workspace, "GER40", {"calendar": None}).settings("GER40").calendar == "forex"


def test_names_and_disks_that_refuse_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnsafeName):
        change_symbol(Workspace(tmp_path), "../x", {"asset_class": "stock"})
    (tmp_path / "symbols.yaml").mkdir()
    with pytest.raises(StorageProblem):
        change_symbol(Workspace(tmp_path), "AAPL", {"asset_class": "stock"})
