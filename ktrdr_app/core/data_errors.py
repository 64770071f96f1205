"""Errors of data: series, files and runs that are not there, or not as they must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ktrdr_app.core.error_base import KtrdrError
from ktrdr_app.core.words import closest


class DataProblem(KtrdrError):
    """Market data that cannot be used as it stands."""

    code = "data_problem"
    exit_code = 2


class DataNotFound(DataProblem):
    """No file holds the bars that were asked for.

    Parameters
    ----------
    symbol : str
        Symbol that was asked for.
    timeframe : str
        Time frame that was asked for.
    path : str
        File that was looked for.
    available : sequence of str
        Symbols that this time frame does have.
    """

    code = "data_not_found"
    exit_code = 3

    def __init__(self, symbol: str, timeframe: str, path: str, available: Sequence[str]) -> None:
        near = closest(symbol, available)
        known = f"{timeframe} bars are there for: {', '.join(available)}" if available else f"no {timeframe} bars yet"
        suggestion = f"did you mean {near}? " if near else ""
        super().__init__(f"no bars for {symbol} {timeframe}", hint=suggestion + known, where=path)


class RunNotFound(DataProblem):
    """No interrupted training, or no sweep, of that name.

    Parameters
    ----------
    run : str
        What was asked for.
    available : sequence of str
        Runs that can be resumed.
    kind : str
        What was looked for.
    """

    code = "run_not_found"
    exit_code = 3

    def __init__(self, run: str, available: Sequence[str], kind: str = "interrupted training") -> None:
        none = (
            "no training of this workspace was interrupted" if "training" in kind else f"no {kind} was ever begun here"
        )
        there = f"resume one of {', '.join(available)}" if available else none
        super().__init__(f"there is no {kind} {run}", hint=there, where="--resume")


class FileMissing(DataProblem):
    """A file that was named is not there.

    Parameters
    ----------
    path : str
        The file.
    holds : str
        What it should hold, in words.
    """

    code = "file_missing"
    exit_code = 3

    def __init__(self, path: str, holds: str) -> None:
        super().__init__(f"there is no file {path}", hint=f"give the path of {holds}", where=path)


class EmptyData(DataProblem):
    """A file or a date range without a single bar.

    Parameters
    ----------
    where : str
        File or range that is empty.
    hint : str
        What to do.
    """

    code = "empty_data"

    def __init__(self, where: str, hint: str = "put bars into the file, or import it again") -> None:
        super().__init__("there is not one bar in it", hint=hint, where=where)


class MalformedBars(DataProblem):
    """Bars that break the contract of a series, with the first offending row named.

    Parameters
    ----------
    where : str
        File (and row) that is meant.
    found : str
        What stands there.
    expected : str
        What should stand there.
    """

    code = "malformed_bars"

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"found {found}", hint=f"expected {expected}", where=where)


class TooFewRows(DataProblem):
    """A series too short for what was asked of it.

    Parameters
    ----------
    what : str
        The series or split that is too short.
    rows : int
        Rows that are there.
    needed : int
        Rows that are needed.
    reason : str
        Why so many are needed.
    """

    code = "too_few_rows"

    def __init__(self, what: str, rows: int, needed: int, reason: str) -> None:
        super().__init__(
            f"{what} has {rows} usable rows, {needed} are needed ({reason})",
            hint="take a longer date range, a shorter indicator period, or leave the symbol out",
            where=what,
        )


class SignalsMismatch(DataProblem):
    """Signals that do not belong to the bars they are run on.

    Parameters
    ----------
    where : str
        File or argument that holds the signals.
    found : str
        What was found.
    expected : str
        What would fit.
    """

    code = "signals_mismatch"

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"found {found}", hint=f"expected {expected}", where=where)


class SeriesExists(DataProblem):
    """A series that stands where another one should go.

    Parameters
    ----------
    symbol : str
        Symbol of the series.
    timeframe : str
        Its time frame.
    path : str
        The file that is there.
    """

    code = "series_exists"

    def __init__(self, symbol: str, timeframe: str, path: str) -> None:
        hint = "delete or rename the one that is there first; nothing was changed"
        super().__init__(f"there is a series {symbol} {timeframe} again", hint=hint, where=path)


class NothingInTrash(DataProblem):
    """The trash holds nothing of what should be brought back.

    Parameters
    ----------
    wanted : str
        What was asked for, in words.
    available : sequence of str
        What the trash holds.
    path : str
        The trash.
    """

    code = "nothing_in_trash"
    exit_code = 3

    def __init__(self, wanted: str, available: Sequence[str], path: str) -> None:
        there = f"the trash holds: {', '.join(available)}" if available else "the trash is empty"
        super().__init__(f"{wanted} is not in the trash", hint=there, where=path)


class NoRate(DataProblem):
    """A currency cannot be converted: no pair's bars tell its rate at that time.

    Parameters
    ----------
    currency : str
        The currency.
    moment : int
        First time at which the rate is needed, nanoseconds since 1970 UTC.
    """

    code = "no_rate"
    exit_code = 3

    def __init__(self, currency: str, moment: int) -> None:
        day = datetime.fromtimestamp(moment // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M")
        message = f"no rate of {currency} is known at {day} UTC"
        hint = "import earlier bars of a pair of that currency and the account currency, or start the backtest later"
        super().__init__(message, hint=hint, where=currency)
