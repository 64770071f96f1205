"""What a strategy file may say: one grammar, with every default, bound, unit and help text declared once."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationInfo, field_validator, model_validator

from ktrdr_app.core.errors import UnsafeName
from ktrdr_app.core.paths import safe_name

Parameter = int | float | str
SetKind = Literal["triangular", "trapezoidal", "gaussian"]
Shoulder = Literal["none", "left", "right"]
Form = Literal["auto", "raw", "ratio_to_price", "percent", "atr", "atr_distance", "zscore"]
LongerTimeframe = Literal["", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
_BARS: dict[str, JsonValue] = {"unit": "bars"}
_EPOCHS: dict[str, JsonValue] = {"unit": "epochs"}
_ROWS: dict[str, JsonValue] = {"unit": "rows"}
_HOURS: dict[str, JsonValue] = {"unit": "hours"}

MOST_CAPITAL = 1e15
"""Account currency: beyond it a float has no cents, and figures overflow in the end."""

FUSED_OPTIMIZERS = ("adam", "adamw", "sgd")
"""Optimizers of the fused trainer."""

PARAMETER_NAMES: dict[str, tuple[str, ...]] = {
    "triangular": ("a", "b", "c"),
    "trapezoidal": ("a", "b", "c", "d"),
    "gaussian": ("centre", "width"),
}


def parameter_fault(kind: str, parameters: list[float] | tuple[float, ...]) -> str:
    """Say what is wrong with the numbers of a membership function; empty if nothing is.

    Parameters
    ----------
    kind : str
        ``triangular``, ``trapezoidal`` or ``gaussian``.
    parameters : sequence of float
        Its numbers, in the input's unit.
    """
    names = PARAMETER_NAMES[kind]
    if len(parameters) != len(names):
        return f"{kind} takes {len(names)} numbers ({', '.join(names)}), not {len(parameters)}"
    if not all(math.isfinite(value) for value in parameters):
        return f"{kind} takes finite numbers; open a side with shoulder: left or right"
    if kind == "gaussian":
        return "" if parameters[1] > 0 else f"the width must be above 0, not {parameters[1]:g}"
    if any(left > right for left, right in itertools.pairwise(parameters)):
        return f"the numbers must not fall: {' <= '.join(names)}"
    return "" if parameters[0] < parameters[-1] else "the set has no width: its first and last number are equal"


class Section(BaseModel):
    """Base of every part of a strategy: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _check_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation in (int, float):
            raise ValueError("a number is wanted here, not true or false")
        return value


class IndicatorSpec(BaseModel):
    """One indicator under an id of its own; the keys beside ``name`` are its parameters."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    name: str
    """Name in the catalogue (``ktrdr-app indicators list``)."""

    @property
    def params(self) -> dict[str, Parameter]:
        """The indicator's parameters as written; its own model checks them."""
        return dict(self.model_extra or {})


class FuzzySet(Section):
    """One membership function."""

    type: SetKind
    """Shape."""
    parameters: list[float]
    """Triangular a, b, c; trapezoidal a, b, c, d; gaussian centre and width (standard deviation)."""
    shoulder: Shoulder = "none"
    """An open side: full membership for everything left (or right) of the peak."""

    @model_validator(mode="after")
    def _check_parameters(self) -> Self:
        fault = parameter_fault(self.type, self.parameters)
        if fault:
            raise ValueError(fault)
        return self


class FuzzyInput(Section):
    """The sets of one input: which indicator output, in which scale-free form."""

    input: str = ""
    """Indicator id, or ``id.output``; the main output of the id that the entry is named after by default."""
    form: Form = "auto"
    """raw x · ratio_to_price close/x · percent 100·x/close · atr x/ATR · atr_distance (close-x)/ATR · zscore of the
    last ``window`` values · auto: the one that means the same on every symbol, by the output's unit."""
    window: int = Field(default=250, ge=20, le=5000, json_schema_extra=_BARS)
    """Past bars in a z-score."""
    timeframe: LongerTimeframe = ""
    """Empty for the strategy's own bars, or a longer time frame: the same indicator on bars made of them, used from
    their close on."""
    sets: dict[str, FuzzySet] = Field(min_length=1)
    """Membership functions by name, from low to high."""


class FeatureSettings(Section):
    """Which groups of features reach the network, and how they are scaled."""

    price_context: bool = True
    """Group B: price to moving averages, rates of change, position in the bar, volatility."""
    volume_context: bool = True
    """Group C: volume ratio, volume change, normalised OBV, and whether there is volume at all."""
    raw_indicators: bool = False
    """Group E: bounded indicators divided by their range, others as a z-score of past bars."""
    lookback_periods: int = Field(default=1, ge=1, le=20, json_schema_extra=_BARS)
    """Group D: bars of memory; 3 adds ``_lag1`` and ``_lag2`` of every membership."""
    zscore_window: int = Field(default=250, ge=50, le=5000, json_schema_extra=_BARS)
    """Past bars in each z-score."""
    symbol_embedding: bool = False
    """Whether a universal model learns a vector per symbol, and one that stands for every symbol it never saw."""
    scaling: Literal["standard", "minmax"] = "standard"
    """Scaler, fitted on training rows only."""


