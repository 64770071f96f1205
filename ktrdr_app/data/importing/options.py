"""What the user may say about a file beforehand; everything not said is read from the file, or asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.timeframes import bar_length

ASSET_CLASSES = ("forex", "stock", "crypto", "index", "metal")
CONFLICTS = ("append", "replace", "skip")
DATE_ORDERS = ("dmy", "mdy", "ymd")
DECIMALS = (".", ",")
ROLES = ("timestamp", "date", "time", "open", "high", "low", "close", "volume", "symbol")


@dataclass(frozen=True)
class ImportOptions:
    """Answers given beforehand.

    Attributes
    ----------
    symbol, timeframe : str, optional
        Name of the series.
    timezone : str, optional
        Clock of stamps that carry no offset: an IANA name, an offset such as ``+02:00``, or a zone moved by hours
        such as ``America/New_York+7`` (many MetaTrader servers).
    asset_class : str, optional
        One of `ASSET_CLASSES`.
    columns : mapping of str to str
        Role to column name, or to its 1-based number.
    on_conflict : str, optional
        What happens to a series that is already there: ``append`` adds the bars whose stamps it lacks,
        ``replace`` puts the file in its place, ``skip`` leaves it alone.
    date_order : str, optional
        ``dmy``, ``mdy`` or ``ymd``, where the dates leave it open.
    decimal : str, optional
        Decimal mark, where the numbers leave it open.
    """

    symbol: str | None = None
    timeframe: str | None = None
    timezone: str | None = None
    asset_class: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    on_conflict: str | None = None
    date_order: str | None = None
    decimal: str | None = None

    def check(self) -> None:
        """Refuse a word that is in no list of ours.

        Raises
        ------
        UnknownName
            For the first one.
        """
        if self.timeframe is not None:
            bar_length(self.timeframe)
        for kind, found, allowed in (
            ("asset class", self.asset_class, ASSET_CLASSES),
            ("way to settle a conflict", self.on_conflict, CONFLICTS),
            ("date order", self.date_order, DATE_ORDERS),
            ("decimal mark", self.decimal, DECIMALS),
        ):
            if found is not None and found not in allowed:
                raise UnknownName(kind, found, allowed)
        for role in self.columns:
            if role not in ROLES:
                raise UnknownName("column role", role, ROLES, where="columns")
