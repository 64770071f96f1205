"""What the arrow keys do to the span of time that a chart shows; alike in every chart."""

from __future__ import annotations

from PySide6.QtCore import Qt

_MOVE, _IN, _OUT = 1 / 10, 1 / 8, 1 / 6
"""Shares of the width: a step aside, and what zooming takes off or adds at either side."""
_STEPS = {
    Qt.Key.Key_Left: (-_MOVE, -_MOVE),
    Qt.Key.Key_Right: (_MOVE, _MOVE),
    Qt.Key.Key_PageUp: (-1.0, -1.0),
    Qt.Key.Key_PageDown: (1.0, 1.0),
    Qt.Key.Key_Up: (_IN, -_IN),
    Qt.Key.Key_Down: (-_OUT, _OUT),
}


def span_after(key: int, left: float, right: float) -> tuple[float, float] | None:
    """Return the span that a key leads to; None for a key that does nothing to it.

    Parameters
    ----------
    key : int
        As ``QKeyEvent.key()``; ←/→ move a step, PgUp/PgDn a whole view; ↑ zooms in, ↓ out.
    left, right : float
        The span shown, in bars.
    """
    if key not in _STEPS:
        return None
    width, (first, last) = right - left, _STEPS[Qt.Key(key)]
    return left + first * width, right + last * width
