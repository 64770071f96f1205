"""What stands between a start and the work: a busy workspace, and unsaved work of a window that crashed."""
