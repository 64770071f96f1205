"""From symbols to one pooled block: each is prepared on a core of its own, written, and let go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import cores, ordered_results
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts
from ktrdr_app.training.store import RowStore

WORK_BYTES = 1 << 30
"""Memory that symbols at work may take together."""

_BAR_BYTES = 300
"""Bytes a bar takes at the worst moment of its way beside features and indicators: text, prices, labels, times."""


def assemble(
    symbols: Sequence[str],
    prepare: Callable[[str], ProcessedSymbol],
    store: RowStore,
    *,
    cancel: CancelToken,
    executor: Executor | None = None,
    at_once: int | None = None,
) -> tuple[FeatureBlock, list[SymbolFacts]]:
    """Prepare every symbol and pool their rows, in the order of the symbols whichever is ready first.

    Parameters
    ----------
    symbols : sequence of str
        Their names.
    prepare : callable
        From a name to its labelled rows; called in several threads.
    store : RowStore
        Where the rows go.
    cancel : CancelToken
        Checked before each symbol.
    executor, at_once
        As `ktrdr_app.core.compute.ordered_results` takes them.

    Returns
    -------
    FeatureBlock, list of SymbolFacts
        The rows, and what is remembered of each symbol.

    Raises
    ------
    KtrdrError
        As ``prepare`` and ``store`` raise them, of the first symbol in order.
    """
    facts = []
    for processed in ordered_results(prepare, symbols, cancel=cancel, executor=executor, at_once=at_once):
        store.append(processed.block)
        facts.append(processed.facts())
        del processed  # its rows would stay in memory until the next symbol is ready
    return store.pooled(), facts


def symbols_at_once(bars: int, plan: FeaturePlan) -> int:
    """Return how many symbols may be at work together: one a core, but no more than `WORK_BYTES` hold.

    Parameters
    ----------
    bars : int
        Bars of the longest one, or more.
    plan : FeaturePlan
        What is computed of each.
    """
    columns = len(plan.indicators.outputs) + len(plan.sources)
    each = bars * (_BAR_BYTES + 8 * columns + 8 * len(plan.contract.names))
    return max(1, min(cores(), WORK_BYTES // max(1, each)))
