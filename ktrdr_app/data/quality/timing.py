"""Checks against the calendar: holes, trade while the market is closed, a wrong time zone."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.calendars.spans import Spans, among, distinct
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding, counted, finding, moment
from ktrdr_app.data.quality.raw import RawSeries

_HOUR = NANOSECONDS["1h"]
_WEEK_HOURS = 168
_MONDAY_HOUR = 96
"""Hours from 1970-01-01 (a Thursday) to the Monday after."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SUSPICIOUS = 0.01
"""Share of bars outside all trading hours from which the time zone is doubted."""
SUSPICIOUS_WEEKS = 0.3
"""Share of weeks with such a bar: a shift of one hour shows in no more than the hour after each week's close."""
CLEAR_GAIN = 0.1
"""Share of bars that a move brings into the session from which the time zone is doubted."""
_LEAST_BARS = 20
_SAMPLE = 20_000
_LEAST_WEEKS = 8
"""Weeks that it takes to call a hole a habit."""
_HABIT_WEEKS = 13
"""Weeks over which a habit is looked for: sources change their hours over the years."""


def check_timing(context: Context) -> list[Finding]:
    """Return what does not go with the calendar.

    Parameters
    ----------
    context : Context
        The series.
    """
    if len(context.bars) < 2:
        return []
    return [*_gaps(context), *_weekly_closure(context), *_closed_market(context), *_sunday_days(context)]


