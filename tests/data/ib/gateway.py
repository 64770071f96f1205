"""A gateway on the loopback that speaks the TWS socket protocol, server version 178, as TWS itself does.

Every message is a 4-byte big-endian length and fields that each end in a zero byte. The client begins with ``API``, a
zero byte and the range of versions it knows; the server answers with its version and clock, then the client says
startApi (71). Layouts of the answers follow the decoder of the official Python API for that version.

Bars come from `truth`: what history there is, whatever is asked. Faults are put in by number of the request.
"""

from __future__ import annotations

import datetime as dt
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SERVER_VERSION = 178
DAYS = {"S": 1 / 86_400, "D": 1.0, "W": 7.0, "M": 30.0, "Y": 365.0}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class HistoryRequest:
    """One reqHistoricalData (20) as it came over the wire."""

    number: int
    symbol: str
    kind: str
    exchange: str
    currency: str
    end: int
    bar_size: str
    duration: str
    regular_hours: str
    prices: str
    date_format: str

    @classmethod
    def of(cls, fields: list[str]) -> HistoryRequest:
        end = dt.datetime.strptime(fields[15], "%Y%m%d %H:%M:%S UTC").replace(tzinfo=dt.UTC)
        contract = dict(zip(("kind", "exchange", "currency"), (fields[4], fields[9], fields[11]), strict=True))
        return cls(
            int(fields[1]), fields[3], end=int(end.timestamp()), bar_size=fields[16], duration=fields[17],
            regular_hours=fields[18], prices=fields[19], date_format=fields[20], **contract,
        )  # fmt: skip

    @property
    def begin(self) -> int:
        """Where the asked duration begins, seconds since 1970, counted in wall-clock time."""
        amount, unit = self.duration.split()
        return self.end - round(int(amount) * DAYS[unit] * 86_400)


Bar = tuple[int, float, float, float, float, float]
"""Open time in seconds since 1970, open, high, low, close, volume."""
Fault = Callable[["Client", HistoryRequest], bool]
"""Deals with a request in its own way and returns whether it did."""


@dataclass
class Contract:
    """One contract that the gateway knows."""

    symbol: str
    kind: str
    exchange: str
    currency: str
    conid: int = 1
    primary: str = ""

    def details(self, number: int) -> list[object]:
        """Fields of a contractDetails message (10)."""
        head = [10, number, self.symbol, self.kind, "", "0", "", self.exchange, self.currency, self.symbol]
        names = ["NMS", "NMS", self.conid, "0.01", "", "LMT,MKT", "SMART,NYSE", "1", "0", "A LONG NAME", self.primary]
        hours = ["", "Technology", "Computers", "Computers", "US/Eastern", "20200102:0930-1600", "20200102:0930-1600"]
        return [*head, *names, *hours, "", "", "0", "1", "", "", "26", "", "COMMON", "1", "1", "100"]


@dataclass
class Gateway:
    """What the server knows and what it was asked."""

    truth: list[Bar] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=lambda: [Contract("AAPL", "STK", "SMART", "USD", 265598, "X")])
    faults: dict[int, Fault] = field(default_factory=dict)
    dates: bool = False
    greet: bool = True
    taken_ids: frozenset[int] = frozenset()
    head: str = ""
    busy_heads: int = 0
    port: int = 0
    history: list[HistoryRequest] = field(default_factory=list)
    seen: list[list[str]] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    connections: int = 0
    problems: list[str] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """Speak with one client until one side ends it."""
        client = Client(connection, self)
        try:
            if self.greet:
                client.greet()
                while (fields := client.receive()) is not None:
                    self.seen.append(fields)
                    client.answer(fields)
            else:
                connection.recv(4096)
                connection.recv(4096)
        except (ConnectionError, EOFError, OSError):
            pass
        except Exception as error:
            self.problems.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()


