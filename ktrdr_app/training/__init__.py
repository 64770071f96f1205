"""From symbols to a judged model in memory."""

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
