"""Against empyrical-reloaded, where definitions meet: its figures of two series, kept as numbers.

They were computed once with empyrical-reloaded 0.7.1 (Apache 2.0; numpy 2.4.6, pandas 3.1.1) on simple returns of the
closes below, risk-free rate 0, with the annualization given. It is not a dependency of the tests, since it brings
Bottleneck, which pandas then computes its own reductions with.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.curve import checked_curve, returns_of
from ktrdr_app.backtesting.metrics import performance_metrics
from ktrdr_app.backtesting.risk import tail_figures
from tests.backtesting.test_metrics import NONE

APPLE = Path(__file__).parents[2] / "resources" / "sample" / "AAPL_1d.csv"
PEER = {
    "wave": {
        "total_return": 0.14359108174858815,
        "annualized_return": 0.09112873699943536,
        "volatility": 0.11662199424754448,
        "sharpe_ratio": 0.8061147759498053,
        "sortino_ratio": 1.177131955887604,
        "max_drawdown": -0.04002806463121537,
        "calmar_ratio": 2.2766211116879678,
        "omega": 1.1197084067445882,
        "tail_ratio": 1.0402417819652476,
        "var_95": -0.010589571112585133,
        "cvar_95": -0.011683533738205371,
    },
    "apple": {
        "total_return": 8.673483146067394,
        "annualized_return": 0.32837349450767506,
        "volatility": 0.37599781835020085,
        "sharpe_ratio": 0.9437863718055971,
        "sortino_ratio": 1.3952954849718948,
        "max_drawdown": -0.6086673672621724,
        "calmar_ratio": 0.5394958103055887,
        "omega": 1.1800719365591288,
        "tail_ratio": 1.0555429422867413,
        "var_95": -0.03632818438397813,
        "cvar_95": -0.052446788309277105,
    },
}


def wave() -> list[float]:
    curve = [100.0]
    for t in range(1, 401):
        curve.append(curve[-1] * (1 + 0.01 * math.sin(0.7 * t) + 0.003 * math.cos(2.3 * t * t) + 0.0004))
    return curve


CURVES = {"wave": (wave, 260.0), "apple": (lambda: pd.read_csv(APPLE)["close"].tolist(), 252.0)}


@pytest.mark.parametrize("name", PEER)
def test_every_figure_that_both_define_alike(name: str) -> None:
    make, per_year = CURVES[name]
    curve = checked_curve(np.array(make()))
    ours = performance_metrics(curve, NONE, per_year) | tail_figures(returns_of(curve, float(curve[0])))
    assert {key: ours[key] for key in PEER[name]} == pytest.approx(PEER[name], rel=1e-9)
