"""What the bodies of requests may hold, with the bounds that the API sets; the use cases check the rest.

A field without a description is an option of a command, whose help holds for it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from fastapi import Path
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, create_model, field_validator, model_validator

from ktrdr_app.api import names
from ktrdr_app.backtesting.sizing import check_sizing
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import BacktestSettings
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, TrainRequest

Name = Annotated[str, Field(min_length=1, max_length=64)]
Date = Annotated[str, Field(min_length=1, max_length=40)]
Id = Annotated[str, Path(description="Which one, as the answer to its start told.")]
STRATEGY = AliasChoices("strategy_name", "strategy")
STRATEGY_WORDS = "Name of a strategy in reach; no path of a file."
MODEL_WORDS = "``auto``, ``universal``, ``legacy``, or ``STRATEGY/MODEL`` or a path as ``GET /models`` tells them."
START, END = AliasChoices("start", "start_date"), AliasChoices("end", "end_date")
ORIGINAL_WORDS = {"capital": "initial_capital"}
"""Options of the account that the original, and a strategy's section, call otherwise."""
MOST_SYMBOLS = 1000
LONGEST_STRATEGY = 100_000
"""Signs of a strategy's text: some forty times the longest that is shipped; longer ones take seconds to check."""
LARGEST_SEED = 2**53 - 1


class Body(BaseModel):
    """Base of all bodies: unknown fields are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class TrainingBody(Body):
    """Train one model; ``symbol`` is the original's way to ask for a single one.

    The fields are those of the command ``train``.
    """

    strategy_name: Name = Field(validation_alias=STRATEGY, description=STRATEGY_WORDS)
    timeframe: Name
    symbols: tuple[Name, ...] | None = Field(None, max_length=MOST_SYMBOLS)
    symbol: Name | None = Field(None, description="The original's way to ask for a single one; not with ``symbols``.")
    kind: Literal["universal", "legacy"] = "universal"
    combination: Literal["concatenate", "interleave", "balanced", "weighted"] | None = None
    weights: dict[Name, Annotated[float, Field(gt=0)]] | None = None
    start: Date | None = Field(None, validation_alias=START)
    end: Date | None = Field(None, validation_alias=END)
    epochs: int | None = Field(None, ge=1, le=1_000_000)
    batch_size: int | None = Field(None, ge=1, le=100_000_000)
    seed: int = Field(0, ge=0, le=LARGEST_SEED)
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    resume: Name | None = None

    @model_validator(mode="after")
    def _symbols_or_symbol(self) -> Self:
        if bool(self.symbols) == bool(self.symbol):
            raise ValueError("give either symbols, a list that is not empty, or one symbol")
        return self

    def to_request(self, workspace: Workspace) -> TrainRequest:
        """Return what the use case takes.

        Parameters
        ----------
        workspace : Workspace
            Where it works.

        Raises
        ------
        UnsafeName, InvalidValue
            For names that would leave the workspace.
        """
        given = self.model_dump(exclude={"strategy_name", "symbols", "symbol", "resume"})
        return TrainRequest(
            workspace=workspace,
            strategy=names.strategy_name(self.strategy_name),
            symbols=tuple(dict.fromkeys(self.symbols or (str(self.symbol),))),
            resume=None if self.resume is None else names.run_path(workspace, self.resume),
            **given,
        )


def _money_fields() -> dict[str, tuple[Any, Any]]:
    """Return the options of the account with the types and bounds of a strategy's ``backtest`` section."""
    found: dict[str, tuple[Any, Any]] = {}
    for option in dataclasses.fields(MoneyOptions):
        if option.name != "sizing":
            spelled = AliasChoices(option.name, ORIGINAL_WORDS.get(option.name, option.name))
            info = BacktestSettings.model_fields[ORIGINAL_WORDS.get(option.name, option.name)]
            bounded: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            found[option.name] = (bounded | None, Field(None, validation_alias=spelled, description=info.description))
    return found


if TYPE_CHECKING:

    class MoneyBody(Body):
        """The options of the account."""

else:
    MoneyBody = create_model("MoneyBody", __base__=Body, **_money_fields())


class BacktestBody(MoneyBody):
    """Judge a model on one symbol; the fields are those of the command ``backtest``."""

    strategy_name: Name = Field(validation_alias=STRATEGY, description=STRATEGY_WORDS)
    symbol: Name = Field(description="Symbol that is traded.")
    timeframe: Name
    model: str = Field("auto", min_length=1, max_length=512, description=MODEL_WORDS)
    allow_any: bool = Field(True, description="Whether another symbol's model may serve.")
    calibrate: bool = Field(True, description="Whether probabilities are calibrated; else they are the network's own.")
    start: Date | None = Field(None, validation_alias=START)
    end: Date | None = Field(None, validation_alias=END)
    sizing: dict[str, Any] | None = Field(None, examples=[{"kind": "all_in"}, {"kind": "fraction", "fraction": 0.5}])

    @field_validator("sizing")
    @classmethod
    def _known_sizing(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        try:
            if value is not None:
                check_sizing(value)
        except BadInput as error:
            raise ValueError(f"{error.message}; {error.hint}") from error
        return value

    def to_request(self, workspace: Workspace) -> BacktestRequest:
        """Return what the use case takes.

        Parameters
        ----------
        workspace : Workspace
            Where it works.

        Raises
        ------
        UnsafeName, InvalidValue
            For names that would leave the workspace.
        """
        money = {option.name: getattr(self, option.name) for option in dataclasses.fields(MoneyOptions)}
        return BacktestRequest(
            workspace=workspace,
            strategy=names.strategy_name(self.strategy_name),
            symbol=self.symbol,
            timeframe=self.timeframe,
            model=names.model_choice(workspace, self.model),
            allow_any=self.allow_any,
            calibrate=self.calibrate,
            start=self.start,
            end=self.end,
            money=MoneyOptions(**money),
        )


class StrategyBody(Body):
    """A strategy to check: the text of its file, or the name of one that the workspace has."""

    text: str | None = Field(None, max_length=LONGEST_STRATEGY, description="A strategy's text; not with ``name``.")
    name: Name | None = Field(None, description=STRATEGY_WORDS)

    @model_validator(mode="after")
    def _text_or_name(self) -> Self:
        if (self.text is None) == (self.name is None):
            raise ValueError("give either text or name")
        return self
