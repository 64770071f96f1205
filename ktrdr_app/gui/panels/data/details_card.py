"""Everything that is known of one series: its market, its findings, and where the first of each are."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

import re
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ktrdr_app.data.quality.findings import SEVERITIES, Example, Finding
from ktrdr_app.data.quality.inspect import QualityReport
from ktrdr_app.gui.panels.data.finding_words import TONES, finding_words
from ktrdr_app.gui.panels.data.market_form import Market, MarketForm
from ktrdr_app.gui.panels.data.series_row import TONES as VERDICT_TONES
from ktrdr_app.gui.panels.data.series_row import say, share_text, short_moment
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.table import Column, RecordTable
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row, set_tone
from ktrdr_app.workflows.data_inventory import InventoryEntry

WIDTH = 344
_STAMPS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MOST_FINDINGS, _LINE = 8, 26
_SIGNS = {"info": "·", "warning": "▲", "error": "■"}
_VERDICTS = {"clean": "Nothing wrong was found", "warning": "May mislead a model", "error": "Something is wrong"}


class DetailsCard(Card):
    """The card at the right of the data station.

    Actions on the series (delete, and what is added to `foot`) stand at its foot.
    """

    exampleChosen = Signal(object)
    """(start, end) of what an example means, nanoseconds UTC."""

    def __init__(self) -> None:
        super().__init__(say("Series"))
        self.setFixedWidth(WIDTH)
        self.report: QualityReport | None = None
        self._symbol = label("", "figure")
        self._facts = label("", wrap=True)
        self._models = label("", "muted", wrap=True)
        self._verdict = label("", "heading", wrap=True)
        self._gaps = label("", wrap=True)
        self.market = MarketForm()
        self._message = label("", wrap=True)
        self.findings = self._make_findings()
        self.examples = self._make_examples()
        self.delete = button(say("Delete…"), "dataPanel.deleteButton")
        accessibility.name(self.delete, say("Delete the series"), say("Moves it to the trash; it can be undone"))
        self.repair = button(say("Repair…"), "dataPanel.repairButton")
        accessibility.name(
            self.repair, say("Repair the series"), say("Offers repairs by name and counts what each does")
        )
        self.foot = row(1, self.repair, self.delete)
        self._fill()

    def _make_findings(self) -> RecordTable:
        columns = [
            Column(
                "",
                lambda found: _SIGNS[found.severity],
                lambda found: -SEVERITIES.index(found.severity),
                token=lambda found: TONES[found.severity],
                tip=lambda found: found.severity,
                help=say("Severity: ■ error, ▲ warning, · information"),
            ),
            Column(say("Finding"), finding_words, tip=lambda found: found.message),
            Column(say("Count"), lambda found: numbers.integer(found.count), lambda found: found.count, number=True),
        ]
        table = RecordTable(columns, "dataPanel.findingsTable", say("Findings of the quality check"))
        table.verticalHeader().setDefaultSectionSize(_LINE)
        table.fit(1)
        table.horizontalHeader().setMinimumSectionSize(28)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(0, 28)
        table.selectionModel().selectionChanged.connect(self._explain)
        return table

    def _make_examples(self) -> QListWidget:
        found = QListWidget()
        found.setObjectName("dataPanel.examplesList")
        found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        found.setTextElideMode(Qt.TextElideMode.ElideRight)
        accessibility.name(found, say("First examples of the finding"), say("Enter shows an example in the charts"))
        found.itemActivated.connect(self._go)
        found.itemClicked.connect(self._go)
        return found

    def _fill(self) -> None:
        inner = QWidget()
        inner.setObjectName("dataPanel.detailsInner")
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, GRID // 2, 0)
        box.setSpacing(GRID // 2)
        for widget in (self._facts, self._models, self.market, self._verdict, self._gaps):
            box.addWidget(widget)
        box.addWidget(self.findings)
        box.addWidget(self._message)
        box.addWidget(self.examples)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._message.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.body.addWidget(self._symbol)
        self.body.addWidget(area, 1)
        self.body.addLayout(self.foot)

    def show_entry(self, entry: InventoryEntry, models: int, place: str) -> None:
        """Show what the list knows of a series.

        Parameters
        ----------
        entry : InventoryEntry
            The series.
        models : int
            Models that were trained on it.
        place : str
            Its file, as the user should read it.
        """
        series = entry.series
        self._symbol.setText(f"{series.symbol}  {series.timeframe}")
        first, last = (short_moment(series.timeframe, stamp) for stamp in (series.first, series.last))
        words = say("{0} bars, {1} to {2} UTC\n{3}")
        self._facts.setText(words.format(numbers.integer(series.rows), first, last, place))
        learnt = say("Models trained on it: {0}").format(numbers.integer(models))
        self._models.setText(learnt if models else say("No model was trained on it: good for an honest backtest"))

    def clear_report(self, words: str) -> None:
        """Show no findings, but why there are none yet.

        Parameters
        ----------
        words : str
            What is going on.
        """
        self.report = None
        self.market.setEnabled(False)
        self._say_verdict(words, "")
        self._gaps.setText("")
        self._message.setText("")
        self.examples.clear()
        self.findings.records.set_records(())

    def show_report(self, report: QualityReport, market: Market) -> None:
        """Show what was found.

        Parameters
        ----------
        report : QualityReport
            The report on the series that is shown.
        market : Market
            What it was held against.
        """
        self.report = report
        self.market.setEnabled(True)
        self.market.show_market(market)
        self._say_verdict(say(_VERDICTS[report.verdict]), VERDICT_TONES[report.verdict])
        expected, present = int(report.coverage.expected.sum()), int(report.coverage.present.sum())
        words = say("{0} of {1} expected bars are there. Gaps: {2} unexpected, {3} while the market was closed.")
        share = share_text(present / expected) if expected else numbers.NONE
        gaps = (numbers.integer(report.count(code)) for code in ("gaps_unexpected", "gaps_expected"))
        self._gaps.setText(words.format(share, numbers.integer(expected), *gaps))
        self.findings.records.set_records(report.findings)
        self.findings.setFixedHeight(min(len(report.findings), _MOST_FINDINGS) * _LINE + 36)
        if report.findings:
            self.findings.selectRow(0)
        else:
            self._message.setText("")
            self.examples.clear()

    def _say_verdict(self, text: str, tone: str) -> None:
        self._verdict.setText(text)
        set_tone(self._verdict, tone)

    @Slot()
    def _explain(self, _changed: object = None) -> None:
        found: Finding | None = self.findings.selected
        self.examples.clear()
        if found is None:
            return
        self._message.setText(found.message)
        for example in found.examples:
            item = QListWidgetItem(self._example_words(example))
            item.setToolTip(example.detail)
            item.setData(Qt.ItemDataRole.UserRole, example)
            self.examples.addItem(item)
        self.examples.setFixedHeight(self.examples.count() * max(self.examples.sizeHintForRow(0), 1) + 8)

    def _example_words(self, example: Example) -> str:
        if not example.timestamp:
            return say("line {0}: {1}").format(example.line, example.detail)
        timeframe = self.report.timeframe if self.report else "1h"
        detail = _STAMPS.sub(lambda found: short_moment(timeframe, found[0]), example.detail)
        return f"{short_moment(timeframe, example.timestamp)}  {detail}"

    @Slot(QListWidgetItem)
    def _go(self, item: QListWidgetItem) -> None:
        example: Example = item.data(Qt.ItemDataRole.UserRole)
        if not example.timestamp or self.report is None:
            return
        start = round(datetime.fromisoformat(example.timestamp).timestamp()) * 1_000_000_000
        self.exampleChosen.emit((start, start))
