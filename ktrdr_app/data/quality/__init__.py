"""What is wrong with a series, told before a model learns it; and repairs, each done only when asked for."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.data.quality.findings import Example, Finding
    from ktrdr_app.data.quality.inspect import QualityReport, inspect_file, inspect_series
    from ktrdr_app.data.quality.raw import RawSeries, read_raw
    from ktrdr_app.data.quality.repair_file import apply_draft, draft_repairs
    from ktrdr_app.data.quality.repair_log import RepairEntry, read_log
    from ktrdr_app.data.quality.repairs import REPAIRS, Repair, repair

_EXPORTS = {
    "REPAIRS": "repairs",
    "Example": "findings",
    "Finding": "findings",
    "QualityReport": "inspect",
    "RawSeries": "raw",
    "Repair": "repairs",
    "RepairEntry": "repair_log",
    "apply_draft": "repair_file",
    "draft_repairs": "repair_file",
    "inspect_file": "inspect",
    "inspect_series": "inspect",
    "read_log": "repair_log",
    "read_raw": "raw",
    "repair": "repairs",
}

__getattr__ = exports(__name__, _EXPORTS)

__all__ = [
    "REPAIRS",
    "Example",
    "Finding",
    "QualityReport",
    "RawSeries",
    "Repair",
    "RepairEntry",
    "apply_draft",
    "draft_repairs",
    "inspect_file",
    "inspect_series",
    "read_log",
    "read_raw",
    "repair",
]
