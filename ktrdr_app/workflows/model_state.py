"""What kind of trouble a model that cannot be used has, for lists and badges; the whole reason stands beside it."""

from __future__ import annotations

INCOMPLETE, MISMATCH, UNSAFE, DAMAGED = TROUBLES = ("incomplete", "mismatch", "unsafe", "damaged")

_SIGNS = (
    (INCOMPLETE, ("incomplete",)),
    (UNSAFE, ("unsafe", "it is a link", "of a kind that cannot be used", "it is larger than", "are larger than")),
    (
        MISMATCH,
        (
            *("its metadata say", "contract", "fitted on other features", "features, but", "expected"),
            *("schema_version", "its kind is", "numbers for", "only mlp can be used"),
        ),
    ),
)
"""Parts of the store's reasons, the gravest kind first that one of them names."""


def trouble(problem: str) -> str:
    """Return the kind of trouble that a reason tells.

    Parameters
    ----------
    problem : str
        `ModelInfo.problem`; empty for a model that can be used.

    Returns
    -------
    str
        ``incomplete`` (a file is missing), ``unsafe`` (links, pickles that name code, files beyond every limit),
        ``mismatch`` (whole, but its parts, its name or its schema do not fit each other), ``damaged`` for all else, or
        nothing.
    """
    if not problem:
        return ""
    return next((kind for kind, signs in _SIGNS if any(sign in problem for sign in signs)), DAMAGED)
