"""Every option and argument of the command line, declared once; a command is a list of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ktrdr_app.core.errors import InvalidValue

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Choice:
    """One option or argument.

    Attributes
    ----------
    name : str
        Name under which a command receives it.
    help : str
        One line for people.
    flag : str
        As it is written (``--start``); empty for an argument.
    kind : type
        Type that the terminal's text is read as.
    default : object
        Value where it is not given; `REQUIRED` if it must be.
    metavar : str
        What stands for its value in the help.
    read : callable
        Turns the value into what a request takes; not called for None.
    """

    name: str
    help: str
    flag: str = ""
    kind: Any = str
    default: Any = None
    metavar: str | None = None
    read: Callable[[Any], Any] | None = None

    def parameter(self) -> inspect.Parameter:
        """Return the parameter that typer builds the option from."""
        info: Any
        if self.flag:
            info = typer.Option(self.flag, help=self.help, metavar=self.metavar, show_default=self._shows_default)
        else:
            info = typer.Argument(help=self.help, metavar=self.metavar or self.name.upper(), show_default=False)
        kind = self.kind if self.default is not None else self.kind | None
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=self.default, annotation=Annotated[kind, info]
        )

    @property
    def _shows_default(self) -> bool:
        return self.default not in (None, REQUIRED, False, "")

    def value(self, given: Any) -> Any:
        """Return what the command receives.

        Parameters
        ----------
        given : object
            What typer has read.
        """
        return given if self.read is None or given is None else self.read(given)


def names(text: str) -> tuple[str, ...]:
    """Return the names of a comma-separated list, each once.

    Parameters
    ----------
    text : str
        As it was typed.

    Raises
    ------
    InvalidValue
        If there is no name in it.
    """
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found:
        raise InvalidValue("symbols", text, "names separated by commas, such as AAPL,MSFT")
    return found


def shares(text: str) -> dict[str, float]:
    """Return the weights of ``A=2,B=1``.

    Parameters
    ----------
    text : str
        As it was typed.

    Raises
    ------
    InvalidValue
        If it is not of that form.
    """
    try:
        pairs = [part.split("=", 1) for part in text.split(",")]
        return {name.strip(): float(share) for name, share in pairs}
    except ValueError as error:
        raise InvalidValue("weights", text, "a number for each symbol, such as AAPL=2,MSFT=1") from error


def parameters(texts: list[str]) -> dict[str, int | float | str]:
    """Return indicator parameters from ``period=14`` and the like.

    Parameters
    ----------
    texts : list of str
        One per ``--param``.

    Raises
    ------
    InvalidValue
        If one has no ``=``.
    """
    found: dict[str, int | float | str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InvalidValue("param", text, "a name and a value, such as period=14")
        found[name.strip()] = _number_or_word(value.strip())
    return found


def _number_or_word(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def size(text: str) -> tuple[int, int]:
    """Return width and height of ``1440x900``.

    Parameters
    ----------
    text : str
        As it was typed.

    Raises
    ------
    InvalidValue
        If it is not of that form, or below 320x240, or above 8192 on a side.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8192 and 240 <= int(height) <= 8192):
        raise InvalidValue("size", text, "width x height in pixels, such as 1440x900, from 320x240 to 8192x8192")
    return int(width), int(height)


def folder(path: Path) -> Path:
    """Return the workspace's folder as an absolute path.

    Parameters
    ----------
    path : Path
        As it was typed; it need not exist yet.

    Raises
    ------
    InvalidValue
        If it is a file, or no disk could hold it.
    """
    try:
        usable = path.is_dir() or not path.exists()
    except OSError:
        usable = False
    if not usable:
        raise InvalidValue("workspace", str(path), "a folder")
    return path.resolve()


def true_or_none(given: bool) -> bool | None:
    """A flag that is not given leaves the strategy's setting alone."""
    return given or None


WORKSPACE = Choice("workspace", "Folder with data, models and runs.", "--workspace", Path, None, "DIR", folder)
JSON = Choice("as_json", "Print one JSON document, and nothing else, on stdout.", "--json", bool, False)

