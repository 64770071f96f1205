"""The inspector: what is selected at the station, why it is so, and what can be done next."""
