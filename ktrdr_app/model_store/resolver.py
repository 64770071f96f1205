"""Which model serves a request: one rule, in steps, with a trace of all that was looked at; needs no torch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, ModelRejected
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.integrity import CheckedFolder, Judge, check_folder
from ktrdr_app.model_store.notes import read_notes
from ktrdr_app.model_store.preference import preferred_kind

PINNED_STEP = 0
ANY_STEP = 3
LOOKS_AHEAD = "a model of the original, whose features look ahead"


@dataclass(frozen=True)
class Chosen:
    """The model that serves.

    Attributes
    ----------
    path : Path
        Its folder.
    kind : str
        ``universal`` or ``legacy``.
    version : int
        From 1.
    step : int
        0 for a pinned model, 1 or 2 for the preferred kinds, in their order; 3 for any model of the strategy and
        time frame.
    foreign : bool
        Whether it was made for another symbol than the one that was asked for.
    look_ahead : bool
        Whether it is a model of the original, whose features look ahead.
    """

    path: Path
    kind: str
    version: int
    step: int
    foreign: bool = False
    look_ahead: bool = False

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"path": str(self.path)}


@dataclass(frozen=True)
class TraceEntry:
    """One thing that was looked at.

    Attributes
    ----------
    step : int
        Step of the rule.
    pattern : str
        What was looked for.
    path : Path
        Where.
    result : str
        ``chosen``, ``skipped`` (the rule did not want it), ``absent`` or ``rejected`` (it must not be used).
    reason : str
        Why.
    """

    step: int
    pattern: str
    path: Path
    result: str
    reason: str

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "step": self.step,
            "pattern": self.pattern,
            "path": str(self.path),
            "result": self.result,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Resolution:
    """The answer of the resolver.

    Attributes
    ----------
    chosen : Chosen or None
        The model, if one serves.
    trace : tuple of TraceEntry
        All that was looked at, in order.
    wanted : str
        What was asked for, in words.
    present : tuple of str
        Model folders that are there, for the message if none serves.
    where : str
        Folder that was searched.
    """

    chosen: Chosen | None
    trace: tuple[TraceEntry, ...]
    wanted: str = ""
    present: tuple[str, ...] = ()
    where: str = ""

    @property
    def warning(self) -> str:
        """What must be shown beside any result of this model; empty if nothing."""
        if self.chosen is None or not (self.chosen.foreign or self.chosen.step == ANY_STEP):
            return ""
        if self.chosen.step == PINNED_STEP:
            return (
                f"{self.chosen.path.name} is pinned and used for {self.wanted}, though it was made for something else"
            )
        return f"no model for {self.wanted}; {self.chosen.path.name} is used instead, which was made for something else"

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``models resolve --json`` prints."""
        return {
            "chosen": self.chosen.to_document() if self.chosen else None,
            "trace": [entry.to_document() for entry in self.trace],
            "warning": self.warning,
        }


def resolve(
    models_dir: Path,
    strategy_name: str,
    timeframe: str,
    symbol: str | None = None,
    prefer: str | None = None,
    allow_any: bool = True,
    contract_digest: str = "",
    pins: bool = True,
    without: Collection[Path] = (),
    judge: Judge | None = None,
) -> Resolution:
    """Find the model that serves a strategy on a time frame.

    Step 0 takes a pinned model, whatever is preferred, and shows only where there is a pin. Step 1 takes the universal
    model that ``_latest`` names or, where that is missing or cannot be used, the highest version that can; step 2
    likewise the symbol's own, then its archived copy; step 3 any model.

    Parameters
    ----------
    models_dir : Path
        The store; it need not exist.
    strategy_name : str
        The strategy's ``name``.
    timeframe : str
        Bar length.
    symbol : str, optional
        Symbol whose own model may serve.
    prefer : str, optional
        ``universal``, or ``legacy`` to swap steps 1 and 2; what the workspace's settings say by default.
    allow_any : bool
        Whether another symbol's model may serve.
    contract_digest : str
        If given, models made with another feature contract are rejected; the original's have none and pass.
    pins : bool
        Whether a pinned model goes first.
    without : collection of Path
        Folders that count as deleted, to see what would serve without them.
    judge : Judge, optional
        Of this store, for several questions about one moment; each folder is checked anew by default.

    Raises
    ------
    UnsafeName, UnknownName, InvalidValue
        For names that cannot be right.
    """
    layout.checked_names(strategy_name, timeframe, symbol)
    prefer = preferred_kind(models_dir) if prefer is None else prefer
    if prefer not in layout.KINDS:
        raise InvalidValue("prefer", prefer, " or ".join(layout.KINDS))
    search = _Search(judge or Judge(models_dir), models_dir / strategy_name, contract_digest, without)
    chosen = search.pinned(timeframe, symbol, allow_any) if pins else None
    order = layout.KINDS if prefer == layout.UNIVERSAL else layout.KINDS[::-1]
    for step, kind in enumerate(order, start=1):
        if chosen is None:
            universal = kind == layout.UNIVERSAL
            chosen = search.universal(step, timeframe) if universal else search.own(step, symbol, timeframe)
    if chosen is None:
        chosen = search.anything(timeframe, allow_any)
    wanted = f"{strategy_name} {timeframe}" + (f" {symbol}" if symbol else "")
    return Resolution(chosen, tuple(search.trace), wanted, search.present(), str(search.folder))


