"""Whether rows look like those that a model learnt from: feature by feature, as a whole, and by their fuzzy inputs.

A model can judge what it has seen the like of. Nothing here says that it judges that well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, ModelRejected
from ktrdr_app.features.distribution import Distribution, faint_rows
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.psi import (
    ALIKE_BAND,
    DIFFERENT_BAND,
    SHIFTED,
    TENTHS,
    band,
    bin_numbers,
    contributions,
    ends_after,
)

FORMAT = 1
MOST_ROWS = 5_000
"""Most rows whose distance is measured, spread evenly over all."""


@dataclass(frozen=True)
class CoverageReference:
    """What is kept of the rows that a model learnt from.

    Attributes
    ----------
    distribution : Distribution
        Of each feature, before scaling.
    neighbourhood : Neighbourhood
        Of scaled rows.
    """

    distribution: Distribution
    neighbourhood: Neighbourhood

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "format": FORMAT,
            **self.distribution.to_document(),
            "sample": self.neighbourhood.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], names: tuple[str, ...], where: str) -> Self:
        """Read the JSON form.

        Parameters
        ----------
        document : mapping
            What `to_document` returned.
        names : tuple of str
            The model's features, in order.
        where : str
            File it came from, for messages.

        Raises
        ------
        ModelRejected
            If it is not what `to_document` makes, or tells of other features.
        """
        if document.get("format") != FORMAT:
            found = f"its format is {document.get('format')!r}"
            raise ModelRejected(where, found, "update the program that opens it")
        distribution = Distribution.from_document(document, where)
        if distribution.names != names:
            raise ModelRejected(where, "the reference is of other features than features.json names")
        sample = document.get("sample")
        if not isinstance(sample, Mapping):
            raise ModelRejected(where, "the reference has no sample")
        return cls(distribution, Neighbourhood.from_document(sample, len(names), where))


@dataclass(frozen=True)
class FeatureDrift:
    """How one feature compares with its training rows.

    Attributes
    ----------
    name : str
        The feature.
    psi : float
        Population stability index against the training rows of all symbols.
    band : str
        ``alike``, ``shifted`` or ``different``.
    usual : float or None
        The largest index of a training symbol against the others; None for a single one.
    low, high : float or None
        Bounds of the bin that adds most to the index: from ``low``, below ``high``; None where it is open.
    share, training_share : float
        Share of the rows in that bin, here and in training.
    """

    name: str
    psi: float
    band: str
    usual: float | None
    low: float | None
    high: float | None
    share: float
    training_share: float

    @property
    def exact(self) -> bool:
        """Whether that bin is a single value, ``low``."""
        if self.low is None or self.high is None:
            return False
        return bool(ends_after(np.array([self.low], np.float32))[0] == np.float32(self.high))

    @property
    def departs(self) -> bool:
        """Whether it is ``shifted`` or ``different``."""
        return self.band != ALIKE_BAND

    @property
    def strange(self) -> bool:
        """Whether it is ``different``, and more so than any training symbol is from the others."""
        return self.band == DIFFERENT_BAND and (self.usual is None or self.psi > self.usual)


@dataclass(frozen=True)
class InputDrift:
    """How well the sets of one fuzzy input describe the rows.

    Attributes
    ----------
    name : str
        The fuzzy input.
    faint, training_faint : float
        Share of rows whose memberships add up to less than `ktrdr_app.fuzzy.activity.FAINT`, here and in training.
    """

    name: str
    faint: float
    training_faint: float


@dataclass(frozen=True)
class DistanceDrift:
    """How far the rows lie from the training rows.

    Attributes
    ----------
    rows : int
        Rows that were measured.
    median : float
        Median dissimilarity index.
    threshold : float
        Index beyond which a row is unlike all of training.
    beyond, training_beyond : float
        Share of rows beyond it, here and among the training rows themselves.
    """

    rows: int
    median: float
    threshold: float
    beyond: float
    training_beyond: float


@dataclass(frozen=True)
class Drift:
    """How rows compare with those that a model learnt from.

    Attributes
    ----------
    rows : int
        Rows that were compared.
    features : tuple of FeatureDrift
        The largest index first.
    inputs : tuple of InputDrift
        In declared order.
    distance : DistanceDrift or None
        None where the training rows do not differ.
    by_chance : float
        Mean index of a feature with `psi.TENTHS` bins if both were independent draws of one distribution: 9 (1/n + 1/m)
        (Yurdakul and Naranjo 2020, "Statistical properties of the population stability index"). Bars of one market
        resemble their neighbours, so chance makes it larger than that.
    """

    rows: int
    features: tuple[FeatureDrift, ...]
    inputs: tuple[InputDrift, ...]
    distance: DistanceDrift | None
    by_chance: float

    @property
    def few_rows(self) -> bool:
        """Whether chance alone may take an index half the way to ``shifted``, or farther."""
        return self.by_chance >= SHIFTED / 2


def measure_drift(reference: CoverageReference, values: NDArray[np.float32], scaled: NDArray[np.float32]) -> Drift:
    """Compare rows with the training rows.

    Parameters
    ----------
    reference : CoverageReference
        What is kept of those.
    values, scaled : ndarray of float32, shape (n_rows, n_features)
        Finite features of the rows in order of time, before and after the model's own scaling.

    Raises
    ------
    InvalidValue
        If there is no row, or their features are other ones.
    """
    known = reference.distribution
    if len(values) == 0 or values.shape != scaled.shape or values.shape[1] != len(known.names):
        expected = f"at least one row of {len(known.names)} features, unscaled and scaled"
        raise InvalidValue("values", f"{values.shape} and {scaled.shape}", expected)
    features = [_feature(known, column, values[:, column]) for column in range(len(known.names))]
    inputs = [
        InputDrift(
            name,
            faint=float(np.mean(faint_rows(values[:, known.columns_of(name)]))),
            training_faint=float(known.faint[name].sum() / known.rows.sum()),
        )
        for name in known.inputs
    ]
    return Drift(
        rows=len(values),
        features=tuple(sorted(features, key=lambda found: -found.psi)),
        inputs=tuple(inputs),
        distance=_distance(reference.neighbourhood, scaled),
        by_chance=float((TENTHS - 1) * (1 / len(values) + 1 / known.rows.sum())),
    )


def _feature(known: Distribution, column: int, values: NDArray[np.float32]) -> FeatureDrift:
    edges, counts = known.edges[column], known.counts[column]
    observed = np.bincount(bin_numbers(values, edges), minlength=len(edges) + 1)
    expected = counts.sum(axis=0)
    parts = contributions(expected, observed)
    strangest = int(np.argmax(parts))
    psi = float(parts.sum())
    return FeatureDrift(
        name=known.names[column],
        psi=psi,
        band=band(psi),
        usual=_usual(counts),
        low=float(edges[strangest - 1]) if strangest else None,
        high=float(edges[strangest]) if strangest < len(edges) else None,
        share=float(observed[strangest] / observed.sum()),
        training_share=float(expected[strangest] / expected.sum()),
    )


def _usual(counts: NDArray[np.int64]) -> float | None:
    """Return how much the training symbol that is least like the others differs from them."""
    there = counts[counts.sum(axis=1) > 0]
    if len(there) < 2:
        return None
    return float(contributions(there.sum(axis=0) - there, there).sum(axis=1).max())


def _distance(known: Neighbourhood, scaled: NDArray[np.float32]) -> DistanceDrift | None:
    if len(scaled) > MOST_ROWS:
        scaled = scaled[np.linspace(0, len(scaled) - 1, MOST_ROWS).astype(np.intp)]
    index = known.dissimilarity(scaled)
    if index is None:
        return None
    return DistanceDrift(
        rows=len(index),
        median=float(np.median(index)),
        threshold=known.threshold,
        beyond=float(np.mean(index > known.threshold)),
        training_beyond=known.beyond,
    )