STRATEGY = Choice("strategy", "Strategy name, or path of a YAML file.", default=REQUIRED)
MAYBE_STRATEGY = Choice("strategy", "Strategy name, or path of a YAML file; not with --signals.")
SYMBOL = Choice("symbol", "Symbol.", default=REQUIRED)
SYMBOLS_BUILT = Choice("symbols", "Symbol, or several separated by commas.", default=REQUIRED, metavar="SYMBOL[,..]",
                       read=names)  # fmt: skip
TIMEFRAME = Choice("timeframe", "Bar length: 1m 5m 15m 30m 1h 4h 1d 1w.", default=REQUIRED, metavar="TF")
INDICATOR = Choice("name", "Name of the indicator.", default=REQUIRED)
MODEL_PATH = Choice("path", "Model folder.", default=REQUIRED)
PANEL = Choice(
    "panel", "data, strategy, fuzzy, training, models, backtest, log, or the window; none with --all.", default=""
)

SYMBOLS_OPTION = Choice("symbols", "Symbols to learn from.", "--symbols", str, REQUIRED, "A,B,C", names)
SYMBOLS_TRADED = Choice("symbols", "Symbols to trade, one run each.", "--symbol", str, REQUIRED, "S[,S2..]", names)
SYMBOL_OPTION = Choice("symbol", "Symbol whose own model may serve.", "--symbol", metavar="S")
TIMEFRAME_OPTION = Choice("timeframe", "Bar length.", "--timeframe", str, REQUIRED, "TF")
SYMBOLS_LOOKED_AT = Choice(
    "symbols", "Symbols whose values are looked at; all of the time frame by default.", "--symbols", str, None,
    "A,B,C", names,
)  # fmt: skip
MAYBE_TIMEFRAME = Choice("timeframe", "Bar length; without it, only the shapes are looked at.", "--timeframe",
                         metavar="TF")  # fmt: skip
START = Choice("start", "First bar, ISO date in UTC.", "--start", metavar="DATE")
END = Choice("end", "Last bar, ISO date in UTC; the whole day counts.", "--end", metavar="DATE")
SEED = Choice("seed", "Seed of every draw.", "--seed", int, 0, "N")
TABLE_OUT = Choice("out", "Write all rows to a .csv or .parquet file.", "--out", Path, None, "FILE")
TABLES_OUT = Choice("out", "Write all rows to a .csv or .parquet file; of several symbols, to a new folder.", "--out",
                    Path, None, "FILE|DIR")  # fmt: skip
PARAMETERS = Choice("params", "A parameter of the indicator; repeatable.", "--param", list[str], [], "k=v", parameters)

KIND = Choice("kind", "Kind of model.", "--kind", str, "universal", "universal|legacy")
COMBINATION = Choice(
    "combination",
    "How the symbols' rows are put together; the strategy says by default.",
    "--combination",
    metavar="concatenate|interleave|balanced|weighted",
)
WEIGHTS = Choice("weights", "Rows per symbol, relative, for weighted.", "--weights", metavar="A=2,B=1", read=shares)
EPOCHS = Choice("epochs", "Most passes over the training rows.", "--epochs", int, None, "N")
BATCH_SIZE = Choice("batch_size", "Rows per step.", "--batch-size", int, None, "N")
DEVICE = Choice("device", "Where the network is fitted.", "--device", str, "auto", "auto|cpu|cuda|mps")
RESUME = Choice("resume", "Go on from an interrupted run (or latest), with the options it had.", "--resume",
                metavar="RUN")  # fmt: skip
CLUSTER = Choice("cluster", "Dask scheduler whose workers share the work.", "--cluster", metavar="tcp://HOST:PORT")

SPACE = Choice("space", "YAML file of what is varied.", "--space", Path, REQUIRED, "FILE")
TRIALS = Choice("trials", "How many settings are tried.", "--trials", int, REQUIRED, "N")
OBJECTIVE = Choice(
    "objective", "What trials are ranked by, on validation rows: val_skill, val_accuracy, val_balanced_accuracy, "
    "val_macro_f1, val_mcc or val_sharpe.", "--objective", str, "val_skill", "NAME",
)  # fmt: skip
PRUNER = Choice("pruner", "Whether trials that fall behind are given up early.", "--pruner", str, "median",
                "median|none")  # fmt: skip
