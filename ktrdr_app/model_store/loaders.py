"""The two loaders that scripts call, one per layout."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import InvalidValue, ModelNotFound
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.load import LoadedModel, load_model
from ktrdr_app.model_store.resolver import require, resolve
from ktrdr_app.neural.model import MLPTradingModel

log = logging.getLogger(__name__)


class UniversalModelLoader:
    """Finds the model that serves a strategy, by the resolver's rule, and opens it.

    Parameters
    ----------
    base_path : Path or str
        The store, ``models``.
    """

    def __init__(self, base_path: Path | str) -> None:
        self.base_path = Path(base_path)

    def load_model_for_strategy(
        self, strategy_name: str, timeframe: str, symbol: str | None = None, allow_any: bool = True
    ) -> tuple[MLPTradingModel, dict[str, Any]]:
        """Return the model that serves, and all that is known of it.

        Parameters
        ----------
        strategy_name : str
            The strategy's ``name``.
        timeframe : str
            Bar length.
        symbol : str, optional
            Symbol whose own model may serve.
        allow_any : bool
            Whether another symbol's model may serve; a warning is then logged.

        Returns
        -------
        model : MLPTradingModel
            Ready for use.
        info : dict
            ``model_path``, ``kind``, ``version``, ``step``, ``trace``, ``warning``, ``config``, ``metadata``,
            ``metrics``, ``features``, ``training_manifest``, ``contract_digest``.

        Raises
        ------
        ModelNotFound
            If no model serves.
        """
        resolution = resolve(self.base_path, strategy_name, timeframe, symbol, allow_any=allow_any)
        chosen = require(resolution)
        if resolution.warning:
            log.warning(resolution.warning)
        loaded = load_model(chosen.path)
        return loaded.model, _described(loaded) | resolution.to_document() | {"step": chosen.step}


class ModelLoader:
    """Opens the model of one symbol, in the original's layout.

    Parameters
    ----------
    base_path : Path or str
        The store, ``models``.
    """

    def __init__(self, base_path: Path | str) -> None:
        self.base_path = Path(base_path)

    def load_model(
        self, strategy_name: str, symbol: str, timeframe: str, version: int | str | None = None
    ) -> tuple[MLPTradingModel, dict[str, Any]]:
        """Return one symbol's model, and all that is known of it.

        Parameters
        ----------
        strategy_name : str
            The strategy's ``name``.
        symbol : str
            Symbol it was trained on.
        timeframe : str
            Bar length.
        version : int or str, optional
            ``2`` or ``"v2"``; what ``_latest`` names by default, else the highest complete version.

        Returns
        -------
        model : MLPTradingModel
            Ready for use.
        info : dict
            As `UniversalModelLoader.load_model_for_strategy` returns it, without ``step`` and ``trace``.

        Raises
        ------
        ModelNotFound
            If there is no such model, beside the universal ones or in the archive.
        ModelRejected
            If it must not be used.
        """
        layout.checked_names(strategy_name, timeframe, symbol)
        name = layout.FolderName(symbol, timeframe, 1 if version is None else _number(version))
        folder = self.base_path / strategy_name
        if version is None:
            found = resolve(
                self.base_path, strategy_name, timeframe, symbol, layout.LEGACY, allow_any=False, pins=False
            )
            chosen = require(found)
            if chosen.kind != layout.LEGACY:
                raise ModelNotFound(found.wanted, [f"{name.stem}{layout.LATEST}"], found.present, where=str(folder))
            loaded = load_model(chosen.path)
            return loaded.model, _described(loaded)
        places = (folder, folder / layout.ARCHIVE)
        path = next((place / name.folder for place in places if (place / name.folder).is_dir()), folder / name.folder)
        loaded = load_model(path)
        return loaded.model, _described(loaded)


def _number(version: int | str) -> int:
    digits = str(version).removeprefix("v")
    if not digits.isdecimal() or int(digits) < 1:
        raise InvalidValue("version", version, "a number from 1, or v and a number")
    return int(digits)


def _described(loaded: LoadedModel) -> dict[str, Any]:
    return {
        "model_path": str(loaded.info.path),
        "kind": loaded.info.kind,
        "version": loaded.info.version,
        "config": loaded.strategy_document,
        "metadata": loaded.metadata,
        "metrics": loaded.metrics,
        "features": {"feature_names": list(loaded.feature_names)},
        "training_manifest": loaded.manifest,
        "contract_digest": loaded.contract_digest,
    }
