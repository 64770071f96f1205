"""Times every indicator of the catalogue beside TA-Lib and pandas-ta-classic, at two lengths, one thread.

    python benchmarks/indicators.py [--rounds N] [--seed N] [--sizes 20000 1000000] [--out FILE.json]

Equality first, then time: where TA-Lib has the function (or the parts of one), our lines must equal its to 1e-9, else
nothing is timed. Seconds are CPU time of this thread; each round runs everything once, so that a busy machine is busy
for all of them, and the median of the rounds counts. All results of a library's round are kept until it ends, as a
caller would keep them. ``set`` is the default set, `DEFAULT_SET`, with default parameters in one call of the engine,
arrays in and arrays out as with TA-Lib; ``frame`` the same from a frame of bars to a frame of columns. Indicators
beyond the set are timed and shown, marked with a star, and in no sum. ``talib`` is the sum of TA-Lib's own functions
for the lines that it has, ``set_per_talib`` what the set takes for each second of it; ``like_for_like_per_talib`` is
our time for the indicators that TA-Lib has a part in, all their lines, over the same sum. ``pandas_ta`` is the sum of
pandas-ta-classic's, with our own time for the same ones beside it. Each figure is the median of the rounds; ``least``
repeats the ratios from each one's least time, which a busy machine disturbs less. At the long series pandas-ta-classic
runs in the first three rounds only. Memory that was freed is kept for the next results, where the C library allows it,
and the first turn is not counted: else whoever comes after a library that has just freed its results gets their pages,
and whoever does not waits for the system to clear new ones, which takes as long as the arithmetic. A single run in
fresh memory pays about 2 ns more per bar and line, ours and TA-Lib's alike; the set has 69 lines, TA-Lib's share 33.
"""

from __future__ import annotations

import argparse
import ctypes
import platform
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import talib

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.kernels import warm_up  # noqa: E402
from ktrdr_app.data.bars import PriceArrays  # noqa: E402
from ktrdr_app.indicators import IndicatorConfig, IndicatorEngine, available  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandas_ta_classic as pandas_ta

SLOW_ROUNDS = 3
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Names of glibc's ``mallopt`` settings, from its malloc.h."""
Lines = dict[str, Any]
Times = dict[str, dict[str, float]]

DEFAULT_SET = (
    *("sma", "ema", "wma", "macd", "adx", "parabolic_sar", "supertrend", "aroon"),
    *("rsi", "stochastic", "williams_r", "roc", "momentum", "cci", "rvi"),
    *("atr", "bollinger_bands", "bollinger_width", "keltner_channels", "donchian_channels", "squeeze_intensity"),
    *("obv", "mfi", "ad_line", "cmf", "volume_ratio", "vwap"),
    *("pivot_points", "fibonacci_retracements", "fisher_transform", "ichimoku", "zigzag"),
)
"""The indicators of the source document; what the catalogue has beyond them is ours."""

