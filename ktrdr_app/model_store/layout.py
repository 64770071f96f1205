"""Names in the models folder: what a folder is called, which versions there are, where ``_latest`` points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.errors import InvalidValue, ModelNotFound, StorageProblem
from ktrdr_app.core.paths import safe_name
from ktrdr_app.core.timeframes import bar_length

UNIVERSAL = "universal"
LEGACY = "legacy"
KINDS = (UNIVERSAL, LEGACY)
ARCHIVE = "legacy"
LATEST = "_latest"

WEIGHTS = "model.pt"
WHOLE_OBJECT = "model_full.pt"
CONFIG = "config.json"
FEATURES = "features.json"
METRICS = "metrics.json"
METADATA = "metadata.json"
MANIFEST = "training_manifest.json"
SCALER = "scaler.json"
SCALER_PICKLE = "scaler.pkl"
CHECKSUMS = "checksums.json"
SAMPLES = "samples.json"
COVERAGE = "coverage.json"
NOTES = "notes.json"
MIGRATION = "migration"
"""Key of the manifest of a migrated copy that says what it is a copy of."""

USABLE = "usable"
DAMAGED = "damaged"
INCOMPLETE = "incomplete"
MISMATCH = "mismatch"
UNSAFE = "unsafe"

_VERSIONED = re.compile(r"(?P<symbol>[^/\\]+)_(?P<timeframe>[A-Za-z0-9]+)_v(?P<version>[1-9][0-9]{0,8})")
_LONGEST_POINTER = 255


@dataclass(frozen=True)
class FolderName:
    """What the name of a model folder says.

    Attributes
    ----------
    symbol : str or None
        Symbol of a legacy model; None for a universal one.
    timeframe : str
        Bar length.
    version : int
        1 or more.
    """

    symbol: str | None
    timeframe: str
    version: int

    @property
    def kind(self) -> str:
        """``universal`` or ``legacy``."""
        return UNIVERSAL if self.symbol is None else LEGACY

    @property
    def stem(self) -> str:
        """The name without its version."""
        return stem_of(self.symbol, self.timeframe)

    @property
    def folder(self) -> str:
        """The whole name."""
        return f"{self.stem}_v{self.version}"


@dataclass(frozen=True)
class Pointer:
    """Where a ``_latest`` points.

    Attributes
    ----------
    target : Path or None
        The folder, if it is there.
    problem : str
        Why there is no target; empty if there is no pointer, or a good one.
    """

    target: Path | None
    problem: str = ""


@dataclass(frozen=True)
class Stored:
    """Where a model lies in the store.

    Attributes
    ----------
    strategy : Path
        ``models/{strategy}``.
    key : str
        The model's folder below it: ``{name}`` or ``legacy/{name}``.
    name : FolderName
        What its name says.
    """

    strategy: Path
    key: str
    name: FolderName

    @property
    def folder(self) -> Path:
        """The model's folder."""
        return self.strategy / self.key


def stem_of(symbol: str | None, timeframe: str) -> str:
    """Return a model's name without its version.

    Parameters
    ----------
    symbol : str or None
        Symbol of a legacy model; None for a universal one.
    timeframe : str
        Bar length.
    """
    return f"{symbol or UNIVERSAL}_{timeframe}"


def checked_names(strategy_name: str, timeframe: str, symbol: str | None) -> None:
    """Refuse names that could leave the models folder or be taken for something else.

    Parameters
    ----------
    strategy_name : str
        The strategy's ``name``.
    timeframe : str
        Bar length.
    symbol : str or None
        Symbol; it may hold underscores.

    Raises
    ------
    UnsafeName
        For a strategy or symbol that cannot be a file name.
    UnknownName
        For a time frame that is none.
    InvalidValue
        For a symbol called like the universal model.
    """
    safe_name(strategy_name, "strategy")
    bar_length(timeframe)
    if symbol is not None:
        safe_name(symbol, "symbol")
        if symbol.lower() == UNIVERSAL:
            raise InvalidValue("symbol", symbol, "a symbol that is not the word for universal models")


def parse_folder(name: str) -> FolderName | None:
    """Return what a folder's name says, or None if it is not the name of a model.

    The symbol may hold underscores: the time frame is the last part before the version. A name that cannot be printed
    is none.

    Parameters
    ----------
    name : str
        Bare name of the folder.
    """
    match = _VERSIONED.fullmatch(name)
    if match is None or name.startswith(".") or not name.isprintable():
        return None
    symbol = None if match["symbol"] == UNIVERSAL else match["symbol"]
    return FolderName(symbol, match["timeframe"], int(match["version"]))


def parse_latest(name: str) -> tuple[str | None, str] | None:
    """Return symbol (None for universal) and time frame of a ``_latest`` name, or None for another name.

    Parameters
    ----------
    name : str
        Bare name.
    """
    parsed = parse_folder(f"{name.removesuffix(LATEST)}_v1") if name.endswith(LATEST) else None
    return (parsed.symbol, parsed.timeframe) if parsed else None


