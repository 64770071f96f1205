"""KTRDR Desktop: train, edit and judge neuro-fuzzy trading models."""

__version__ = "0.1.0"
