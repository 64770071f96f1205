"""The references that the code tells by itself: keys of a strategy, routes of the HTTP API, names for Python."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from ktrdr_app.strategy.schema import Strategy

PLACES = {"indicators": "{id}", "fuzzy_sets": "{input}", "sets": "{set}"}
"""Keys under which entries have names of the user's own, and how such a name is written."""
MORE = {
    "indicators.{id}.name": "Its parameters are keys beside it. [All of them](indicators.md).",
    "fuzzy_sets.{input}.form": "[Which one that is](fuzzy-sets.md#forms).",
    "fuzzy_sets.{input}.timeframe": "[Longer bars](fuzzy-sets.md#longer-bars).",
    "labels.method": "[What they mean](labels.md).",
    "training.per_symbol_batches": "[Why](../explanation/honest-results.md#one-symbol-or-twenty).",
    "decision.max_dissimilarity": "[Coverage](../explanation/coverage.md).",
}
"""What is said of a key besides, and where to read on."""
COMMANDS = {"TrainingBody": "train", "BacktestBody": "backtest"}
"""The command whose options are a body's fields."""
OPTIONS = {"strategy_name": "strategy", "initial_capital": "capital"}
"""Fields that are called otherwise than the option."""
VERBS = ("get", "post", "delete")
ROOMS = ("workflows", "data", "indicators", "fuzzy", "features", "labels", "neural", "model_store", "decision",
         "training", "backtesting", "strategy")  # fmt: skip
"""Rooms whose names are for others; the window, the command line and the server are faces, core is what all share."""