class LabelSettings(Section):
    """What the network is asked to predict."""

    method: str = "zigzag"
    """Labeler. ``zigzag``: which of +threshold or -threshold the close reaches first within the lookahead;
    ``triple_barrier``: which trade from the next open takes its profit before its stop; ``fixed_horizon``: where the
    close stands after the lookahead; ``segment``: the swing a bar lies in, which is hindsight, for comparison only."""
    threshold: float = Field(default=0.03, gt=0, le=1000)
    """Size of a move that counts: a fraction of the price, or a multiple of ATR."""
    threshold_unit: Literal["fraction", "atr"] = "fraction"
    """Unit of the threshold."""
    lookahead: int = Field(default=20, ge=1, le=1000, json_schema_extra=_BARS)
    """Bars to look ahead; ``segment`` looks until its swing is over."""
    atr_period: int = Field(default=14, ge=1, le=500, json_schema_extra=_BARS)
    """ATR period where the threshold is in ATR."""
    take_profit: float = Field(default=1.0, gt=0, le=100)
    """``triple_barrier``: distance of the take-profit from the entry, in thresholds."""
    stop_loss: float = Field(default=1.0, gt=0, le=100)
    """``triple_barrier``: distance of the stop from the entry, in thresholds."""
    both_touched: Literal["pessimistic", "hold"] = "pessimistic"
    """``triple_barrier``: one bar touches take-profit and stop of a trade: the trade is lost, or the label is HOLD."""

    @model_validator(mode="after")
    def _check_threshold(self) -> Self:
        if self.threshold_unit == "atr":
            return self
        if self.threshold >= 1:
            raise ValueError("a threshold in fractions of the price must be below 1 (0.03 is 3 %)")
        for name, multiple in (("take_profit", self.take_profit), ("stop_loss", self.stop_loss)):
            if self.threshold * multiple >= 1:
                raise ValueError(f"{name} times a threshold in fractions of the price must be below 1, a price of 0")
        return self


class NetworkSettings(Section):
    """The multi-layer perceptron."""

    hidden_layers: list[int] = Field(default=[30, 15, 8], min_length=1, max_length=8)
    """Units per hidden layer."""
    activation: Literal["relu", "tanh", "leaky_relu"] = "relu"
    """Non-linearity of the hidden layers."""
    dropout: float = Field(default=0.2, ge=0, lt=0.9)
    """Share of hidden units dropped in each training step."""

    @field_validator("hidden_layers")
    @classmethod
    def _check_layers(cls, value: list[int]) -> list[int]:
        if any(units < 1 or units > 4096 for units in value):
            raise ValueError("each hidden layer needs 1 to 4096 units")
        return value


class SplitSettings(Section):
    """Chronological shares, cut at instants common to all symbols."""

    train: float = Field(default=0.7, gt=0, lt=1)
    """Share of the time span used to fit."""
    validation: float = Field(default=0.15, gt=0, lt=1)
    """Share used for early stopping and calibration."""
    test: float = Field(default=0.15, gt=0, lt=1)
    """Share that nothing but the final figures sees."""
    embargo: float = Field(default=0.0, ge=0, lt=0.5)
    """Share of the time span left out after each cut, so that features looking back over a cut lend no help."""

    @model_validator(mode="after")
    def _check_sum(self) -> Self:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train, validation and test must add up to 1, not {total:g}")
        if self.embargo >= min(self.validation, self.test):
            raise ValueError(f"embargo must be below the shares validation and test, not {self.embargo:g}")
        return self


