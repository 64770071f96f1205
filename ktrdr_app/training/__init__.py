"""From symbols to a judged model in memory.

Names are imported when they are first used, so that what prepares symbols on a cluster's worker loads no torch.
"""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.training.combine import combine_multi_symbol_data, pool
    from ktrdr_app.training.process import ProcessedSymbol, SymbolFacts, process_symbol
    from ktrdr_app.training.split import Split, split_by_time
    from ktrdr_app.training.universal import JudgedModel, train_pooled, train_universal_model

__all__ = [
    "JudgedModel",
    "ProcessedSymbol",
    "Split",
    "SymbolFacts",
    "combine_multi_symbol_data",
    "pool",
    "process_symbol",
    "split_by_time",
    "train_pooled",
    "train_universal_model",
]

__getattr__ = exports(
    __name__,
    {
        "JudgedModel": "universal",
        "ProcessedSymbol": "process",
        "Split": "split",
        "SymbolFacts": "process",
        "combine_multi_symbol_data": "combine",
        "pool": "combine",
        "process_symbol": "process",
        "split_by_time": "split",
        "train_pooled": "universal",
        "train_universal_model": "universal",
    },
)
