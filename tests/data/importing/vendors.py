"""A clean series, and the same bars as each vendor's export writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

PRICES = ("open", "high", "low", "close")


def series(rows: int = 200, frequency: str = "1h", start: str = "2021-03-01", level: float = 100.0) -> pd.DataFrame:
    """Return bars of which every price has two decimals and every volume is whole."""
    random = np.random.default_rng(rows)
    close = np.round(level * np.exp(np.cumsum(random.normal(0, 0.002, rows))), 2)
    opened = np.round(np.append(level, close[:-1]) + random.normal(0, 0.01, rows), 2)
    high = np.round(np.maximum(opened, close) + random.uniform(0.01, 0.5, rows), 2)
    low = np.round(np.minimum(opened, close) - random.uniform(0.01, 0.5, rows), 2)
    volume = random.integers(1000, 9000, rows).astype(float)
    index = pd.date_range(start, periods=rows, freq=frequency, tz="UTC", name="timestamp").as_unit("ns")
    columns = {"open": opened, "high": high, "low": low, "close": close, "volume": volume}
    return pd.DataFrame(columns, index=index)


@dataclass(frozen=True)
class Vendor:
    """How one vendor writes a bar.

    Attributes
    ----------
    head : str
        Lines before the rows.
    row : callable
        Takes the stamp on the vendor's clock and the bar, returns a line.
    zone : str
        The vendor's clock.
    options : dict
        What the user must say.
    name : str
        File name.
    newest_first : bool
        Order of the rows.
    tail : str
        Lines after the rows.
    daily : bool
        Whether bars are days.
    volume : bool
        Whether there is a volume.
    """

    head: str
    row: Callable[[pd.Timestamp, pd.Series], str]
    zone: str = "UTC"
    options: dict[str, str] = field(default_factory=dict)
    name: str = "XYZ_1h.csv"
    newest_first: bool = False
    tail: str = ""
    daily: bool = False
    volume: bool = True

    def text(self, bars: pd.DataFrame) -> str:
        """Return the vendor's file."""
        order = bars.iloc[::-1] if self.newest_first else bars
        lines = [self.row(stamp.tz_convert(ZoneInfo(self.zone)), bar) for stamp, bar in order.iterrows()]
        return self.head + "\n".join(lines) + "\n" + self.tail


def cells(bar: pd.Series, template: str = "{o},{h},{l},{c},{v}") -> str:
    """Return the numbers of a bar."""
    o, h, low, c = (f"{bar[name]:.2f}" for name in PRICES)
    return template.format(o=o, h=h, l=low, c=c, v=int(bar["volume"]), q=f"{bar['volume'] * bar['close']:.4f}")


def german(number: float, decimals: int = 2) -> str:
    """Return a number as German exports write it."""
    return f"{number:,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def german_cells(bar: pd.Series) -> str:
    """Return the numbers of a bar in German."""
    return ";".join([*(german(bar[name]) for name in PRICES), german(bar["volume"], 0)])


BERLIN, NEW_YORK, ATHENS = "Europe/Berlin", "America/New_York", "Europe/Athens"
BINANCE = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore\n"
)


def binance(scale: int) -> Callable[[pd.Timestamp, pd.Series], str]:
    """Return a writer of Binance rows whose stamps count ``scale`` a second."""

    def row(stamp: pd.Timestamp, bar: pd.Series) -> str:
        opened = int(stamp.timestamp()) * scale
        closed = opened + 3600 * scale - 1
        return f"{opened},{cells(bar)},{closed},{cells(bar, '{q}')},77,{int(bar['volume']) // 2},1.5,0"

    return row


