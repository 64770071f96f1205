"""Makes a cluster's worker ready before it joins: ``dask worker ADDRESS --preload ktrdr_app.workflows.warm_worker``.

A worker that begins cold needs some seconds of its first piece of work to import its libraries and load its kernels,
and up to a minute where they have not been compiled yet. Dask imports this module in every worker that it starts, also
in one that takes the place of a dead one.
"""

from __future__ import annotations

import logging
import time

from ktrdr_app.core.kernels import warm_up
from ktrdr_app.core.lazy import load

WORK = (
    "ktrdr_app.workflows.train_symbols",
    "ktrdr_app.workflows.features_run",
    "ktrdr_app.training.folds",
    "ktrdr_app.workflows.sweep_trial",
    "ktrdr_app.workflows.grid_run",
)
"""What is sent to workers, and with it all that they import."""

logger = logging.getLogger("distributed.worker")
"""Dask's own, which a worker prints."""


def dask_setup(_worker: object) -> None:
    """Import what work needs, and load or compile its kernels; Dask calls this before the worker joins.

    Parameters
    ----------
    _worker : distributed.Worker
        Not looked at.
    """
    began = time.perf_counter()
    for name in WORK:
        load(name)
    rooms = warm_up(told=logger.info)
    logger.info("ready: %d rooms of kernels after %.1f s", rooms, time.perf_counter() - began)
