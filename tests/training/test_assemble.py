"""Many symbols to one block: the same bytes for one worker or four, and few symbols in memory together."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import cores, ordered_results
from ktrdr_app.core.errors import Cancelled, NotFinite
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.training import assemble as module
from ktrdr_app.training.assemble import assemble, symbols_at_once
from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts, process_symbol
from ktrdr_app.training.store import RowStore
from tests.conftest import make_bars
from tests.features.strategies import plan

BARS = {f"S{number}": make_bars(400 + 150 * (number % 3), seed=number) for number in range(6)}


def _prepared(symbol: str) -> ProcessedSymbol:
    return process_symbol(symbol, BARS[symbol], "1h", plan())


def _bytes(block: FeatureBlock) -> list[bytes]:
    arrays = (block.values, block.label, block.symbol_id, block.close_time, block.label_end)
    return [array.tobytes() for array in arrays]


@pytest.mark.parametrize("limit", [0, 10**9])
def test_the_number_of_workers_changes_no_byte(limit: int) -> None:
    expected = [_prepared(symbol) for symbol in BARS]
    found = []
    for workers in (1, 4):
        with ThreadPoolExecutor(workers) as pool, RowStore(limit=limit) as store:
            token = CancelToken()
            prepared = ordered_results(_prepared, BARS, cancel=token, executor=pool, at_once=workers)
            block, facts = assemble(prepared, store)
        found.append(_bytes(block))
        assert [entry.symbol for entry in facts] == list(BARS)
        assert [entry.class_counts for entry in facts] == [entry.class_counts for entry in expected]
    assert found[0] == found[1]
    assert found[0][0] == b"".join(entry.block.values.tobytes() for entry in expected)


def test_a_symbol_that_is_ready_late_still_stands_first() -> None:
    second = threading.Event()

    def prepare(symbol: str) -> ProcessedSymbol:
        found = _prepared(symbol)
        if symbol == "S1":
            second.set()
        elif symbol == "S0":
            assert second.wait(20)
        return found

    with ThreadPoolExecutor(2) as pool, RowStore() as store:
        prepared = ordered_results(prepare, ["S0", "S1"], cancel=CancelToken(), executor=pool, at_once=2)
        block, _ = assemble(prepared, store)
    assert block.symbols == ("S0", "S1")


def test_what_is_remembered_holds_no_rows() -> None:
    facts = _prepared("S1").facts()
    assert type(facts) is SymbolFacts
    assert not hasattr(facts, "block")
    assert (facts.bars, facts.first, facts.last) == (550, BARS["S1"].index[0], BARS["S1"].index[-1])
    assert isinstance(facts.first, pd.Timestamp)


def test_the_first_error_in_order_is_raised_and_a_raised_token_lets_nothing_begin() -> None:
    def fails(symbol: str) -> ProcessedSymbol:
        raise NotFinite("f", symbol, 1, 2, "now")

    with RowStore() as store, pytest.raises(NotFinite, match="S0"):
        assemble(ordered_results(fails, BARS, cancel=CancelToken()), store)
    token = CancelToken("training")
    token.cancel()
    with RowStore() as store, pytest.raises(Cancelled):
        assemble(ordered_results(_prepared, BARS, cancel=token), store)


def test_long_series_are_fewer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 64)
    short, long, longest = (symbols_at_once(bars, plan()) for bars in (1000, 500_000, 10**9))
    assert short == 64
    assert 1 < long < 64
    assert longest == 1
    monkeypatch.undo()
    assert symbols_at_once(0, plan()) == cores()


def test_rows_stay_paired_from_bars_to_block() -> None:
    with RowStore(limit=0) as store:
        block, _ = assemble(ordered_results(_prepared, BARS, cancel=CancelToken()), store)
    for number, symbol in enumerate(block.symbols):
        own = block.take(block.symbol_id == number)
        alone = _prepared(symbol).block
        np.testing.assert_array_equal(own.values, alone.values)
        np.testing.assert_array_equal(own.label, alone.label)
        np.testing.assert_array_equal(own.label_end, alone.label_end)


def test_no_symbol_is_kept_while_the_next_one_is_made() -> None:
    kept: list[weakref.ref[FeatureBlock]] = []

    def one_by_one() -> Iterator[ProcessedSymbol]:
        for symbol in BARS:
            assert [entry for entry in kept if entry() is not None] == []
            found = _prepared(symbol)
            kept.append(weakref.ref(found.block))
            yield found
            del found

    with RowStore(limit=0) as store:
        assemble(one_by_one(), store)
    assert len(kept) == len(BARS)
