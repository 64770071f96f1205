"""The broker as a source of bars: what is on disk, and how it is brought up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import DataNotFound
from ktrdr_app.core.progress import BarsDone, Note, Progress, silent, stage
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.ib.answers import answer_of
from ktrdr_app.data.ib.journal import Journal
from ktrdr_app.data.ib.loop_thread import LoopThread
from ktrdr_app.data.ib.markets import Market, market_of
from ktrdr_app.data.ib.pacing import SHARED, Pacer
from ktrdr_app.data.ib.plan import DAY, Span, Step, Wish, chunks, step_of, without
from ktrdr_app.data.ib.series_file import SeriesFile
from ktrdr_app.data.ib.session import Gateway, Session
from ktrdr_app.data.ranges import iso, time_bounds

HOST, PORT, CLIENT_ID, TIMEOUT = "127.0.0.1", 7497, 17, 60.0
"""Where a gateway is looked for by default: TWS with a paper account."""


@dataclass(frozen=True)
class FetchOutcome:
    """What a download has brought.

    Attributes
    ----------
    symbol, timeframe, mode : str
        What was asked for.
    path : Path
        The series' file.
    added : int
        Bars that are new.
    rows : int
        Bars that the file has now.
    first, last : str
        Its first and last bar open, ISO in UTC; empty if there is none.
    requests : int
        Requests for bars that were sent.
    dropped : int
        Bars left out because a price was none.
    """

    symbol: str
    timeframe: str
    mode: str
    path: Path
    added: int
    rows: int
    first: str
    last: str
    requests: int
    dropped: int


class IBDataSource:
    """Series from Interactive Brokers, kept as CSV files beside all others.

    Parameters
    ----------
    data_dir : Path or str
        Folder of the series.
    cache_dir : Path or str
        Folder for the journals (``.cache/ib`` of the workspace).
    host, port : str, int
        Where TWS or IB Gateway listens.
    mode : str
        What `load` does before it reads: ``local`` (nothing), ``tail``, ``backfill`` or ``full``.
    client_id : int
        Our number at the gateway.
    timeout : float
        Seconds after which an answer is given up.
    pacer : Pacer
        Keeps the pacing limits.
    clock : callable
        Nanoseconds since 1970 UTC; bars that have not closed by it are not taken.
    """

    def __init__(
        self,
        data_dir: Path | str,
        cache_dir: Path | str,
        host: str = HOST,
        port: int = PORT,
        *,
        mode: str = "tail",
        client_id: int = CLIENT_ID,
        timeout: float = TIMEOUT,
        pacer: Pacer = SHARED,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.local = CSVDataSource(data_dir)
        self.cache_dir = Path(cache_dir)
        self.gateway = Gateway(host, port, client_id, timeout)
        self.mode = mode
        self._pacer = pacer
        self._clock = clock

    def load(self, symbol: str, timeframe: str, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Bring a series up to date as `mode` says, and read it.

        Parameters
        ----------
        symbol, timeframe : str
            The series.
        start, end : str, optional
            First and last bar open, as `ktrdr_app.data.csv_source.CSVDataSource.load` takes them.

        Raises
        ------
        EnvironmentProblem, DataProblem
            As `fetch` raises them.
        DataNotFound, EmptyData, MalformedBars, InvalidValue
            As `ktrdr_app.data.csv_source.CSVDataSource.load` raises them.
        """
        if self.mode != "local":
            self.fetch(symbol, timeframe, self.mode, start, end)
        return self.local.load(symbol, timeframe, start, end)

    def fetch(
        self,
        symbol: str,
        timeframe: str,
        mode: str = "tail",
        start: str | None = None,
        end: str | None = None,
        *,
        asset_class: str | None = None,
        progress: Progress = silent,
        cancel: CancelToken | None = None,
    ) -> FetchOutcome:
        """Download what a mode wants and the file does not have; every answer is on disk before the next request.

        Parameters
        ----------
        symbol, timeframe : str
            The series.
        mode : str
            ``local``, ``tail`` (from the last bar on), ``backfill`` (from the first bar back) or ``full``.
        start, end : str, optional
            First and last bar open, ISO, UTC; by default the broker's first bar, and now.
        asset_class : str, optional
            ``forex``, ``stock``, ``crypto`` or ``metal`` where the symbol alone would be read otherwise.
        progress : Progress
            Told the stages, the share of the time that is done, and waits.
        cancel : CancelToken, optional
            Ends the download at once; what came is kept.

        Raises
        ------
        EnvironmentProblem
            If the library is missing or no gateway lets us in.
        DataProblem
            If the broker refuses, or the connection is cut; run it again to go on.
        InvalidValue, UnknownName
            For a mode, date, symbol or time frame that is none.
        Cancelled
            If the token was raised.
        """
        first, last = time_bounds(start, end)
        market, token = market_of(symbol, asset_class), cancel or CancelToken("the download")
        series = SeriesFile(self.local.path(symbol, timeframe))
        wish = Wish(mode, timeframe, first, last, series.ends[0], series.ends[1], self._clock())
        download = _Download(series, Journal(self._journal(series.path), str(market)), market, timeframe)
        self._bring(download, wish, progress, token)
        if not len(series.stamps):
            raise DataNotFound(symbol, timeframe, str(series.path), self._symbols(timeframe))
        return download.outcome(symbol, mode)

    def _bring(self, download: _Download, wish: Wish, progress: Progress, cancel: CancelToken) -> None:
        """Connect only if there is something to ask."""
        if wish.needs_beginning or download.pieces(wish, None):
            with self._session(progress, cancel) as line:
                download.run(line, wish, progress, cancel)

    def _journal(self, path: Path) -> Path:
        return self.cache_dir / f"{path.stem}.json"

    def _symbols(self, timeframe: str) -> list[str]:
        return sorted({info.symbol for info in self.local.series() if info.timeframe == timeframe})

    @contextmanager
    def _session(self, progress: Progress, cancel: CancelToken) -> Iterator[_Line]:
        """Connect in a thread of its own, and leave neither when the block ends."""

        def on_wait(seconds: float) -> None:
            progress(Note("info", f"waiting {seconds:.0f} s, as the broker limits the number of requests"))

        with LoopThread("ktrdr-ib") as loop:
            session = loop.run(Session.connect(self.gateway, self._pacer, on_wait), cancel)
            try:
                yield _Line(loop, session, cancel)
            finally:
                loop.run(session.close(), CancelToken())


