"""What follows from the sets as they are now: on the price, in a model's equity, from symbol to symbol."""

from ktrdr_app.gui.panels.fuzzy.consequence.pane import ConsequencePane

__all__ = ["ConsequencePane"]