VENDORS: dict[str, Vendor] = {
    "metatrader 5": Vendor(
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n",
        lambda t, b: f"{t:%Y.%m.%d\t%H:%M:%S}\t" + cells(b, "{o}\t{h}\t{l}\t{c}\t{v}\t0\t12"),
        zone=ATHENS,
        options={"timezone": ATHENS},
        name="XYZ_H1_202103010000_202103092300.csv",
    ),
    "metatrader 4": Vendor(
        "",
        lambda t, b: f"{t:%Y.%m.%d,%H:%M}," + cells(b),
        zone=ATHENS,
        options={"timezone": ATHENS},
        name="XYZ60.csv",
    ),
    "metatrader server clock of New York plus seven": Vendor(
        "",
        lambda t, b: f"{t + pd.Timedelta(hours=7):%Y.%m.%d,%H:%M}," + cells(b),
        zone=NEW_YORK,
        options={"timezone": "America/New_York+7"},
        name="XYZ60.csv",
    ),
    "yahoo": Vendor(
        "Date,Open,High,Low,Close,Adj Close,Volume\n",
        lambda t, b: f"{t:%Y-%m-%d}," + cells(b, "{o},{h},{l},{c},1.23,{v}"),
        name="XYZ.csv",
        daily=True,
    ),
    "yfinance with three heading lines": Vendor(
        "Price,Close,High,Low,Open,Volume\nTicker,XYZ,XYZ,XYZ,XYZ,XYZ\nDate,,,,,\n",
        lambda t, b: f"{t:%Y-%m-%d}," + cells(b, "{c},{h},{l},{o},{v}"),
        name="download.csv",
        daily=True,
    ),
    "yfinance with offsets": Vendor(
        "Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits\n",
        lambda t, b: f"{t.isoformat(sep=' ')}," + cells(b) + ",0.0,0.0",
        zone=NEW_YORK,
    ),
    "binance in milliseconds": Vendor(BINANCE, binance(1_000), name="XYZ-1h-2021-03.csv"),
    "binance in microseconds, no headings": Vendor("", binance(1_000_000), name="XYZ-1h-2025-03.csv"),
    "cryptodatadownload": Vendor(
        "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume XYZ,Volume USD\n",
        lambda t, b: f"{int(t.timestamp())},{t:%Y-%m-%d %H:%M:%S},XYZ/USD," + cells(b, "{o},{h},{l},{c},{v},{q}"),
        name="Bitstamp_XYZUSD_1h.csv",
        newest_first=True,
        options={"symbol": "XYZ"},
    ),
    "cryptodatadownload, old": Vendor(
        "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\n"
        "Date,Symbol,Open,High,Low,Close,Volume XYZ,Volume USD\n",
        lambda t, b: f"{t:%Y-%m-%d %I-%p},XYZUSD," + cells(b, "{o},{h},{l},{c},{v},{q}"),
        newest_first=True,
        options={"symbol": "XYZ"},
    ),
    "histdata": Vendor(
        "",
        lambda t, b: f"{t:%Y%m%d %H%M%S};" + cells(b, "{o};{h};{l};{c};{v}"),
        zone="Etc/GMT+5",
        options={"timezone": "-05:00"},
        name="DAT_ASCII_XYZ_H1_202103.csv",
    ),
    "barchart": Vendor(
        "Time,Open,High,Low,Last,Change,%Chg,Volume\n",
        lambda t, b: f"{t:%m/%d/%Y %H:%M}," + cells(b, "{o},{h},{l},{c},0.10,+0.1%,{v}"),
        zone="America/Chicago",
        options={"timezone": "America/Chicago"},
        newest_first=True,
        tail='"Downloaded from Barchart.com as of 03-12-2021 04:00pm CST"\n',
    ),
    "tradingview, epoch": Vendor(
        "time,open,high,low,close,Volume,Volume MA\n",
        lambda t, b: f"{int(t.timestamp())}," + cells(b) + ",NaN",
        name="NYSE_XYZ, 60.csv",
    ),
    "tradingview, iso": Vendor(
        "time,open,high,low,close,Volume\n",
        lambda t, b: f"{t.isoformat()}," + cells(b),
        zone=BERLIN,
        name="NYSE_XYZ, 60.csv",
    ),
    "stooq": Vendor(
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n",
        lambda t, b: f"XYZ.US,60,{t:%Y%m%d,%H%M%S}," + cells(b) + ",0",
        zone="Europe/Warsaw",
        options={"timezone": "Europe/Warsaw", "symbol": "XYZ"},
        name="xyz.us.txt",
    ),
    "stooq, daily": Vendor(
        "Date,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%Y-%m-%d}," + cells(b),
        name="xyz_us_d.csv",
        daily=True,
    ),
    "dukascopy": Vendor(
        "Gmt time,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%d.%m.%Y %H:%M:%S}.000," + cells(b),
    ),
    "dukascopy, local": Vendor(
        "Local time,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%d.%m.%Y %H:%M:%S}.000 GMT{t:%z}," + cells(b),
        zone=BERLIN,
    ),
    "german broker": Vendor(
        "Datum;Uhrzeit;Eröffnung;Hoch;Tief;Schluss;Volumen\n",
        lambda t, b: f"{t:%d.%m.%Y;%H:%M};" + german_cells(b),
        zone=BERLIN,
        options={"timezone": BERLIN},
    ),
    "ariva": Vendor(
        "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen\n",
        lambda t, b: f"{t:%Y-%m-%d};" + german_cells(b) + ";1.234.567",
        newest_first=True,
        name="XYZ.csv",
        daily=True,
    ),
    "investing.com": Vendor(
        '"Date","Price","Open","High","Low","Vol.","Change %"\n',
        lambda t, b: f'"{t:%m/%d/%Y}",' + cells(b, '"{c}","{o}","{h}","{l}","') + f'{b["volume"] / 1000:.3f}K","0.5%"',
        newest_first=True,
        name="XYZ.csv",
        daily=True,
    ),
    "nasdaq": Vendor(
        "Date,Close/Last,Volume,Open,High,Low\n",
        lambda t, b: f"{t:%m/%d/%Y}," + cells(b, "${c},{v},${o},${h},${l}"),
        newest_first=True,
        name="XYZ.csv",
        daily=True,
    ),
    "alpha vantage": Vendor(
        "timestamp,1. open,2. high,3. low,4. close,5. volume\n",
        lambda t, b: f"{t:%Y-%m-%d %H:%M:%S}," + cells(b),
        zone=NEW_YORK,
        options={"timezone": NEW_YORK},
        newest_first=True,
    ),
    "kraken": Vendor("", lambda t, b: f"{int(t.timestamp())}," + cells(b) + ",55", name="XYZ_60.csv"),
    "coinbase order without headings": Vendor(
        "", lambda t, b: f"{int(t.timestamp())}," + cells(b, "{l},{h},{o},{c},{v}"), newest_first=True
    ),
    "pandas": Vendor(",open,high,low,close,volume\n", lambda t, b: f"{t.isoformat(sep=' ')}," + cells(b)),
    "excel day numbers": Vendor(
        "Date,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{(t.timestamp() / 86400) + 25569:.9f}," + cells(b),
        options={"timezone": "UTC"},
    ),
    "month names": Vendor(
        "Date,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%d-%b-%Y %I:%M %p}," + cells(b),
        options={"timezone": "UTC"},
    ),
    "spelt months with spaces": Vendor(
        "Date;Open;High;Low;Close;Volume\n",
        lambda t, b: f"{t:%b %d, %Y};" + cells(b, "{o};{h};{l};{c};{v}"),
        name="XYZ.csv",
        daily=True,
    ),
    "two-digit years": Vendor(
        "Date,Time,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%m/%d/%y,%H:%M}," + cells(b),
        options={"timezone": "UTC"},
    ),
    "nanoseconds with spaces between": Vendor(
        "time open high low close volume\n", lambda t, b: f"{t.value} " + cells(b, " {o}  {h} {l} {c} {v}")
    ),
    "polygon": Vendor(
        "ticker,volume,open,close,high,low,window_start,transactions\n",
        lambda t, b: "XYZ," + cells(b, "{v},{o},{c},{h},{l},") + f"{t.value},9",
    ),
    "no volume": Vendor(
        "time,open,high,low,close\n", lambda t, b: f"{t.isoformat()}," + cells(b, "{o},{h},{l},{c}"), volume=False
    ),
    "times without leading zeros": Vendor(
        "Date,Time,Open,High,Low,Close,Volume\n",
        lambda t, b: f"{t:%Y%m%d},{t.hour * 100}," + cells(b),
        options={"timezone": "UTC"},
    ),
}