def require(resolution: Resolution) -> Chosen:
    """Return the model of a resolution.

    Parameters
    ----------
    resolution : Resolution
        What `resolve` returned.

    Raises
    ------
    ModelNotFound
        If none serves: what was looked for, what is there, and what is wrong with it.
    """
    if resolution.chosen is not None:
        return resolution.chosen
    patterns = list(dict.fromkeys(entry.pattern for entry in resolution.trace))
    reasons = {entry.path.name: entry.reason for entry in resolution.trace if entry.result == "rejected"}
    present = [
        f"{name} ({reasons[Path(name).name]})" if Path(name).name in reasons else name for name in resolution.present
    ]
    raise ModelNotFound(resolution.wanted, patterns, present, where=resolution.where)


def check_path(path: Path) -> CheckedFolder:
    """Return the checked folder that a user's path means.

    Parameters
    ----------
    path : Path
        A model folder, or its ``_latest``: then, where that cannot be used, the highest version that can.

    Raises
    ------
    ModelNotFound
        If there is nothing.
    ModelRejected
        If it must not be used.
    """
    named = layout.parse_latest(path.name)
    if named is None:
        return check_folder(path)
    place, stem = path.absolute().parent, layout.stem_of(*named)
    store = layout.store_of(path)
    search = _Search(Judge(store), place, "")
    chosen = search.latest(1, place, stem)
    if chosen is None:
        raise ModelNotFound(
            path.name, [entry.pattern for entry in search.trace], search.present(), where=str(path.parent)
        )
    return check_folder(chosen.path)


