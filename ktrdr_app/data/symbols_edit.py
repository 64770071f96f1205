"""Changes one symbol's entry in ``symbols.yaml``; comments, order and all other entries stay as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import yaml as plain_yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.util import load_yaml_guess_indent

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace, safe_name
from ktrdr_app.data.symbols import FIELDS, FILE, SymbolBook, parse_symbols

_NEW = "# What cannot be told from a series alone; docs/reference/file-formats.md lists the keys.\n"


def with_entry(text: str, symbol: str, changes: Mapping[str, Any]) -> str:
    """Return the text of a ``symbols.yaml`` with some fields of one symbol set or taken out.

    Parameters
    ----------
    text : str
        The file as it is; may be empty.
    symbol : str
        Whose entry changes; it is added at the end if there is none.
    changes : mapping
        Values by field; None takes the field out, and an entry without fields goes.

    Raises
    ------
    InvalidValue
        If the text is wrong before the change, or would be after it.
    """
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        raise InvalidValue(f"{symbol}.{unknown[0]}", changes[unknown[0]], f"one of the fields {', '.join(FIELDS)}")
    before = parse_symbols(text)
    wanted = _fields(before, symbol, changes)
    if wanted == before.entries.get(symbol, {}):
        return text
    changed = _edited(text, symbol, changes, known=symbol in before.entries)
    expected = {name: fields for name, fields in {**before.entries, symbol: wanted}.items() if fields or name != symbol}
    if parse_symbols(changed).entries != expected:
        raise _by_hand()
    return changed


def _fields(book: SymbolBook, symbol: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**book.entries.get(symbol, {}), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def _by_hand() -> InvalidValue:
    return InvalidValue(FILE, "an entry that cannot be changed alone", "the change by hand, with an editor")


def _edited(text: str, symbol: str, changes: Mapping[str, Any], *, known: bool) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    _, indent, _ = load_yaml_guess_indent(text)
    yaml.indent(mapping=indent or 2)
    content = yaml.load(text) if text.strip() else None
    if content is None:  # nothing but comments, which a document without content would lose
        content = yaml.load((text if text.strip() else _NEW) + f'"{symbol}": {{}}\n')
        content.pop(symbol)
    if known and symbol not in content:  # such as 1e5, text in one version of YAML and a number in another
        raise _by_hand()
    entry = content.get(symbol)
    if entry is None:
        entry = CommentedMap()
        content[symbol if symbol in content else _key(symbol)] = entry
    for name, value in changes.items():
        if value is None:
            entry.pop(name, None)
        else:
            # 1e-05 is a number in one version of YAML and text in another
            entry[name] = yaml.load(np.format_float_positional(value, trim="0")) if isinstance(value, float) else value
    if not entry:
        del content[symbol]
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue() if content else _comments(text)


def _comments(text: str) -> str:
    """Return what is left of a file whose last entry goes."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.strip() or line.lstrip()[0] == "#")


def _key(symbol: str) -> str:
    """Return a symbol as a key, in quotes where YAML would read another value: ON, YES, 1234."""
    return symbol if plain_yaml.safe_load(symbol) == symbol else DoubleQuotedScalarString(symbol)


def change_symbol(workspace: Workspace, symbol: str, changes: Mapping[str, Any]) -> SymbolBook:
    """Change one symbol's entry in the workspace's ``symbols.yaml``, and return the book as it is then.

    Parameters
    ----------
    workspace : Workspace
        Where the file lies; it is made if it is not there.
    symbol : str
        Whose entry changes.
    changes : mapping
        As `with_entry` takes them.

    Raises
    ------
    InvalidValue
        As `with_entry` raises it; the file is then untouched.
    StorageProblem
        If the file cannot be read or written.
    UnsafeName
        If the symbol cannot name a series.
    """
    path = workspace.root / FILE
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    changed = with_entry(text, safe_name(symbol, "symbol"), changes)
    if changed != text:
        write_text(path, changed)
    return parse_symbols(changed)
