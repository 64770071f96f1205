"""One account over many symbols: its equity, how much of it is in the market, and what each symbol brought."""
