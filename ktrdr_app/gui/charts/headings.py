"""The line above each of the linked charts: what is drawn, in which colour, and the figures under the crosshair."""

from __future__ import annotations

import html

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.axis import write_percent, write_value
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.figures import chart_words as _t
from ktrdr_app.gui.charts.plot import swatch
from ktrdr_app.gui.charts.summary import stamp_text
from ktrdr_app.gui.ui.theme import tokens

_GAP = "&nbsp;&nbsp;&nbsp;"


def headings(
    data: ChartData, drawdown: NDArray[np.float64], bar: int, *, benchmark: bool, luck: bool = False
) -> list[str]:
    """Return the rich text above prices, equity and drawdown.

    Parameters
    ----------
    data : ChartData
        What is shown.
    drawdown : ndarray of float64, shape (n,)
        As `summary.drawdown_of` returns it.
    bar : int
        Bar under the crosshair; -1 for none.
    benchmark : bool
        Whether buy and hold is drawn.
    luck : bool
        Whether what random trades bring is drawn.
    """
    theme = tokens()
    own, other = data.names if len(data.rival) else (_t("model"), "")
    curves = [swatch(own, theme.series_1) + _at(data.equity, bar)]
    if other:
        curves.append(swatch(other, theme.series_2, "dot") + _at(data.rival, bar))
    if benchmark and len(data.benchmark):
        curves.append(swatch(_t("buy and hold"), theme.series_8, "dash") + _at(data.benchmark, bar))
    if luck:
        curves.append(swatch(_t("90 % of random trades"), theme.series_4))
    depth = write_percent(float(drawdown[bar]), 0.001) if 0 <= bar < len(drawdown) else ""
    return [
        _GAP.join(_price_parts(data, bar)),
        _GAP.join([f"<b>{_t('Equity')}</b>", *curves]),
        _GAP.join([f"<b>{_t('Drawdown')}</b>", depth]),
    ]


def _at(values: NDArray[np.float64], bar: int) -> str:
    return f" {write_value(float(values[bar]), 1)}" if 0 <= bar < len(values) else ""


def _price_parts(data: ChartData, bar: int) -> list[str]:
    theme = tokens()
    parts = [f"<b>{html.escape(data.title)}</b>"]
    if data.shaded.any():
        ground = f'<span style="background-color:{theme.shade}">&nbsp;&nbsp;&nbsp;&nbsp;</span>'
        words = _t("the model learnt from these bars")
        parts.append(f'{ground} <span style="color:{theme.text_muted}">{words}</span>')
    if 0 <= bar < len(data):
        parts.append(stamp_text(int(data.times[bar]), with_time=not data.daily))
    if 0 <= bar < len(data.close):
        # one spacing for all bars, so that figures do not jump under the mouse
        spacing = max(float(data.close.max()) / 10_000, 1e-8)
        for name, prices in (("O", data.open), ("H", data.high), ("L", data.low), ("C", data.close)):
            parts.append(f"{name} {write_value(float(prices[bar]), spacing)}")
    return parts
