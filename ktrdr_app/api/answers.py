"""How documents leave the server: JSON without NaN, whatever they are made of."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from ktrdr_app.core.files import plain


class Answer(Response):
    """A document as JSON in UTF-8; NaN and infinities become null, paths become text.

    Parameters
    ----------
    content : Any
        As `ktrdr_app.core.files.plain` takes it.
    status_code : int
        HTTP status.
    headers : dict of str to str, optional
        More headers.
    """

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body.

        Parameters
        ----------
        content : Any
            The document.
        """
        return json_bytes(content)


def json_bytes(document: Any) -> bytes:
    """Return a document as JSON on one line; half a surrogate pair, which UTF-8 has no form for, stays an escape.

    Parameters
    ----------
    document : Any
        As `ktrdr_app.core.files.plain` takes it.
    """
    text = json.dumps(plain(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
