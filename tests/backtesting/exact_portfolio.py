"""One account over daily bars, kept by hand in fractions: nothing is rounded, nothing is shared with the program."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, Rates
from tests.backtesting.cases import make_bars

DAY = 86_400_000_000_000
FIRST = pd.Timestamp("2024-03-01", tz="UTC").value
LOT_SLACK, CASH_SLACK, CRUMBS = Fraction(1, 10**9), Fraction(1, 10**9), Fraction(1, 10**9)


@dataclass
class Page:
    """One symbol's page of the books: its bars by day, and its position."""

    leg: Leg
    bars: dict[int, tuple[float, float, float, float]]
    signals: dict[int, int]
    days: list[int]
    units: Fraction = Fraction(0)
    entry: Fraction = Fraction(0)
    entry_rate: Fraction = Fraction(1)
    paid: Fraction = Fraction(0)
    interest: Fraction = Fraction(0)
    last: Fraction = Fraction(0)
    order: int | None = None
    held: list[Fraction] = field(default_factory=list)

    @classmethod
    def of(cls, leg: Leg) -> Page:
        days = [int(stamp.value) // DAY for stamp in leg.bars.index]
        prices = leg.bars[["open", "high", "low", "close"]].to_numpy().tolist()
        signals = dict(zip(days, leg.signals.tolist(), strict=True))
        return cls(leg, {day: tuple(row) for day, row in zip(days, prices, strict=True)}, signals, days)

    def rate(self, day: int) -> Fraction:
        if self.leg.rates is None:
            return Fraction(1)
        return Fraction(float(self.leg.rates.values[bisect_right(self.leg.rates.known.tolist(), day * DAY) - 1]))

    def opened(self, day: int) -> bool:
        return day in self.bars and not math.isnan(self.bars[day][3])


@dataclass(frozen=True)
class Closed:
    """A closed trade, account currency but for the prices."""

    symbol: str
    side: int
    units: Fraction
    entry: Fraction
    exit: Fraction
    commission: Fraction
    interest: Fraction
    net: Fraction
    reason: str


class ExactBooks:
    """The account; every bar is a whole day from midnight, so that a day's closes are the next midnight's moment."""

    def __init__(self, legs: list[Leg], config: PortfolioConfig) -> None:
        self.config, self.base = config, config.base
        self.pages = [Page.of(leg) for leg in sorted(legs, key=lambda leg: leg.symbol)]
        self.cash = Fraction(self.base.initial_capital)
        self.equity: list[Fraction] = []
        self.trades: list[Closed] = []
        self.closed_at: dict[str, int] = {}

    def run(self) -> ExactBooks:
        for day in sorted({day for page in self.pages for day in page.days}):
            self._morning(day)
            self._evening(day)
        return self

    def _morning(self, day: int) -> None:
        for page in self.pages:
            if day in page.bars and page.units:
                nights = day - page.days[page.days.index(day) - 1]
                yearly = self.base.swap_long if page.units > 0 else self.base.swap_short
                cost = abs(page.units) * page.last * Fraction(yearly) * nights / 365 * page.rate(day)
                self.cash -= cost
                page.interest += cost
        self._execute([page for page in self.pages if page.opened(day) and page.order is not None], day, day, 0)

    def _evening(self, day: int) -> None:
        trading = [page for page in self.pages if page.opened(day)]
        for page in trading:
            self._stops(page, day)
            page.last = Fraction(page.bars[day][3])
        for page in trading:
            wish = {0: 1, 1: 0, 2: -1}[page.signals[day]]
            side = (page.units > 0) - (page.units < 0)
            if wish and wish != side:
                short = wish == -1 and not self.base.allow_short
                if not (short and side == 0):
                    page.order = 0 if short else wish
        if self.base.fill == "close":
            at_once = [
                page
                for page in trading
                if page.order == 0 or (page.order is not None and not (self.base.close_at_end and day == page.days[-1]))
            ]
            self._execute(at_once, day, day + 1, 3)
        for page in self.pages:
            if day in page.days and day == page.days[-1]:
                page.order = None
                if self.base.close_at_end and page.units and page.opened(day):
                    self._sell_out(page, Fraction(page.bars[day][3]), day + 1, "end_of_data")
        self.equity.append(self.worth(day + 1))
        for page in self.pages:
            if day in page.days:
                page.held.append(page.units)

    def worth(self, moment: int) -> Fraction:
        return self.cash + sum(page.units * page.last * page.rate(moment) for page in self.pages)

    def _stops(self, page: Page, day: int) -> None:
        if not page.units:
            return
        opened, high, low, _ = (Fraction(price) for price in page.bars[day])
        side = 1 if page.units > 0 else -1
        stop, take = self.base.stop_loss, self.base.take_profit
        if stop is not None:
            level = page.entry * (1 - side * Fraction(stop))
            if (low <= level) if side > 0 else (high >= level):
                price = min(opened, level) if side > 0 else max(opened, level)
                self._sell_out(page, price, day + 1, "stop_loss")
                return
        if take is not None:
            level = page.entry * (1 + side * Fraction(take))
            if (high >= level) if side > 0 else (low <= level):
                price = max(opened, level) if side > 0 else min(opened, level)
                self._sell_out(page, price, day + 1, "take_profit")

    def _execute(self, pages: list[Page], day: int, moment: int, column: int) -> None:
        for page in pages:
            if page.units:
                reason = "signal" if page.order == 0 else "reversal"
                self._sell_out(page, Fraction(page.bars[day][column]), moment, reason)
        for page in pages:
            side, page.order = page.order, None
            if side:
                self._buy_in(page, side, Fraction(page.bars[day][column]), moment)

    def _price(self, market: Fraction, direction: int) -> Fraction:
        return market * (1 + direction * Fraction(self.base.slippage)) + direction * Fraction(self.base.spread) / 2

    def _fee(self, units: Fraction, price: Fraction, rate: Fraction) -> Fraction:
        commission = Fraction(self.base.commission)
        return units * commission if self.base.commission_unit == "per_unit" else units * price * rate * commission

    def _sell_out(self, page: Page, market: Fraction, moment: int, reason: str) -> None:
        side, units, rate = (1 if page.units > 0 else -1), abs(page.units), page.rate(moment)
        price = self._price(market, -side)
        fee = self._fee(units, price, rate)
        self.cash += side * units * price * rate - fee
        moved = side * units * (price * rate - page.entry * page.entry_rate)
        commission = page.paid + fee
        net = moved - commission - page.interest
        self.trades.append(
            Closed(page.leg.symbol, side, units, page.entry, price, commission, page.interest, net, reason)
        )
        page.units = Fraction(0)

    def _buy_in(self, page: Page, side: int, market: Fraction, moment: int) -> None:
        rate = page.rate(moment)
        price = self._price(market, side)
        units = self._allowed(price, price * rate + self._fee(Fraction(1), price, rate), moment)
        if not units:
            return
        fee = self._fee(units, price, rate)
        self.cash -= side * units * price * rate + fee
        page.units, page.entry, page.entry_rate, page.paid = side * units, price, rate, fee
        page.interest, page.last = Fraction(0), market

    def _allowed(self, price: Fraction, cost: Fraction, moment: int) -> Fraction:
        values = [page.units * page.last * page.rate(moment) for page in self.pages]
        worth, gross = self.cash + sum(values), sum(map(abs, values))
        free = self.cash - 2 * sum(-value for value in values if value < 0)
        most_positions, share = self.config.max_positions, self.config.max_exposure
        full = most_positions is not None and sum(page.units != 0 for page in self.pages) >= most_positions
        if full or free <= CRUMBS * worth or price <= 0:
            return Fraction(0)
        sizing = self.base.sizing
        if sizing["kind"] == "all_in":
            units = free / cost
        elif sizing["kind"] == "fraction":
            units = min(Fraction(sizing["fraction"]) * worth, free) / cost
        else:
            units = Fraction(sizing["units"])
        if share is not None:
            room = Fraction(share) * worth - gross
            if room <= CRUMBS * worth:
                return Fraction(0)
            units = min(units, room / cost)
        if self.base.lot_step:
            step = Fraction(self.base.lot_step)
            units = math.floor(units / step + LOT_SLACK) * step
        return units if units * cost <= free * (1 + CASH_SLACK) else Fraction(0)


def exact_rates(seed: int, currency: str) -> Rates:
    """Return rates in sixteenths, one a day or fewer, known from before the first bar."""
    rng = np.random.default_rng(seed)
    known = np.append([FIRST - DAY], FIRST + DAY // 3 + np.cumsum(rng.integers(1, 4, 12)) * DAY)
    return Rates(currency, known, rng.integers(8, 25, 13) / 16)


@st.composite
def daily_legs(draw: st.DrawFn, most: int = 3) -> list[Leg]:
    """Draw symbols of daily bars in quarters, so that prices, stops and slippage are the same in floats."""
    foreign = {name: exact_rates(draw(st.integers(0, 2**31)), name) for name in ("EUR", "GBP")}
    legs = []
    for name in draw(st.permutations("XYZ"[: draw(st.integers(1, most))])):
        rng = np.random.default_rng(draw(st.integers(0, 2**31)))
        rows = draw(st.integers(1, 14))
        prices = np.maximum(
            8, 80 + np.cumsum(rng.integers(-12, 13, (rows, 1)), axis=0) + rng.integers(-6, 7, (rows, 2))
        )
        opens, closes = prices[:, 0] / 4, prices[:, 1] / 4
        highs = np.maximum(opens, closes) + rng.integers(0, 8, rows) / 4
        lows = np.minimum(opens, closes) - rng.integers(0, 6, rows) / 4
        bars = make_bars(opens, closes, highs, lows)
        days = np.cumsum(rng.choice([1, 1, 1, 2, 4], rows))
        bars.index = pd.DatetimeIndex(pd.to_datetime(FIRST + days * DAY, utc=True), name="timestamp").as_unit("ns")
        bars.iloc[rng.random(rows) < draw(st.sampled_from([0, 0.2])), :4] = np.nan
        signals = rng.choice(3, rows, p=[0.35, 0.3, 0.35]).astype(np.int8)
        legs.append(Leg(name, bars, signals, foreign.get(draw(st.sampled_from(["USD", "USD", "EUR", "GBP"])))))
    return legs


@st.composite
def exact_configs(draw: st.DrawFn) -> PortfolioConfig:
    """Draw settings whose fractions are powers of two wherever a price is compared with a level."""
    kind = draw(st.sampled_from(["all_in", "fraction", "fixed_units"]))
    sizes = {
        "all_in": {},
        "fraction": {"fraction": draw(st.sampled_from([0.3, 0.5, 0.9]))},
        "fixed_units": {"units": 7},
    }
    per_unit = draw(st.booleans())
    base = BacktestConfig(
        initial_capital=draw(st.sampled_from([500.0, 1234.0])),
        commission=draw(st.sampled_from([0.0, 0.25] if per_unit else [0.0, 0.003])),
        commission_unit="per_unit" if per_unit else "rate",
        slippage=draw(st.sampled_from([0.0, 1 / 128])),
        spread=draw(st.sampled_from([0.0, 0.5])),
        fill=draw(st.sampled_from(["next_open", "close"])),
        sizing={"kind": kind, **sizes[kind]},
        lot_step=draw(st.sampled_from([0.0, 1.0, 5.0])),
        allow_short=draw(st.booleans()),
        stop_loss=draw(st.sampled_from([None, 0.125])),
        take_profit=draw(st.sampled_from([None, 0.25])),
        swap_long=draw(st.sampled_from([0.0, 0.08, -0.02])),
        swap_short=draw(st.sampled_from([0.0, 0.2])),
        close_at_end=draw(st.booleans()),
    )
    shares, counts = st.sampled_from([None, 1.0, 0.6]), st.sampled_from([None, 1, 2])
    return PortfolioConfig(base, max_exposure=draw(shares), max_positions=draw(counts))
