"""Actions of one station: a key that works wherever the keyboard is in it, and a small button for each."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon


def tool_button(action: QAction) -> QToolButton:
    """Return a small button for an action.

    Parameters
    ----------
    action : QAction
        With an icon and words.
    """
    made = QToolButton()
    made.setProperty("role", "tool")
    made.setDefaultAction(action)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    accessibility.name(made, action.text())
    return made


def panel_action(
    panel: QWidget, part: str, text: str, icon: str, key: QKeySequence | QKeySequence.StandardKey
) -> QAction:
    """Return an action whose key works wherever the keyboard is in the panel.

    Parameters
    ----------
    panel : QWidget
        Owner.
    part : str
        Object name after the panel's own.
    text, icon : str
        What it says and shows.
    key : QKeySequence or StandardKey
        Its key; an empty sequence for none.
    """
    action = QAction(text, panel)
    action.setObjectName(f"{panel.objectName()}.{part}")
    action.setShortcut(key)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{text} ({shown})" if shown else text)
    set_icon(action, icon)
    panel.addAction(action)
    return action