TRIAL_WORKERS = Choice("workers", "Trials at a time; the draws depend on it.", "--workers", int, 1, "N")
RESUME_SWEEP = Choice("resume", "Go on with a sweep (or latest), with its options; --trials may be more.", "--resume",
                      metavar="RUN")  # fmt: skip
SAVE_BEST = Choice("save_best", "Save the best trial's settings as a new strategy, and train it.", "--save-best",
                   metavar="NAME")  # fmt: skip

MODEL = Choice("model", "Which model to use.", "--model", str, "auto", "auto|universal|legacy|PATH")
NO_ANY = Choice("no_any", "Never fall back to another symbol's model.", "--no-any", bool, False)
NO_CALIBRATION = Choice(
    "no_calibration", "Take the network's probabilities as they are.", "--no-calibration", bool, False
)
PREFER = Choice("prefer", "Which kind is looked for first; the workspace's settings say by default.", "--prefer",
                metavar="universal|legacy")  # fmt: skip
SIGNALS = Choice("signals", "CSV timestamp,signal with BUY, HOLD or SELL.", "--signals", Path, None, "FILE")
PORTFOLIO = Choice("portfolio", "Trade all symbols with one account.", "--portfolio", bool, False)
MAX_EXPOSURE = Choice("max_exposure", "Most that all positions may come to, of the equity; with --portfolio.",
                      "--max-exposure", float, None, "X")  # fmt: skip
MAX_POSITIONS = Choice("max_positions", "Most positions held together; with --portfolio.", "--max-positions", int, None,
                       "N")  # fmt: skip
ACCOUNT_CURRENCY = Choice("account_currency", "Currency of the account; with --portfolio.", "--account-currency",
                          metavar="USD")  # fmt: skip
RUN = Choice("run", "Finished backtest: its folder, its name below runs/, or latest.", default=REQUIRED)
TRADE = Choice("trade", "Number of the trade, from 1; not with --at.", kind=int)
AT = Choice("time", "Ask about the bar at this time instead, ISO in UTC.", "--at", metavar="TIME")
RUN_OUT = Choice("out", "New folder for the run; runs/<id> by default.", "--out", Path, None, "DIR")

NO_WINDOW = Choice("no_window", "Do not open the window afterwards.", "--no-window", bool, False)
WARM = Choice("warm", "Compile all kernels now, so that the first run need not.", "--warm", bool, False)
PICTURE_OUT = Choice("out", "PNG or WebP file to write; with --all a folder.", "--out", Path, REQUIRED, "FILE.png|DIR")
EVERY_PANEL = Choice("all", "Every panel and the plain dialogs, in every theme.", "--all", bool, False)
PICTURE_KIND = Choice(
    "kind", "Kind of the pictures of --all; webp loses nothing and is smaller.", "--kind", str, "png", "png|webp"
)
SCALE = Choice("scale", "Device pixels per pixel, as on a screen of high density.", "--scale", float, 1.0, "X")
THEME = Choice("theme", "Colours.", "--theme", str, "dark", "dark|light|contrast")
SIZE = Choice(
    "size", "Pixels of the window; a panel is drawn at the size it has within.", "--size", str, "1440x900", "WxH", size
)

TRAINING = (
    *(STRATEGY, SYMBOLS_OPTION, TIMEFRAME_OPTION, COMBINATION, WEIGHTS, START, END, EPOCHS, BATCH_SIZE),
    *(SEED, DEVICE, CLUSTER),
)


def split(given: Mapping[str, Any], choices: tuple[Choice, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of some options, and those of the others.

    Parameters
    ----------
    given : mapping
        What a command received.
    choices : tuple of Choice
        The options that are taken out.
    """
    wanted = {choice.name for choice in choices}
    taken = {name: value for name, value in given.items() if name in wanted}
    return taken, {name: value for name, value in given.items() if name not in wanted}
