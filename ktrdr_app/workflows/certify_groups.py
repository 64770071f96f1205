"""Which symbols of a certificate are not independent of each other: one asset class, or a currency they share."""

from __future__ import annotations

from collections.abc import Sequence

from ktrdr_app.data.asset_class import legs
from ktrdr_app.data.symbols import SymbolBook
from ktrdr_app.training.certificate import Group

CLASS, CURRENCY = "asset class", "currency"


def groups_of(symbols: Sequence[str], book: SymbolBook) -> list[Group]:
    """Return every asset class there is, and every currency or coin that two pairs or more share.

    Parameters
    ----------
    symbols : sequence of str
        Symbols of the certificate.
    book : SymbolBook
        What the workspace says of them; the rest is told by their names.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for symbol in symbols:
        found.setdefault((CLASS, book.settings(symbol).asset_class), []).append(symbol)
    for symbol in symbols:
        for leg in legs(symbol):
            found.setdefault((CURRENCY, leg), []).append(symbol)
    ordered = sorted(found.items(), key=lambda entry: entry[0])
    return [Group(kind, name, tuple(members)) for (kind, name), members in ordered if kind == CLASS or len(members) > 1]
