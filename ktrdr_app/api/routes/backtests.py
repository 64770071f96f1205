"""``/backtests``: start one, see how it goes, and take its figures, trades and equity."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from ktrdr_app import workflows
from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import BacktestBody, Id
from ktrdr_app.api.documents import BacktestDocument, BacktestResults, EquityCurve, Trades, described
from ktrdr_app.api.operations import BACKTEST, Operation
from ktrdr_app.api.outcomes import result_of
from ktrdr_app.api.service import Here
from ktrdr_app.api.strict_json import StrictRoute
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress

router = APIRouter(prefix="/backtests", tags=["backtests"], route_class=StrictRoute)


@router.post("/", status_code=HTTPStatus.ACCEPTED, responses=described(BacktestDocument, HTTPStatus.ACCEPTED))
def start(here: Here, body: BacktestBody) -> Answer:
    """Put a backtest into the queue; it goes on when the client is gone."""
    request = body.to_request(here.workspace)
    workflows.check_backtest(request)

    def work(progress: Progress, cancel: CancelToken) -> dict[str, Any]:
        return workflows.backtest(request, progress, cancel).document

    title = f"backtest of {request.strategy} on {request.symbol} {request.timeframe}"
    operation = here.jobs.submit(BACKTEST, title, body.model_dump(exclude_none=True), work)
    return Answer(_told(operation), HTTPStatus.ACCEPTED)


@router.get("/{backtest_id}", responses=described(BacktestDocument))
def backtest(here: Here, backtest_id: Id) -> Answer:
    """Say where a backtest stands; its result is another route's."""
    return Answer(_told(here.jobs.store.get(backtest_id, BACKTEST)))


@router.get("/{backtest_id}/results", responses=described(BacktestResults))
def results(here: Here, backtest_id: Id) -> Answer:
    """Give the figures beside buy and hold, with the model and how it was chosen: what ``backtest --json`` prints."""
    return Answer({"backtest_id": backtest_id, **_result(here, backtest_id)})


@router.get("/{backtest_id}/trades", responses=described(Trades))
def trades(here: Here, backtest_id: Id) -> Answer:
    """Give every closed trade."""
    rows = workflows.run_trades(_result(here, backtest_id))
    return Answer({"backtest_id": backtest_id, "trades": rows})


@router.get("/{backtest_id}/equity_curve", responses=described(EquityCurve))
def equity_curve(here: Here, backtest_id: Id) -> Answer:
    """Give what the account was worth at each bar's close, beside buy and hold."""
    curve = workflows.run_equity(_result(here, backtest_id))
    return Answer({"backtest_id": backtest_id, **curve})


def _result(here: Here, backtest_id: str) -> dict[str, Any]:
    return result_of(here.jobs.store.get(backtest_id, BACKTEST))


def _told(operation: Operation) -> dict[str, Any]:
    return {"backtest_id": operation.id, **operation.brief()}
