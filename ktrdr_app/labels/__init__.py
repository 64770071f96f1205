"""What a network is asked to predict."""

from ktrdr_app.labels.barriers import triple_barrier
from ktrdr_app.labels.decided import BUY, CLASS_NAMES, HOLD, SELL, UNLABELLED, Decided
from ktrdr_app.labels.first_touch import fixed_horizon, zigzag
from ktrdr_app.labels.labelers import LABELERS, LabelMethod, Labels, label_bars
from ktrdr_app.labels.report import LabelReport, label_report
from ktrdr_app.labels.swings import segment

__all__ = [
    "BUY",
    "CLASS_NAMES",
    "HOLD",
    "LABELERS",
    "SELL",
    "UNLABELLED",
    "Decided",
    "LabelMethod",
    "LabelReport",
    "Labels",
    "fixed_horizon",
    "label_bars",
    "label_report",
    "segment",
    "triple_barrier",
    "zigzag",
]
