"""Whether rows look like those that a model learnt from: feature by feature, as a whole, and by their fuzzy inputs.

A model can judge what it has seen the like of. Nothing here says that it judges that well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.distribution import Distribution
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.psi import ALIKE_BAND, DIFFERENT_BAND, SHIFTED, ends_after

FORMAT = 1


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