BY_TALIB: dict[str, Callable[[PriceArrays], Lines]] = {
    "sma": lambda p: {"sma": talib.SMA(p.close, 20)},
    "ema": lambda p: {"ema": talib.EMA(p.close, 20)},
    "wma": lambda p: {"wma": talib.WMA(p.close, 20)},
    "macd": lambda p: dict(zip(("macd", "signal", "histogram"), talib.MACD(p.close, 12, 26, 9), strict=True)),
    "adx": lambda p: {
        "adx": talib.ADX(p.high, p.low, p.close, 14),
        "plus_di": talib.PLUS_DI(p.high, p.low, p.close, 14),
        "minus_di": talib.MINUS_DI(p.high, p.low, p.close, 14),
    },
    "parabolic_sar": lambda p: {"parabolic_sar": talib.SAR(p.high, p.low, 0.02, 0.2)},
    "aroon": lambda p: {
        **dict(zip(("down", "up"), talib.AROON(p.high, p.low, 14), strict=True)),
        "oscillator": talib.AROONOSC(p.high, p.low, 14),
    },
    "rsi": lambda p: {"rsi": talib.RSI(p.close, 14)},
    "roc": lambda p: {"roc": talib.ROC(p.close, 10)},
    "momentum": lambda p: {"momentum": talib.MOM(p.close, 10)},
    "stochastic": lambda p: dict(zip("kd", talib.STOCH(p.high, p.low, p.close, 14, 3, 0, 3, 0), strict=True)),
    "williams_r": lambda p: {"williams_r": talib.WILLR(p.high, p.low, p.close, 14)},
    "cci": lambda p: {"cci": talib.CCI(p.high, p.low, p.close, 20)},
    "atr": lambda p: {"atr": talib.ATR(p.high, p.low, p.close, 14)},
    "bollinger_bands": lambda p: dict(
        zip(("upper", "middle", "lower"), talib.BBANDS(p.close, 20, 2.0, 2.0), strict=True)
    ),
    "donchian_channels": lambda p: {
        "middle": talib.MIDPRICE(p.high, p.low, 20),
        "upper": talib.MAX(p.high, 20),
        "lower": talib.MIN(p.low, 20),
    },
    "keltner_channels": lambda p: {"middle": talib.EMA(p.close, 20)},
    "ichimoku": lambda p: {"tenkan": talib.MIDPRICE(p.high, p.low, 9), "kijun": talib.MIDPRICE(p.high, p.low, 26)},
    "obv": lambda p: {"obv": talib.OBV(p.close, p.volume)},
    "mfi": lambda p: {"mfi": talib.MFI(p.high, p.low, p.close, p.volume, 14)},
    "ad_line": lambda p: {"ad_line": talib.AD(p.high, p.low, p.close, p.volume)},
}
"""Functions that TA-Lib has, with the parameters that are our defaults."""

Bars = pd.DataFrame
BY_PANDAS_TA: dict[str, Callable[[Bars], Any]] = {
    "sma": lambda b: pandas_ta.sma(b["close"], 20),
    "ema": lambda b: pandas_ta.ema(b["close"], 20),
    "wma": lambda b: pandas_ta.wma(b["close"], 20),
    "macd": lambda b: pandas_ta.macd(b["close"], 12, 26, 9),
    "adx": lambda b: pandas_ta.adx(b["high"], b["low"], b["close"], 14),
    "parabolic_sar": lambda b: pandas_ta.psar(b["high"], b["low"], b["close"]),
    "supertrend": lambda b: pandas_ta.supertrend(b["high"], b["low"], b["close"], 10, 3.0),
    "aroon": lambda b: pandas_ta.aroon(b["high"], b["low"], 14),
    "rsi": lambda b: pandas_ta.rsi(b["close"], 14),
    "roc": lambda b: pandas_ta.roc(b["close"], 10),
    "momentum": lambda b: pandas_ta.mom(b["close"], 10),
    "stochastic": lambda b: pandas_ta.stoch(b["high"], b["low"], b["close"], 14, 3, 3),
    "williams_r": lambda b: pandas_ta.willr(b["high"], b["low"], b["close"], 14),
    "cci": lambda b: pandas_ta.cci(b["high"], b["low"], b["close"], 20),
    "rvi": lambda b: pandas_ta.rvgi(b["open"], b["high"], b["low"], b["close"], 10),
    "atr": lambda b: pandas_ta.atr(b["high"], b["low"], b["close"], 14),
    "bollinger_bands": lambda b: pandas_ta.bbands(b["close"], 20, 2.0),
    "keltner_channels": lambda b: pandas_ta.kc(b["high"], b["low"], b["close"], 20, 2.0),
    "donchian_channels": lambda b: pandas_ta.donchian(b["high"], b["low"], 20, 20),
    "obv": lambda b: pandas_ta.obv(b["close"], b["volume"]),
    "mfi": lambda b: pandas_ta.mfi(b["high"], b["low"], b["close"], b["volume"], 14),
    "ad_line": lambda b: pandas_ta.ad(b["high"], b["low"], b["close"], b["volume"]),
    "cmf": lambda b: pandas_ta.cmf(b["high"], b["low"], b["close"], b["volume"], length=20),
    "fisher_transform": lambda b: pandas_ta.fisher(b["high"], b["low"], 10),
    "ichimoku": lambda b: pandas_ta.ichimoku(b["high"], b["low"], b["close"]),
}
"""Its nearest functions, at our periods; where its definition differs, the work is alike."""


