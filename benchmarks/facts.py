"""What every figure of the benchmarks is told with: the machine and the moment; and memory, where it is asked for."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ktrdr_app.core.compute import cores


def measured_on() -> dict[str, Any]:
    """Return ``created_at``, ``machine`` (platform, processor, cores), as every benchmark's document begins."""
    known = Path("/proc/cpuinfo").read_text(encoding="utf-8") if sys.platform == "linux" else ""
    processor = known.partition("model name\t: ")[2].partition("\n")[0] or platform.processor() or platform.machine()
    return {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"platform": platform.platform(), "processor": processor, "cores": cores()},
    }


def peak_mib() -> float:
    """Return the peak of resident memory since the last call, MiB, and begin anew."""
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return peak / 1024
