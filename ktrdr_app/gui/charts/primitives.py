"""Lines and rectangles handed to QPainter as one block of memory, or as a list where that is not to be had."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

try:
    # pyqtgraph marks this helper as internal: everything here works without it, only slower.
    from pyqtgraph.Qt.internals import PrimitiveArray
except ImportError:
    PrimitiveArray = None


class _Batch:
    """Shapes of one kind, four numbers each.

    Parameters
    ----------
    shape : type
        ``QLineF`` or ``QRectF``.
    use_memory : bool
        Whether to hand memory to Qt; the list of shapes is drawn otherwise.
    """

    def __init__(self, shape: type, *, use_memory: bool = True) -> None:
        self._shape = shape
        self._array: Any = PrimitiveArray(shape, 4) if use_memory and PrimitiveArray is not None else None
        self._shapes: list[Any] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def uses_memory(self) -> bool:
        """Whether shapes go to Qt as one block of memory."""
        return self._array is not None

    def fill(self, *columns: ArrayLike) -> None:
        """Replace all shapes.

        Parameters
        ----------
        *columns : array_like of float, shape (n,)
            The four numbers of each shape: x1, y1, x2, y2 of a line, x, y, width, height of a rectangle.
        """
        table = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
        self._size = len(table)
        if self._array is None:
            self._shapes = [self._shape(*row) for row in table.tolist()]
            return
        self._array.resize(self._size)
        self._array.ndarray()[:] = table

    def arguments(self) -> tuple[Any, ...]:
        """Return what QPainter's drawing call takes."""
        return tuple(self._array.drawargs()) if self._array is not None else (self._shapes,)


class LineBatch(_Batch):
    """Many straight lines drawn at once.

    Parameters
    ----------
    use_memory : bool
        See the module; False is for systems where the fast way is not there, and for its test.
    """

    def __init__(self, *, use_memory: bool = True) -> None:
        super().__init__(QLineF, use_memory=use_memory)

    def draw(self, painter: QPainter) -> None:
        """Draw the lines with the painter's pen.

        Parameters
        ----------
        painter : QPainter
            Where to.
        """
        if len(self):
            painter.drawLines(*self.arguments())


class RectBatch(_Batch):
    """Many rectangles drawn at once.

    Parameters
    ----------
    use_memory : bool
        As in `LineBatch`.
    """

    def __init__(self, *, use_memory: bool = True) -> None:
        super().__init__(QRectF, use_memory=use_memory)

    def draw(self, painter: QPainter) -> None:
        """Draw the rectangles with the painter's pen and brush.

        Parameters
        ----------
        painter : QPainter
            Where to.
        """
        if len(self):
            painter.drawRects(*self.arguments())
