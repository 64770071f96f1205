"""What a migration would do: every folder of the original beside the copy it has or gets; needs no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import ModelNotFound, ModelRejected
from ktrdr_app.core.files import sha256
from ktrdr_app.core.paths import safe_name
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import check_in_store

COPY = "copy"
ALREADY = "already"
OWN = "own"
DAMAGED = "damaged"
CONFLICT = "conflict"
MIGRATED = "migrated"


@dataclass(frozen=True)
class Step:
    """What is done, or was done, with one folder.

    Attributes
    ----------
    strategy_name : str
        Whose model it is.
    source, target : Path
        The original's folder and its copy in the archive.
    action : str
        ``copy`` (it will be), ``migrated`` (it was), ``already`` (there is a copy of these very files), ``own`` (made
        by this program), ``damaged`` (it cannot be used, so it is left alone), or ``conflict`` (the archive holds
        something else under that name).
    reason : str
        Why it is not copied, in words; empty if it is.
    checksums : mapping of str to str
        SHA-256 of every file of the source.
    left_out : tuple of str
        Links and folders inside it, which are not copied.
    rows : int
        Sample rows that both predicted alike.
    largest_difference : float
        Between the probabilities of the two, over those rows.
    """

    strategy_name: str
    source: Path
    target: Path
    action: str
    reason: str
    checksums: Mapping[str, str]
    left_out: tuple[str, ...]
    rows: int = 0
    largest_difference: float = 0.0

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        places = {"source": str(self.source), "target": str(self.target)}
        return asdict(self) | places | {"left_out": list(self.left_out), "checksums": dict(self.checksums)}


def plan_migration(models_dir: Path, strategy: str | None = None) -> list[Step]:
    """Return what a migration would do, by strategy and folder; nothing is written.

    Parameters
    ----------
    models_dir : Path
        The store.
    strategy : str, optional
        One strategy's name; all by default.

    Raises
    ------
    ModelNotFound
        If the store has no such strategy.
    UnsafeName
        For a strategy that cannot be a folder's name.
    StorageProblem
        If the store cannot be read.
    """
    return [plan_step(models_dir, source) for place in places(models_dir, strategy) for source in _sources(place)]


def places(models_dir: Path, strategy: str | None) -> list[Path]:
    """Return the folders of the strategies that are meant.

    Parameters
    ----------
    models_dir : Path
        The store.
    strategy : str, optional
        One strategy's name; all by default.

    Raises
    ------
    ModelNotFound, UnsafeName, StorageProblem
        As `plan_migration`.
    """
    found = layout.strategies(models_dir)
    if strategy is None:
        return found
    wanted = models_dir / safe_name(strategy, "strategy")
    if wanted not in found:
        raise ModelNotFound(strategy, [f"{strategy}/"], [f"{path.name}/" for path in found], where=str(models_dir))
    return [wanted]


def plan_step(models_dir: Path, source: Path) -> Step:
    """Return what would be done with one folder.

    Parameters
    ----------
    models_dir : Path
        The store.
    source : Path
        ``models/{strategy}/{symbol}_{timeframe}_v{N}``.
    """
    target = source.parent / layout.ARCHIVE / source.name
    sums: dict[str, str] = {}
    left_out: tuple[str, ...] = ()
    try:
        checked = check_in_store(source, models_dir)
        sums, left_out = checksums_of(source)
        action, reason = (OWN, "made by this program") if checked.manifest else (COPY, "")
    except ModelRejected as error:
        action, reason = DAMAGED, error.reason
    except OSError as error:
        action, reason = DAMAGED, f"it cannot be read ({error.strerror or error})"
    if action == COPY and (target.exists() or target.is_symlink()):
        action, reason = _beside(target, models_dir, sums)
    return Step(source.parent.name, source, target, action, reason, sums, left_out)


def checksums_of(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the SHA-256 of every file of a folder, and the names of what is no plain file.

    Parameters
    ----------
    folder : Path
        A model folder.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    found = layout.entries(folder)
    plain = [path for path in found if path.is_file() and not path.is_symlink()]
    return {path.name: sha256(path) for path in plain}, tuple(path.name for path in found if path not in plain)


def _sources(place: Path) -> Iterator[Path]:
    for path in layout.entries(place):
        name = layout.parse_folder(path.name)
        if name is not None and name.kind == layout.LEGACY and path.is_dir():
            yield path


def _beside(target: Path, models_dir: Path, sums: Mapping[str, str]) -> tuple[str, str]:
    """Judge what the archive holds under the name already."""
    try:
        check_in_store(target, models_dir)
        there, _ = checksums_of(target)
    except ModelRejected as error:
        return CONFLICT, f"the archive holds a copy that cannot be used: {error.reason}"
    except OSError as error:
        return CONFLICT, f"the archive's copy cannot be read ({error.strerror or error})"
    if all(there.get(name) == sum_ for name, sum_ in sums.items()):
        return ALREADY, "the archive holds a copy of these very files"
    return CONFLICT, "the archive holds another model under this name; it is not overwritten"