def bars_of(rows: int, seed: int) -> pd.DataFrame:
    """Return a random walk of minute bars.

    Parameters
    ----------
    rows : int
        Bars.
    seed : int
        The same seed gives the same bars.
    """
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0, 1e-3, rows)))
    opened = np.concatenate([[100.0], close[:-1]])
    reach = 1.0 + random.uniform(0, 1e-3, (2, rows))
    columns = {
        "open": opened,
        "high": np.maximum(opened, close) * reach[0],
        "low": np.minimum(opened, close) / reach[1],
        "close": close,
        "volume": random.integers(1, 5000, rows).astype(np.float64),
    }
    return pd.DataFrame(columns, index=pd.date_range("2015-01-01", periods=rows, freq="min", tz="UTC"))


def _differences(bars: pd.DataFrame) -> list[str]:
    """Return the lines that differ from TA-Lib's by more than 1e-9 after our warm-up."""
    prices, found = PriceArrays.of(bars), []
    for info in available():
        ours = dict(zip((o.name for o in info.outputs), info.calculate(prices, info.parameters()), strict=True))
        for name, theirs in BY_TALIB.get(info.name, lambda _: {})(prices).items():
            line = ours[name][info.warm_up(info.parameters()) :]
            if not np.allclose(line, theirs[-len(line) :], rtol=1e-9, atol=1e-9, equal_nan=False):
                found.append(f"{info.name}.{name}")
    return found


def _keep_freed_memory() -> bool:
    """Ask the C library to give no freed memory back to the system; only glibc listens."""
    if platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL(None)
    return bool(library.mallopt(_MMAP_MAX, 0) and library.mallopt(_TRIM_THRESHOLD, -1))


def _timed(work: Callable[[], object], kept: list[object]) -> float:
    began = time.thread_time()
    kept.append(work())
    took = time.thread_time() - began
    if kept[-1] is None:
        raise RuntimeError("a library gave no result, so its time means nothing")
    return took


def _round(bars: pd.DataFrame, slow: bool) -> Times:
    """Return the seconds of one turn of everything."""
    prices, infos = PriceArrays.of(bars), available()
    engine = IndicatorEngine([IndicatorConfig(name, name) for name in DEFAULT_SET])
    whole = {"frame": _timed(lambda: engine.calculate_multiple(bars), [])}
    whole["set"] = _timed(lambda: engine.calculate(prices), [])
    seconds: Times = {"whole": whole}
    kept: list[object] = []
    defaults = {info.name: info.parameters() for info in infos}
    seconds["ours"] = {i.name: _timed(lambda i=i: i.calculate(prices, defaults[i.name]), kept) for i in infos}
    kept = []
    mine = {info.name for info in infos}
    seconds["talib"] = {k: _timed(lambda f=f: f(prices), kept) for k, f in BY_TALIB.items() if k in mine}
    kept = []
    slow_ones = {name: work for name, work in BY_PANDAS_TA.items() if slow and name in mine}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seconds["pandas_ta"] = {name: _timed(lambda f=f: f(bars), kept) for name, f in slow_ones.items()}
    return seconds


def _over_rounds(rounds: Sequence[Times], rows: int, over: Callable[[Sequence[float]], float]) -> Times:
    """Return nanoseconds per bar over the rounds that ran it: their median, or the least."""
    return {
        library: {
            name: over([one[library][name] for one in rounds if name in one[library]]) / rows * 1e9
            for name in rounds[0][library]
        }
        for library in rounds[0]
    }


