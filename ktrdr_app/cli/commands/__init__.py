"""One module per group of commands; each command is options, request, use case, output."""
