"""The form of a strategy: its sections at the left, the fields of one beside them, made from the declared schema."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.entries import EntryPage
from ktrdr_app.gui.panels.strategy.field_row import MISSING, FieldRow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import icon
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone
from ktrdr_app.workflows.strategy_fields import FUZZY, GENERAL, INDICATORS, FormSection

if TYPE_CHECKING:
    from ktrdr_app.workflows.strategy_draft import StrategyDraft


class FieldPage(QWidget):
    """The settings of one section.

    Parameters
    ----------
    section : FormSection
        Its fields.
    """

    changeWanted = Signal(object)

    def __init__(self, section: FormSection) -> None:
        super().__init__()
        self.rows = tuple(FieldRow(field, field.path) for field in section.fields)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID // 2)
        for made in self.rows:
            made.changeWanted.connect(self.changeWanted)
            box.addWidget(made)

    def show_content(self, content: Mapping[str, Any], problems: Sequence[Problem]) -> None:
        """Show what the file says.

        Parameters
        ----------
        content : mapping
            Of the whole file.
        problems : sequence of Problem
            All there are.
        """
        faults = {problem.path: f"{problem.found}; {problem.expected}" for problem in reversed(problems)}
        for made in self.rows:
            said = _said(content, made.field.unit_from) if made.field.unit_from else ""
            unit = next((row.field.default for row in self.rows if row.path == made.field.unit_from), "")
            made.show_value(_said(content, made.path), str(unit if said is MISSING else said).replace("_", " "))
            made.show_fault(faults.get(made.field.key, ""))


class StrategyForm(QWidget):
    """All sections; a page is made when it is first looked at."""

    changeWanted = Signal(object)
    """DraftChange."""
    drawWanted = Signal(str)
    """Fuzzy input whose sets are to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strategyPanel.form")
        accessibility.name(self, self.tr("Settings of the strategy"))
        self._sections: dict[str, FormSection] = {}
        self._pages: dict[str, FieldPage | EntryPage] = {}
        self._content: Mapping[str, Any] | None = None
        self._problems: tuple[Problem, ...] = ()
        self.sections = QListWidget()
        self.sections.setObjectName("strategyPanel.sections")
        self.sections.setFixedWidth(144)
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        accessibility.name(self.sections, self.tr("Sections of the form"))
        self.sections.currentItemChanged.connect(self._turn)
        self.banner = label("", wrap=True)
        self.banner.setObjectName("strategyPanel.formBanner")
        set_tone(self.banner, "warning")
        self.banner.hide()
        self.help = label("", "muted", wrap=True)
        self.stack = QStackedWidget()
        side = QVBoxLayout()
        side.setSpacing(GRID)
        side.addWidget(self.banner)
        side.addWidget(self.help)
        side.addWidget(self.stack, 1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.sections)
        box.addLayout(side, 1)

    @property
    def ready(self) -> bool:
        """Whether the schema has been read."""
        return bool(self._sections)

    def set_sections(self, sections: Sequence[FormSection]) -> None:
        """Make the form.

        Parameters
        ----------
        sections : sequence of FormSection
            As the schema declares them.
        """
        self._sections = {section.key: section for section in sections}
        for section in sections:
            words = self.tr("Fuzzy inputs") if section.key == FUZZY else section.title
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, section.key)
            item.setToolTip(section.help)
            self.sections.addItem(item)
        self.sections.setCurrentRow(1)

    def show_section(self, key: str) -> None:
        """Turn to a section.

        Parameters
        ----------
        key : str
            Its key in the file.
        """
        for place in range(self.sections.count()):
            if self.sections.item(place).data(Qt.ItemDataRole.UserRole) == key:
                self.sections.setCurrentRow(place)

    def show_draft(self, draft: StrategyDraft) -> None:
        """Show what a text says; the last good values stay, greyed, while it is no YAML.

        Parameters
        ----------
        draft : StrategyDraft
            The text as it was read.
        """
        self._problems = draft.problems
        usable = draft.content is not None
        if draft.content is not None:
            self._content = draft.content
        self.stack.setEnabled(usable)
        if not usable:
            first = draft.problems[0]
            place = self.tr("line {0}: ").format(first.line) if first.line else ""
            words = self.tr("The text cannot be read ({0}{1}). The form shows the last values that could.")
            self.banner.setText(words.format(place, first.found))
        self.banner.setVisible(not usable)
        self._count()
        self._fill()

    def commit(self) -> None:
        """Ask for what is typed in a field that has not been left yet."""
        typed = self.window().focusWidget()
        if typed is None or not self.isAncestorOf(typed):
            return
        if isinstance(typed, QAbstractSpinBox):
            typed.interpretText()
        elif isinstance(typed, QLineEdit):
            typed.editingFinished.emit()

    def forget(self) -> None:
        """Forget the last good values: another file is shown."""
        self._content = None

    def recolour(self) -> None:
        """Draw the signs of the sections in the theme's colours."""
        self._count()

    def _count(self) -> None:
        for place in range(self.sections.count()):
            item = self.sections.item(place)
            key = item.data(Qt.ItemDataRole.UserRole)
            faulty = sum(self._section_of(problem) == key for problem in self._problems)
            item.setIcon(icon("danger", "danger") if faulty else icon("success", "success"))
            words = self.tr("no problem") if not faulty else self.tr("problems: {0}").format(faulty)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)

    def _section_of(self, problem: Problem) -> str:
        first = problem.path.partition(".")[0]
        return first if first in self._sections else GENERAL

    @Slot()
    def _turn(self, _item: object = None, _before: object = None) -> None:
        item = self.sections.currentItem()
        if item is None:
            return
        key = item.data(Qt.ItemDataRole.UserRole)
        if key not in self._pages:
            self._make_page(key)
        self.help.setText(self._sections[key].help)
        self.help.setVisible(QFontMetrics(self.font()).horizontalAdvance(self._sections[key].help) > 80)
        self._fill()
        self.stack.setCurrentIndex(list(self._pages).index(key))

    def _make_page(self, key: str) -> None:
        page: FieldPage | EntryPage
        if key in (INDICATORS, FUZZY):
            page = EntryPage(key)
            page.drawWanted.connect(self.drawWanted)
        else:
            page = FieldPage(self._sections[key])
        page.changeWanted.connect(self.changeWanted)
        self._pages[key] = page
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, GRID, 0)
        box.addWidget(page)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        self.stack.addWidget(area)

    def page(self, key: str) -> FieldPage | EntryPage:
        """Return the page of a section, made if need be.

        Parameters
        ----------
        key : str
            Its key in the file.
        """
        self.show_section(key)
        return self._pages[key]

    def _fill(self) -> None:
        item = self.sections.currentItem()
        if item is not None and self._content is not None:
            page = self._pages[item.data(Qt.ItemDataRole.UserRole)]
            page.show_content(self._content, self._problems)
            self._put_in_order(page)

    def _put_in_order(self, page: QWidget) -> None:
        """Let Tab go from the sections through the page: its parts were made later than what stands beside the form."""
        before: QWidget = self.sections
        for stop in _stops(page.layout()):
            self.setTabOrder(before, stop)
            before = stop


def _stops(layout: QLayout | None) -> Iterator[QWidget]:
    """Return what Tab stops at below a layout, in reading order."""
    items = map(layout.itemAt, range(layout.count())) if layout is not None else ()
    for item in (each for each in items if each is not None):
        widget = item.widget()
        if widget is not None and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield widget
        yield from _stops(item.layout() if widget is None else widget.layout())


def _said(content: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(content, Mapping) or key not in content:
            return MISSING
        content = content[key]
    return content
