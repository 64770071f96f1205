"""A weight for each ticked symbol: how many rows of each a weighted training takes, in proportion."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.core.errors import BadInput
from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox, read_number
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, label

GREATEST = 1_000_000.0
WHERE = "weight:"
"""What the place of an error begins with that is about the weight of the symbol behind it."""
_LEAST, _AT_ONCE, _LINE = 2, 4, 36
_PRECISION = 17


class WeightBox(NumberBox):
    """A field for one weight, which keeps every digit that is typed, so that it is the number that a command takes."""

    def __init__(self, symbol: str) -> None:
        super().__init__(1.0)
        self.setDecimals(_PRECISION)
        self.setRange(0.0, GREATEST)
        self.setObjectName(f"trainingPanel.weight.{symbol}")
        self.setMinimumHeight(30)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        accessibility.name(self, say("Weight of {0}").format(symbol))

    def textFromValue(self, value: float) -> str:
        """Write the number, as short as it can be without becoming another one.

        Parameters
        ----------
        value : float
            The number.
        """
        short = super().textFromValue(value)
        return short if float(short) == value else repr(value)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Say whether the text is a number that can be a weight, or may become one.

        Parameters
        ----------
        text : str
            What was typed.
        place : int
            Cursor position.
        """
        value = read_number(text)
        if value is not None and not 0 <= value <= GREATEST:
            return QValidator.State.Invalid, text, place
        return super().validate(text, place)


class WeightsEdit(QWidget):
    """The fields, one a symbol; those of symbols that are not ticked are remembered."""

    changed = Signal()
    """A weight is another one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("trainingPanel.weights")
        self._given: dict[str, float] = {}
        self._boxes: dict[str, WeightBox] = {}
        self._shares: dict[str, QLabel] = {}
        self._area = QScrollArea()
        self._area.setObjectName("trainingPanel.weightsArea")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        accessibility.name(self._area, say("Weights of the symbols"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._area)
        self.show_symbols(())

    @property
    def weights(self) -> dict[str, float]:
        """What is given for each symbol that is shown, in their order.

        Raises
        ------
        BadInput
            If one is not above 0.
        """
        found = {symbol: box.value() for symbol, box in self._boxes.items()}
        for symbol, weight in found.items():
            if not weight > 0:
                message = say("the weight of {0} is {1}").format(symbol, numbers.significant(weight))
                hint = say("give a number above 0, or take its tick off")
                raise BadInput(message, hint=hint, where=f"{WHERE}{symbol}")
        return found

    def show_symbols(self, symbols: tuple[str, ...]) -> None:
        """Have fields for these symbols, in this order; new ones weigh 1.

        Parameters
        ----------
        symbols : tuple of str
            The ticked ones.
        """
        if symbols == tuple(self._boxes) and self._area.widget() is not None:
            return
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._boxes, self._shares = {}, {}
        for line, symbol in enumerate(symbols):
            self._boxes[symbol] = made = WeightBox(symbol)
            self._shares[symbol] = share = label("", "muted")
            share.setMinimumWidth(52)
            share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            made.setValue(self._given.get(symbol, 1.0))
            made.valueChanged.connect(self._take)
            name = label(symbol, "muted")
            name.setBuddy(made)
            for column, part in enumerate((name, made, share)):
                grid.addWidget(part, line, column)
        self._area.setWidget(inside)
        for part in (inside, self._area.viewport()):
            part.setAutoFillBackground(False)  # it lies on a card
        self._area.setMinimumHeight(_LINE * max(1, min(_LEAST, len(symbols))))
        self._area.setMaximumHeight(_LINE * max(1, min(_AT_ONCE, len(symbols))))
        self._say_shares()

    @Slot()
    def _take(self, _value: float = 0.0) -> None:
        self._given |= {symbol: box.value() for symbol, box in self._boxes.items()}
        self._say_shares()
        self.changed.emit()

    def _say_shares(self) -> None:
        total = sum(box.value() for box in self._boxes.values())
        for symbol, share in self._shares.items():
            share.setText(numbers.percent(self._boxes[symbol].value() / total if total else None, 0))
