"""A worker that is made ready before it joins has imported everything that it will be sent, and loaded its kernels."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ktrdr_app.workflows import warm_worker as module
from ktrdr_app.workflows.features_run import build_symbol
from ktrdr_app.workflows.grid_run import run_symbol
from ktrdr_app.workflows.sweep_trial import carry_out
from ktrdr_app.workflows.train_symbols import prepare_in_file
from tests.core import cluster_work
from tests.core.children import environment
from tests.dask_cluster import DaskCluster, dask_cluster_in, until

PRELOAD = ("--preload", module.__name__)


def imported(names: tuple[str, ...]) -> list[str]:
    """Return those of some modules that this process has."""
    return [name for name in names if name in sys.modules]


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
def test_a_worker_has_all_before_it_joins_and_so_has_the_one_after_it(dask: DaskCluster, tmp_path: Path) -> None:
    with dask_cluster_in(tmp_path, workers=0) as cluster:
        cluster.add_workers(1, *PRELOAD)
        with cluster.client() as client:
            [(first, found)] = client.run(imported, (*module.WORK, "torch")).items()
            assert found == [*module.WORK, "torch"]
            [pid] = client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            until(lambda: [name for name in client.scheduler_info()["workers"] if name != first], "another worker")
            [found] = client.run(imported, module.WORK).values()
        assert found == list(module.WORK)
    assert "ready: " in (tmp_path / "1-worker.log").read_text()


def test_without_it_a_worker_joins_with_nothing(dask: DaskCluster) -> None:
    with dask.client() as client:
        client.restart(timeout=60)
        assert not any(client.run(cluster_work.has_prepared).values())


def test_what_is_sent_is_what_is_imported() -> None:
    """Every function that fans out lives in a module of the list."""
    from ktrdr_app.training.folds import run_kept_fold

    for function in (prepare_in_file, build_symbol, run_kept_fold, carry_out, run_symbol):
        assert function.__module__ in module.WORK


def test_nothing_is_compiled_for_the_first_piece_of_work(tmp_path: Path) -> None:
    """A process that was made ready builds features while the compiler is not to be used at all."""
    code = f"""
import shutil
from pathlib import Path
from numba.core import event
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.workflows.features_run import build_symbol
from ktrdr_app.workflows.train_symbols import SymbolOrder
from ktrdr_app.workflows.warm_worker import dask_setup
workspace = Workspace(Path({str(tmp_path)!r}))
install_sample(workspace)
dask_setup(None)
with event.install_recorder("numba:compile") as seen:
    loaded = load_strategy("neuro_mean_reversion", workspace)
    given = (loaded.strategy.document(), loaded.where, CancelToken())
    order = SymbolOrder(workspace, "IBM", "1d", None, None, *given)
    print(build_symbol(order).rows > 1000, len(seen.buffer))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, timeout=240
    )
    assert done.stdout.split() == ["True", "0"]


def test_the_worker_says_that_it_is_ready(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="distributed.worker"):
        module.dask_setup(None)
    [line] = [record.getMessage() for record in caplog.records if record.getMessage().startswith("ready: ")]
    assert "rooms of kernels" in line
