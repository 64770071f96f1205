"""Bars from Interactive Brokers: a gateway or TWS that runs on some host, asked in chunks that keep to its limits."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.data.ib.pacing import Pacer
    from ktrdr_app.data.ib.plan import MODES
    from ktrdr_app.data.ib.source import FetchOutcome, IBDataSource

_EXPORTS = {"FetchOutcome": "source", "IBDataSource": "source", "MODES": "plan", "Pacer": "pacing"}

__getattr__ = exports(__name__, _EXPORTS)

__all__ = ["MODES", "FetchOutcome", "IBDataSource", "Pacer"]
