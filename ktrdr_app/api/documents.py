"""What successful answers hold, for the description under ``/docs``; more may be added to any of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ktrdr_app.api.failures import ErrorFacts

Status = Literal["queued", "running", "completed", "failed", "cancelled", "interrupted"]
Kind = Literal["training", "backtest"]


class Document(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="allow")


class OperationBrief(Document):
    """An operation as it stands, without its result."""

    operation_id: str
    operation_type: Kind
    title: str
    status: Status
    created_at: str = Field(description="ISO UTC.")
    started_at: str | None
    completed_at: str | None
    request: dict[str, Any] = Field(description="What was asked for.")
    progress: dict[str, Any] = Field(description="How far it is.")
    notes: list[str] = Field(description="What it had to say, such as where its checkpoints are.")
    error: ErrorFacts | None = Field(description="Why it has no result.")


class OperationDocument(OperationBrief):
    """An operation with its result."""

    result: Any = Field(description="None until it is completed.")


class OperationList(Document):
    """Operations, newest first."""

    operations: list[OperationBrief]
    total: int = Field(ge=0, description="How many there are on all pages.")


class TrainingDocument(OperationDocument):
    """A training as it stands."""

    task_id: str


class Performance(Document):
    """How good a trained model is."""

    task_id: str
    status: Status
    model_path: str
    training_symbols: list[str]
    epochs_trained: int
    best_epoch: int
    metrics: dict[str, Any]
    per_symbol_validation: dict[str, Any]
    class_balance: dict[str, Any]
    history: list[dict[str, Any]] = Field(description="Epoch after epoch.")


class BacktestDocument(OperationBrief):
    """A backtest as it stands."""

    backtest_id: str


class BacktestResults(Document):
    """What ``backtest --json`` prints."""

    backtest_id: str
    symbol: str
    timeframe: str
    model: dict[str, Any]
    metrics: dict[str, Any]
    benchmark: dict[str, Any]


class Trades(Document):
    """Every closed trade of a backtest."""

    backtest_id: str
    trades: list[dict[str, Any]]


class EquityCurve(Document):
    """The account of a backtest at each bar's close; the lists are of one length."""

    backtest_id: str
    timestamps: list[str]
    values: list[float]
    drawdowns: list[float]
    buy_and_hold: list[float | None]
    in_sample: list[Any]


class Models(Document):
    """Every model of the workspace."""

    models: list[dict[str, Any]]


class ResolvedModel(Document):
    """Which model would be loaded, and all that was looked at."""

    chosen: dict[str, Any] | None
    trace: list[dict[str, Any]]


class Strategies(Document):
    """Every strategy in reach."""

    strategies: list[dict[str, Any]]


class ValidStrategy(Document):
    """A strategy that is as it must be."""

    valid: Literal[True]
    name: str
    where: str


class Symbols(Document):
    """Every symbol with its series."""

    symbols: list[dict[str, Any]]


class Bars(Document):
    """Bars by column."""

    symbol: str
    timeframe: str
    total: int = Field(ge=1, description="How many bars the range has.")
    rows: int = Field(ge=1, description="How many are given.")
    columns: list[str]
    timestamp: list[str]
    values: dict[str, list[float | None]]


def described(document: type[Document], status: HTTPStatus = HTTPStatus.OK) -> dict[int | str, dict[str, Any]]:
    """Return the entry of a route's description for its success.

    Parameters
    ----------
    document : type of Document
        What it answers.
    status : HTTPStatus
        With which status.
    """
    return {int(status): {"model": document, "description": (document.__doc__ or "").strip()}}
