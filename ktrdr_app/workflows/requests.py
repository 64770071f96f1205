"""What a face asks for and what it gets back: frozen records, one pair per user action.

Heavy libraries are imported for types only, so that a face may build a request at no cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ktrdr_app.backtesting.results import BacktestResult
    from ktrdr_app.labels.report import LabelReport
    from ktrdr_app.strategy.schema import FuzzyInput


@dataclass(frozen=True)
class TrainRequest:
    """Train one model.

    Attributes
    ----------
    workspace : Workspace
        Where data are read and the model is saved.
    strategy : str
        Strategy name or path of a YAML file.
    symbols : tuple of str
        Symbols to learn from.
    timeframe : str
        Bar length ("1h").
    kind : str
        ``universal``, or ``legacy`` for one symbol in the original's layout.
    combination : str, optional
        Overrides the strategy's way of putting symbols together.
    weights : mapping, optional
        Relative rows per symbol, for ``weighted``.
    start, end : str, optional
        First and last bar open, ISO dates in UTC; ``end`` includes the whole day.
    epochs, batch_size : int, optional
        Override the strategy.
    seed : int
        The run's seed.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    resume : str, optional
        Name or path of an interrupted run to go on from.
    cluster : str, optional
        Dask scheduler whose workers prepare the symbols and fit a certificate's models; no result depends on it.
    """

    workspace: Workspace
    strategy: str
    symbols: tuple[str, ...]
    timeframe: str
    kind: str = "universal"
    combination: str | None = None
    weights: Mapping[str, float] | None = None
    start: str | None = None
    end: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    device: str = "auto"
    resume: str | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class TrainResult:
    """A trained and saved model.

    Attributes
    ----------
    document : dict
        The JSON form that ``train --json`` prints.
    model_path : Path
        The model's folder.
    sentences : tuple of str
        What happened, in plain words.
    history : tuple of EpochFinished
        Every epoch.
    resumable : str, optional
        Run to go on from, where the training was asked to end early; the model is the best so far then.
    """

    document: dict[str, Any]
    model_path: Path
    sentences: tuple[str, ...]
    history: tuple[EpochFinished, ...]
    resumable: str | None = None


@dataclass(frozen=True)
class CertifyResult:
    """Whether a strategy's skill carries over to symbols that it was not fitted on.

    Attributes
    ----------
    document : dict
        The JSON form that ``certify --json`` prints and ``certificate.json`` holds.
    path : Path
        That file.
    """

    document: dict[str, Any]
    path: Path


@dataclass(frozen=True)
class MoneyOptions:
    """What the command line or the window overrides of a strategy's backtest section; None leaves it as it is.

    Attributes
    ----------
    capital : float, optional
        Initial capital in account currency.
    sizing : mapping, optional
        As `BacktestConfig` has it.
    commission, commission_unit, slippage, slippage_unit, tick_size, spread, fill, lot_step, stop_loss, take_profit, \
    trailing_stop, stop_unit, swap_long, swap_short, borrow, allow_short, close_at_end : optional
        As the fields of `BacktestConfig`.
    """

    capital: float | None = None
    sizing: Mapping[str, Any] | None = None
    commission: float | None = None
    commission_unit: str | None = None
    slippage: float | None = None
    slippage_unit: str | None = None
    tick_size: float | None = None
    spread: float | None = None
    fill: str | None = None
    lot_step: float | None = None
    stop_loss: float | None = None
    take_profit: float | None = None
    trailing_stop: float | None = None
    stop_unit: str | None = None
    swap_long: float | None = None
    swap_short: float | None = None
    borrow: float | None = None
    allow_short: bool | None = None
    close_at_end: bool | None = None

    def overrides(self) -> dict[str, Any]:
        """Return what replaces the fields of a strategy's backtest section, by their names there."""
        given = asdict(self)
        given["initial_capital"] = given.pop("capital")
        del given["sizing"]
        return given


