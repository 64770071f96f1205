"""A run with hardly a trade is explained by what the model leans to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ktrdr_app.decision.actions import Action
from ktrdr_app.workflows.few_trades import few_trades_note, leaning_of


def probabilities(buy: float, sell: float, bars: int = 100) -> np.ndarray[Any, Any]:
    table = np.empty((bars, 3))
    table[:, Action.BUY], table[:, Action.SELL] = buy, sell
    table[:, Action.HOLD] = 1 - buy - sell
    return table


def document(
    table: np.ndarray[Any, Any], *, trades: int = 0, years: float = 8.0, still_open: bool = True
) -> dict[str, Any]:
    return {
        "leaning": leaning_of(table, 0.36),
        "metrics": {"total_trades": trades},
        "open_trade": {"side": "long"} if still_open else None,
        "statistics": {"annualisation": {"years": years}},
    }


def test_leads_medians_and_peaks_are_those_of_the_table() -> None:
    table = np.random.default_rng(0).dirichlet([2, 1, 1], 1001)
    found = leaning_of(table, 0.4)
    assert found["threshold"] == 0.4
    for action in Action:
        assert found["leads"][action.name] == pytest.approx((table.argmax(axis=1) == action).mean())
        assert found["median"][action.name] == pytest.approx(sorted(table[:, action])[500])
        assert found["highest"][action.name] == table[:, action].max()


def test_a_model_that_leans_to_buy_is_said_to() -> None:
    table = probabilities(0.43, 0.28)
    table[:2] = (0.3, 0.3, 0.4)
    assert few_trades_note(document(table)) == (
        "1 position in 8.0 years: the model leans BUY on 98 % of the bars. Its usual BUY probability of 0.43 is above "
        "the confidence threshold of 0.36, so it enters once and stays; SELL leads on 2 % of the bars and reaches 0.40 "
        "at most. With a threshold above 0.43 it would act on stronger signals alone."
    )


def test_a_model_that_leans_to_sell_is_too() -> None:
    assert "leans SELL on 100 %" in few_trades_note(document(probabilities(0.2, 0.5), trades=2))
    assert few_trades_note(document(probabilities(0.2, 0.5), trades=2)).startswith("3 positions in")


@pytest.mark.parametrize(
    "changes",
    [
        {"trades": 30},
        {"trades": 0, "still_open": False},
        {"trades": 3, "years": 4.0},
    ],
)
def test_other_runs_are_not_explained(changes: dict[str, Any]) -> None:
    assert few_trades_note(document(probabilities(0.43, 0.28), **changes)) == ""


def test_nothing_is_said_where_no_class_leads_throughout() -> None:
    mixed = probabilities(0.43, 0.28)
    mixed[:20] = (0.2, 0.3, 0.5)
    assert few_trades_note(document(mixed)) == ""
    holding = probabilities(0.1, 0.1)
    assert few_trades_note(document(holding)) == "", "a model that holds is explained by the run's own words"


def test_documents_of_older_programs_and_of_signals_say_nothing() -> None:
    whole = document(probabilities(0.43, 0.28))
    assert few_trades_note({**whole, "leaning": None}) == ""
    assert few_trades_note({key: value for key, value in whole.items() if key != "leaning"}) == ""
    assert few_trades_note({**whole, "statistics": None}).startswith("1 position in 0.0 years")
