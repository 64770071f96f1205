"""The test figures of each symbol beside its baseline, with a warning where they are not to be relied on."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHeaderView

from ktrdr_app.gui.panels.training.results.words import name_of, say, share_with_interval
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.workflows.training_results import ALL, BOOTSTRAP, SymbolFigures, TrainingResults

_ROW = 24


class SymbolTable(RecordTable):
    """One row for all symbols together and one for each; the chosen row decides what the pictures show."""

    symbolChosen = Signal(str)
    """Name of the symbol of the chosen row; `ALL` for all together."""

    def __init__(self) -> None:
        super().__init__(_columns(), "trainingPanel.perSymbolTable", say("Test figures per symbol"))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.selectionModel().selectionChanged.connect(self._tell)

    def show_results(self, results: TrainingResults) -> None:
        """Show the figures of a training, those of all symbols chosen.

        Parameters
        ----------
        results : TrainingResults
            The training.
        """
        self.records.set_records((results.pooled, *results.symbols))
        self.choose(ALL)

    def clear(self) -> None:
        """Show nothing."""
        self.records.set_records(())

    def choose(self, symbol: str) -> None:
        """Choose a symbol's row.

        Parameters
        ----------
        symbol : str
            Its name, or `ALL`.
        """
        self.select(lambda found: found.symbol == symbol)

    @Slot()
    def _tell(self, _chosen: object = None, _before: object = None) -> None:
        found = self.selected
        if found is not None:
            self.symbolChosen.emit(found.symbol)


def _columns() -> list[Column]:
    return [
        Column(
            say("Symbol"), _name, lambda found: found.symbol, token=_warning_token, tip=_warning_tip, help=_what_warns()
        ),
        Column(say("Rows"), lambda found: numbers.integer(found.rows), lambda found: found.rows, number=True),
        Column(
            say("Accuracy"),
            _accuracy,
            _key("accuracy"),
            number=True,
            tip=_accuracy_tip,
            help=say("Share of test rows named rightly, with its 90 % interval in percent"),
        ),
        Column(
            say("Always"),
            _share("majority_accuracy"),
            _key("majority_accuracy"),
            number=True,
            help=say("Accuracy of always naming the most frequent class of the training rows"),
        ),
        Column(
            say("Skill"),
            lambda found: share_with_interval(found.of("skill"), found.intervals.get("skill"), signed=True),
            _key("skill"),
            number=True,
            token=_skill_token,
            help=say("1 − NLL / NLL of the class shares: above 0 the model knows something"),
        ),
        *_means(),
        Column(
            say("B · H · S %"),
            _balance,
            lambda found: found.balance.get("HOLD", 0.0),
            number=True,
            help=say("Shares of BUY, HOLD and SELL among all labelled rows, in percent"),
        ),
    ]


def _means() -> list[Column]:
    """Return the figures that are means over the three classes."""
    told = (
        (
            say("F1"),
            "macro_f1",
            say("Macro F1: mean over the classes of 2 · precision · recall / (precision + recall)"),
        ),
        (
            say("Prec."),
            "precision",
            say("Precision: of what is answered, the share that is right; mean over the classes"),
        ),
        (say("Rec."), "recall", say("Recall: of what is labelled, the share that is found; mean over the classes")),
    )
    return [Column(title, _share(name), _key(name), number=True, help=words) for title, name, words in told]


def _key(name: str) -> Callable[[SymbolFigures], float]:
    def key(found: SymbolFigures) -> float:
        value = found.of(name)
        return float("-inf") if value is None else value

    return key


def _share(name: str) -> Callable[[SymbolFigures], str]:
    return lambda found: numbers.percent(found.of(name))


def _accuracy(found: SymbolFigures) -> str:
    return share_with_interval(found.of("accuracy"), found.intervals.get("accuracy"))


def _accuracy_tip(found: SymbolFigures) -> str:
    if not found.method:
        return _accuracy(found)
    how = (
        say("90 % interval of whole stretches of time drawn anew, as neighbouring bars are not independent")
        if found.method == BOOTSTRAP
        else say("90 % interval of Wilson, as if rows were independent; the model is from before there were others")
    )
    return f"{_accuracy(found)}: {how}"


def _balance(found: SymbolFigures) -> str:
    shares = [found.balance.get(name) for name in ("BUY", "HOLD", "SELL")]
    if any(share is None for share in shares):
        return numbers.NONE
    return " · ".join(numbers.decimal(100 * (share or 0.0), 0) for share in shares)


def _skill_token(found: SymbolFigures) -> str:
    skill = found.of("skill")
    return "" if skill is None else "success" if skill > 0 else "warning"


def _what_warns() -> str:
    return say("⚠ stands before a symbol whose figures are not to be relied on; its tool tip says why")


def _name(found: SymbolFigures) -> str:
    name = found.symbol or say("All")
    return f"⚠ {name}" if found.warnings else name


def _warning_token(found: SymbolFigures) -> str:
    return "warning" if found.warnings else ""


def _warning_tip(found: SymbolFigures) -> str:
    return (
        f"{name_of(found)}: {'; '.join(found.warnings)}"
        if found.warnings
        else say("Nothing speaks against these figures")
    )