def created(checked: CheckedFolder) -> datetime:
    """Return when a model was made; a date without offset (the original's) counts as UTC, none as the earliest.

    Parameters
    ----------
    checked : CheckedFolder
        A folder that passed.
    """
    try:
        moment = datetime.fromisoformat(checked.created_at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Search:
    """One walk through a strategy's folder, writing down what it meets; nothing is judged twice."""

    def __init__(self, judge: Judge, folder: Path, contract_digest: str, without: Collection[Path] = ()) -> None:
        self.judge = judge
        self.models_dir = judge.models_dir
        self.folder = folder
        self.contract_digest = contract_digest
        self.without = without
        self.trace: list[TraceEntry] = []
        self._judged: dict[Path, CheckedFolder | None] = {}

    def pinned(self, timeframe: str, symbol: str | None, allow_any: bool) -> Chosen | None:
        notes = read_notes(self.folder)
        pattern, key = f"pin of {timeframe}", notes.pins.get(timeframe, "")
        if notes.problem:
            self._note(PINNED_STEP, pattern, self.folder / layout.NOTES, "rejected", notes.problem)
        if not key:
            return None
        path = self.folder / key
        name = layout.parse_folder(path.name)
        if name is None or name.timeframe != timeframe or key not in (path.name, f"{layout.ARCHIVE}/{path.name}"):
            self._note(PINNED_STEP, pattern, path, "rejected", f"it names {key!r}, which is no model of {timeframe}")
            return None
        if not path.is_dir() or path in self.without:
            self._note(PINNED_STEP, pattern, path, "absent", "the pinned model is not there")
            return None
        foreign = name.symbol is not None and name.symbol != symbol
        if foreign and not allow_any:
            reason = "it is pinned, but made for another symbol; only with allow_any"
            self._note(PINNED_STEP, pattern, path, "skipped", reason)
            return None
        checked = self._judge(PINNED_STEP, pattern, path)
        return None if checked is None else self._choose(PINNED_STEP, pattern, checked, "it is pinned", foreign)

    def universal(self, step: int, timeframe: str) -> Chosen | None:
        return self.latest(step, self.folder, layout.stem_of(None, timeframe))

    def own(self, step: int, symbol: str | None, timeframe: str) -> Chosen | None:
        if symbol is None:
            pattern = f"{{symbol}}_{timeframe}{layout.LATEST}"
            self._note(step, pattern, self.folder / pattern, "skipped", "no symbol was given")
            return None
        stem = layout.stem_of(symbol, timeframe)
        return self.latest(step, self.folder, stem) or self.latest(step, self.folder / layout.ARCHIVE, stem)

    def anything(self, timeframe: str, allowed: bool) -> Chosen | None:
        """Universal models were all tried in an earlier step, so rank is version, then date, then name."""
        pattern = f"*_{timeframe}_v*"
        paths = [path for path, name in layout.model_folders(self.folder) if name.timeframe == timeframe]
        paths = [path for path in paths if path not in self.without]
        fresh = [path for path in paths if path not in self._judged]
        if not allowed:
            reason = f"only with allow_any; {len(fresh)} not looked at" if fresh else "only with allow_any"
            self._note(ANY_STEP, pattern, self.folder / pattern, "skipped", reason)
            return None
        if not fresh:
            self._note(ANY_STEP, pattern, self.folder / pattern, "absent", "there is no other model")
        good = [checked for path in fresh if (checked := self._judge(ANY_STEP, pattern, path)) is not None]
        good.sort(key=lambda checked: checked.path.name)
        good.sort(key=lambda checked: (checked.version, created(checked)), reverse=True)
        for checked in good[1:]:
            self._note(ANY_STEP, pattern, checked.path, "skipped", f"ranked after {good[0].path.name}")
        return self._choose(ANY_STEP, pattern, good[0], "made for something else", True) if good else None

    def latest(self, step: int, place: Path, stem: str) -> Chosen | None:
        prefix = f"{layout.ARCHIVE}/" if place.name == layout.ARCHIVE else ""
        pattern = f"{prefix}{stem}{layout.LATEST}"
        pointer = layout.read_pointer(place, stem)
        if pointer.target is None:
            result, reason = ("rejected", pointer.problem) if pointer.problem else ("absent", "there is none")
            self._note(step, pattern, place / f"{stem}{layout.LATEST}", result, reason)
        elif pointer.target in self.without:
            self._note(step, pattern, pointer.target, "absent", "it would be deleted")
        elif (checked := self._judge(step, pattern, pointer.target)) is not None:
            return self._choose(step, pattern, checked, f"{stem}{layout.LATEST} names it")
        pattern = f"{prefix}{stem}_v*"
        for path in layout.versions(place, stem):
            if (
                path not in self._judged
                and path not in self.without
                and (checked := self._judge(step, pattern, path)) is not None
            ):
                return self._choose(step, pattern, checked, "the highest complete version")
        return None

    def present(self) -> tuple[str, ...]:
        """Return the model folders of the strategy or, if it has none, the strategies that have some."""
        own = tuple(path.relative_to(self.models_dir).as_posix() for path, _ in layout.model_folders(self.folder))
        others = (path for path in layout.strategies(self.models_dir) if any(layout.model_folders(path)))
        return own or tuple(f"{path.name}/" for path in others)

    def _judge(self, step: int, pattern: str, path: Path) -> CheckedFolder | None:
        try:
            checked: CheckedFolder | None = self.judge.check(path)
            if checked and self.contract_digest and checked.contract_digest not in ("", self.contract_digest):
                raise ModelRejected(str(path), "it was made with another feature contract", fault=layout.MISMATCH)
        except ModelRejected as error:
            self._note(step, pattern, path, "rejected", error.reason)
            checked = None
        self._judged[path] = checked
        return checked

    def _choose(self, step: int, pattern: str, checked: CheckedFolder, reason: str, foreign: bool = False) -> Chosen:
        said = f"{reason}; {LOOKS_AHEAD}" if checked.original else reason
        self._note(step, pattern, checked.path, "chosen", said)
        return Chosen(checked.path, checked.kind, checked.version, step, foreign, checked.original)

    def _note(self, step: int, pattern: str, path: Path, result: str, reason: str) -> None:
        self.trace.append(TraceEntry(step, pattern, path, result, reason))
