"""What an import says of a file: findings with the rows they mean, and questions it cannot answer itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import BadInput

LISTED_ROWS = 20
"""Row numbers that a finding lists; the count names them all."""


@dataclass(frozen=True)
class Finding:
    """One thing that the user is told of the file.

    Attributes
    ----------
    code : str
        Stable name, such as ``duplicate_identical``.
    message : str
        What was found and what was done, in one sentence.
    rows : tuple of int
        The first of the file's line numbers (1-based) that are meant, at most `LISTED_ROWS`.
    count : int
        How many rows are meant; 0 where the finding is about the file.
    """

    code: str
    message: str
    rows: tuple[int, ...] = ()
    count: int = 0

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"code": self.code, "message": self.message, "rows": list(self.rows), "count": self.count}


def finding(code: str, message: str, rows: NDArray[np.int64] | Sequence[int] = ()) -> Finding:
    """Return a finding; ``{n}`` in its message becomes the number of rows.

    Parameters
    ----------
    code : str
        Stable name.
    message : str
        One sentence.
    rows : ndarray of int64
        Line numbers that are meant, in any order.
    """
    lines = np.sort(np.asarray(rows, dtype=np.int64))
    listed = tuple(int(line) for line in lines[:LISTED_ROWS])
    return Finding(code, message.replace("{n}", f"{len(lines):,}"), listed, len(lines))


@dataclass(frozen=True)
class Question:
    """One thing that the file does not tell.

    Attributes
    ----------
    key : str
        Name of the field of `ImportOptions` that answers it.
    message : str
        The question, with what was seen.
    options : tuple of str
        Answers to choose from, the likeliest first; others may be right too.
    flag : str
        How the command line answers it.
    """

    key: str
    message: str
    options: tuple[str, ...]
    flag: str

    def __str__(self) -> str:
        return f"{self.message} Answer with {self.flag}: {', '.join(self.options)}"


class ImportQuestions(BadInput):
    """A file that cannot be imported before the user has answered.

    Parameters
    ----------
    where : str
        The file.
    questions : sequence of Question
        All that is open.
    """

    code = "import_questions"
    exit_code = 2

    def __init__(self, where: str, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        asked = " ".join(question.message for question in self.questions)
        answers = "; ".join(f"{question.flag} ({', '.join(question.options)})" for question in self.questions)
        super().__init__(f"the file does not tell everything: {asked}", hint=f"answer with {answers}", where=where)

    def details(self) -> dict[str, list[dict[str, Any]]]:
        """Return the questions in their JSON form."""
        return {"questions": [asdict(question) for question in self.questions]}

    def lines(self) -> list[str]:
        """Return the questions, one a line."""
        return [str(question) for question in self.questions]
