"""Log and tasks: what runs, and what was said."""
