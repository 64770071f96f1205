"""Station 3: the fuzzy sets of each input over the values they will meet, edited by mouse, keys or numbers."""

from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel

__all__ = ["FuzzyPanel"]
