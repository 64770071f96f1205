"""The planted-rule suite: a rule that means the same everywhere passes, one told in prices fails, none has no skill.

Five markets from 0.65 to 40,000 share one hidden rule and go through the real pipeline: strategy text, indicators,
fuzzy sets, labels, rows, the fused trainer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, NotFinite, TooFewRows
from ktrdr_app.core.progress import FoldDone, ProgressEvent, StageFinished, StageStarted
from ktrdr_app.neural.bootstrap import StationaryBootstrap
from ktrdr_app.training import certificate as module
from ktrdr_app.training.certificate import Certificate, Group, certify, folds_of, leaves_enough
from ktrdr_app.training.folds import FoldWork
from ktrdr_app.training.retention import FAIL, FLOOR, NO_SKILL, PASS, REQUIRED
from tests.training.planted_market import MARKETS, rows, strategy

DOLLAR = Group("currency", "USD", tuple(MARKETS))
PAIRS = Group("asset class", "forex", ("AUDUSD", "EURUSD", "USDJPY"))
MOST = Group("currency", "X", ("AUDUSD", "EURUSD", "USDJPY", "XAUUSD"))
ALONE = Group("asset class", "metal", ("XAUUSD",))
GROUPS = (ALONE, PAIRS, MOST, DOLLAR)


@cache
def work(form: str = "atr", strength: float = 1.0, seed: int = 0) -> FoldWork:
    """Return rows and settings of a strategy on the planted markets."""
    return FoldWork.of(rows(form, strength=strength), strategy(form).strategy, seed)


@cache
def certified(form: str = "atr", strength: float = 1.0, seed: int = 0) -> Certificate:
    """Return the certificate of a strategy on the planted markets."""
    return certify(work(form, strength, seed), GROUPS)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_rule_that_means_the_same_everywhere_passes(seed: int) -> None:
    found = certified(seed=seed)
    assert found.overall.verdict == PASS
    assert found.overall.retention is not None
    assert found.overall.retention.low >= REQUIRED
    for symbol, figures in found.symbols.items():
        assert figures.skill.low > 0.02, symbol
        assert found.overall.unseen[symbol].low > 0, symbol


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_rule_told_in_prices_fails_on_the_symbol_of_another_scale(seed: int) -> None:
    found = certified("raw", seed=seed)
    assert found.symbols["BTCUSD"].skill.low > 0.02
    assert found.overall.verdict == FAIL
    assert found.overall.below_floor == ("BTCUSD",)
    assert found.overall.costliest == "BTCUSD"
    assert found.overall.unseen["BTCUSD"].high < -1
    assert found.overall.retention is not None
    assert found.overall.retention.high < 0


@pytest.mark.parametrize("seed", [0, 1])
def test_without_a_rule_there_is_no_skill_to_generalise(seed: int) -> None:
    found = certified(strength=0.0, seed=seed)
    assert found.overall.verdict == NO_SKILL
    assert found.overall.skill.low <= 0
    assert found.overall.retention is None


def test_labels_at_random_have_no_skill_to_generalise_either() -> None:
    random, whole = np.random.default_rng(3), work()
    blocks = tuple(replace(block, label=random.permutation(block.label)) for block in whole.blocks)
    assert certify(replace(whole, blocks=blocks)).overall.verdict == NO_SKILL


def _skill_on(certificate: Certificate, left_out: tuple[str, ...], symbol: str, counts: np.ndarray | None) -> float:
    """Return 1 - NLL/prior NLL from single rows; a row counts as often as its close time was drawn."""
    losses = next(entry for entry in certificate.folds if entry.left_out == left_out).losses[symbol]
    times = np.ones(len(losses.model)) if counts is None else counts
    return float(1 - (times * losses.model).sum() / (times * losses.prior).sum())


def _effective(gain: np.ndarray) -> float:
    """Return n / (1 + 2 Σ ρ_k) over pairs of lags for as long as they are above 0, lag by lag."""
    n, spread = len(gain), gain - gain.mean()
    total, lag = 0.0, 0
    while lag + 1 < n:
        pair = sum(float(spread[: n - k] @ spread[k:]) for k in (lag, lag + 1)) / float(spread @ spread)
        if pair <= 0:
            break
        total += pair
        lag += 2
    return n / max(1.0, 2 * total - 1)


@pytest.mark.parametrize("group", [None, PAIRS])
def test_retention_and_its_bounds_are_those_of_the_definition(group: Group | None) -> None:
    found = certified()
    symbols = tuple(MARKETS) if group is None else group.symbols
    left_out = {symbol: (symbol,) if group is None else group.symbols for symbol in symbols}
    judged = found.overall if group is None else found.groups[GROUPS.index(group)].retention
    assert judged is not None
    of_all = found.folds[0].losses
    weights = {symbol: _effective(of_all[symbol].prior - of_all[symbol].model) for symbol in symbols}

    def sums(drawn: np.ndarray | None) -> tuple[float, float]:
        kept = sum(weights[s] * _skill_on(found, left_out[s], s, drawn) for s in symbols)
        return kept, sum(weights[s] * _skill_on(found, (), s, drawn) for s in symbols)

    kept, skill = sums(None)
    assert judged.retention is not None
    assert judged.retention.value == pytest.approx(kept / skill)
    assert judged.skill.value == pytest.approx(skill / sum(weights.values()))
    assert judged.kept.value == pytest.approx(kept / sum(weights.values()))
    # All markets have the same bars, so that a row's number is that of its close time.
    draws = StationaryBootstrap(found.slots, found.block_slots, seed=0).sums(np.eye(found.slots))
    below, ratios = [], []
    for drawn in draws:
        kept, skill = sums(drawn)
        below.append(skill / sum(weights.values()))
        ratios.append(kept / skill)
    assert (judged.skill.low, judged.skill.high) == pytest.approx(tuple(np.quantile(below, [0.05, 0.95])))
    assert (judged.retention.low, judged.retention.high) == pytest.approx(tuple(np.quantile(ratios, [0.05, 0.95])))


def test_rows_and_weights_are_told_by_symbol() -> None:
    found = certified()
    for symbol, figures in found.symbols.items():
        losses = found.folds[0].losses[symbol]
        assert figures.rows == len(losses.model) == found.slots
        assert figures.effective_rows == pytest.approx(_effective(losses.prior - losses.model))
        assert 1 < figures.effective_rows <= figures.rows
    assert found.block_slots >= 2  # bars that the labels look ahead


def test_a_group_is_left_out_as_a_whole_and_one_that_leaves_too_few_is_not_evaluable() -> None:
    alone, pairs, most, dollar = certified().groups
    assert pairs.retention is not None
    assert pairs.retention.verdict == PASS
    assert set(pairs.retention.unseen) == set(PAIRS.symbols)
    assert (pairs.remaining, most.remaining, dollar.remaining) == (2, 1, 0)
    assert most.retention is None
    assert dollar.retention is None
    assert alone.retention is not None
    assert alone.retention.unseen["XAUUSD"] == certified().overall.unseen["XAUUSD"]


def test_nothing_is_fitted_twice() -> None:
    wanted = folds_of(tuple(MARKETS), GROUPS)
    assert wanted == [(), *((symbol,) for symbol in MARKETS), PAIRS.symbols]
    assert [fold.left_out for fold in certified().folds] == wanted
    assert [leaves_enough(group, 5) for group in GROUPS] == [True, True, False, False]


def _same(first: Certificate, second: Certificate) -> None:
    assert first.overall == second.overall
    assert first.groups == second.groups
    assert first.symbols == second.symbols
    for one, other in zip(first.folds, second.folds, strict=True):
        assert (one.left_out, one.rows, one.best_epoch) == (other.left_out, other.rows, other.best_epoch)
        for symbol, losses in one.losses.items():
            np.testing.assert_array_equal(losses.model, other.losses[symbol].model)
            np.testing.assert_array_equal(losses.prior, other.losses[symbol].prior)


@pytest.mark.parametrize("workers", [1, 4])
def test_the_number_of_workers_changes_nothing(workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        _same(certify(work(), GROUPS, executor=pool), certified())


def test_another_seed_is_another_model_with_the_same_verdict() -> None:
    first, second = certified(seed=0), certified(seed=1)
    assert first.overall.skill != second.overall.skill
    assert first.overall.verdict == second.overall.verdict


def test_every_fold_is_told_in_order() -> None:
    said: list[ProgressEvent] = []
    certify(work(), progress=said.append)
    assert said[0] == StageStarted("folds")
    assert isinstance(said[-1], StageFinished)
    told = [event for event in said if isinstance(event, FoldDone)]
    assert [event.left_out for event in told] == [(), *((symbol,) for symbol in MARKETS)]
    assert [(event.done, event.total) for event in told] == [(number, 6) for number in range(1, 7)]


def test_a_raised_token_ends_it() -> None:
    token = CancelToken("the certificate")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, FoldDone):
            token.cancel()

    with pytest.raises(Cancelled):
        certify(work(), progress=listen, cancel=token)


def test_the_token_reaches_into_a_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    token, seen = CancelToken("the certificate"), []

    def listening(left_out: tuple[str, ...], work: FoldWork, cancel: CancelToken) -> None:
        seen.append(cancel)
        cancel.cancel()
        cancel.check()

    monkeypatch.setattr(module, "run_fold", listening)
    with pytest.raises(Cancelled):
        certify(work(), cancel=token)
    assert set(seen) == {token}


def test_two_symbols_are_too_few() -> None:
    with pytest.raises(InvalidValue, match="AUDUSD,EURUSD"):
        certify(replace(work(), blocks=work().blocks[:2]))


def test_a_symbol_whose_bars_end_before_the_test_span_is_named() -> None:
    whole = work()
    early = whole.blocks[1].take(whole.blocks[1].close_time <= whole.cuts.test_start)
    with pytest.raises(TooFewRows, match="the test part of EURUSD"):
        certify(replace(whole, blocks=(whole.blocks[0], early, *whole.blocks[2:])))


def test_a_feature_that_is_not_finite_is_named_before_anything_is_fitted() -> None:
    whole = work()
    values = whole.blocks[2].values.copy()
    values[5, 1] = math.nan
    with pytest.raises(NotFinite, match="USDJPY"):
        certify(replace(whole, blocks=(*whole.blocks[:2], replace(whole.blocks[2], values=values))))


def _shorter(whole: FoldWork) -> Iterator[FoldWork]:
    """Yield the work with gold's history begun late, and with its bars of every second day only."""
    gold = whole.blocks[3]
    day = gold.close_time // 86_400_000_000_000
    for kept in (gold.close_time > np.quantile(gold.close_time, 0.5), day % 2 == 0):
        yield replace(whole, blocks=(*whole.blocks[:3], gold.take(kept), whole.blocks[4]))


def test_symbols_with_other_hours_and_histories_are_judged_on_their_own_rows() -> None:
    for shorter in _shorter(work()):
        found = certify(shorter)
        assert found.overall.verdict == PASS
        judged = shorter.blocks[3].close_time > shorter.cuts.test_start
        assert found.symbols["XAUUSD"].rows == int(judged.sum())
        assert found.overall.unseen["XAUUSD"].value > FLOOR