def strategy_keys() -> str:
    """Return every key of a strategy as Markdown, section by section."""
    parts: list[str] = []
    for section, rows in sections_of_strategy():
        parts.append(f"## {section}\n\n| key | default | allowed | meaning |\n|---|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def sections_of_strategy() -> Iterator[tuple[str, list[str]]]:
    """Yield each top-level section of a strategy with the rows of its table; keys without a section come first."""
    schema = Strategy.model_json_schema()
    plain = [_key_row(name, Strategy, name, schema) for name in ("name", "description")]
    yield "The strategy itself", plain
    for name in (name for name in Strategy.model_fields if name not in ("name", "description")):
        yield f"`{name}`", list(_rows(name, Strategy, name, schema))


def _rows(prefix: str, model: type[BaseModel], name: str, schema: dict[str, Any]) -> Iterator[str]:
    """Yield the rows of a key and of all keys below it."""
    child = _model_below(model.model_fields[name].annotation)
    if child is None:
        yield _key_row(prefix, model, name, schema)
        return
    place = f"{prefix}.{PLACES[name]}" if name in PLACES else prefix
    for below in child.model_fields:
        yield from _rows(f"{place}.{below}", child, below, schema)


def _model_below(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a field holds, by itself or by name; None for a plain value."""
    candidates = (annotation, *get_args(annotation))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _key_row(key: str, model: type[BaseModel], name: str, schema: dict[str, Any]) -> str:
    parts = schema["$defs"]
    facts = (schema if model is Strategy else parts[model.__name__])["properties"][name]
    default = (f"`{_written(facts['default'])}`" if facts["default"] != "" else "empty") if "default" in facts else ""
    meaning = " ".join([" ".join(facts["description"].split()), *filter(None, [MORE.get(key)])])
    return f"| `{key}` | {default} | {_cell(allowed(facts))} | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", text).replace("|", "\\|")


def _written(value: Any) -> str:
    """Return a default as a YAML file has it."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(value)


def allowed(facts: dict[str, Any]) -> str:
    """Return in words what a value may be.

    Parameters
    ----------
    facts : dict
        The value's part of a JSON Schema.
    """
    if "enum" in facts:
        return ", ".join(f"`{word}`" for word in facts["enum"] if word != "")
    if "anyOf" in facts:
        return " or ".join("none" if each.get("type") == "null" else allowed(each) for each in facts["anyOf"])
    if facts.get("type") == "array":
        return f"list of {allowed(facts.get('items', {})) or 'values'}"
    if "$ref" in facts or facts.get("type") == "object":
        keys = ", ".join(f"`{word}`" for word in facts.get("propertyNames", {}).get("enum", ()))
        return f"mapping of {keys}" if keys else "mapping"
    kind = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true`, `false`"}
    words = [kind.get(str(facts.get("type")), ""), _bounds(facts), facts.get("unit", "")]
    return " ".join(word for word in words if word)


def _bounds(facts: dict[str, Any]) -> str:
    low, high = facts.get("minimum"), facts.get("maximum")
    above, below = facts.get("exclusiveMinimum"), facts.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {low:,g} to {high:,g}" if high < 1e6 else f"from {low:,g}"
    words = [(above, "above"), (low, "from"), (below, "below"), (high, "up to")]
    return ", ".join(f"{word} {limit:,g}" for limit, word in words if limit is not None)


def http_routes(helps: Mapping[str, Mapping[str, str]]) -> str:
    """Return every route of the HTTP API as Markdown, as its OpenAPI document describes them.

    Parameters
    ----------
    helps : mapping
        Help of each option by its name, by command: the fields of a body are the options of a command.
    """
    document = openapi()
    parts: list[str] = []
    subject = ""
    for path, verbs in document["paths"].items():
        for verb in (verb for verb in VERBS if verb in verbs):
            route = verbs[verb]
            if route["tags"][0] != subject:
                subject = route["tags"][0]
                parts.append(f"## {subject.capitalize()}")
            parts.append(_route(path, verb, route, document["components"]["schemas"], helps))
    return "\n\n".join(parts)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of a server, without starting one."""
    from ktrdr_app.api.app import create_app
    from ktrdr_app.api.jobs import Jobs
    from ktrdr_app.api.operations import OperationStore
    from ktrdr_app.api.security import Access
    from ktrdr_app.api.service import Service
    from ktrdr_app.core.paths import Workspace

    jobs = Jobs(OperationStore(Path(":memory:")), 1)
    try:
        return create_app(Service(Workspace(Path()), jobs), Access()).openapi()
    finally:
        jobs.close()


def _route(
    path: str, verb: str, route: dict[str, Any], schemas: dict[str, Any], helps: Mapping[str, Mapping[str, str]]
) -> str:
    rows = [_field(each["name"], each["schema"], each["required"], each["in"]) for each in route.get("parameters", ())]
    body = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in body:
        kind = body["$ref"].rpartition("/")[2]
        found, told = schemas[kind], helps.get(COMMANDS.get(kind, ""), {})
        needed = found.get("required", ())
        for name, facts in found["properties"].items():
            about = facts.get("description") or told.get(OPTIONS.get(name, name), "")
            rows.append(_field(name, {**facts, "description": about}, name in needed, "body"))
    parts = [f"### {verb.upper()} {path}", " ".join(route["description"].split())]
    if rows:
        parts.append("\n".join(["| field | where | default | allowed; meaning |", "|---|---|---|---|", *rows]))
    answered = [code for code in route["responses"] if code.startswith("2")]
    return "\n\n".join(
        [_cell(part) if part[0] != "|" else part for part in parts] + [f"Answers {', '.join(answered)}."]
    )


def _field(name: str, facts: dict[str, Any], required: bool, where: str) -> str:
    default = "required" if required else f"`{_written(facts['default'])}`" if facts.get("default") is not None else ""
    meaning = "; ".join(filter(None, [allowed(facts), " ".join(facts.get("description", "").split())]))
    return f"| `{name}` | {where} | {default} | {_cell(meaning)} |"


def python_names() -> str:
    """Return every public name of the rooms as Markdown, with its parameters and the first sentence of its help."""
    return "\n\n".join(_room(name) for name in ROOMS)


def public_names(room: str) -> dict[str, Any]:
    """Return the names that a room offers, and what they stand for.

    Parameters
    ----------
    room : str
        Name of a package below ``ktrdr_app``.
    """
    module = importlib.import_module(f"ktrdr_app.{room}")
    return {name: getattr(module, name) for name in module.__all__}


def _room(room: str) -> str:
    module = importlib.import_module(f"ktrdr_app.{room}")
    rows = [f"| {_signature(name, thing)} | {_cell(_sentence(thing))} |" for name, thing in public_names(room).items()]
    about = " ".join((module.__doc__ or "").split("\n\n")[0].split())
    return "\n\n".join([f"## ktrdr_app.{room}", about, "\n".join(["| name | what it is |", "|---|---|", *rows])])


def _signature(name: str, thing: Any) -> str:
    if inspect.isclass(thing) or not callable(thing):
        return f"`{name}`"
    given = [f"*{each.name}" if each.kind is each.VAR_POSITIONAL else f"**{each.name}" if each.kind is each.VAR_KEYWORD
             else each.name if each.default is each.empty else f"{each.name}=…"
             for each in inspect.signature(thing).parameters.values()]  # fmt: skip
    return f"`{name}({', '.join(given)})`"


def _sentence(thing: Any) -> str:
    if not callable(thing):
        return f"`{thing!r}`"
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