class Client:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket, gateway: Gateway) -> None:
        self.socket = connection
        self.gateway = gateway
        self._buffer = b""

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            chunk = self.socket.recv(65_536)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def receive(self) -> list[str] | None:
        """Return the fields of the next message."""
        size = struct.unpack(">I", self._take(4))[0]
        body = self._take(size).decode()
        assert body.endswith("\0"), "a message does not end in a zero byte"
        return body[:-1].split("\0")

    def send(self, *fields: object) -> None:
        """Send one message."""
        body = "".join(f"{one}\0" for one in fields).encode()
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def greet(self) -> None:
        """Agree on a version, and wait for startApi."""
        assert self._take(4) == b"API\0", "the client does not begin with API"
        size = struct.unpack(">I", self._take(4))[0]
        self.gateway.versions.append(self._take(size).decode())
        self.send(SERVER_VERSION, "20240102 12:00:00 EST")

    def start(self, fields: list[str]) -> None:
        """Answer startApi (71, version 2) with the messages that make a client ready."""
        assert fields[1] == "2"
        if int(fields[2]) in self.gateway.taken_ids:
            self.error(-1, 326, "Unable to connect as the client id is already in use.")
            raise EOFError
        self.send(15, 1, "DU1234567")
        self.send(9, 1, 1)
        self.error(-1, 2104, "Market data farm connection is OK:usfarm")

    def error(self, number: int, code: int, text: str) -> None:
        """Send an errMsg (4, version 2) with the field that servers have from 166 on."""
        self.send(4, 2, number, code, text, "")

    def answer(self, fields: list[str]) -> None:
        """Answer one message."""
        kind = int(fields[0])
        if kind == 71:
            self.start(fields)
        elif kind == 9:
            self.contract(int(fields[2]), fields[4], fields[5], fields[12])
        elif kind == 87:
            if self.gateway.busy_heads:
                self.gateway.busy_heads -= 1
                self.error(int(fields[1]), 162, "Historical Market Data Service error message:pacing violation")
            else:
                self.send(88, fields[1], self.gateway.head)
        elif kind == 20:
            request = HistoryRequest.of(fields)
            self.gateway.history.append(request)
            fault = self.gateway.faults.pop(len(self.gateway.history), None)
            if fault is None or not fault(self, request):
                self.bars(request)
        elif kind not in {25, 90}:
            raise ValueError(f"message {kind} is not one that a download sends")

    def contract(self, number: int, symbol: str, kind: str, currency: str) -> None:
        """Answer reqContractDetails (9, version 8)."""
        wanted = (symbol, kind, currency)
        found = [one for one in self.gateway.contracts if (one.symbol, one.kind, one.currency) == wanted]
        if not found:
            self.error(number, 200, "No security definition has been found for the request")
            return
        for one in found:
            self.send(*one.details(number))
        self.send(52, 1, number)

    def bars(self, request: HistoryRequest) -> None:
        """Answer with all bars that opened within the duration; a bar that the end cuts comes as it is then."""
        chosen = [bar for bar in self.gateway.truth if request.begin <= bar[0] < request.end]
        if not chosen:
            text = "Historical Market Data Service error message:HMDS query returned no data: X"
            self.error(request.number, 162, text)
        else:
            self.send(*self.message(request, chosen))

    def message(self, request: HistoryRequest, bars: list[Bar]) -> list[object]:
        """Fields of a historicalData message (17): per bar date, open, high, low, close, volume, average, count."""
        fields: list[object] = [17, request.number, "20240101 00:00:00", "20240102 00:00:00", len(bars)]
        for stamp, *numbers in bars:
            date = (EPOCH + dt.timedelta(seconds=stamp)).strftime("%Y%m%d") if self.gateway.dates else stamp
            fields += [date, *(repr(number) for number in numbers), "-1", "-1"]
        return fields


def refuse(code: int, text: str) -> Fault:
    """Return a fault that answers with an error."""

    def fault(client: Client, request: HistoryRequest) -> bool:
        client.error(request.number, code, text)
        return True

    return fault


def cut(client: Client, request: HistoryRequest) -> bool:
    """Send half of the answer and close the socket."""
    fields = client.message(request, client.gateway.truth)
    body = "".join(f"{one}\0" for one in fields).encode()
    client.socket.sendall(struct.pack(">I", len(body)) + body[: len(body) // 2])
    raise EOFError


def stall(client: Client, request: HistoryRequest) -> bool:
    """Never answer."""
    return True


@contextmanager
def running(gateway: Gateway) -> Iterator[Gateway]:
    """Listen on a free port of the loopback; when the block ends, no socket and no thread is left."""
    listener = socket.create_server(("127.0.0.1", 0))
    gateway.port = listener.getsockname()[1]
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            gateway.connections += 1
            open_sockets.append(connection)
            threads.append(threading.Thread(target=gateway.serve, args=(connection,), name="test-gateway"))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, name="test-gateway-accept")
    acceptor.start()
    try:
        yield gateway
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for connection in open_sockets:
            _shut(connection)
        for thread in threads:
            thread.join()
    assert gateway.problems == []


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()


def walk(start: str, count: int, seconds: int, seed: int = 0, **volume: Any) -> list[Bar]:
    """Return a random walk of bars without a break."""
    first = int(dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC).timestamp())
    random = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.001, count))), 4)
    opened = np.concatenate([[100.0], close[:-1]])
    high, low = np.round(np.maximum(opened, close) + 0.05, 4), np.round(np.minimum(opened, close) - 0.05, 4)
    amount = volume.get("volume")
    traded = np.full(count, amount) if amount is not None else random.integers(1, 10_000, count).astype(float)
    stamps = first + seconds * np.arange(count)
    columns = (stamps.tolist(), opened.tolist(), high.tolist(), low.tolist(), close.tolist(), traded.tolist())
    return list(zip(*columns, strict=True))
