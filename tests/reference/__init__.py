"""Slow twins of the formulas, written from their publications and from nothing else."""
