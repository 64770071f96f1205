"""One drag of the editor: from where the mouse is to which sets that makes, snapped and kept in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ktrdr_app.fuzzy.spans import crossing
from ktrdr_app.gui.documents.linked_handles import CROSSING, kept_in_order, linked_feet, moved_crossing
from ktrdr_app.gui.documents.set_handles import handles_of, moved, shifted
from ktrdr_app.gui.documents.snapping import Snapping, SnapTarget
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip
from ktrdr_app.strategy.schema import FuzzySet

Sets = dict[str, FuzzySet]


@dataclass(frozen=True)
class Scale:
    """How finely things move at the present width of the picture.

    Attributes
    ----------
    grain : float
        Rounding of dragged numbers.
    span : float
        Width of what is shown, in the input's unit.
    reach : float
        How near a handle must come to snap, in the input's unit.
    """

    grain: float
    span: float
    reach: float


@dataclass(frozen=True)
class Moved:
    """Where a drag has led.

    Attributes
    ----------
    sets : dict of str to FuzzySet
        The sets that have changed.
    x : float
        Where the handle stands now.
    target : SnapTarget or None
        What it stands on, if it snapped.
    """

    sets: Sets
    x: float
    target: SnapTarget | None


@dataclass(frozen=True)
class Drag:
    """What the mouse or a key holds.

    Attributes
    ----------
    before : mapping of str to FuzzySet
        All sets of the input, where the drag began.
    key : str
        The set that is held.
    anchor : float
        Where the handle stood; of a body, its middle.
    grip : Grip or None
        The handle; None for the body of the set.
    """

    before: Mapping[str, FuzzySet]
    key: str
    anchor: float
    grip: Grip | None

    def to(self, x: float, scale: Scale, snapping: Snapping, *, whole: bool = False, linked: bool = False) -> Moved:
        """Return the sets with the handle as near to a place as it may come.

        Parameters
        ----------
        x : float
            Where it is wanted.
        scale : Scale
            How finely it moves.
        snapping : Snapping
            What it snaps to.
        whole : bool
            Whether the whole set moves.
        linked : bool
            Whether the neighbour's foot moves with this one.
        """
        pair = self._pair() if linked else None
        whole = whole or self.grip is None
        crosses = self.grip is not None and self.grip.handle.index == CROSSING
        moving = (self.key, self.grip.other) if crosses and self.grip is not None else pair or (self.key,)
        target = snapping.target(self.before, moving, x, scale.reach, scale.span)

        def place(at: float) -> Sets:
            if crosses and self.grip is not None:
                return dict(zip(moving, moved_crossing(*self._two(moving), at, scale.grain), strict=True))
            exact = target is not None and at == target.x
            if whole:
                return {self.key: shifted(self.before[self.key], at - self.anchor, scale.grain, exact=exact)}
            if pair is not None:
                return dict(zip(pair, linked_feet(*self._two(pair), at - self.anchor, scale.grain), strict=True))
            assert self.grip is not None
            return {self.key: moved(self.before[self.key], self.grip.handle.index, at, scale.grain, exact=exact)}

        wanted = x if target is None else target.x
        sets, reached = kept_in_order(self.before, place, self.anchor, wanted, scale.grain)
        stands = self._stands(sets, reached, whole=whole)
        on_target = target is not None and abs(stands - target.x) <= scale.grain
        return Moved(sets, stands, target if on_target else None)

    def _two(self, keys: tuple[str, ...]) -> tuple[FuzzySet, FuzzySet]:
        return self.before[keys[0]], self.before[keys[1]]

    def _pair(self) -> tuple[str, str] | None:
        """Return the two sets, from low to high, whose feet are linked at the held handle; None if none are."""
        if self.grip is None or not (self.grip.handle.is_foot or self.grip.handle.is_width):
            return None
        keys, handle, numbers = list(self.before), self.grip.handle, self.before[self.key].parameters
        to_the_right = handle.x > numbers[0] if handle.is_width else handle.index == len(numbers) - 1
        lower = keys.index(self.key) - (0 if to_the_right else 1)
        return (keys[lower], keys[lower + 1]) if 0 <= lower < len(keys) - 1 else None

    def _stands(self, sets: Sets, reached: float, *, whole: bool) -> float:
        if self.grip is None:
            return reached
        if whole:
            before, after = handles_of(self.before[self.key])[0].x, handles_of(sets[self.key])[0].x
            return self.anchor + after - before
        if self.grip.handle.index == CROSSING:
            met = crossing(sets[self.key], sets[self.grip.other])
            return reached if met is None else met[0]
        return next(handle.x for handle in handles_of(sets[self.key]) if handle.index == self.grip.handle.index)
