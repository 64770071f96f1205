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
    data: ChartData,
    drawdown: NDArray[np.float64],
    bar: int,
    *,
    benchmark: bool,
    luck: bool = False,
    moment: str | None = None,
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
    moment : str, optional
        When the bar opened, in words; told in UTC by default.
    """
    theme = tokens()
    own, other = data.names if len(data.rival) else (_t("model"), "")
    curves = [swatch(own, theme.series_1) + _at(data.equity, bar)]
    if other:
        curves.append(swatch(other, theme.series_2, "dot") + _at(data.rival, bar))
    if benchmark and len(data.benchmark):
        curves.append(swatch(_t("buy and hold"), theme.series_8, "dash") + _at(data.benchmark, bar))
    if luck:
        words = _t("90 % of random trades") if data.luck_way is None else _t("random trades, 50 % and 90 %")
        curves.append(swatch(words, theme.series_4, "solid" if data.luck_way is None else "dot"))
    depth = write_percent(float(drawdown[bar]), 0.001) if 0 <= bar < len(drawdown) else ""
    return [
        _GAP.join(_price_parts(data, bar, moment)),
        _GAP.join([f"<b>{_t('Equity')}</b>", *curves]),
        _GAP.join([f"<b>{_t('Drawdown')}</b>", depth]),
    ]


def _at(values: NDArray[np.float64], bar: int) -> str:
    return f" {write_value(float(values[bar]), 1)}" if 0 <= bar < len(values) else ""


def _price_parts(data: ChartData, bar: int, moment: str | None) -> list[str]:
    theme = tokens()
    parts = [f"<b>{html.escape(data.title)}</b>"]
    if data.shaded.any():
        ground = f'<span style="background-color:{theme.shade}">&nbsp;&nbsp;&nbsp;&nbsp;</span>'
        # beside the figures of a bar only the tint: all of it would not fit
        words = "" if 0 <= bar < len(data) else _t("the model learnt from these bars")
        parts.append(f'{ground} <span style="color:{theme.text_muted}">{words}</span>')
    if 0 <= bar < len(data):
        told = stamp_text(int(data.times[bar]), with_time=not data.daily) if moment is None else moment
        parts.append(html.escape(told))
    if 0 <= bar < len(data.close):
        # one spacing for all bars, so that figures do not jump under the mouse
        spacing = max(float(data.close.max()) / 10_000, 1e-8)
        for name, prices in (("O", data.open), ("H", data.high), ("L", data.low), ("C", data.close)):
            parts.append(f"{name} {write_value(float(prices[bar]), spacing)}")
    return parts
