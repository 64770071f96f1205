"""The stations of the journey, one package each; a panel is a widget built on an `AppContext`."""
