"""Reads what a model's folder keeps of its training rows; nothing but the question of coverage needs it."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.core.files import sha256
from ktrdr_app.features.coverage import CoverageReference
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.folder_files import checked_document, listed_checksums


def read_reference(folder: Path, feature_names: tuple[str, ...]) -> CoverageReference | None:
    """Return what is kept of the training rows, or None for a folder from before it was, or of the original's.

    Parameters
    ----------
    folder : Path
        A folder that `integrity.check_folder` passed.
    feature_names : tuple of str
        The model's features, in order.

    Raises
    ------
    ModelRejected
        If it should be there and is not, or was changed, or is not what a training writes.
    """
    held = listed_checksums(folder).get(layout.COVERAGE)
    if held is None:
        return None
    document = checked_document(folder, layout.COVERAGE)
    where = folder / layout.COVERAGE
    if sha256(where) != held:
        raise ModelRejected(str(where), "its checksum does not match: it was changed or is damaged")
    return CoverageReference.from_document(document, feature_names, str(where))
