"""The figures of old and new sets side by side, with their differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.table import Column, RecordTable

if TYPE_CHECKING:
    from ktrdr_app.workflows.live_edit import LiveFigures

ROW_PIXELS = 21
HEAD_PIXELS = 28


def _t(text: str) -> str:
    return QCoreApplication.translate("FiguresTable", text)


@dataclass(frozen=True)
class Figure:
    """One row.

    Attributes
    ----------
    name, help : str
        What is measured, shortly and in a sentence.
    own, yours, quick : float, optional
        With the model's sets, with the edited ones, and by the quick try.
    counted : bool
        Whether it is a count, not a fraction.
    """

    name: str
    help: str
    own: float | None
    yours: float | None
    quick: float | None
    counted: bool = False

    def write(self, value: float | None, *, signed: bool = False) -> str:
        """Write one of its values.

        Parameters
        ----------
        value : float, optional
            The value.
        signed : bool
            Whether a rise gets a plus.
        """
        if self.counted:
            plus = "+" if signed and value is not None and value > 0 else ""
            return plus + numbers.integer(value)
        return numbers.percent(value, signed=signed and bool(value))

    @property
    def difference(self) -> float | None:
        """Yours less the model's own."""
        return None if self.own is None or self.yours is None else self.yours - self.own


class FiguresTable(RecordTable):
    """Return, drawdown, hit rate and trades; a row each."""

    def __init__(self) -> None:
        columns = [
            Column("", lambda row: row.name, tip=lambda row: row.help),
            Column(_t("Model's"), lambda row: row.write(row.own), number=True, help=_t("With the model's own sets")),
            Column(_t("Yours"), lambda row: row.write(row.yours), number=True, help=_t("With the sets as edited")),
            Column(
                _t("Change"),
                lambda row: row.write(row.difference, signed=True),
                number=True,
                token=_token,
                help=_t("Yours less the model's, in percentage points or trades"),
            ),
            Column(
                _t("Quick try"),
                lambda row: row.write(row.quick),
                number=True,
                help=_t("A network trained in seconds with the sets as they were then; it is not saved"),
            ),
        ]
        super().__init__(columns, "fuzzyPanel.figuresTable", _t("Figures of old and new sets"))
        self.setSortingEnabled(False)
        self.verticalHeader().setDefaultSectionSize(ROW_PIXELS)
        self.fit(0)
        self.horizontalHeader().setFixedHeight(HEAD_PIXELS)
        self.setFixedHeight(5 * ROW_PIXELS + HEAD_PIXELS + 4)

    def show_figures(self, own: LiveFigures | None, yours: LiveFigures | None, quick: LiveFigures | None) -> None:
        """Show other figures.

        Parameters
        ----------
        own, yours, quick : LiveFigures, optional
            Figures of each curve that is there.
        """

        def row(name: str, words: str, take: Callable[[LiveFigures], float | None], *, counted: bool = False) -> Figure:
            values = [None if entry is None else take(entry) for entry in (own, yours, quick)]
            return Figure(name, words, values[0], values[1], values[2], counted)

        self.records.set_records(
            [
                row(_t("Return"), _t("Return over all bars shown"), lambda entry: entry.total_return),
                row(
                    _t("Unseen"),
                    _t("Return over the bars that the network has not learnt from: the better test"),
                    lambda entry: entry.unseen_return,
                ),
                row(_t("Drawdown"), _t("Deepest fall from the highest value so far"), lambda entry: entry.max_drawdown),
                row(_t("Hit rate"), _t("Share of closed trades that won"), lambda entry: entry.win_rate),
                row(_t("Trades"), _t("Closed trades"), lambda entry: entry.trades, counted=True),
            ]
        )


def _token(row: Figure) -> str:
    if row.counted or not row.difference:
        return ""
    return "up" if row.difference > 0 else "down"
