"""What every error of ours has: a stable code, one line that says what was found where, and what to do."""

from __future__ import annotations

import copyreg
from typing import Any, ClassVar


class KtrdrError(Exception):
    """Base of every error of ours: a one-line message, where it was, and what to do.

    Parameters
    ----------
    message : str
        One line: what was found, where.
    hint : str
        What the user can do about it.
    where : str
        File, row, field or folder that is meant.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form that every face prints: code, message, hint, where."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "where": self.where}

    def details(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the JSON form holds beside the four words: lists of problems or questions."""
        return {}

    def lines(self) -> list[str]:
        """Return the sentences to print below the message, where one line cannot say it all."""
        return []

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by state: a class is made from facts, but an exception is rebuilt from its message by default."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]
