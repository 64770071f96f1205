"""Names for everything that takes the keyboard, so that a screen reader can say where one is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QAbstractSpinBox, QComboBox, QLineEdit, QWidget


def name(widget: QWidget, text: str, description: str = "") -> None:
    """Give a widget its accessible name and, if there is more to say, a description.

    Parameters
    ----------
    widget : QWidget
        What takes the keyboard.
    text : str
        A few words; what it is, not what kind of widget.
    description : str
        What it does, or what a picture shows.
    """
    widget.setAccessibleName(text)
    if description:
        widget.setAccessibleDescription(description)


def nameless(root: QWidget) -> list[QWidget]:
    """Return the widgets below a root that take the keyboard by Tab and have no name.

    Inner parts of compound widgets (the line edit of a spin box, the viewport of a table) speak
    through their owner and are left out.

    Parameters
    ----------
    root : QWidget
        Where the search begins.
    """
    return [widget for widget in root.findChildren(QWidget) if _takes_focus(widget) and not _spoken_name(widget)]


def _takes_focus(widget: QWidget) -> bool:
    owner = widget.parentWidget()
    inner = isinstance(owner, (QAbstractSpinBox, QComboBox)) or (
        isinstance(owner, QAbstractScrollArea) and widget is owner.viewport()
    )
    inner = inner or (owner is not None and owner.inherits("QComboBoxPrivateContainer"))
    by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return by_tab and not inner and not widget.objectName().startswith("qt_")


def _spoken_name(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    return widget.placeholderText() if isinstance(widget, QLineEdit) else ""
