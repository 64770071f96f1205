"""Reads the two pickles we know without running them: every global becomes an inert record.

Only exact global names and the opcodes that genuine files use are allowed, so nothing that a file
names is ever imported or called. A memo index is bounded because a large one allocates at once.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any, Self

from ktrdr_app.core.errors import ModelRejected

_LARGEST_MEMO = 65_535
_MEMO = frozenset(("BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"))
_OPCODES = _MEMO | {
    *("PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD", "NEWOBJ", "BINPERSID"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINBYTES", "BINBYTES"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT", "EMPTY_LIST", "APPEND", "APPENDS"),
    *("SETITEM", "SETITEMS"),
}


class Inert:
    """What stands in for an object of a pickle: the arguments, state and items it was to be made of.

    Parameters
    ----------
    *arguments : Any
        What its constructor would have been given.
    """

    name = ""
    arguments: tuple[Any, ...]
    state: Any
    items: dict[Any, Any]

    def __new__(cls, *arguments: Any) -> Self:
        made = super().__new__(cls)
        made.arguments, made.state, made.items = arguments, None, {}
        return made

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items[key] = value


class _InertUnpickler(pickle.Unpickler):
    def __init__(self, data: bytes, allowed: frozenset[str]) -> None:
        super().__init__(io.BytesIO(data))
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> type[Inert]:
        wanted = f"{module}.{name}"
        if wanted not in self._allowed:
            raise pickle.UnpicklingError(f"it names {wanted}, which is not allowed")
        return type(name, (Inert,), {"name": wanted})

    def persistent_load(self, pid: Any) -> Inert:
        return Inert(pid)


def read_inert(data: bytes, allowed: frozenset[str], where: str) -> Any:
    """Return the content of a pickle with an `Inert` in place of every object.

    Parameters
    ----------
    data : bytes
        The pickle.
    allowed : frozenset of str
        Exact global names, ``module.name``.
    where : str
        File, for messages.

    Raises
    ------
    ModelRejected
        If it names anything else, uses an opcode that such files do not have, or is damaged.
    """
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name not in _OPCODES:
                raise ModelRejected(where, f"unsafe pickle: opcode {opcode.name} is not allowed")
            if opcode.name in _MEMO and argument is not None and argument > _LARGEST_MEMO:
                raise ModelRejected(where, "unsafe pickle: its memo is too large")
        return _InertUnpickler(data, allowed).load()
    except pickle.UnpicklingError as error:
        raise ModelRejected(where, f"unsafe or damaged pickle: {error}") from error
    except (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise ModelRejected(where, f"damaged pickle: {error}") from error
