"""A run's arrays become panes in a fixed order; words and keys of a trade's steps."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.markers import TradeArrays
from ktrdr_app.gui.charts.run_studies import studies_of
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.summary import study_words
from ktrdr_app.gui.charts.trade_steps import next_trade, span_around
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.workflows.chart_panes import IndicatorLines, RunPanes

pytestmark = pytest.mark.gui


def panes(**changes: object) -> RunPanes:
    ramp = np.linspace(0, 1, 10)
    given: dict[str, object] = {
        "volume": ramp * 1e6,
        "position": np.array([0.0] * 5 + [3.0] * 5),
        "probabilities": np.column_stack([ramp, 1 - ramp, np.zeros(10)]),
        "threshold": 0.6,
        "indicators": (
            IndicatorLines("rsi", "rsi (14)", False, {"rsi": ramp * 100}, (0.0, 100.0)),
            IndicatorLines("bands", "bands (20)", True, {"bands.upper": ramp + 2, "bands.lower": ramp}),
        ),
        "memberships": {"rsi": {"low": 1 - ramp, "high": ramp}, "mean": {"below": ramp}},
    }
    return RunPanes(**{**given, **changes})  # type: ignore[arg-type]


def test_everything_there_is_becomes_a_study_in_order() -> None:
    found = studies_of(panes())
    assert [(study.key, study.kind) for study in found] == [
        ("over:bands", "overlay"),
        ("volume", "columns"),
        ("rsi", "curves"),
        ("sets:rsi", "strips"),
        ("sets:mean", "strips"),
        ("probabilities", "curves"),
        ("probabilities:layers", "layers"),
        ("position", "columns"),
    ]
    assert len({study.key for study in found}) == len(found)


def test_values_names_bounds_and_threshold_are_those_of_the_run() -> None:
    told = panes()
    found = {study.key: study for study in studies_of(told)}
    assert found["rsi"].bounds == (0.0, 100.0)
    assert found["probabilities"].levels == (0.6,)
    assert found["probabilities"].percent
    by_name = {curve.name: curve.values for curve in found["probabilities"].curves}
    for name, column in (("BUY", 0), ("HOLD", 1), ("SELL", 2)):
        np.testing.assert_array_equal(by_name[name], told.probabilities[:, column])
    assert [curve.name for curve in found["sets:rsi"].curves] == ["low", "high"]
    np.testing.assert_array_equal(found["position"].curves[0].values, told.position)


def test_curves_of_one_pane_differ_in_colour_or_dash() -> None:
    for study in studies_of(panes()):
        looks = [(curve.token, curve.dash) for curve in study.curves]
        assert len(set(looks)) == len(looks)


def test_what_is_missing_is_left_out() -> None:
    nothing = panes(
        volume=np.full(10, np.nan),
        position=np.zeros(10),
        probabilities=np.empty((0, 3)),
        threshold=None,
        indicators=(),
        memberships={},
    )
    assert studies_of(nothing) == ()
    found = {study.key: study for study in studies_of(panes(threshold=None))}
    assert found["probabilities"].levels == ()


def test_a_study_is_told_in_words() -> None:
    values = np.array([np.nan, 2.0, 5.0, 3.5])
    study = Study("x", "Momentum", "curves", (Curve("m", values), Curve("empty", np.full(4, np.nan))))
    assert study_words(study) == "Momentum: m last 3.5, lowest 2, highest 5"
    shares = Study("p", "Shares", "curves", (Curve("BUY", np.array([0.25, 0.5])),), percent=True)
    assert "".join(study_words(shares).split()) == "Shares:BUYlast50.0%,lowest25.0%,highest50.0%"
    assert study_words(Study("e", "Empty", "curves", ())) == "nothing to show yet"


def trades(profit: list[float]) -> TradeArrays:
    entry = np.arange(len(profit), dtype=np.int64) * 50
    prices = np.full(len(profit), 100.0)
    return TradeArrays(entry, entry + 10, prices, prices, np.ones(len(profit), dtype=bool), np.array(profit))


@pytest.mark.parametrize(
    ("at", "step", "losing", "expected"),
    [
        (None, 1, False, 0),
        (None, -1, False, 4),
        (2, 1, False, 3),
        (2, -1, False, 1),
        (4, 1, False, 4),
        (0, -1, False, 0),
        (None, 1, True, 1),
        (1, 1, True, 3),
        (3, 1, True, 3),
        (3, -1, True, 1),
        (None, -1, True, 3),
    ],
)
def test_steps_from_trade_to_trade(at: int | None, step: int, losing: bool, expected: int) -> None:
    assert next_trade(trades([5, -1, 2, 0.0, 9]), at, step, losing_only=losing) == expected


def test_without_trades_or_losers_there_is_no_step() -> None:
    assert next_trade(trades([]), None, 1) is None
    assert next_trade(trades([1.0, 2.0]), None, 1, losing_only=True) is None


@pytest.mark.parametrize("width", [30.0, 400.0, 5000.0])
def test_a_trade_is_in_the_middle_of_its_span(width: float) -> None:
    left, right = span_around(trades([1.0, 1.0]), 1, 0.0, width)
    assert (left + right) / 2 == 55
    assert 2 * 10 + 40 <= right - left <= max(4 * 10 + 120, 60)


def test_pages_move_a_whole_view(filled: LinkedCharts, qtbot: QtBot) -> None:
    filled.show_range(200, 300)
    filled.equity_plot.setFocus()
    qtbot.keyClick(filled.equity_plot, Qt.Key.Key_PageDown)
    assert filled.visible_range == (300, 400)
    for _ in range(2):
        qtbot.keyClick(filled.equity_plot, Qt.Key.Key_PageUp)
    assert filled.visible_range == (100, 200)


def test_l_changes_the_scale_of_prices_and_equity_and_back(filled: LinkedCharts, qtbot: QtBot) -> None:
    even = filled.price_plot.view.viewRange()[1]
    filled.price_plot.setFocus()
    qtbot.keyClick(filled.price_plot, Qt.Key.Key_L)
    assert filled.tools.logarithmic.isChecked()
    low, high = filled.price_plot.view.viewRange()[1]
    assert 10**low < filled.data.low.min() < filled.data.high.max() < 10**high
    low, high = filled.equity_plot.view.viewRange()[1]
    assert 10**low < filled.data.equity.min() < filled.data.equity.max() < 10**high
    place = filled.price_plot.view_point(
        int(filled.data.trades.entry[3]), float(np.log10(filled.data.trades.entry_price[3]))
    )
    with qtbot.waitSignal(filled.tradeChosen, timeout=2000) as told:
        qtbot.mouseClick(filled.price_plot.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert told.args == [3]
    qtbot.keyClick(filled.price_plot, Qt.Key.Key_L)
    assert filled.price_plot.view.viewRange()[1] == pytest.approx(even)
