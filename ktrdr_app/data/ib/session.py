"""One connection to a gateway: contract, beginning of history, bars; lives on the loop of its own thread."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ktrdr_app.core.errors import DataProblem, EnvironmentProblem
from ktrdr_app.data.ib.answers import RefusedError, broken_line, no_handshake, nobody_listens, refusal
from ktrdr_app.data.ib.markets import Market
from ktrdr_app.data.ib.pacing import PENALTIES, Pacer
from ktrdr_app.data.ib.plan import Span, Step

if TYPE_CHECKING:
    from ib_async import IB, BarData, Contract

T = TypeVar("T")
logging.getLogger("ib_async").addHandler(logging.NullHandler())
"""Without a handler Python would print the library's errors, which we word ourselves."""

SECOND = 1_000_000_000
CONNECT_SECONDS = 10.0
WARNINGS = frozenset({165, *range(2100, 2200)})
"""Numbers of the broker's notices, which end nothing."""
DOWN, UP = frozenset({1100, 2103, 2105, 2110}), frozenset({1101, 1102, 2104, 2106})
"""Numbers of the notices that the gateway's own line to the broker is lost, and that it is back."""
CLOSE_LOOKS, CLOSE_LOOK_SECONDS = 100, 0.01
EPOCH_SECONDS = 2
"""The broker's word for stamps as seconds since 1970; days come as dates all the same."""


@dataclass(frozen=True)
class Gateway:
    """Where TWS or IB Gateway is looked for.

    Attributes
    ----------
    host, port : str, int
        The socket of its API.
    client_id : int
        Our number there; two programs cannot share one.
    timeout : float
        Seconds after which an answer is given up.
    """

    host: str
    port: int
    client_id: int
    timeout: float


