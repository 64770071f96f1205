"""Which kind of model a workspace looks for first: ``models.prefer`` in its settings."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.model_store import layout

SETTINGS = Path("configs") / "settings.yaml"


def preferred_kind(models_dir: Path) -> str:
    """Return ``universal`` or ``legacy``, as the workspace's ``configs/settings.yaml`` says.

    Parameters
    ----------
    models_dir : Path
        The store; the settings lie beside it.

    Returns
    -------
    str
        ``universal`` where there are no settings, or they do not say.

    Raises
    ------
    InvalidValue
        If the settings are no YAML, or say another word.
    StorageProblem
        If they cannot be read.
    """
    path = models_dir.parent / SETTINGS
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return layout.UNIVERSAL
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    except ValueError as error:
        raise InvalidValue("settings", path.name, "text in UTF-8", where=str(path)) from error
    import yaml

    try:
        document = yaml.safe_load(text) or {}
        said = (document.get("models") or {}).get("prefer", layout.UNIVERSAL)
    except (yaml.YAMLError, AttributeError, RecursionError) as error:
        raise InvalidValue("settings", path.name, "lines such as models: {prefer: legacy}", where=str(path)) from error
    if said not in layout.KINDS:
        raise InvalidValue("models.prefer", said, " or ".join(layout.KINDS), where=str(path))
    return str(said)
