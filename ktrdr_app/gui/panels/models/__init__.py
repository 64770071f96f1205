"""Models station: saved models, and which one would be loaded where."""