class Session:
    """A line to a gateway, one request at a time.

    Parameters
    ----------
    ib : ib_async.IB
        The library's own object, connected.
    pacer : Pacer
        Says when a request may go.
    timeout : float
        Seconds after which an answer is given up.
    on_wait : callable
        Told the seconds of a wait for the pacing limits, if it is longer than a moment.
    """

    def __init__(self, ib: IB, pacer: Pacer, timeout: float, on_wait: Callable[[float], None]) -> None:
        self._ib = ib
        self._pacer = pacer
        self._timeout = timeout
        self._on_wait = on_wait
        self._trouble = ""
        self.requests = 0
        # The library's own listener asks for account data when the broker is back; we want none.
        ib.errorEvent.clear()
        ib.errorEvent += self._hear

    @classmethod
    async def connect(cls, gateway: Gateway, pacer: Pacer, on_wait: Callable[[float], None]) -> Self:
        """Return a session on a gateway.

        Parameters
        ----------
        gateway : Gateway
            Where it is.
        pacer : Pacer
            Says when a request may go.
        on_wait : callable
            Told the seconds of a wait for the pacing limits.

        Raises
        ------
        EnvironmentProblem
            If the library is missing, nobody listens, or the gateway does not let us in.
        """
        try:
            from ib_async import IB
        except ImportError as error:
            hint = "pip install 'ktrdr-app[ib]'"
            raise EnvironmentProblem("Interactive Brokers", "the library ib_async is not installed", hint) from error
        ib = IB()
        client: Any = ib.client
        turned_away: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_end(message: str) -> None:
            if not turned_away.done():
                turned_away.set_exception(ConnectionError(message))

        client.apiError += on_end
        ib.wrapper.clientId = gateway.client_id
        place = (gateway.host, gateway.port, gateway.client_id)
        try:
            await first_of(client.connectAsync(*place, min(gateway.timeout, CONNECT_SECONDS)), turned_away)
        except TimeoutError as error:
            raise no_handshake(*place, "it does not answer") from error
        except ConnectionRefusedError as error:
            raise nobody_listens(gateway.host, gateway.port, "connection refused") from error
        except ConnectionError as error:
            raise no_handshake(*place, str(error)) from error
        except OSError as error:
            raise nobody_listens(gateway.host, gateway.port, error.strerror or str(error)) from error
        finally:
            client.apiError -= on_end
            _look_at(turned_away)
        return cls(ib, pacer, gateway.timeout, on_wait)

    async def close(self) -> None:
        """End the connection and wait until its socket is closed."""
        client: Any = self._ib.client
        client.disconnect()
        for _ in range(CLOSE_LOOKS):
            if not client.conn.isConnected():
                return
            await asyncio.sleep(CLOSE_LOOK_SECONDS)

    async def contract(self, market: Market) -> Contract:
        """Return the one contract of a market.

        Parameters
        ----------
        market : Market
            What a symbol means.

        Raises
        ------
        DataProblem
            If the broker knows none, or several.
        """
        from ib_async import Contract

        wanted = Contract(secType=market.kind, symbol=market.symbol, exchange=market.exchange, currency=market.currency)
        try:
            details = await self._ask(lambda: self._ib.reqContractDetailsAsync(wanted), lambda _request: None)
        except RefusedError as error:
            raise refusal(error, market) from error
        found = {one.contract.conId: one.contract for one in details if one.contract is not None}
        if len(found) != 1:
            names = ", ".join(f"{one.localSymbol} on {one.primaryExchange}" for one in found.values())
            raise DataProblem(
                f"{market} is {len(found)} contracts", hint=f"found: {names or 'none'}", where="Interactive Brokers"
            )
        contract = next(iter(found.values()))
        contract.exchange = market.exchange
        return contract

    async def beginning(self, contract: Contract, market: Market) -> int:
        """Return where the broker's history of a contract begins, nanoseconds UTC.

        Parameters
        ----------
        contract : ib_async.Contract
            What `contract` gave.
        market : Market
            What it stands for.

        Raises
        ------
        DataProblem
            If the broker refuses.
        """
        ib = self._ib
        try:
            found = await self._patiently(
                ("beginning", contract.conId),
                market,
                lambda: ib.reqHeadTimeStampAsync(contract, market.prices, market.regular_hours, EPOCH_SECONDS),
                ib.client.cancelHeadTimeStamp,
            )
        except RefusedError as error:
            raise refusal(error, market) from error
        aware = found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
        return round(aware.timestamp()) * SECOND

    async def bars(self, contract: Contract, market: Market, step: Step, span: Span) -> list[BarData]:
        """Return the bars of a span, and what else the request reaches; none where nothing was traded.

        Parameters
        ----------
        contract : ib_async.Contract
            What `contract` gave.
        market : Market
            What it stands for.
        step : Step
            How its bars are asked for.
        span : Span
            Which bars.

        Raises
        ------
        DataProblem
            If the broker refuses, or the connection is cut.
        """
        until = request_end(span, step)
        try:
            return await self._patiently(
                (contract.conId, market.prices, step.bar_size, until),
                market,
                lambda: self._ib.reqHistoricalDataAsync(
                    contract,
                    dt.datetime.fromtimestamp(until, dt.UTC),
                    step.duration,
                    step.bar_size,
                    market.prices,
                    market.regular_hours,
                    EPOCH_SECONDS,
                    timeout=0,
                ),
                self._ib.client.cancelHistoricalData,
            )
        except RefusedError as error:
            if error.means_no_bars:
                return []
            raise refusal(error, market) from error

    async def _patiently(
        self, key: object, market: Market, request: Callable[[], Awaitable[T]], give_up: Callable[[int], Any]
    ) -> T:
        """Send a request when its turn comes, and again after a silence where the broker finds we ask too often."""
        violations = 0
        while True:
            await self._wait_turn(key, market)
            try:
                return await self._ask(request, give_up)
            except RefusedError as error:
                violations += 1
                if not error.means_pacing or violations > len(PENALTIES):
                    raise
                self._pacer.penalize(violations)

    def _hear(self, _number: int, code: int, text: str, _contract: object) -> None:
        """Remember that the gateway has lost the broker: it answers nothing then, and does not say so again."""
        if code in DOWN:
            self._trouble = f"; the gateway says: {text}"
        elif code in UP:
            self._trouble = ""

    async def _wait_turn(self, request: object, market: Market) -> None:
        seconds = self._pacer.reserve(request, market)
        self.requests += 1
        if seconds > 1:
            self._on_wait(seconds)
        await asyncio.sleep(seconds)

    async def _ask(self, request: Callable[[], Awaitable[T]], give_up: Callable[[int], Any]) -> T:
        """Send one request and return its answer; a warning about it that ends nothing is an answer too."""
        ib = self._ib
        if not ib.client.isReady():
            raise broken_line("the gateway closed it")
        before = ib.client.getReqId()
        refused: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def on_error(number: int, code: int, text: str, _contract: object) -> None:
            harmless = code in WARNINGS or number <= before
            if not harmless and not refused.done():
                refused.set_exception(RefusedError(code, text))

        ib.errorEvent += on_error
        try:
            return await asyncio.wait_for(first_of(_awaited(request), refused), self._timeout)
        except ConnectionError as error:
            raise broken_line(str(error)) from error
        except TimeoutError as error:
            if ib.client.isReady():
                give_up(before + 1)
            raise broken_line(f"no answer within {self._timeout:g} s{self._trouble}") from error
        except asyncio.CancelledError:
            if ib.client.isReady():
                give_up(before + 1)
            raise
        finally:
            ib.errorEvent -= on_error
            _look_at(refused)


def request_end(span: Span, step: Step) -> int:
    """Return the end of the request that covers a span, in seconds since 1970: a whole bar after its last open.

    Parameters
    ----------
    span : Span
        The bars that are wanted.
    step : Step
        How they are asked for.
    """
    end = span.end + step.beyond
    grid = 60 * SECOND
    return -(-end // grid) * 60


async def first_of(work: Coroutine[Any, Any, T], trouble: asyncio.Future[Any]) -> T:
    """Return the result of some work, unless trouble comes first.

    Parameters
    ----------
    work : coroutine
        What is awaited; it is cancelled when trouble comes.
    trouble : Future
        Gets an exception when the work need not be awaited any longer. It counts more than a result, as the library
        ends a refused request with an empty one.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task, trouble], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
        failed = task.done() and not task.cancelled() and task.exception() is not None
        return await (trouble if trouble.done() and not failed else task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _awaited(request: Callable[[], Awaitable[T]]) -> T:
    return await request()


def _look_at(future: asyncio.Future[Any]) -> None:
    """Let no exception of a future go unseen, which asyncio would report."""
    if future.done() and not future.cancelled():
        future.exception()
    future.cancel()
