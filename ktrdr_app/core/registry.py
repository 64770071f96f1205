"""A named list that grows by decorators: indicators, labelers, membership types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from ktrdr_app.core.errors import UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Names and what they stand for; a name is given once.

    Parameters
    ----------
    kind : str
        What the entries are, for messages ("indicator").
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> None:
        """Add an entry.

        Parameters
        ----------
        name : str
            Its name.
        entry : T
            What it stands for.

        Raises
        ------
        ValueError
            If the name is taken: a programming mistake, not a user's.
        """
        if name in self._entries:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._entries[name] = entry

    def get(self, name: str, *, where: str = "") -> T:
        """Return the entry of that name.

        Parameters
        ----------
        name : str
            Name to look up.
        where : str
            File or option that holds the name, for the message.

        Raises
        ------
        UnknownName
            With the nearest name, if there is none of that name.
        """
        if name not in self._entries:
            raise UnknownName(self.kind, name, list(self._entries), where=where)
        return self._entries[name]

    def names(self) -> tuple[str, ...]:
        """Return all names in the order they were added."""
        return tuple(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._entries