def missing_by_gap(context: Context) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the bars after which expected bars are missing, and how many are.

    Parameters
    ----------
    context : Context
        The series.

    Returns
    -------
    rows, missing : ndarray of int
        Row of the last bar before each unexpected gap, and the number of expected bars that it lacks.
    """
    lost = context.expected[~context.present]
    rows, missing = np.unique(np.searchsorted(context.bars.stamp, lost, side="right") - 1, return_counts=True)
    return rows, missing


def _gaps(context: Context) -> list[Finding]:
    bars, steps = context.bars, context.steps
    rows, missing = missing_by_gap(context)
    longer = steps > context.length
    longer[rows] = False
    expected = np.flatnonzero(longer)
    lacking = dict(zip(rows.tolist(), missing.tolist(), strict=True))

    def hole(series: RawSeries, row: int) -> str:
        return f"no bar until {moment(series.stamp[row + 1])}, {lacking.get(row, 0):,} expected bars missing"

    def closed(series: RawSeries, row: int) -> str:
        return f"no bar until {moment(series.stamp[row + 1])}"

    largest = rows[np.argsort(-missing, kind="stable")]
    words = f"while the market is open, {counted(int(missing.sum()), 'bar')} missing in all; largest first"
    rest = f"while the market is closed ({context.calendar.words}), as it should be{_over_holidays(context, expected)}"
    return [
        *finding("gaps_unexpected", "warning", words, bars, largest, hole, noun="gap"),
        *finding("gaps_expected", "info", rest, bars, expected, closed, noun="gap"),
    ]


def _over_holidays(context: Context, gaps: NDArray[np.intp]) -> str:
    """Say how many of the expected gaps lack bars of holidays that some venues keep."""
    resting = context.scheduled[~among(context.scheduled, context.expected)]
    number = int(np.isin(gaps, np.searchsorted(context.bars.stamp, resting, side="right") - 1).sum())
    return f"; {number:,} of them over Christmas or New Year, when venues differ" if number else ""


def _weekly_closure(context: Context) -> list[Finding]:
    """Hours of the week that are missing nearly always: this source keeps other hours than the calendar."""
    weeks, bars_of_week = np.unique((context.bars.stamp // _HOUR - _MONDAY_HOUR) // _WEEK_HOURS, return_counts=True)
    kept = weeks[bars_of_week > 1]
    if kept.size < _LEAST_WEEKS:
        return []
    due = _by_week(context.expected, kept)
    shut = _habits(due, _by_week(context.expected[context.present], kept))
    if 2 * np.count_nonzero(shut) > np.count_nonzero(due):
        return []
    lost = context.expected[~context.present]
    rows = np.searchsorted(context.bars.stamp, lost, side="right") - 1
    week, hour = np.divmod(lost // _HOUR - _MONDAY_HOUR, _WEEK_HOURS)
    in_shut = shut[np.minimum(np.searchsorted(kept, week), kept.size - 1), hour] & np.isin(week, kept)
    touched, places = np.unique(rows, return_inverse=True)
    regular = np.bincount(places, weights=in_shut) > 0.5 * np.bincount(places) if touched.size else touched > 0
    if not regular.any():
        return []
    often = np.bincount(hour[in_shut], minlength=_WEEK_HOURS)
    hours = np.flatnonzero(often > 0.1 * often.max())
    words = (
        f"they come back week after week ({_hours_in_words(hours)} UTC): this source keeps "
        f"other hours than {context.calendar.name}; if that is right, give the symbol another calendar in symbols.yaml"
    )
    until = context.bars.stamp

    def hole(_series: RawSeries, row: int) -> str:
        return f"no bar until {moment(until[row + 1])}"

    return finding("weekly_closure", "warning", words, context.bars, touched[regular], hole, noun="gap")


def _by_week(stamps: NDArray[np.int64], weeks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many stamps fall into each hour (column) of each of these weeks (row)."""
    week, hour = np.divmod(stamps // _HOUR - _MONDAY_HOUR, _WEEK_HOURS)
    row = np.minimum(np.searchsorted(weeks, week), weeks.size - 1)
    cell = (row * _WEEK_HOURS + hour)[weeks[row] == week]
    return np.bincount(cell, minlength=weeks.size * _WEEK_HOURS).reshape(weeks.size, _WEEK_HOURS)


def _habits(due: NDArray[np.int64], there: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the hours of each week that lie in a stretch of `_HABIT_WEEKS` weeks in which they are hardly kept."""
    span = min(_HABIT_WEEKS, len(due))
    in_all, in_fact = (sliding_window_view(counts, span, axis=0).sum(axis=-1) for counts in (due, there))
    shut = (in_all > 0) & (in_fact < 0.2 * in_all)
    around = np.pad(shut, ((span - 1, span - 1), (0, 0)))
    return np.asarray((due > 0) & sliding_window_view(around, span, axis=0).any(axis=-1))


def _hours_in_words(hours: NDArray[np.intp]) -> str:
    """Return hours of the week as stretches: ``Fri 22:00 to Sun 22:00``."""
    breaks = np.flatnonzero(np.diff(hours) > 1) + 1
    stretches = [(int(part[0]), int(part[-1]) + 1) for part in np.split(hours, breaks)]
    if len(stretches) > 1 and stretches[0][0] == 0 and stretches[-1][1] == _WEEK_HOURS:
        stretches = [*stretches[1:-1], (stretches[-1][0], stretches[0][1])]
    named = [f"{_hour_name(first)} to {_hour_name(end)}" for first, end in stretches[:4]]
    return ", ".join(named) + (" .." if len(stretches) > 4 else "")


def _hour_name(hour: int) -> str:
    return f"{_DAYS[hour // 24 % 7]} {hour % 24:02}:00"


def _closed_market(context: Context) -> list[Finding]:
    bars, calendar = context.bars, context.calendar
    first, last = int(bars.stamp[0]), int(bars.stamp[-1]) + context.length
    session = calendar.spans(first, last)
    wide = calendar.wide_spans(first, last) if context.length < NANOSECONDS["1d"] else session
    inside = session.meet(bars.stamp, context.length)
    around = wide.meet(bars.stamp, context.length)
    said = f"while the market is closed ({calendar.words})"
    extended = "before or after the session; extended hours"
    return [
        *finding("closed_market", "warning", said, bars, ~around, _weekday),
        *finding("extended_hours", "info", extended, bars, around & ~inside, _weekday),
        *_wrong_zone(context, session, wide),
    ]


def _weekday(series: RawSeries, row: int) -> str:
    return _hour_name(int((series.stamp[row] // _HOUR - _MONDAY_HOUR) % _WEEK_HOURS)) + " UTC"


def _wrong_zone(context: Context, session: Spans, wide: Spans) -> list[Finding]:
    """Stamps that would fit the calendar if they were some hours earlier or later."""
    length = context.length
    if length >= NANOSECONDS["1d"]:
        return []
    stamp = context.bars.stamp[:: max(len(context.bars) // _SAMPLE, 1)]
    moved, advice = _moved(stamp, length, session)
    outside = 1.0 - float(wide.meet(stamp, length).mean())
    left = 1.0 - float(wide.meet(moved, length).mean())
    gain = float(session.meet(moved, length).mean() - session.meet(stamp, length).mean())
    often = outside > SUSPICIOUS or _in_many_weeks(context.bars.stamp, ~wide.meet(context.bars.stamp, length))
    nightly = often and left <= 0.5 * outside
    # Extended hours hide a shift of a few hours; but then hardly a bar would lie outside the session after all.
    hidden = gain > CLEAR_GAIN and float(session.meet(moved, length).mean()) > 0.9
    if not (nightly or hidden) or (moved == stamp).all():
        return []
    wrong = ~(wide if nightly else session).meet(context.bars.stamp, length)
    hours = "all trading hours" if nightly else "the session"
    words = (
        f"outside {hours}; they would fit if moved by {advice}: the stamps are probably in another time zone than UTC"
    )
    return finding("wrong_time_zone", "error", words, context.bars, wrong, _weekday)


def _in_many_weeks(stamp: NDArray[np.int64], flags: NDArray[np.bool_]) -> bool:
    """Whether the weeks with a flag are too many to be chance."""
    week = (stamp // _HOUR - _MONDAY_HOUR) // _WEEK_HOURS
    all_weeks, flagged = distinct(week).size, distinct(week[flags]).size
    return all_weeks >= _LEAST_WEEKS and flagged > SUSPICIOUS_WEEKS * all_weeks


def _moved(stamp: NDArray[np.int64], length: int, session: Spans) -> tuple[NDArray[np.int64], str]:
    """Return the stamps moved by the hours that fit best, in winter and in summer, and those hours in words."""
    month = stamp.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64) % 12
    summer = (month >= 3) & (month <= 9)
    moved, words = stamp.copy(), []
    for name, part in (("in winter", ~summer), ("in summer", summer)):
        if np.count_nonzero(part) >= _LEAST_BARS:
            shift = _best_shift(stamp[part], length, session)
            moved[part] += shift * _HOUR
            words.append(f"{shift:+d} h {name}")
    return moved, " and ".join(words)


def _best_shift(stamp: NDArray[np.int64], length: int, session: Spans) -> int:
    """Return the hours by which most bars fall into the session; the smallest shift among equals."""
    shifts = sorted(range(-14, 15), key=abs)
    inside = [int(session.meet(stamp + shift * _HOUR, length).sum()) for shift in shifts]
    return shifts[int(np.argmax(inside))]


def _sunday_days(context: Context) -> list[Finding]:
    """Daily bars of the few hours that a round-the-clock week has on Sunday."""
    if context.timeframe != "1d" or context.calendar.name != "forex":
        return []
    sunday = (context.bars.stamp // NANOSECONDS["1d"] + 3) % 7 == 6
    words = "Sundays, which last two or three hours, yet count as much as full days"
    return finding("sunday_bars", "info", words, context.bars, sunday, _weekday)
