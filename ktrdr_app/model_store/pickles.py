"""Reads the two pickles we know without running them: every global becomes an inert record.

Only exact global names and the opcodes that genuine files use are understood, by a small machine of ours: nothing that
a file names is ever imported, called, hashed or printed. So a key that is made of tuples, millions deep or each twice
in the next, costs no more than its bytes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store.layout import UNSAFE

_PLAIN = frozenset(
    (
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "BINFLOAT",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINBYTES",
        "SHORT_BINBYTES",
    )
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_PASSED_OVER = frozenset(("FRAME", "STOP"))
_NEWEST_PROTOCOL = 5
_MOST_STEPS = 100_000
"""Opcodes: enough for a thousand layers, and read in a fraction of a second."""


@dataclass(frozen=True)
class Named:
    """What stands in for a global of a pickle.

    Attributes
    ----------
    name : str
        ``module.name``.
    """

    name: str


@dataclass(eq=False)
class Inert:
    """What stands in for an object of a pickle: the arguments, state and items it was to be made of.

    Attributes
    ----------
    name : str
        What would have been called; empty for what torch keeps outside the pickle.
    arguments : tuple
        What it would have been called with.
    state : Any
        What the object would have been given then.
    items : dict
        What would have been set in it.
    """

    name: str
    arguments: tuple[Any, ...]
    state: Any = None
    items: dict[str, Any] = field(default_factory=dict)


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
    machine = _Machine(allowed, where)
    try:
        for number, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if number == _MOST_STEPS:
                raise ModelRejected(where, f"unsafe pickle: it has more than {_MOST_STEPS:,} steps", fault=UNSAFE)
            machine.step(opcode.name, argument)
        return machine.stack.pop()
    except (LookupError, TypeError, ValueError) as error:
        raise ModelRejected(where, f"damaged pickle: {error}") from error


class _Machine:
    """The stack and memo of one pickle."""

    def __init__(self, allowed: frozenset[str], where: str) -> None:
        self.stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._allowed = allowed
        self._where = where

    def step(self, name: str, argument: Any) -> None:
        """Carry out one opcode."""
        if name in _PLAIN:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _STEPS:
            _STEPS[name](self, argument)
        elif name not in _PASSED_OVER:
            raise ModelRejected(self._where, f"unsafe pickle: opcode {name} is not allowed", fault=UNSAFE)

    def check_protocol(self, number: int) -> None:
        if number > _NEWEST_PROTOCOL:
            raise ValueError(f"it is of protocol {number}")

    def mark(self, _: Any) -> None:
        self._marks.append(len(self.stack))

    def remember(self, index: int | None) -> None:
        self._memo[len(self._memo) if index is None else index] = self.stack[-1]

    def recall(self, index: int) -> None:
        self.stack.append(self._memo[index])

    def name_in_one(self, names: str) -> None:
        self._named(*names.split(" ", 1))

    def name_from_stack(self, _: Any) -> None:
        module, name = self._popped(2)
        self._named(module, name)

    def call(self, _: Any) -> None:
        function, arguments = self._popped(2)
        if not isinstance(function, Named) or not isinstance(arguments, tuple):
            raise ValueError("it calls what cannot be called")
        self.stack.append(Inert(function.name, arguments))

    def give_state(self, _: Any) -> None:
        made, state = self._popped(2)
        if not isinstance(made, Inert):
            raise ValueError("it gives a state to what has none")
        made.state = state
        self.stack.append(made)

    def fetch(self, _: Any) -> None:
        self.stack.append(Inert("", tuple(self._popped(1))))

    def join(self, count: int | None) -> None:
        self.stack.append(tuple(self._since_mark() if count is None else self._popped(count)))

    def new_list(self, _: Any) -> None:
        self.stack.append([])

    def new_dict(self, _: Any) -> None:
        self.stack.append({})

    def append(self, _: Any) -> None:
        self._extend(self._popped(1))

    def append_many(self, _: Any) -> None:
        self._extend(self._since_mark())

    def set_one(self, _: Any) -> None:
        self._set(self._popped(2))

    def set_many(self, _: Any) -> None:
        self._set(self._since_mark())

    def _named(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError("it names what is no name")
        wanted = f"{module}.{name}"
        if wanted not in self._allowed:
            reason = f"unsafe pickle: it names {wanted[:200]}, which is not allowed"
            raise ModelRejected(self._where, reason, fault=UNSAFE)
        self.stack.append(Named(wanted))

    def _popped(self, count: int) -> list[Any]:
        if len(self.stack) < count:
            raise ValueError("it takes more than there is")
        taken = self.stack[-count:]
        del self.stack[-count:]
        return taken

    def _since_mark(self) -> list[Any]:
        start = self._marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def _extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise ValueError("it appends to what is no list")
        self.stack[-1].extend(items)

    def _set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        held = target.items if isinstance(target, Inert) else target
        if not isinstance(held, dict) or not all(isinstance(key, str) for key in items[::2]):
            raise ValueError("it sets what cannot be set")
        held.update(zip(items[::2], items[1::2], strict=True))


_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": _Machine.check_protocol,
    "MARK": _Machine.mark,
    "MEMOIZE": _Machine.remember,
    "BINPUT": _Machine.remember,
    "LONG_BINPUT": _Machine.remember,
    "BINGET": _Machine.recall,
    "LONG_BINGET": _Machine.recall,
    "GLOBAL": _Machine.name_in_one,
    "STACK_GLOBAL": _Machine.name_from_stack,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.call,
    "BUILD": _Machine.give_state,
    "BINPERSID": _Machine.fetch,
    "TUPLE": _Machine.join,
    "TUPLE1": lambda machine, _: machine.join(1),
    "TUPLE2": lambda machine, _: machine.join(2),
    "TUPLE3": lambda machine, _: machine.join(3),
    "EMPTY_LIST": _Machine.new_list,
    "EMPTY_DICT": _Machine.new_dict,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.append_many,
    "SETITEM": _Machine.set_one,
    "SETITEMS": _Machine.set_many,
}
