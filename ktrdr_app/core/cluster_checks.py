"""What must be right before a cluster is spoken to: library, address, certificate, the same versions everywhere."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from ktrdr_app.core.errors import ClusterProblem, EnvironmentProblem, InvalidValue
from ktrdr_app.core.lazy import load

ADDRESS = re.compile(r"(?:tcp|tls|ws|wss)://\S+:\d+")

ALIKE = (
    "ktrdr-app",
    "cloudpickle",
    "dask",
    "distributed",
    "numba",
    "numpy",
    "pandas",
    "pydantic",
    "scikit-learn",
    "ta-lib",
    "torch",
)
"""Packages that a worker must have in this process's version, or its results may be others."""

SPOKEN = ("ktrdr-app", "dask", "distributed")
"""Packages that the scheduler must have in this process's version, as it looks into what passes it."""

VERSIONS = "install the same versions on every machine: pip install -c constraints.txt 'ktrdr-app[cluster]'"
"""What to do about a difference."""

_TLS = "name ca-file, and cert and key of the client, in Dask's settings: ~/.config/dask/tls.yaml"


def check_address(address: str) -> None:
    """Return quietly if a text can be a scheduler's address.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    InvalidValue
        If it cannot.
    """
    if not ADDRESS.fullmatch(address):
        raise InvalidValue("cluster", address, "the scheduler's address, such as tcp://10.0.0.5:8786")


def library(address: str) -> Any:
    """Return Dask's library, for an address that can be one.

    Parameters
    ----------
    address : str
        Of the scheduler.

    Raises
    ------
    InvalidValue
        If the address is none.
    EnvironmentProblem
        If the extra ``cluster`` is not installed.
    """
    check_address(address)
    try:
        return load("distributed")
    except ImportError as error:
        hint = "pip install 'ktrdr-app[cluster]'"
        raise EnvironmentProblem("cluster", "the library distributed is not installed", hint) from error


def demand_certificate(distributed: Any, address: str) -> dict[str, Any]:
    """Return what a connection is made with; raise where this machine's certificate is missing or cannot be read.

    Parameters
    ----------
    distributed : module
        Dask's library.
    address : str
        Of the scheduler; only one that is encrypted needs a certificate.

    Raises
    ------
    EnvironmentProblem
        If there is none, or it cannot be used.
    """
    if not address.startswith(("tls://", "wss://")):
        return {}
    try:
        arguments: dict[str, Any] = distributed.Security().get_connection_args("client")
    except OSError as error:  # an error of SSL is one, too
        found = f"the certificate of this machine cannot be used: {error}"
        raise EnvironmentProblem("cluster", found, _TLS) from error
    if arguments["ssl_context"] is None:
        raise EnvironmentProblem("cluster", f"{address} is encrypted, and this machine has no certificate", _TLS)
    return arguments


def unreached(address: str, error: BaseException) -> EnvironmentProblem:
    """Return the error to raise where a connection to a scheduler cannot be made.

    Parameters
    ----------
    address : str
        Of the scheduler.
    error : BaseException
        What the library raised.
    """
    fatal = load("distributed.comm.core").FatalCommClosedError
    closed = load("distributed.comm").CommClosedError
    for cause in _causes(error):
        if isinstance(cause, (ssl.SSLError, fatal)):
            reason = getattr(cause, "reason", "") or str(cause)
            found = f"{address}: one side does not accept the other's certificate: {reason}"
            return EnvironmentProblem("cluster", found, _TLS)
    hung_up = any(isinstance(cause, closed) for cause in _causes(error))
    if hung_up and not any(_is_of_nobody(cause) for cause in _causes(error)):
        found = "somebody answers there, and hangs up"
        return ClusterProblem(address, found, "see whether it is a scheduler, and whether it wants tls:// for tcp://")
    hint = "start one with `dask scheduler`, and compare host and port"
    return ClusterProblem(address, "no scheduler answers there", hint)


def _is_of_nobody(error: BaseException) -> bool:
    """Return whether an error is the system's word that nobody could be reached at all."""
    answered = (ConnectionResetError, BrokenPipeError)
    return isinstance(error, OSError) and error.errno is not None and not isinstance(error, answered)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def difference(ours: Mapping[str, str | None], theirs: Mapping[str, str | None], packages: tuple[str, ...]) -> str:
    """Return the first difference in words; builds of one version count as alike, and so do Python's bug fixes.

    Parameters
    ----------
    ours, theirs : mapping of str to str or None
        Versions by package, Python's own among them.
    packages : tuple of str
        Those that count.
    """
    if _series(ours["python"]) != _series(theirs["python"]):
        return f"Python {_series(theirs['python'])}, here is {_series(ours['python'])}"
    for name in packages:
        here, there = ((side.get(name) or "").partition("+")[0] for side in (ours, theirs))
        if here != there:
            return f"{name} {there}, here is {here}" if there else f"no {name}, here is {here}"
    return ""


def _series(version: str | None) -> str:
    return ".".join((version or "").split(".")[:2])