class TrainingSettings(Section):
    """How the network is fitted."""

    epochs: int = Field(default=100, ge=1, le=10_000, json_schema_extra=_EPOCHS)
    """Most passes over the training rows."""
    batch_size: int = Field(default=32, ge=1, le=65_536, json_schema_extra=_ROWS)
    """Rows per step."""
    learning_rate: float = Field(default=0.001, gt=0, le=1)
    """Step size of the optimizer; the highest one of a schedule."""
    trainer: Literal["auto", "fused", "torch"] = "auto"
    """``fused`` is fast, on the CPU; ``torch`` knows every device and optimizer; ``auto`` takes fused where it can."""
    optimizer: Literal["adam", "adamw", "sgd", "nadam", "radam", "rmsprop", "adagrad", "adamax"] = "adam"
    """How steps are made of gradients; those after ``sgd`` are torch's alone."""
    momentum: float = Field(default=0.9, ge=0, lt=1)
    """Share of the step before that ``sgd`` keeps."""
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    """L2 penalty; with ``adamw`` the share of the weights taken off at each step, times the learning rate."""
    gradient_clip: float = Field(default=0.0, ge=0, le=1000)
    """Greatest norm of a gradient; 0 for no limit."""
    schedule: Literal["constant", "plateau", "cosine", "one_cycle"] = "constant"
    """Learning rate over time: ``plateau`` lowers it where the validation loss stands still."""
    plateau_patience: int = Field(default=10, ge=0, le=10_000, json_schema_extra=_EPOCHS)
    """Epochs without a better validation loss before ``plateau`` lowers the rate."""
    plateau_factor: float = Field(default=0.5, gt=0, lt=1)
    """What ``plateau`` multiplies the rate by."""
    class_weights: Literal["none", "balanced", "effective"] = "none"
    """``balanced`` weighs each of k classes by n/(k·n_class), ``effective`` by its effective number of rows."""
    effective_beta: float = Field(default=0.999, ge=0, lt=1)
    """How much each further row of a class still counts for ``effective``; near 1 every row counts in full."""
    focal_gamma: float = Field(default=0.0, ge=0, le=10)
    """Focal loss: how much less rows count that are answered well already; 0 is cross-entropy."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of each label that is spread evenly over the three classes."""
    stop_on: Literal["nll", "accuracy"] = "nll"
    """Validation figure, averaged over symbols, that decides when to stop and which epoch is kept."""
    patience: int = Field(default=15, ge=1, le=10_000, json_schema_extra=_EPOCHS)
    """Epochs without a better figure before stopping."""
    min_delta: float = Field(default=0.0001, ge=0, le=1)
    """Least gain of that figure that counts."""
    checkpoint_every: int = Field(default=10, ge=0, le=10_000, json_schema_extra=_EPOCHS)
    """Epochs between two checkpoints for ``train --resume``, after that of the first epoch; 0 for none."""
    calibration: Literal["temperature", "none"] = "temperature"
    """Whether probabilities are made to mean what they say on validation rows, after undoing class weights."""
    combination: Literal["concatenate", "interleave", "balanced", "weighted"] = "concatenate"
    """How the symbols' rows are put together."""
    per_symbol_batches: Literal["auto", "off"] = "auto"
    """``auto``: with n symbols an epoch has the steps of their mean symbol, each of ``batch_size``·√n rows at
    ``learning_rate``·⁴√n (``sgd``: ·√n), so that 3 symbols cost less than twice one; ``off``: every row each epoch."""
    split: SplitSettings = SplitSettings()
    """Shares of the time span."""

    @field_validator("per_symbol_batches", mode="before")
    @classmethod
    def _check_word(cls, value: Any) -> Any:
        return "off" if value is False else value  # YAML reads a bare off as false

    @model_validator(mode="after")
    def _check_trainer(self) -> Self:
        if self.trainer == "fused" and self.optimizer not in FUSED_OPTIMIZERS:
            known = ", ".join(FUSED_OPTIMIZERS)
            raise ValueError(f"the fused trainer knows {known}, not {self.optimizer}; write trainer: auto or torch")
        return self


class DecisionSettings(Section):
    """From probabilities to actions."""

    confidence_threshold: float = Field(default=0.5, ge=0, le=1)
    """Least probability of BUY or SELL that is acted on."""
    confidence_thresholds: dict[Literal["backtest", "paper", "live"], Annotated[float, Field(ge=0, le=1)]] = {}
    """Thresholds of single modes, in the place of ``confidence_threshold``."""
    position_awareness: bool = True
    """Never buy while long, never sell while flat (unless short positions are allowed)."""
    min_signal_separation: int = Field(default=1, ge=0, le=100_000, json_schema_extra=_BARS)
    """Least bars between two acted-on signals."""
    min_separation_hours: float = Field(default=0.0, ge=0, le=100_000, json_schema_extra=_HOURS)
    """Least hours between two acted-on signals, beside the bars."""
    cooldown_bars: int = Field(default=0, ge=0, le=100_000, json_schema_extra=_BARS)
    """Bars after a position's end in which none is opened from flat."""
    volume_filter: bool = False
    """Act only on bars with at least ``min_volume_ratio`` times the usual volume."""
    min_volume_ratio: float = Field(default=1.0, gt=0, le=100)
    """Volume over its mean of the 20 bars before."""
    max_position_size: float = Field(default=1.0, gt=0, le=1)
    """Greatest fraction of the cash that a position may take; larger orders are shrunk to it."""
    max_dissimilarity: float | None = Field(default=None, gt=0, le=1000)
    """Abstain where a bar's features are further than this from the training rows, in their mean distances."""


