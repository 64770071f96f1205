"""Draws YAML texts in the layouts that people write: block and flow, quotes, long texts, comments, blank lines."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import yaml

KEYS = ("rsi", "bands", "epochs", "a b", "x-y", "on", "12", "größe", "z:z", "'q'")
TEXTS = ("text", "two words", "it's", "a # b", "x: y", "", "# h", "one\n# two\nthree", "30", "yes")
_OWN = re.compile(r"# (?:behind|before|between) \d+")


class Writer:
    """Writes a document in a layout of its own, as a seed decides.

    Parameters
    ----------
    seed : int
        Decides everything.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.comments = 0

    def document(self, depth: int = 0) -> dict[str, Any]:
        """Draw a mapping of mappings, lists of numbers, and values."""
        keys = self.random.sample(KEYS, self.random.randint(1, 4))
        return {key: self._value(depth) for key in keys}

    def _value(self, depth: int) -> Any:
        kind = self.random.random()
        if depth < 2 and kind < 0.4:
            return self.document(depth + 1)
        if kind < 0.55:
            return [self.random.choice([7, 0.25, 300]) for _ in range(self.random.randint(1, 3))]
        return self.random.choice([1, 2.5, True, False, None, *TEXTS])

    def text(self, document: dict[str, Any]) -> str:
        """Write a document down."""
        text = "\n".join(self._block(document, 0)) + self.random.choice(["\n", "\n\n", "\n# before 0\n"])
        return text.replace("\n", "\r\n") if self.random.random() < 0.2 else text

    def _comment(self) -> str:
        self.comments += 1
        return f"   # behind {self.comments}" if self.random.random() < 0.4 else ""

    def _key(self, key: str) -> str:
        plain = self.random.random() < 0.6 and _reads(f"{key}: 1", {key: 1})
        return key if plain else f'"{key}"'

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            words = {True: ["true", "yes"], False: ["false", "no"], None: ["null", "~"]}
            return self.random.choice(words[value]) if value is None or isinstance(value, bool) else repr(value)
        if (
            "\n" not in value
            and self.random.random() < 0.5
            and _reads(f"k: {value}\nl: [{value}]", {"k": value, "l": [value]})
        ):
            return value
        return (
            '"{}"'.format(value.replace("\n", "\\n"))
            if self.random.random() < 0.5 or "\n" in value
            else "'{}'".format(value.replace("'", "''"))
        )

    def _flow(self, value: Any, indent: int) -> str:
        if not isinstance(value, (dict, list)):
            return self._scalar(value)
        pairs = isinstance(value, dict)
        parts = [f"{self._key(key)}: {self._flow(held, indent)}" for key, held in value.items()] if pairs else []
        parts = parts or [self._scalar(held) for held in value]
        begin, end = "{}" if pairs else "[]"
        if indent and self.random.random() < 0.3:
            pad = "\n" + " " * (indent + 2)
            last = self.random.choice(["", ","])
            lines = [f"{part}{',' if place < len(parts) - 1 else last}" for place, part in enumerate(parts)]
            return begin + "".join(pad + line + self._comment() for line in lines) + pad + end
        return begin + self.random.choice([", ", ",  "]).join(parts) + end

    def _block(self, document: dict[str, Any], indent: int) -> Iterator[str]:
        pad, step = " " * indent, self.random.choice([2, 4, 1])
        for key, value in document.items():
            if self.random.random() < 0.2:
                self.comments += 1
                yield f"{pad}# before {self.comments}"
            if self.random.random() < 0.1:
                yield ""
            name = f"{pad}{self._key(key)}:"
            if isinstance(value, dict) and self.random.random() < 0.6:
                yield name + self._comment()
                yield from self._block(value, indent + step)
            elif isinstance(value, list) and self.random.random() < 0.5:
                yield name + self._comment()
                inner = pad + " " * self.random.choice([0, 2])
                for held in value:
                    yield f"{inner}- {self._scalar(held)}{self._comment()}"
            elif isinstance(value, str) and value.strip() and self.random.random() < 0.4:
                style = self.random.choice(["|", "|-", ">", ">-"])
                yield f"{name} {style}"
                yield from (f"{pad}{' ' * step}{line}" for line in value.split("\n"))
            else:
                yield f"{name} {self._flow(value, indent)}{self._comment()}"


def _reads(text: str, wanted: Any) -> bool:
    try:
        return bool(yaml.safe_load(text) == wanted)
    except yaml.YAMLError:
        return False


def own_comments(text: str) -> list[str]:
    """Return the comments that a `Writer` put into a text, sorted."""
    return sorted(_OWN.findall(text))


def paths_of(content: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every entry."""
    for key, value in content.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths_of(value, (*above, key))
