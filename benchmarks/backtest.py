"""Times backtests of given signals beside other engines, in one run, after checking that all end with the same money.

    python benchmarks/backtest.py [--bars 10000,100000,1000000] [--rounds 5] [--json] [--out results/backtest.json]

Random-walk bars of a minute, BUY and SELL in turns at 2 % of them, all the cash, commission 0.1 %, next-open fills.
``ours`` is `run_signals` with equity, trades and metrics; ``ours, reference`` the plain engine (up to 100,000 bars);
``plain loop`` Python over lists. vectorbt runs on a naive and a UTC index, with its numba and its Rust engine, its
total return and trade records read as well; backtesting.py up to 100,000 bars. Peers that are not installed are left
out and named (``pip install "vectorbt[rust]" backtesting``). Seconds by the wall clock, medians of rounds in which all
take turns; the first call of each is told apart, since it compiles or loads. The kernel alone is told in bars a second,
and with the filters for confidence, separation, cooldown and volume. Memory is the peak of the whole process, peers
included.

The universal model on a million bars, from cached features, is timed by ``benchmarks/backtest_model.py``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.backtesting import BacktestConfig, BacktestingEngine, run_signals  # noqa: E402
from ktrdr_app.backtesting.arrays import Books, market_of, new_account  # noqa: E402
from ktrdr_app.backtesting.kernel import play  # noqa: E402
from ktrdr_app.backtesting.terms import terms_of  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.decision import Action  # noqa: E402
from ktrdr_app.decision.volume import volume_ratio  # noqa: E402
from ktrdr_app.strategy.schema import DecisionSettings  # noqa: E402

COMMISSION = 0.001
CONFIG = BacktestConfig(commission=COMMISSION, slippage=0.0)
SLOW_LIMIT = 100_000
"""Most bars for engines that need seconds for them."""
FACTOR = 3
"""How many times faster than vectorbt's fastest ours is meant to be at a million bars."""
KERNEL = 40e6
"""Bars a second that the kernel is meant to reach."""
Run = Callable[[], float]


