"""Import of vendors' files: what they hold is read or asked, never guessed, and every changed row is told."""

from ktrdr_app.data.importing.findings import Finding, ImportQuestions, Question
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.plan import Detection, detect
from ktrdr_app.data.importing.run import ImportReport, import_file

__all__ = [
    "Detection",
    "Finding",
    "ImportOptions",
    "ImportQuestions",
    "ImportReport",
    "Question",
    "detect",
    "import_file",
]
