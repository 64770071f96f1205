"""From prepared symbols to one pooled block: each is written as it comes, and let go."""

from __future__ import annotations

from collections.abc import Iterable

from ktrdr_app.core.compute import cores
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts
from ktrdr_app.training.store import RowStore

WORK_BYTES = 1 << 30
"""Memory that symbols at work may take together."""

_BAR_BYTES = 300
"""Bytes a bar takes at the worst moment of its way beside features and indicators: text, prices, labels, times."""


def assemble(symbols: Iterable[ProcessedSymbol], store: RowStore) -> tuple[FeatureBlock, list[SymbolFacts]]:
    """Pool the rows of symbols in the order they come in, each let go before the next one is asked for.

    Parameters
    ----------
    symbols : iterable of ProcessedSymbol
        Symbols with their labelled rows, such as `ktrdr_app.core.compute.ordered_results` gives them.
    store : RowStore
        Where the rows go.

    Returns
    -------
    FeatureBlock, list of SymbolFacts
        The rows, and what is remembered of each symbol.

    Raises
    ------
    KtrdrError
        As ``symbols`` and ``store`` raise them.
    """
    facts = []
    for processed in symbols:
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
