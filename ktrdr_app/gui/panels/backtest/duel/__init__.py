"""Two models on the same bars: the difference of each month, and what it is worth."""
