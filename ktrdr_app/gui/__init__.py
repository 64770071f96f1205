"""The window: panels show documents and submit tasks; no business logic lives here."""
