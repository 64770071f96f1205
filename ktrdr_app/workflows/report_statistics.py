"""The tables of a report that tell how sure a result is: figures by day, week and month, and what luck brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ktrdr_app.workflows.report_tables import Cell, Table, metric_text
from ktrdr_app.workflows.wording import percent

CLOCKS = {"bar": "Bars", "day": "Days", "week": "Weeks", "month": "Months"}

FIGURES: tuple[tuple[str, str, str, str], ...] = (
    ("periods", "Returns", "count", "changes of the equity from one end of a period to the next"),
    ("volatility", "Volatility", "percent", "standard deviation, per year"),
    ("sharpe_ratio", "Sharpe ratio", "ratio", "per year, no risk-free rate"),
    ("sortino_ratio", "Sortino ratio", "ratio", "per year"),
    ("max_drawdown", "Worst drawdown", "percent", "seen at the ends of the periods alone"),
    ("positive_share", "Gaining periods", "percent", "share of returns above 0"),
    ("best", "Best", "percent", "highest return"),
    ("worst", "Worst", "percent", "lowest return"),
    ("var_95", "Value at risk", "percent", "5th percentile: one period in twenty is worse"),
    ("cvar_95", "Expected shortfall", "percent", "mean of the worst twentieth"),
    ("omega", "Omega", "ratio", "sum of gains / sum of losses"),
    ("tail_ratio", "Tail ratio", "ratio", "95th percentile / 5th percentile, without signs"),
    ("skewness", "Skewness", "ratio", "below 0: losses are larger than gains"),
    ("kurtosis", "Kurtosis", "ratio", "3 for the normal distribution"),
    ("ulcer_index", "Ulcer index", "percent", "root mean square of the drawdowns"),
    ("share_under_water", "Under water", "percent", "share of points below the highest equity so far"),
)
"""Key, name, unit and meaning of each figure of a clock, in the order they are shown."""


def periods_table(statistics: Mapping[str, Any]) -> Table:
    """Return the figures of the same account by bar, day, week and month.

    Parameters
    ----------
    statistics : mapping
        ``statistics`` of the ``backtest`` document.
    """
    clocks = {name: figures for name, figures in statistics["by_period"].items() if figures is not None}
    rows = tuple(
        (Cell(title), *(Cell(metric_text(figures.get(key), unit)) for figures in clocks.values()), Cell(meaning))
        for key, title, unit, meaning in FIGURES
    )
    columns = ("Figure", *(CLOCKS[name] for name in clocks), "Meaning")
    return Table("The same account, seen at the end of each bar, day, week and month (UTC)", columns, rows)


def luck_table(benchmark: Mapping[str, Any], initial: float) -> Table:
    """Return what the run earned beside buy and hold, doing nothing, and as many trades at random times.

    Parameters
    ----------
    benchmark : mapping
        ``benchmark`` of the ``backtest`` document.
    initial : float
        Initial capital, account currency.
    """
    held, random = benchmark["buy_and_hold"], benchmark.get("random_entries")
    rows = [("Buy and hold", held["final_equity"] / initial - 1, "all the cash from the first chance on, same costs")]
    rows.append(("Always HOLD", 0.0, "the cash stays what it is"))
    if random:
        said = f"of {random['draws']} runs with as many trades at random times, same holding times, sides and costs"
        rows += [
            ("Random entries, 95th percentile", random["high"], said),
            ("Random entries, median", random["median"], "half of them earned less"),
            ("Random entries, 5th percentile", random["low"], "one in twenty earned less"),
            ("Random runs beaten", random["percentile"], "50 % is what luck gives on average"),
        ]
    cells = tuple((Cell(name), Cell(percent(value)), Cell(meaning)) for name, value, meaning in rows)
    return Table("What doing nothing, and luck, would have earned", ("Rival", "Total return", "Meaning"), cells)
