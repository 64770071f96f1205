"""What a certificate leaves in writing: the JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ktrdr_app.neural.bootstrap import COVERAGE, REPEATS
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.certificate import Certificate, GroupRetention
from ktrdr_app.training.folds import FoldWork
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.retention import FLOOR, NOT_EVALUABLE, REQUIRED, Retention
from ktrdr_app.workflows.certify_money import AfterCosts
from ktrdr_app.workflows.certify_sentences import sentences_of
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_document import command_of, iso, library_versions


def document_of(
    request: TrainRequest,
    strategy: Strategy,
    work: FoldWork,
    processed: Sequence[SymbolFacts],
    certificate: Certificate,
    money: AfterCosts,
) -> dict[str, Any]:
    """Return the content of ``certificate.json``: nothing in it depends on how many workers there were.

    Parameters
    ----------
    request : TrainRequest
        What was asked for.
    strategy : Strategy
        The strategy with every override applied.
    work : FoldWork
        Cuts and seed.
    processed : sequence of SymbolFacts
        The fingerprints of the bars.
    certificate : Certificate
        What was found.
    money : AfterCosts
        What trading would have earned.
    """
    return {
        "strategy_name": strategy.name,
        "symbols": list(work.symbols),
        "timeframe": request.timeframe,
        "seed": work.seed,
        "verdict": certificate.overall.verdict,
        "required": REQUIRED,
        "floor": FLOOR,
        **_figures(certificate.overall),
        "report": list(sentences_of(certificate, money)),
        "per_symbol": _per_symbol(certificate),
        "after_costs": _money(money),
        "groups": [_group(entry) for entry in certificate.groups],
        "folds": [
            {
                "left_out": list(fold.left_out),
                "training_rows": fold.rows,
                "epochs_trained": fold.epochs,
                "best_epoch": fold.best_epoch,
            }
            for fold in certificate.folds
        ],
        "split": {name: iso(instant) for name, instant in asdict(work.cuts).items()},
        "bootstrap": {
            "repeats": REPEATS,
            "coverage": COVERAGE,
            "slots": certificate.slots,
            "block_slots": certificate.block_slots,
            "seed": work.seed,
        },
        "strategy": strategy.document(),
        "data_fingerprints": {entry.symbol: entry.fingerprint for entry in processed},
        "library_versions": library_versions(),
        "command": command_of(request, "certify"),
    }


def _per_symbol(certificate: Certificate) -> dict[str, dict[str, Any]]:
    total = sum(figures.effective_rows for figures in certificate.symbols.values())
    return {
        symbol: {
            "rows": figures.rows,
            "effective_rows": figures.effective_rows,
            "weight": figures.effective_rows / total,
            "skill": asdict(figures.skill),
            "unseen_skill": asdict(certificate.overall.unseen[symbol]),
        }
        for symbol, figures in certificate.symbols.items()
    }


def _money(money: AfterCosts) -> dict[str, Any]:
    figures = {"sharpe": money.seen, "unseen_sharpe": money.unseen, "difference": money.difference}
    return {name: None if figure is None else asdict(figure) for name, figure in figures.items()} | {
        "trades": {symbol: {"seen": seen, "unseen": unseen} for symbol, (seen, unseen) in money.trades.items()}
    }


def _group(entry: GroupRetention) -> dict[str, Any]:
    found, head = entry.retention, asdict(entry.group) | {"symbols": list(entry.group.symbols)}
    if found is None:
        nothing = dict.fromkeys(("retention", "skill", "unseen_skill", "costliest"))
        return head | {"verdict": NOT_EVALUABLE, **nothing, "below_floor": [], "per_symbol": {}}
    alone = {symbol: asdict(skill) for symbol, skill in found.unseen.items()}
    return head | {"verdict": found.verdict, **_figures(found), "per_symbol": alone}


def _figures(found: Retention) -> dict[str, Any]:
    retention = None if found.retention is None else asdict(found.retention)
    skills = {"skill": asdict(found.skill), "unseen_skill": asdict(found.kept)}
    return {"retention": retention, **skills, "costliest": found.costliest, "below_floor": list(found.below_floor)}
