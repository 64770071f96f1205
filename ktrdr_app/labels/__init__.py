"""What a network is asked to predict."""

from ktrdr_app.labels.first_touch import BUY, CLASS_NAMES, HOLD, SELL, UNLABELLED, zigzag
from ktrdr_app.labels.labelers import Labels, label_bars

__all__ = ["BUY", "CLASS_NAMES", "HOLD", "SELL", "UNLABELLED", "Labels", "label_bars", "zigzag"]
