"""The generalisation certificate of a model: found among the runs, or made with what the model was trained by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, StrategyProblem
from ktrdr_app.core.files import json_text, write_text
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.requests import TrainRequest

CERTIFICATES = "*/certificate.json"
"""Where certificates lie below the workspace's runs."""

LEAST_SYMBOLS = 3
"""Fewest symbols of a certificate, as `ktrdr_app.training.certificate` has it."""

_NOT_LEARNT_BY = ("description", "decision", "backtest", "model", "version")
"""Parts of a strategy that its training does not read."""

_WEIGHTS = re.compile(r"--weights (\S+)")


@dataclass(frozen=True)
class Estimate:
    """A figure with its 90 % interval.

    Attributes
    ----------
    value, low, high : float
        Fractions.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CertifiedSymbol:
    """What a certificate says of one symbol.

    Attributes
    ----------
    symbol : str
        Which one.
    rows : int
        Test rows.
    weight : float
        Its share in the verdict: symbols of few independent rows count less.
    seen, unseen : Estimate
        Skill on it of the model of all symbols, and of the one that never saw it.
    """

    symbol: str
    rows: int
    weight: float
    seen: Estimate
    unseen: Estimate


@dataclass(frozen=True)
class FoundCertificate:
    """A certificate beside a model.

    Attributes
    ----------
    path : Path
        Its file.
    verdict : str
        ``pass``, ``fail``, ``no skill to generalise`` or ``not evaluable``.
    retention : Estimate or None
        Share of the skill that is kept on symbols that were left out; None without skill.
    required : float
        Share that has to be kept.
    sentences : tuple of str
        The verdict and its reasons in words.
    symbols : tuple of CertifiedSymbol
        Symbol by symbol.
    differences : tuple of str
        In what it was not made for this very model; empty if it was.
    """

    path: Path
    verdict: str
    retention: Estimate | None
    required: float
    sentences: tuple[str, ...]
    symbols: tuple[CertifiedSymbol, ...]
    differences: tuple[str, ...]


def model_certificate(workspace: Workspace, path: Path | str) -> FoundCertificate | None:
    """Return the certificate that fits a model best: of its very training, else the newest of its strategy, or None.

    Parameters
    ----------
    workspace : Workspace
        Whose runs are looked through; damaged certificates are passed over.
    path : Path or str
        The model's folder, or its ``_latest``.

    Raises
    ------
    ModelNotFound, ModelRejected
        If there is no such model, or it is damaged.
    """
    shown = show_model(workspace, path)
    best: FoundCertificate | None = None
    for file, document in _certificates(workspace):
        if (document.get("strategy_name"), document.get("timeframe")) != (shown["strategy_name"], shown["timeframe"]):
            continue
        found = _read(file, document, _differences(document, shown))
        if found is not None and (best is None or len(found.differences) < len(best.differences)):
            best = found
    return best


def certification(workspace: Workspace, path: Path | str) -> TrainRequest:
    """Return the request that certifies what a model was trained by: strategy, symbols, dates and seed.

    If the strategy's file says something else by now, the model's own is written into the workspace's cache.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The model's folder, or its ``_latest``.

    Raises
    ------
    BadInput
        If the model cannot be certified: one of the original, of one symbol, or of too few.
    ModelNotFound, ModelRejected
        If there is no such model, or it is damaged.
    """
    shown = show_model(workspace, path)
    manifest, symbols = shown["training_manifest"], tuple(shown["training_symbols"])
    if shown["look_ahead"] or shown["kind"] != "universal" or len(symbols) < LEAST_SYMBOLS:
        least = f"only a universal model of {LEAST_SYMBOLS} symbols or more can be certified"
        raise BadInput(least, hint="train one on more symbols", where=Path(shown["path"]).name)
    training, span = shown["strategy"]["training"], manifest.get("data_date_range") or {}
    weights = manifest.get("combination_weights") or _weights(str(manifest.get("command") or ""))
    request = TrainRequest(
        workspace=workspace,
        strategy=shown["strategy_name"],
        symbols=symbols,
        timeframe=shown["timeframe"],
        combination=training["combination"],
        weights=weights or None,
        start=span.get("start"),
        end=span.get("end"),
        epochs=training["epochs"],
        batch_size=training["batch_size"],
        seed=int(manifest["seed"]),
        device=str(manifest.get("device") or "auto"),
    )
    if _is_of_file(request, shown["strategy"]):
        return request
    own = workspace.cache / "certify" / f"{safe_name(shown['strategy_name'], 'strategy')}.yaml"
    document = {name: value for name, value in shown["strategy"].items() if name not in ("model", "version")}
    write_text(own, json_text(document))  # JSON is YAML
    return TrainRequest(**{**vars(request), "strategy": str(own)})


def certify_model(
    workspace: Workspace,
    path: Path | str,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    cluster: str | None = None,
) -> FoundCertificate:
    """Make the certificate of a model: train again without each symbol, and say how much skill is left.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The model's folder, or its ``_latest``.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it within a moment; nothing is written then.
    cluster : str, optional
        Dask scheduler whose workers fit the models; the certificate does not depend on it.

    Raises
    ------
    KtrdrError
        As `certification` and `ktrdr_app.workflows.certify_run.certify` raise it.
    """
    request = replace(certification(workspace, path), cluster=cluster)
    made = load("ktrdr_app.workflows.certify_run").certify(request, progress, cancel)
    document = json.loads(made.path.read_bytes())
    found = _read(made.path, document, _differences(document, show_model(workspace, path)))
    assert found is not None, "what has just been written can be read"
    return found


def _certificates(workspace: Workspace) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the certificates of a workspace, the newest first."""
    for file in sorted(workspace.runs.glob(CERTIFICATES), key=lambda path: path.parent.name, reverse=True):
        try:
            document = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue  # a damaged file is no certificate; the model may have another
        if isinstance(document, Mapping):
            yield file, document


