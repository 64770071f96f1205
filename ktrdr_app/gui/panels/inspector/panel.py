"""Shows what is selected at the station in view: its facts, the reason, and buttons for what can be done next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone

LEAST_WIDTH = 224


class StepButton(QPushButton):
    """A button that does one step; disabled, it says why.

    Parameters
    ----------
    step : Step
        What it does.
    """

    def __init__(self, step: Step) -> None:
        super().__init__(step.text)
        self.step = step
        self.setObjectName("inspector.step")
        self.setEnabled(not step.reason)
        self.setToolTip(step.reason)
        accessibility.name(self, step.text, step.reason)
        if step.icon:
            set_icon(self, step.icon)
        self.clicked.connect(self._do)

    @Slot()
    def _do(self) -> None:
        self.step.act()


class Inspector(QScrollArea):
    """The inspector.

    Parameters
    ----------
    context : AppContext
        The window's shared state; stations tell it what is selected.
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._station = ""
        self.shown: Inspected | None = None
        self.setObjectName("inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(LEAST_WIDTH)
        accessibility.name(self, self.tr("Inspector"))
        self._kind = label("", "muted")
        self._title = label("", "figure", wrap=True)
        self._why = label("", wrap=True)
        self._next = label(self.tr("What you can do next"), "heading")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(GRID + GRID // 2)
        self._form.setVerticalSpacing(GRID // 2)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(GRID)
        holder = QWidget()
        holder.setObjectName("inspector.inner")
        box = QVBoxLayout(holder)
        box.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        box.setSpacing(GRID)
        box.addWidget(self._kind)
        box.addWidget(self._title)
        box.addLayout(self._form)
        box.addWidget(self._why)
        box.addSpacing(GRID)
        box.addWidget(self._next)
        box.addLayout(self._steps)
        box.addStretch(1)
        self.setWidget(holder)
        context.inspectedChanged.connect(self._told)
        self._show()

    @property
    def buttons(self) -> list[StepButton]:
        """The buttons of what can be done, the best first."""
        items = [self._steps.itemAt(place) for place in range(self._steps.count())]
        found = [item.widget() for item in items if item is not None]
        return [widget for widget in found if isinstance(widget, StepButton)]

    def show_station(self, panel: str) -> None:
        """Show what is selected at a station.

        Parameters
        ----------
        panel : str
            Its object name.
        """
        self._station = panel
        self._show()

    @Slot(str)
    def _told(self, panel: str) -> None:
        if panel == self._station:
            self._show()

    def _show(self) -> None:
        found, before = self.context.inspected(self._station), self.shown
        self.shown = found
        if found is not None and before is not None and _face(found) == _face(before):
            for button, step in zip(self.buttons, found.steps, strict=True):
                button.step = step  # the button that may have the keyboard stays
            return
        self._kind.setText(found.kind if found else "")
        self._title.setText(found.title if found else self.tr("Nothing is selected here"))
        why = found.why if found else self.tr("Choose something at the station; what is known of it stands here.")
        self._why.setText(why)
        self._why.setVisible(bool(why))
        set_tone(self._why, found.tone if found else "")
        self._fill(found)
        spoken = [f"{name} {words}" for name, words in found.facts] if found else []
        self.setAccessibleDescription(". ".join([self._title.text(), *spoken, why]))

    def _fill(self, found: Inspected | None) -> None:
        for button in self.buttons:
            self._steps.removeWidget(button)
            button.hide()
            button.deleteLater()
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, words in found.facts if found else ():
            value = label(words, wrap=True)
            # A row breaks where its longest word does not fit beside the name; the form would cut it off otherwise.
            longest = max((value.fontMetrics().horizontalAdvance(word) for word in words.split()), default=0)
            value.setMinimumWidth(min(longest + 2, LEAST_WIDTH - 4 * GRID))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(label(name, "muted"), value)
        for step in found.steps if found else ():
            self._steps.addWidget(StepButton(step))
        self._next.setVisible(bool(found and found.steps))


def _face(found: Inspected) -> tuple[object, ...]:
    """Return all of a record that can be seen."""
    steps = tuple((step.text, step.icon, step.reason) for step in found.steps)
    return found.kind, found.title, found.facts, found.why, found.tone, steps
