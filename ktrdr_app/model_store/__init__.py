"""Model folders: saved whole or not at all, checked before use, and found by one rule."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.model_store.artifact import ModelArtifact
    from ktrdr_app.model_store.load import LoadedModel, load_model
    from ktrdr_app.model_store.loaders import ModelLoader, UniversalModelLoader
    from ktrdr_app.model_store.registry import ModelInfo, list_models, show_model
    from ktrdr_app.model_store.resolver import Resolution, require, resolve
    from ktrdr_app.model_store.save import save_model

__all__ = [
    "LoadedModel",
    "ModelArtifact",
    "ModelInfo",
    "ModelLoader",
    "Resolution",
    "UniversalModelLoader",
    "list_models",
    "load_model",
    "require",
    "resolve",
    "save_model",
    "show_model",
]

__getattr__ = exports(
    __name__,
    {
        "LoadedModel": "load",
        "ModelArtifact": "artifact",
        "ModelInfo": "registry",
        "ModelLoader": "loaders",
        "Resolution": "resolver",
        "UniversalModelLoader": "loaders",
        "list_models": "registry",
        "load_model": "load",
        "require": "resolver",
        "resolve": "resolver",
        "save_model": "save",
        "show_model": "registry",
    },
)
