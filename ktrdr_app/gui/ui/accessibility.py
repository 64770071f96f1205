"""Names, descriptions and announcements, so that a screen reader can say where one is and what has just happened."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QTableView,
    QTabWidget,
    QTextEdit,
    QTreeView,
    QWidget,
)


def _t(text: str) -> str:
    return QCoreApplication.translate("accessibility", text)


def name(widget: QWidget, text: str, description: str = "") -> None:
    """Give a widget its accessible name and a description: what it does, or else how the keyboard works it.

    Parameters
    ----------
    widget : QWidget
        What takes the keyboard.
    text : str
        A few words; what it is, not what kind of widget.
    description : str
        What it does, or what a picture shows; one that the widget has stays if empty.
    """
    widget.setAccessibleName(text)
    told = description or widget.accessibleDescription() or _keys(widget)
    if told:
        widget.setAccessibleDescription(told)


def _keys(widget: QWidget) -> str:
    """Return how the keyboard works a kind of widget; empty where there is nothing to be said."""
    kinds: tuple[tuple[type[QWidget] | tuple[type[QWidget], ...], str], ...] = (
        (QComboBox, _t("Up and down choose, a letter jumps to an entry")),
        (QAbstractSpinBox, _t("Up and down change it by a step; a number can be typed")),
        (QTreeView, _t("Up and down go from row to row, right and left open and close one")),
        (QTableView, _t("Arrow keys go from cell to cell, Tab leaves the table")),
        (QListView, _t("Up and down go from row to row")),
        ((QTabWidget, QTabBar), _t("Left and right change the page")),
        ((QPlainTextEdit, QTextEdit), _t("Text to be read, marked and copied")),
        (QScrollArea, _t("Up and down scroll")),
    )
    return next((words for kind, words in kinds if isinstance(widget, kind)), "")


def announce(source: QObject, text: str, *, urgent: bool = False) -> None:
    """Have a screen reader say something that happened elsewhere than where the keyboard is.

    Parameters
    ----------
    source : QObject
        Window or widget that tells it.
    text : str
        One sentence.
    urgent : bool
        Whether it may interrupt what is being read.
    """
    event = QAccessibleAnnouncementEvent(source, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


def nameless(root: QWidget) -> list[QWidget]:
    """Return the widgets below a root that take the keyboard by Tab and have no name.

    Inner parts of compound widgets (the line edit of a spin box, the viewport of a table) speak
    through their owner and are left out.

    Parameters
    ----------
    root : QWidget
        Where the search begins.
    """
    return [widget for widget in focusable(root) if not _spoken_name(widget)]


def undescribed(root: QWidget) -> list[QWidget]:
    """Return the widgets below a root that take the keyboard by Tab and say nothing but their name.

    Buttons are left out: pressing one does what its name says.

    Parameters
    ----------
    root : QWidget
        Where the search begins.
    """
    return [
        widget
        for widget in focusable(root)
        if not isinstance(widget, QAbstractButton) and not (widget.accessibleDescription() or widget.toolTip())
    ]


def focusable(root: QWidget) -> list[QWidget]:
    """Return the widgets below a root that take the keyboard by Tab, without inner parts of others.

    Parameters
    ----------
    root : QWidget
        Where the search begins.
    """
    return [widget for widget in root.findChildren(QWidget) if _takes_focus(widget)]


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
