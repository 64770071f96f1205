"""What a stop or a target was, in words."""

from __future__ import annotations

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.workflows.wording import percent

_WORDS = {
    "stop_loss": "the stop, {0} against the entry price",
    "take_profit": "the target, {0} from the entry price",
    "trailing_stop": "the trailing stop, {0} from the best price so far",
}


def stop_words(config: BacktestConfig, reason: str) -> str:
    """Return the order within the bar that ended a trade, in words; empty for other ends.

    Parameters
    ----------
    config : BacktestConfig
        The account's settings.
    reason : str
        One of `ktrdr_app.backtesting.trades.REASONS`.
    """
    if reason not in _WORDS:
        return ""
    distance = float(getattr(config, reason))
    words = f"{distance:g} average true ranges" if config.stop_unit == "atr" else percent(distance)
    return _WORDS[reason].format(words)
