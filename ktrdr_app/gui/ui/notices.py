"""Notices that never block: one line with its hint, inside a panel or in the corner of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import pixmap, set_icon
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID, button, column, label, row, set_tone

_SHORT_MS = 6000
_MOST = 4


def error_text(error: KtrdrError | TaskError) -> tuple[str, str]:
    """Return the line and the hint that tell an error to the user.

    Parameters
    ----------
    error : KtrdrError or TaskError
        What went wrong.
    """
    place = f"{error.where}: " if error.where and error.where not in error.message else ""
    message = error.message.splitlines()[0] if error.message else ""
    return f"{place}{message}", error.hint


def error_details(error: KtrdrError | TaskError) -> str:
    """Return what *Details* shows of an error; empty where its line and hint say it all.

    Parameters
    ----------
    error : KtrdrError or TaskError
        What went wrong.
    """
    return error.details if isinstance(error, TaskError) else "\n".join(error.lines())


class Notice(QFrame):
    """One message with a sign of its weight, a hint and, if there is more, *Details* or something to do about it."""

    closed = Signal(object)
    chosen = Signal()
    """What `offer` offers was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.level = "info"
        self.details = ""
        self._sign = QLabel()
        self.text = label("", wrap=True)
        self.hint = label("", "muted", wrap=True)
        for words in (self.text, self.hint):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._more = button(self.tr("Details"), role="quiet")
        self._more.clicked.connect(self._show_details)
        self.action = button(self.tr("Act on it"), "noticeAction")
        self.action.clicked.connect(self.chosen)
        self._close = QToolButton()
        self._close.setProperty("role", "tool")
        accessibility.name(self._close, self.tr("Close this notice"))
        set_icon(self._close, "close")
        self._close.clicked.connect(self.dismiss)
        box = QHBoxLayout(self)
        box.setContentsMargins(GRID + 4, GRID, GRID, GRID)
        box.setSpacing(GRID + 4)
        box.addWidget(self._sign)
        box.addLayout(column(self.text, self.hint, spacing=2), 1)
        box.addWidget(self.action)
        box.addWidget(self._more)
        box.addWidget(self._close)
        themeChanged.connect(self._recolour)
        self.hide()

    def show_text(self, level: str, text: str, hint: str = "", details: str = "") -> None:
        """Show a message.

        Parameters
        ----------
        level : str
            ``info``, ``success``, ``warning`` or ``danger``.
        text, hint : str
            What happened; what to do.
        details : str
            What *Details* shows; no such button if empty.
        """
        self.level, self.details = level, details
        self.text.setText(text)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._more.setVisible(bool(details))
        self.action.hide()
        set_tone(self, level)
        self._recolour()
        self.setAccessibleName(f"{level}: {text}")
        self.show()

    def offer(self, words: str) -> None:
        """Add a button to the message shown; it goes with the next message.

        Parameters
        ----------
        words : str
            What the button says.
        """
        self.action.setText(words)
        self.action.show()

    def show_error(self, error: KtrdrError | TaskError) -> None:
        """Show an error with its hint.

        Parameters
        ----------
        error : KtrdrError or TaskError
            What went wrong.
        """
        text, hint = error_text(error)
        self.show_text("danger", text, hint, error_details(error))

    @Slot()
    def dismiss(self) -> None:
        """Hide the message."""
        self.hide()
        self.closed.emit(self)

    @Slot()
    def _show_details(self) -> None:
        DetailsDialog(self.text.text(), self.details, self.window()).open()

    def _recolour(self, _theme: object = None) -> None:
        self._sign.setPixmap(pixmap(self.level, getattr(tokens(), self.level), 20, self.devicePixelRatioF()))


class DetailsDialog(QDialog):
    """The long story of a notice, ready to be copied.

    Parameters
    ----------
    title : str
        The notice's line.
    details : str
        Plain text.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, title: str, details: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Details"))
        self.resize(720, 420)
        self._text = QPlainTextEdit(details)
        self._text.setReadOnly(True)
        accessibility.name(self._text, self.tr("Details"))
        copy = button(self.tr("Copy"), icon="copy")
        copy.clicked.connect(self._copy)
        close = button(self.tr("Close"))
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.addWidget(label(title, "heading", wrap=True))
        box.addWidget(self._text)
        box.addLayout(row(1, copy, close))

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(self._text.toPlainText())


class NoticeStack(QWidget):
    """Notices in the lower right corner of a window; good news leaves by itself, bad news waits.

    Parameters
    ----------
    window : QWidget
        Whose corner it is.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID)
        self._counts: dict[str, int] = {}
        self.bottom = 5 * GRID
        window.installEventFilter(self)
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """The notices shown, oldest first."""
        items = [self._box.itemAt(place) for place in range(self._box.count())]
        found = [item.widget() for item in items if item is not None]
        return [notice for notice in found if isinstance(notice, Notice)]

    @Slot(str, str, str)
    def add(self, level: str, text: str, details: str = "") -> None:
        """Show one more notice; one that is already there is counted, not shown twice.

        Parameters
        ----------
        level : str
            ``info``, ``success``, ``warning`` or ``danger``.
        text : str
            One line.
        details : str
            What *Details* shows.
        """
        for shown in self.notices:
            if shown.property("message") == text:
                self._counts[text] += 1
                shown.show_text(level, self.tr("{0}  (× {1})").format(text, self._counts[text]), "", details)
                self._let_leave(shown)
                self._place()
                return
        notice = Notice()
        notice.setProperty("message", text)
        self._counts[text] = 1
        notice.closed.connect(self._remove)
        self._box.addWidget(notice)
        notice.show_text(level, text, "", details)
        self._let_leave(notice)
        for old in self.notices[:-_MOST]:
            self._remove(old)
        self._place()

    def _let_leave(self, notice: Notice) -> None:
        """Give good news its time anew; bad news takes it away, also from good news that said the same."""
        timer = notice.findChild(QTimer)
        if notice.level not in ("info", "success"):
            if timer is not None:
                timer.stop()
            return
        if timer is None:
            timer = QTimer(notice, singleShot=True)
            timer.timeout.connect(notice.dismiss)
        timer.start(_SHORT_MS)

    @Slot(object)
    def _remove(self, notice: Notice) -> None:
        self._box.removeWidget(notice)
        self._counts.pop(notice.property("message"), None)
        notice.hide()
        notice.deleteLater()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size.

        Parameters
        ----------
        watched : QObject
            The window.
        event : QEvent
            What happened to it; never swallowed.
        """
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.setVisible(bool(self.notices))
        if not self.notices:
            return
        width = min(440, self._window.width() - 4 * GRID)
        self.setFixedWidth(width)
        height = sum(notice.heightForWidth(width) + GRID for notice in self.notices)
        self.resize(width, height)
        self.move(
            self._window.width() - width - 2 * GRID,
            self._window.height() - height - self.bottom,
        )
        self.raise_()