def model_folders(strategy_folder: Path) -> Iterator[tuple[Path, FolderName]]:
    """Yield every folder of a strategy that is named like a model, its archive included, by name.

    Parameters
    ----------
    strategy_folder : Path
        ``models/{strategy}``; it need not exist.

    Raises
    ------
    StorageProblem
        If the folder is there but cannot be read.
    """
    for place in (strategy_folder, strategy_folder / ARCHIVE):
        for path in entries(place):
            name = parse_folder(path.name)
            if name is not None and path.is_dir():
                yield path, name


def entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name; nothing if it is not there.

    Parameters
    ----------
    folder : Path
        Any folder.

    Raises
    ------
    StorageProblem
        If it cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StorageProblem(str(folder), error.strerror or str(error)) from error


def strategies(models_dir: Path) -> list[Path]:
    """Return the folders of a store that may hold a strategy's models, by name; hidden and unprintable ones may not.

    Parameters
    ----------
    models_dir : Path
        The store; it need not exist.

    Raises
    ------
    StorageProblem
        If it is there but cannot be read.
    """
    found = (path for path in entries(models_dir) if not path.name.startswith(".") and path.name.isprintable())
    return [path for path in found if path.is_dir()]


def versions(folder: Path, stem: str) -> list[Path]:
    """Return the version folders of one stem in one folder, highest version first.

    Parameters
    ----------
    folder : Path
        ``models/{strategy}`` or its archive.
    stem : str
        As `stem_of` returns it.
    """
    found = [
        (name.version, path) for path in entries(folder) if (name := parse_folder(path.name)) and name.stem == stem
    ]
    return [path for _, path in sorted(found, reverse=True) if path.is_dir()]


def in_store(folder: Path, models_dir: Path) -> Stored:
    """Return where a model lies, or refuse a path that is no place for one.

    Parameters
    ----------
    folder : Path
        ``models/{strategy}/[legacy/]{name}``, however it is written.
    models_dir : Path
        The store.

    Raises
    ------
    InvalidValue
        If it is no place for a model of the store.
    """
    whole = folder.parent.resolve() / folder.name
    store = models_dir.resolve()
    parts = whole.relative_to(store).parts if whole.is_relative_to(store) else ()
    name = parse_folder(folder.name)
    if name is None or not (len(parts) == 2 or (len(parts) == 3 and parts[1] == ARCHIVE)):
        raise InvalidValue("path", str(folder), f"a model folder within {models_dir}")
    return Stored(models_dir / parts[0], "/".join(parts[1:]), name)


def store_of(path: Path) -> Path:
    """Return the store that a model lies in by its place alone.

    Parameters
    ----------
    path : Path
        ``models/{strategy}/[legacy/]{name}``, absolute or not; it need not be there.
    """
    place = path.absolute().parent
    return place.parent.parent if place.name == ARCHIVE else place.parent


def named_folder(path: Path) -> Path:
    """Return the folder that a path means: itself, or what a ``_latest`` names, whole or not.

    Parameters
    ----------
    path : Path
        A model folder or its ``_latest``.

    Raises
    ------
    ModelNotFound
        If there is no such folder, or the ``_latest`` names none.
    """
    named = parse_latest(path.name)
    pointed = None if named is None else read_pointer(path.parent, stem_of(*named)).target
    return existing(pointed or path)


def existing(folder: Path) -> Path:
    """Return a folder that is there.

    Parameters
    ----------
    folder : Path
        A model folder, or a ``_latest`` that names none.

    Raises
    ------
    ModelNotFound
        If it is not there; what lies beside it is told.
    """
    if not folder.is_dir():
        beside = [path.name for path in entries(folder.parent) if path.is_dir() and not path.name.startswith(".")]
        raise ModelNotFound(str(folder), [folder.name], beside, where=str(folder.parent))
    return folder


def read_pointer(folder: Path, stem: str) -> Pointer:
    """Read a ``_latest``, link or text file; it may only name a version of its own stem, beside it.

    Parameters
    ----------
    folder : Path
        Folder that holds it.
    stem : str
        As `stem_of` returns it.
    """
    path = folder / f"{stem}{LATEST}"
    try:
        if path.is_symlink():
            written = str(path.readlink())
        elif path.is_dir():
            return Pointer(None, "it is a folder, not a pointer")
        elif path.exists():
            with open(path, encoding="utf-8") as stream:
                written = stream.read(_LONGEST_POINTER).strip()
        else:
            return Pointer(None)
    except (OSError, ValueError) as error:
        return Pointer(None, f"it cannot be read ({error})")
    name = parse_folder(written)
    if name is None or name.stem != stem:
        return Pointer(None, f"it points to {written!r}, which is not a version of {stem}")
    target = folder / written
    return Pointer(target) if target.is_dir() else Pointer(None, f"it points to {written}, which is not there")
