"""The import dialog: any vendor's file in, with what it holds shown and what it does not tell asked."""
