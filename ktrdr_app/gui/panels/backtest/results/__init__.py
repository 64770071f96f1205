"""A run's results beside its charts: months, the spread of its trades' returns, hours and weekdays."""