class BacktestSettings(Section):
    """Money and costs; the command line may override them."""

    initial_capital: float = Field(default=100_000.0, gt=0, le=MOST_CAPITAL)
    """Account currency."""
    commission_unit: Literal["rate", "per_unit"] = "rate"
    """What ``commission`` is in."""
    commission: float = Field(default=0.001, ge=0)
    """Per side: fraction of the traded value, below 1, or account currency per unit."""
    slippage_unit: Literal["rate", "ticks", "range"] = "rate"
    """What ``slippage`` is in."""
    slippage: float = Field(default=0.0005, ge=0)
    """Against you, per side: fraction of the price, below 1, ticks, or fraction of the last complete bar's range."""
    tick_size: float = Field(default=0.0, ge=0)
    """Least price step; needed where slippage is in ticks."""
    spread: float = Field(default=0.0, ge=0)
    """Ask less bid in quote currency; each side pays half."""
    lot_step: float = Field(default=0.0, ge=0)
    """Least step of units; 0 for any fraction."""
    stop_loss: float | None = Field(default=None, gt=0)
    """Distance of the stop from the entry price; none by default."""
    take_profit: float | None = Field(default=None, gt=0)
    """Distance of the target from the entry price; none by default."""
    trailing_stop: float | None = Field(default=None, gt=0)
    """Distance of the trailing stop from the best price so far; none by default."""
    stop_unit: Literal["fraction", "atr"] = "fraction"
    """What the three distances are in: fractions of the entry price, or average true ranges."""
    swap_long: float = Field(default=0.0, gt=-1, lt=1)
    """Overnight interest of long positions, yearly fraction of their value; below 0 is received."""
    swap_short: float = Field(default=0.0, gt=-1, lt=1)
    """Overnight interest of short positions, likewise."""
    borrow: float = Field(default=0.0, ge=0, lt=1)
    """Yearly fraction that short positions pay for the loan."""
    close_at_end: bool = False
    """Whether a position still open after the last bar is closed at its close; else it is only valued there."""
    fill: Literal["next_open", "close"] = "next_open"
    """Price of a fill; ``close`` fills on the bar that gave the signal and is optimistic."""
    allow_short: bool = False
    """Whether SELL while flat opens a short position."""

    @field_validator("commission", "slippage")
    @classmethod
    def _check_rate(cls, value: float, info: ValidationInfo) -> float:
        if info.data.get(f"{info.field_name}_unit", "rate") == "rate" and value >= 1:
            raise ValueError("a rate below 1")
        return value


class Strategy(Section):
    """A whole strategy file."""

    name: str
    """Name of the strategy and of its models' folder."""
    description: str = ""
    """One or two sentences for people."""
    indicators: dict[str, IndicatorSpec] = Field(min_length=1)
    """Indicators by id."""
    fuzzy_sets: dict[str, FuzzyInput] = Field(min_length=1)
    """Fuzzy inputs by name; memberships are called ``{name}_{set}``, on longer bars ``{name}_{set}_{timeframe}``."""
    features: FeatureSettings = FeatureSettings()
    """Feature groups and scaling."""
    labels: LabelSettings = LabelSettings()
    """Labels."""
    network: NetworkSettings = NetworkSettings()
    """Network."""
    training: TrainingSettings = TrainingSettings()
    """Fitting."""
    decision: DecisionSettings = DecisionSettings()
    """Decisions."""
    backtest: BacktestSettings = BacktestSettings()
    """Backtest."""

    @field_validator("name")
    @classmethod
    def _check_name(cls, value: str) -> str:
        try:
            return safe_name(value, "strategy")
        except UnsafeName as error:
            raise ValueError(f"{error.message}: {error.hint}") from error

    @field_validator("indicators", "fuzzy_sets")
    @classmethod
    def _check_ids(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key in value:
            if not key.replace("_", "").isalnum() or not key[0].isalpha():
                raise ValueError(f"the id {key!r} must be made of letters, digits and _ and begin with a letter")
        return value

    def source_of(self, fuzzy_input: str) -> tuple[str, str]:
        """Return indicator id and output that a fuzzy input reads; the output is empty for the main line.

        Parameters
        ----------
        fuzzy_input : str
            Key under ``fuzzy_sets``.
        """
        written = self.fuzzy_sets[fuzzy_input].input or fuzzy_input
        indicator, _, output = written.partition(".")
        return indicator, output

    def document(self) -> dict[str, Any]:
        """Return the strategy, defaults included, as plain JSON types; `strategy.load.from_document` reads it back."""
        return self.model_dump(mode="json")