@dataclass(frozen=True)
class _Line:
    """A connected session and the thread that it lives in."""

    loop: LoopThread
    session: Session
    cancel: CancelToken


class _Download:
    """One series on its way from the broker to the disk."""

    def __init__(self, series: SeriesFile, journal: Journal, market: Market, timeframe: str) -> None:
        self.series = series
        self.journal = journal
        self.market = market
        self.timeframe = timeframe
        self.step: Step = step_of(timeframe)
        self.added = self.dropped = self.requests = 0

    def pieces(self, wish: Wish, beginning: int | None) -> list[Span]:
        """Return the requests that are left to make, in their order."""
        covered = self.journal.covered(self.series.stamps)
        left = [part for span in wish.spans(beginning) for part in without(span, covered)]
        return wish.in_order([piece for part in left for piece in chunks(part, self.step)])

    def run(self, line: _Line, wish: Wish, progress: Progress, cancel: CancelToken) -> None:
        """Ask for piece after piece, and write each before the next."""
        ask, session = line.loop.run, line.session
        with stage("contract", progress):
            contract = ask(session.contract(self.market), cancel)
            beginning = ask(session.beginning(contract, self.market), cancel) if wish.needs_beginning else None
        pieces = self.pieces(wish, beginning)
        length = bar_length(self.timeframe)
        total = sum(piece.end - piece.start for piece in pieces)
        done = 0
        with stage("fetch", progress):
            for piece in pieces:
                found = ask(session.bars(contract, self.market, self.step, piece), cancel)
                self.requests += 1
                answer = answer_of(found, piece, self.market, self.timeframe)
                self._keep(answer.bars, piece, wish.now)
                self.dropped += answer.dropped
                done += piece.end - piece.start
                progress(BarsDone(done // length, max(total // length, 1)))
        if self.dropped:
            progress(Note("warning", f"bars left out, as a price of theirs is none: {self.dropped}"))

    def outcome(self, symbol: str, mode: str) -> FetchOutcome:
        """Return what was brought; the series has a bar by now."""
        return FetchOutcome(
            symbol=symbol,
            timeframe=self.timeframe,
            mode=mode,
            path=self.series.path,
            added=self.added,
            rows=len(self.series.stamps),
            first=iso(int(self.series.stamps[0])),
            last=iso(int(self.series.stamps[-1])),
            requests=self.requests,
            dropped=self.dropped,
        )

    def _keep(self, bars: pd.DataFrame, piece: Span, now: int) -> None:
        if len(bars):
            check_bars(bars, f"the broker's answer for {self.series.path.stem}")
            self.added += self.series.add(bars)
        # What is younger than a day may still be filled in by the broker.
        if piece.end <= now - DAY:
            self.journal.add(piece, self.series.stamps)
