"""The strategy file: its grammar, and how it is read."""

from ktrdr_app.strategy.load import LoadedStrategy, find_strategy, from_document, load_strategy, parse_strategy
from ktrdr_app.strategy.schema import Strategy

__all__ = ["LoadedStrategy", "Strategy", "find_strategy", "from_document", "load_strategy", "parse_strategy"]
