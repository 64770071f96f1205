"""Work off the GUI thread: tasks, their one owner, and the gate that thins their progress."""