def _read(file: Path, document: Mapping[str, Any], differences: tuple[str, ...]) -> FoundCertificate | None:
    try:
        retention = document["retention"]
        return FoundCertificate(
            path=file,
            verdict=str(document["verdict"]),
            retention=None if retention is None else Estimate(**retention),
            required=float(document["required"]),
            sentences=tuple(map(str, document["report"])),
            symbols=tuple(
                CertifiedSymbol(
                    name,
                    int(entry["rows"]),
                    float(entry["weight"]),
                    Estimate(**entry["skill"]),
                    Estimate(**entry["unseen_skill"]),
                )
                for name, entry in document["per_symbol"].items()
            ),
            differences=differences,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _differences(document: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Return in what a certificate was made for something else than a model."""
    manifest = shown["training_manifest"]
    pairs = (
        ("other symbols", sorted(document.get("symbols") or ()), sorted(shown["training_symbols"])),
        ("other settings", _learnt_by(document.get("strategy")), _learnt_by(shown["strategy"])),
        ("another seed", document.get("seed"), manifest.get("seed")),
        ("other bars", document.get("data_fingerprints"), manifest.get("data_fingerprints")),
    )
    return tuple(words for words, theirs, own in pairs if theirs != own)


def _learnt_by(strategy: object) -> dict[str, Any]:
    if not isinstance(strategy, Mapping):
        return {}
    return {name: value for name, value in strategy.items() if name not in _NOT_LEARNT_BY}


def _is_of_file(request: TrainRequest, strategy: Mapping[str, Any]) -> bool:
    try:
        now = load("ktrdr_app.workflows.request_checks").trained_strategy(request).strategy.document()
    except (BadInput, StrategyProblem):
        return False
    return _learnt_by(now) == _learnt_by(strategy)


def _weights(command: str) -> dict[str, float]:
    """Return the weights of a command, where models of older versions keep them; none where it gives none."""
    found = _WEIGHTS.search(command)
    pairs = (entry.split("=", 1) for entry in (found[1] if found else "").split(",") if "=" in entry)
    return {name: float(share) for name, share in pairs}