def market(bars: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a random walk, and signals that buy and sell in turns.

    Parameters
    ----------
    bars : int
        How many.
    """
    draw = np.random.default_rng(bars)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.001, bars)))
    opened = np.concatenate([[100.0], close[:-1]])
    index = pd.date_range("2000-01-03", periods=bars, freq="1min", tz="UTC", unit="ns", name="timestamp")
    columns = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.0002,
        "low": np.minimum(opened, close) * 0.9998,
        "close": close,
        "volume": draw.integers(1, 1000, bars).astype(np.float64),
    }
    signals = np.full(bars, Action.HOLD, dtype=np.int8)
    places = np.flatnonzero(draw.random(bars - 1) < 0.02)
    signals[places] = np.where(np.arange(len(places)) % 2 == 0, Action.BUY, Action.SELL)
    return pd.DataFrame(columns, index), signals


def ours(bars: pd.DataFrame, signals: np.ndarray) -> dict[str, Run]:
    """Return our engines.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    signals : ndarray of int8
        One per bar.
    """

    def whole() -> float:
        result = run_signals(bars, signals, CONFIG)
        assert len(result.equity) == len(bars)
        assert len(result.trades) == result.metrics["total_trades"]
        return result.final_equity

    def reference() -> float:
        return BacktestingEngine(CONFIG).simulate(bars, lambda bar, _: Action(int(signals[bar]))).final_equity

    runs = {"ours": whole}
    return runs | ({"ours, reference": reference} if len(bars) <= SLOW_LIMIT else {})


def kernel_rate(bars: pd.DataFrame, signals: np.ndarray, rounds: int) -> dict[str, float]:
    """Return the bars a second of the kernel, filters included, on arrays that are there.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    signals : ndarray of int8
        One per bar.
    rounds : int
        Runs.
    """
    filters = DecisionSettings(min_signal_separation=5, cooldown_bars=3, min_separation_hours=0.1)
    arrays, terms = market_of(bars, CONFIG), terms_of(CONFIG, filters)
    confidence = np.random.default_rng(1).random(len(bars))
    ratios = volume_ratio(bars["volume"].to_numpy())
    books = Books.empty(len(bars))
    taken, filtered = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        passed = np.where((confidence >= 0.3) & ~(ratios < 0.5), signals, np.int8(Action.HOLD))
        passed.flags.writeable = False
        filtered.append(time.perf_counter() - began)
        began = time.perf_counter()
        play(arrays, passed, terms, new_account(1e5), books, 0, len(bars))
        taken.append(time.perf_counter() - began)
    return {
        "kernel_bars_per_second": len(bars) / median(taken),
        "with_filters_bars_per_second": len(bars) / (median(taken) + median(filtered)),
    }


def plain_loop(bars: pd.DataFrame, signals: np.ndarray) -> dict[str, Run]:
    """Return the loop that everybody writes, over lists.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    signals : ndarray of int8
        One per bar.
    """

    def loop() -> float:
        cash, units, wanted, equity = CONFIG.initial_capital, 0.0, Action.HOLD, []
        for opened, close, signal in zip(bars["open"].tolist(), bars["close"].tolist(), signals.tolist(), strict=True):
            if wanted == Action.BUY and units == 0:
                units = cash / (opened * (1 + COMMISSION))
                cash = 0.0
            elif wanted == Action.SELL and units > 0:
                cash, units = units * opened * (1 - COMMISSION), 0.0
            wanted = signal
            equity.append(cash + units * close)
        return equity[-1]

    return {"plain loop": loop}


def vectorbt_runs(bars: pd.DataFrame, signals: np.ndarray) -> dict[str, Run]:
    """Return vectorbt's engines on both kinds of index.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    signals : ndarray of int8
        One per bar.
    """
    vbt = importlib.import_module("vectorbt")

    def run(index: pd.DatetimeIndex, engine: str) -> float:
        close, opened = pd.Series(bars["close"].to_numpy(), index), pd.Series(bars["open"].to_numpy(), index)
        before = np.concatenate([[np.int8(Action.HOLD)], signals[:-1]])
        portfolio = vbt.Portfolio.from_signals(
            close,
            entries=pd.Series(before == Action.BUY, index),
            exits=pd.Series(before == Action.SELL, index),
            price=opened,
            fees=COMMISSION,
            init_cash=CONFIG.initial_capital,
            freq="1min",
            engine=engine,
        )
        assert len(portfolio.trades.records) > 0
        return float(portfolio.total_return() + 1) * CONFIG.initial_capital

    naive = pd.DatetimeIndex(bars.index).tz_localize(None)
    aware = pd.DatetimeIndex(bars.index)
    runs = {f"vectorbt, {engine}, naive index": lambda e=engine: run(naive, e) for engine in ("numba", "rust")}
    runs |= {f"vectorbt, {engine}, UTC index": lambda e=engine: run(aware, e) for engine in ("numba", "rust")}
    return runs


def backtesting_py(bars: pd.DataFrame, signals: np.ndarray) -> dict[str, Run]:
    """Return backtesting.py, where it takes seconds only.

    Parameters
    ----------
    bars : DataFrame
        Bars.
    signals : ndarray of int8
        One per bar.
    """
    lib = importlib.import_module("backtesting.lib")
    base = importlib.import_module("backtesting").Strategy
    if len(bars) > SLOW_LIMIT:
        return {}
    frame = bars.rename(columns=str.title)
    frame.index = pd.DatetimeIndex(bars.index).tz_localize(None)

    class Given(base):  # type: ignore[misc, valid-type]
        def init(self) -> None:
            self.given = self.I(lambda: signals.astype(float), plot=False)

        def next(self) -> None:
            if self.given[-1] == Action.BUY and not self.position:
                self.buy(size=1 - 1e-9)
            elif self.given[-1] == Action.SELL and self.position:
                self.position.close()

    def run() -> float:
        test = lib.FractionalBacktest(
            frame, Given, cash=CONFIG.initial_capital, commission=COMMISSION, fractional_unit=1e-8
        )
        return float(test.run()["Equity Final [$]"])

    return {"backtesting.py": run}


def installed(names: list[str]) -> tuple[list[Callable[..., dict[str, Run]]], list[str]]:
    """Return what makes the runs of the peers that are here, and the names of those that are not.

    Parameters
    ----------
    names : list of str
        Peers.
    """
    makers = {"vectorbt": vectorbt_runs, "backtesting": backtesting_py}
    here = [name for name in names if importlib.util.find_spec(name) is not None]
    return [makers[name] for name in here], [name for name in names if name not in here]


def timed(runs: dict[str, Run], rounds: int) -> dict[str, dict[str, float]]:
    """Return the first call's and the median seconds of each, and the money it ends with.

    Parameters
    ----------
    runs : dict
        By name.
    rounds : int
        Turns.
    """
    found: dict[str, dict[str, float]] = {}
    for name, run in runs.items():
        began = time.perf_counter()
        found[name] = {"final_equity": run(), "first_seconds": time.perf_counter() - began}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - began)
    for name, seconds in taken.items():
        found[name]["seconds"] = median(seconds)
    return found


def measure(bars: int, rounds: int, makers: list[Callable[..., dict[str, Run]]]) -> dict[str, Any]:
    """Return the figures of one length.

    Parameters
    ----------
    bars : int
        How many.
    rounds : int
        Turns.
    makers : list of callable
        Peers that are here.
    """
    frame, signals = market(bars)
    runs = ours(frame, signals) | plain_loop(frame, signals)
    for maker in makers:
        runs |= maker(frame, signals)
    found = timed(runs, rounds)
    mine = found["ours"]
    for name, figures in found.items():
        if abs(figures["final_equity"] / mine["final_equity"] - 1) > 1e-6:
            raise SystemExit(f"{name} ends with {figures['final_equity']}, ours with {mine['final_equity']}")
        figures["times_ours"] = figures["seconds"] / mine["seconds"]
    return {"bars": bars, "signals": int((signals != Action.HOLD).sum()), **kernel_rate(frame, signals, rounds)} | {
        "engines": found
    }


def judged(document: dict[str, Any]) -> list[str]:
    """Return what of the limits does not hold at a million bars.

    Parameters
    ----------
    document : dict
        The figures.
    """
    largest = max(document["lengths"], key=lambda each: each["bars"])
    if largest["bars"] < 1_000_000:
        return []
    peers = {name: figures for name, figures in largest["engines"].items() if name.startswith("vectorbt")}
    short = []
    if peers:
        fastest = min(peers, key=lambda name: peers[name]["seconds"])
        if peers[fastest]["times_ours"] < FACTOR:
            short.append(f"{fastest} takes {peers[fastest]['times_ours']:.1f} times ours, {FACTOR} are wanted")
    if largest["with_filters_bars_per_second"] < KERNEL:
        short.append(f"{largest['with_filters_bars_per_second'] / 1e6:.0f}M bars/s with filters, 40M are wanted")
    return short


def main() -> int:
    """Measure, print a table or JSON, and return 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bars", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    makers, missing = installed(["vectorbt", "backtesting"])
    lengths = [measure(int(bars), options.rounds, makers) for bars in options.bars.split(",")]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    document = {"benchmark": "backtest", **measured_on(), "missing": missing, "peak_mib": peak, "lengths": lengths}
    document["short"] = judged(document)
    if options.out:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        show(document)
    return 1 if document["short"] else 0


def show(document: dict[str, Any]) -> None:
    """Print the figures as a table.

    Parameters
    ----------
    document : dict
        The figures.
    """
    for each in document["lengths"]:
        print(f"\n{each['bars']:,} bars, {each['signals']:,} signals; kernel "
              f"{each['kernel_bars_per_second'] / 1e6:.0f}M bars/s, with filters "
              f"{each['with_filters_bars_per_second'] / 1e6:.0f}M")  # fmt: skip
        for name, figures in each["engines"].items():
            print(f"  {name:32} {figures['seconds'] * 1e3:10.2f} ms  {figures['times_ours']:8.1f} x ours"
                  f"   first call {figures['first_seconds'] * 1e3:10.1f} ms")  # fmt: skip
    print(f"\npeak memory {document['peak_mib']:.0f} MiB; not installed: {', '.join(document['missing']) or 'none'}")
    for line in document["short"]:
        print(f"SHORT: {line}")


if __name__ == "__main__":
    sys.exit(main())
