"""Cut off the ends of a frozen folder's shared libraries that no program loads: tables of names for debuggers.

    trim_libraries.py FOLDER

What the system maps into memory stays as it is, byte for byte; only the list of sections, and the sections that lie
behind all that is mapped, go. Qt and PySide6 stay whole: plug-ins are read by their sections, and users may replace them.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"
"""How a library of Linux begins that has 64 bits and the least byte first."""

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
LEAST = 50_000
"""Bytes below which it is not worth another file than the maker's."""

WHOLE = ("PySide6", "shiboken6")
"""Folders of which nothing is changed."""


def end_of_segments(head: bytes, table: bytes) -> int:
    """Return how many bytes of a library are ever mapped into memory.

    Parameters
    ----------
    head : bytes
        Its header.
    table : bytes
        Its table of segments.
    """
    count = HEADER.unpack(head)[10]
    segments = [SEGMENT.unpack_from(table, number * SEGMENT.size) for number in range(count)]
    return max((offset + length for _, _, offset, _, _, length, _, _ in segments), default=0)


def trim(file: Path) -> int:
    """Cut off the end of one library, and return how many bytes went; 0 for what is none.

    Parameters
    ----------
    file : Path
        Any file.
    """
    size = file.stat().st_size
    with file.open("r+b") as library:
        head = library.read(HEADER.size)
        if len(head) < HEADER.size or not head.startswith(MAGIC):
            return 0
        fields = list(HEADER.unpack(head))
        library.seek(fields[5])
        end = max(HEADER.size, end_of_segments(head, library.read(fields[10] * SEGMENT.size)))
        if size - end < LEAST:
            return 0
        fields[6] = fields[12] = fields[13] = 0  # where the list of sections is, how long, which of them has the names
        library.seek(0)
        library.write(HEADER.pack(*fields))
        library.truncate(end)
    return size - end


def trim_folder(folder: Path) -> int:
    """Cut off the ends of all libraries of a folder, and return how many bytes went.

    Parameters
    ----------
    folder : Path
        The frozen folder's ``_internal``.
    """
    files = (file for file in folder.rglob("*.so*") if file.is_file() and not file.is_symlink())
    return sum(trim(file) for file in files if file.relative_to(folder).parts[0] not in WHOLE)


if __name__ == "__main__":
    print(f"{trim_folder(Path(sys.argv[1])) / 1e6:.0f} MB of names for debuggers cut off")
