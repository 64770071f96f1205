"""What a training would learn from, as frozen records; `training_plan` fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ktrdr_app.core.errors import KtrdrError

if TYPE_CHECKING:
    from ktrdr_app.labels.suggestion import Suggestion

PARTS = ("train", "validation", "test")
"""Parts of a split, in order of time."""


@dataclass(frozen=True)
class Stretch:
    """The rows of one symbol in one part of the split.

    Attributes
    ----------
    rows : int
        How many.
    first, last : int
        Closes of the first and the last of them, nanoseconds UTC; 0 where there is none.
    """

    rows: int
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class SymbolPlan:
    """One symbol of a training that has not begun.

    Attributes
    ----------
    symbol : str
        Which one.
    problem : KtrdrError or None
        Why it cannot take part; everything below is empty then.
    bars : int
        Bars it has.
    first, last : str
        Opens of the first and the last one, ISO in UTC.
    warm_up : int
        Bars before the first that has every feature.
    unusable : int
        Later bars that have no complete label or lack a feature.
    rows : int
        Bars that can be learnt from or judged by.
    counts : dict of str to int
        Those that are BUY, HOLD, SELL.
    parts : dict of str to Stretch
        Where they fall, by the names in `PARTS`; empty where there is no split.
    purged, embargoed : int
        Rows between the parts: their label reaches over a cut, or they follow it within the embargo.
    """

    symbol: str
    problem: KtrdrError | None = None
    bars: int = 0
    first: str = ""
    last: str = ""
    warm_up: int = 0
    unusable: int = 0
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Stretch] = field(default_factory=dict)
    purged: int = 0
    embargoed: int = 0

    @property
    def balance(self) -> dict[str, float]:
        """Share of each class among the rows; empty where there are none."""
        return {name: count / self.rows for name, count in self.counts.items()} if self.rows else {}


@dataclass(frozen=True)
class CombinationPlan:
    """What one way of putting symbols together would learn from.

    Attributes
    ----------
    name : str
        As `training.combine.COMBINATIONS` has it.
    kept, lost : dict of str to int
        Training rows of each symbol that it takes, and leaves; empty where there is a problem.
    reason : str
        Why it leaves rows, in a sentence; empty if it leaves none.
    problem : KtrdrError or None
        Why it cannot be used.
    weights : dict of str to float
        What each symbol weighs; empty where rows are not weighted.
    """

    name: str
    kept: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    problem: KtrdrError | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Training rows of all symbols."""
        return sum(self.kept.values())


@dataclass(frozen=True)
class TrainingPlan:
    """A training that has not begun: what it would take, and what stands in its way.

    Attributes
    ----------
    timeframe : str
        Bar length.
    symbols : tuple of SymbolPlan
        In the order asked for.
    combination : str
        The one that would be used.
    combinations : tuple of CombinationPlan
        All there are; empty where there is no split.
    split : dict or None
        As the manifest's ``split`` has it; None where there is none.
    features : int
        Inputs of the network before symbol vectors.
    threshold : float
        Of the labels, in ``threshold_unit``.
    threshold_unit : str
        ``fraction`` or ``atr``.
    suggestion : Suggestion or None
        A better threshold, where a class is nearly absent on all symbols or on one, and one would help.
    notes : tuple of str
        What else a reader of the labels should know.
    problem : KtrdrError or None
        What stands in the way of all symbols together: too few rows after the split, no room on the disk.
    """

    timeframe: str
    symbols: tuple[SymbolPlan, ...]
    combination: str
    combinations: tuple[CombinationPlan, ...]
    split: Mapping[str, Any] | None
    features: int
    threshold: float
    threshold_unit: str
    suggestion: Suggestion | None
    notes: tuple[str, ...]
    problem: KtrdrError | None

    @property
    def problems(self) -> tuple[tuple[str, KtrdrError], ...]:
        """Everything that stands in the way, with the symbol that it is about; an empty name for all."""
        found = [(entry.symbol, entry.problem) for entry in self.symbols if entry.problem is not None]
        chosen = next((entry.problem for entry in self.combinations if entry.name == self.combination), None)
        shared = [("", error) for error in (self.problem, chosen) if error is not None]
        return (*found, *shared)

    @property
    def chosen(self) -> CombinationPlan | None:
        """What the combination at hand would learn from; None where there is no split."""
        return next((entry for entry in self.combinations if entry.name == self.combination), None)
