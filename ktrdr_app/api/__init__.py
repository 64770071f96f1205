"""The HTTP API: a face over the use cases, with operations that outlive a request and a restart."""