@dataclass(frozen=True)
class BacktestRequest:
    """Judge a model on one symbol.

    Attributes
    ----------
    workspace : Workspace
        Where data and models are read and the run is written.
    strategy : str
        Strategy name or path.
    symbol : str
        Symbol to trade; it need not be one the model learnt from.
    timeframe : str
        Bar length.
    model : str
        ``auto`` for the resolver, ``universal``, ``legacy``, or the path of a model folder.
    allow_any : bool
        Whether the resolver may fall back to another symbol's model.
    calibrate : bool
        Whether probabilities pass through the model's own calibration, as they do everywhere by default.
    start, end : str, optional
        First and last bar open, ISO dates in UTC.
    money : MoneyOptions
        Overrides of the strategy's backtest section.
    out : Path, optional
        Folder for the run's files; ``runs/<id>`` of the workspace by default.
    """

    workspace: Workspace
    strategy: str
    symbol: str
    timeframe: str
    model: str = "auto"
    allow_any: bool = True
    calibrate: bool = True
    start: str | None = None
    end: str | None = None
    money: MoneyOptions = field(default_factory=MoneyOptions)
    out: Path | None = None


@dataclass(frozen=True)
class SignalsRequest:
    """Run the backtest engine on signals from a file.

    Attributes
    ----------
    workspace : Workspace
        Where data are read and the run is written.
    signals : Path
        CSV with columns ``timestamp,signal[,confidence]``; signal is BUY, HOLD or SELL.
    symbol, timeframe : str
        The bars to run on.
    start, end : str, optional
        First and last bar open, ISO dates in UTC.
    money : MoneyOptions
        Capital, costs, fills, sizing.
    out : Path, optional
        Folder for the run's files.
    """

    workspace: Workspace
    signals: Path
    symbol: str
    timeframe: str
    start: str | None = None
    end: str | None = None
    money: MoneyOptions = field(default_factory=MoneyOptions)
    out: Path | None = None


@dataclass(frozen=True)
class BacktestOutcome:
    """A finished backtest.

    Attributes
    ----------
    document : dict
        The JSON form that ``backtest --json`` prints.
    bars : DataFrame
        The bars that were traded.
    result : BacktestResult
        Equity, trades, events, decisions.
    benchmark_equity : Series
        Buy and hold with the same capital and costs.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars that lie in the model's training or validation span on this very symbol.
    folder : Path
        Where the run's files lie.
    """

    document: dict[str, Any]
    bars: pd.DataFrame
    result: BacktestResult
    benchmark_equity: pd.Series[float]
    in_sample: NDArray[np.bool_]
    folder: Path


@dataclass(frozen=True)
class DemoRequest:
    """Run the main job on the sample data.

    Attributes
    ----------
    workspace : Workspace
        Made ready with the sample data if its data folder is empty.
    seed : int
        Seed of the training run.
    """

    workspace: Workspace
    seed: int = 0


@dataclass(frozen=True)
class DemoResult:
    """What the demo made.

    Attributes
    ----------
    train : TrainResult
        The universal model.
    backtest : BacktestOutcome
        Its backtest on a symbol it never saw.
    report : Path
        The HTML report.
    """

    train: TrainResult
    backtest: BacktestOutcome
    report: Path


@dataclass(frozen=True)
class SeriesRequest:
    """One strategy, one symbol, one time frame: for features and labels.

    Attributes
    ----------
    workspace : Workspace
        Where data and strategies are read.
    strategy : str
        Strategy name or path.
    symbol, timeframe : str
        The bars.
    out : Path, optional
        CSV or Parquet file to write.
    """

    workspace: Workspace
    strategy: str
    symbol: str
    timeframe: str
    out: Path | None = None


