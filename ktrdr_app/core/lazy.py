"""Exports that are imported when they are first used, so that ``--help`` stays quick."""

from __future__ import annotations

import importlib
import pickle
import sys
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

_one_at_a_time = threading.RLock()


def load(module: str) -> ModuleType:
    """Import a module, one thread at a time.

    Two threads that import modules which need each other's packages make Python raise ``_DeadlockError``
    instead of waiting, so every import outside a module's head goes through here. What has been imported is there
    at once: the window must not wait while a worker imports something else for seconds.

    Parameters
    ----------
    module : str
        Full name.
    """
    found = sys.modules.get(module)
    if found is not None and not getattr(found.__spec__, "_initializing", False):
        return found
    with _one_at_a_time:
        return importlib.import_module(module)


def unpickled(content: bytes) -> Any:
    """Return what was pickled, importing the modules that it names, one thread at a time as `load` does.

    Parameters
    ----------
    content : bytes
        From a process that is trusted: a pickle runs code.
    """
    with _one_at_a_time:
        return pickle.loads(content)


def exports(package: str, table: Mapping[str, str]) -> Callable[[str], object]:
    """Return a module ``__getattr__`` (PEP 562) that resolves names from a table.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    table : mapping of str to str
        Public name to the submodule that defines it.

    Raises
    ------
    ValueError
        If a name is also the name of a submodule: importing that would put the module in its place.
    """
    clashes = sorted(set(table) & set(table.values()))
    if clashes:
        raise ValueError(f"{package} exports {', '.join(clashes)}, which are also names of its modules")

    def resolve(name: str) -> object:
        if name not in table:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(load(f"{package}.{table[name]}"), name)

    return resolve