def _ratios(found: Times) -> dict[str, float]:
    ours, theirs, slow = found["ours"], found["talib"], found["pandas_ta"]
    talib_sum, slow_sum = sum(theirs.values()), sum(slow.values())
    return {
        "set_per_talib": found["whole"]["set"] / talib_sum,
        "like_for_like_per_talib": sum(ours[name] for name in theirs) / talib_sum,
        "times_faster_than_pandas_ta": slow_sum / sum(ours[name] for name in slow),
    }


def _summary(found: Times, least: Times) -> dict[str, float]:
    ours, theirs, slow = found["ours"], found["talib"], found["pandas_ta"]
    return {
        **found["whole"],
        "talib": sum(theirs.values()),
        "ours_of_talib_share": sum(ours[name] for name in theirs),
        "pandas_ta": sum(slow.values()),
        "ours_of_pandas_ta_share": sum(ours[name] for name in slow),
        **_ratios(found),
        **{f"{name}, least": value for name, value in _ratios(least).items()},
    }


def _document(results: dict[int, tuple[Times, Times]], options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures with the machine and the versions they stand for."""
    summaries = {rows: _summary(*found) for rows, found in results.items()}
    short, long = min(results), max(results)
    return {
        "benchmark": "indicators",
        **measured_on(),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "ta-lib": talib.__version__,
            "pandas-ta-classic": pandas_ta.version,
        },
        "seed": options.seed,
        "rounds": options.rounds,
        "freed_memory_kept": options.memory_kept,
        "default_set": list(DEFAULT_SET),
        "nanoseconds_per_bar": {str(rows): found for rows, (found, _) in results.items()},
        "least_nanoseconds_per_bar": {str(rows): least for rows, (_, least) in results.items()},
        "summary": {str(rows): summary for rows, summary in summaries.items()},
        "growth": summaries[long]["set"] / summaries[short]["set"],
    }


def _print(document: dict[str, Any]) -> None:
    for rows, found in document["nanoseconds_per_bar"].items():
        print(f"\n{f'{int(rows):,} bars, ns per bar':<28}{'ours':>10}{'TA-Lib':>10}{'pandas-ta':>12}")
        for name, own in found["ours"].items():
            others = [(found["talib"].get(name), 10), (found["pandas_ta"].get(name), 12)]
            shown = name if name in DEFAULT_SET else f"{name} *"
            print(f"{shown:<28}{own:>10.1f}" + "".join(f"{v:>{w}.1f}" if v else " " * w for v, w in others))
        for name, value in document["summary"][rows].items():
            print(f"  {name:<36}{value:>10.2f}")
    print(
        f"\nset: the {len(DEFAULT_SET)} indicators of the source document, default parameters; * beyond it, in no sum"
    )
    print(f"growth of the set's ns per bar from the short to the long series: {document['growth']:.2f}")


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if a line differs from TA-Lib's."""
    parser = argparse.ArgumentParser(description="Time the indicators beside TA-Lib and pandas-ta-classic.")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds, 1 or more (7)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the series (0)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 1_000_000], help="bars (20,000 and 1,000,000)")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "indicators.json")
    options = parser.parse_args()
    if options.rounds < 1 or min(options.sizes) < 1000:
        parser.error("--rounds takes 1 or more, --sizes 1000 or more")
    warm_up()
    options.memory_kept = _keep_freed_memory()
    results = {}
    for rows in options.sizes:
        bars = bars_of(rows, options.seed)
        if differences := _differences(bars):
            print(f"not TA-Lib's values: {', '.join(differences)}", file=sys.stderr)
            return 1
        _round(bars, slow=False)
        slow_rounds = SLOW_ROUNDS if rows > 100_000 else options.rounds
        rounds = [_round(bars, number < slow_rounds) for number in range(options.rounds)]
        results[rows] = _over_rounds(rounds, rows, median), _over_rounds(rounds, rows, min)
    document = _document(results, options)
    write_json(options.out, document)
    _print(document)
    print(f"written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
