"""What all panels share: theme, icons, actions, notices, number formats, accessibility."""
