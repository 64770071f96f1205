"""Certifies a strategy: does what it learns from some symbols hold on symbols it never saw?"""

from __future__ import annotations

from concurrent.futures import Executor

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.files import plain, write_json
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.core.protection import check_writable
from ktrdr_app.data.symbols import read_symbols
from ktrdr_app.training.certificate import LEAST_SYMBOLS
from ktrdr_app.training.certificate import certify as certified
from ktrdr_app.training.folds import FoldWork
from ktrdr_app.workflows.certify_document import document_of
from ktrdr_app.workflows.certify_groups import groups_of
from ktrdr_app.workflows.certify_money import after_costs
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import CertifyResult, TrainRequest
from ktrdr_app.workflows.run_folders import run_id
from ktrdr_app.workflows.train_run import training_rows
from ktrdr_app.workflows.train_symbols import shared_folder

CERTIFICATE_FILE = "certificate.json"


def certify(
    request: TrainRequest,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
) -> CertifyResult:
    """Train once with all symbols, then without each symbol and each group, and say how much skill is left.

    Parameters
    ----------
    request : TrainRequest
        The training that is in question, of kind ``universal``.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment; nothing is written then.
    executor : concurrent.futures.Executor, optional
        Where the trainings run; all cores of this machine by default, or the cluster that the request names. The
        document does not depend on it.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, training, storage, cancelled.
    """
    token = cancel or CancelToken("the certificate")
    _check(request)
    check_writable(request.workspace.runs)
    seconds: dict[str, float] = {}
    groups = groups_of(request.symbols, read_symbols(request.workspace))
    loaded, _, block, processed = training_rows(request, progress, token, seconds)
    work = FoldWork.of(block, loaded.strategy, request.seed, request.weights, request.device)
    if request.cluster is None:
        found = certified(work, groups, progress, token, executor)
    else:
        with (
            shared_folder(request.workspace) as folder,
            executor_for(request.cluster, cancel=token, shared=folder) as pool,
        ):
            found = certified(work, groups, progress, token, pool, folder)
    with stage("simulate", progress):
        source = source_of(request.workspace)
        money = after_costs(
            work,
            found,
            request.timeframe,
            lambda symbol: source.load(symbol, request.timeframe, request.start, request.end),
            token,
        )
    document = document_of(request, loaded.strategy, work, processed, found, money)
    with stage("save", progress):
        folder = request.workspace.runs / run_id("certify", loaded.strategy.name, request.timeframe)
        path = folder / CERTIFICATE_FILE
        write_json(path, document)
    return CertifyResult(dict(plain(document)) | {"certificate_file": str(path)}, path)


def _check(request: TrainRequest) -> None:
    if len(request.symbols) < LEAST_SYMBOLS:
        expected = f"{LEAST_SYMBOLS} symbols or more, so that two are left to learn from"
        raise InvalidValue("symbols", ",".join(request.symbols), expected)
    if request.kind != "universal":
        raise InvalidValue("kind", request.kind, "universal: a model of one symbol has no other to generalise to")
    if request.resume is not None:
        raise InvalidValue("resume", request.resume, "nothing: a certificate is made in one go")
