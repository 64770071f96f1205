"""The command line: options in, one use case, tables or one JSON document out."""