@dataclass(frozen=True)
class FeaturesResult:
    """The feature block of one symbol before scaling.

    Attributes
    ----------
    frame : DataFrame of float32
        One column per feature, one row per bar after the warm-up.
    dropped_rows : int
        Warm-up rows that were left out.
    digest : str
        Hash of the feature contract.
    """

    frame: pd.DataFrame
    dropped_rows: int
    digest: str


@dataclass(frozen=True)
class LabelsResult:
    """The labels of one symbol.

    Attributes
    ----------
    frame : DataFrame
        Columns ``label`` (BUY, HOLD, SELL or empty) and ``label_end`` (close of the last bar the label looked at).
    report : LabelReport
        Runs, trivial rules, and a better threshold where a class is nearly absent.
    """

    frame: pd.DataFrame
    report: LabelReport


@dataclass(frozen=True)
class BarsRequest:
    """Read the bars of a series.

    Attributes
    ----------
    workspace : Workspace
        Where data are read.
    symbol, timeframe : str
        The series.
    start, end : str, optional
        First and last bar open, ISO dates in UTC; ``end`` includes the whole day.
    """

    workspace: Workspace
    symbol: str
    timeframe: str
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class IndicatorRequest:
    """Compute one indicator.

    Attributes
    ----------
    workspace : Workspace
        Where data are read.
    name : str
        Indicator name.
    symbol, timeframe : str
        The bars.
    params : mapping
        The indicator's parameters; defaults for those left out.
    out : Path, optional
        CSV or Parquet file to write.
    """

    workspace: Workspace
    name: str
    symbol: str
    timeframe: str
    params: Mapping[str, int | float | str] = field(default_factory=dict)
    out: Path | None = None


@dataclass(frozen=True)
class FuzzyCheckRequest:
    """Look at the sets of every fuzzy input of a strategy.

    Attributes
    ----------
    workspace : Workspace
        Where the strategy and the data are read.
    strategy : str
        Name or path.
    symbols : tuple of str, optional
        Symbols whose values are laid under the sets; all with bars of the time frame by default.
    timeframe : str, optional
        Bar length; without it, only the shapes are looked at.
    """

    workspace: Workspace
    strategy: str
    symbols: tuple[str, ...] | None = None
    timeframe: str | None = None


@dataclass(frozen=True)
class FuzzyViewRequest:
    """What the fuzzy editor shows of one input.

    Attributes
    ----------
    workspace : Workspace
        Where data and strategies are read.
    strategy : str
        Strategy name or path.
    fuzzy_input : str
        Key under ``fuzzy_sets``.
    symbols : tuple of str
        Symbols whose values are shown under the sets.
    timeframe : str
        Bar length.
    """

    workspace: Workspace
    strategy: str
    fuzzy_input: str
    symbols: tuple[str, ...]
    timeframe: str


@dataclass(frozen=True)
class FuzzyView:
    """The sets of one input and the values they are laid over.

    Attributes
    ----------
    inputs : tuple of str
        All fuzzy inputs of the strategy.
    fuzzy_input : FuzzyInput
        The sets.
    values : dict of str to ndarray of float64
        Values after the warm-up, by symbol, in the input's unit.
    """

    inputs: tuple[str, ...]
    fuzzy_input: FuzzyInput
    values: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class StrategyInfo:
    """One strategy file.

    Attributes
    ----------
    name : str
        File stem, as commands take it.
    path : Path
        The file.
    description : str
        The strategy's own sentence.
    shipped : bool
        Whether it came with the program.
    problem : str
        Why it cannot be used; empty if it can.
    called : str
        The ``name`` in the file, which its models carry; empty where it cannot be read.
    """

    name: str
    path: Path
    description: str
    shipped: bool
    problem: str
    called: str = ""


@dataclass(frozen=True)
class Check:
    """One line of ``doctor``.

    Attributes
    ----------
    name : str
        What was looked at.
    ok : bool
        Whether it is fit.
    detail : str
        What was found.
    advice : str
        What to do, if it is not fit.
    """

    name: str
    ok: bool
    detail: str
    advice: str = ""
