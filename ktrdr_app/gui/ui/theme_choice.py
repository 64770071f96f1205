"""Which theme the user wants: one of ours, or what the system says, followed while the program runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.gui.ui.tokens import THEMES

SYSTEM = "system"
CHOICES = (SYSTEM, *THEMES)


def theme_for(scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference) -> str:
    """Return the theme that suits what the system says; dark where it says nothing.

    Parameters
    ----------
    scheme : Qt.ColorScheme
        Whether the system is dark or light.
    contrast : Qt.ContrastPreference
        Whether its user asked for high contrast, which comes first.
    """
    if contrast is Qt.ContrastPreference.HighContrast:
        return "contrast"
    return "light" if scheme is Qt.ColorScheme.Light else "dark"


class ThemeChoice(QObject):
    """Holds the user's choice and dresses the application accordingly.

    Parameters
    ----------
    app : QApplication
        What is dressed; it also owns this.
    """

    changed = Signal(str)
    """One of `CHOICES`: the user chose another one."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._hints = app.styleHints()
        self.choice = ""
        self._hints.colorSchemeChanged.connect(self._follow)
        self._hints.accessibility().contrastPreferenceChanged.connect(self._follow)

    @classmethod
    def of_application(cls) -> ThemeChoice:
        """Return the choice of the running application, made if there was none.

        Raises
        ------
        RuntimeError
            If there is no QApplication.
        """
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a theme needs a QApplication")
        return app.findChild(cls) or cls(app)

    def shown(self, worn: str) -> str:
        """Return what the menu ticks: the choice if the application still wears it, else what it wears.

        Parameters
        ----------
        worn : str
            Name of the theme in use.
        """
        return self.choice if self.choice == SYSTEM else worn

    def choose(self, name: str) -> None:
        """Wear a theme from now on.

        Parameters
        ----------
        name : str
            One of `CHOICES`.

        Raises
        ------
        UnknownName
            For any other.
        """
        if name not in CHOICES:
            raise UnknownName("theme", name, list(CHOICES))
        before, self.choice = self.choice, name
        if name == SYSTEM:
            self._hints.unsetColorScheme()  # a scheme of ours would hide the system's
            self._apply(self._wanted())
        else:
            apply_theme(self._app, name)
        if name != before:
            self.changed.emit(name)

    @Slot()
    def _follow(self, _changed: object = None) -> None:
        if self.choice == SYSTEM and self._wanted() != tokens().name:
            self._apply(self._wanted())

    def _wanted(self) -> str:
        return theme_for(self._hints.colorScheme(), self._hints.accessibility().contrastPreference())

    def _apply(self, name: str) -> None:
        apply_theme(self._app, name, follow=True)
