"""The references that are made of the code, held against the code from another side: defaults, routes, names."""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from installer.docs_hooks import NAMES_MARK, ROUTES_MARK, STRATEGY_MARK, every_command, on_page_markdown
from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.forms import form_for
from ktrdr_app.indicators import available
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import Form, FuzzyInput, FuzzySet, IndicatorSpec, Strategy
from tests.docs.pages import text_of

docs_references = importlib.import_module("docs_references")  # on the path, as the hooks put it there
pytest.importorskip("fastapi", reason="NOT TESTED: the extra api is not installed")

INNER = {"indicators": ("{id}", IndicatorSpec), "fuzzy_sets": ("{input}", FuzzyInput), "sets": ("{set}", FuzzySet)}
PAGES = {"strategy": STRATEGY_MARK, "http-api": ROUTES_MARK, "python": NAMES_MARK}


@cache
def filled(name: str) -> str:
    """Return a page of the references with its filling."""
    return on_page_markdown(text_of(f"docs/reference/{name}.md"))


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of the strategy grammar, found by walking the models."""
    for name, field in model.model_fields.items():
        if name in INNER:
            placeholder, child = INNER[name]
            yield from keys_of(child, f"{prefix}{name}.{placeholder}.")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys_of(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def rows_of_keys() -> dict[str, list[str]]:
    """Return the cells beside each key of the page."""
    lines = re.findall(r"^\| `([a-z_.{}]+)` \| (.*) \|$", filled("strategy"), flags=re.MULTILINE)
    return {key: re.split(r"(?<!\\) \| ", rest) for key, rest in lines}


@pytest.mark.parametrize(("name", "mark"), PAGES.items())
def test_a_page_asks_for_its_filling_and_gets_it(name: str, mark: str) -> None:
    assert mark in text_of(f"docs/reference/{name}.md")
    assert mark not in filled(name)


class TestStrategy:
    def test_the_page_has_every_key_once_in_the_order_of_the_grammar(self) -> None:
        written = re.findall(r"^\| `([a-z_.{}]+)` \|", filled("strategy"), flags=re.MULTILINE)
        assert written == list(keys_of(Strategy))
        assert len(written) > 70

    def test_defaults_are_those_that_a_strategy_gets(self) -> None:
        rows = rows_of_keys()
        told = {key: rows[key][0].strip("`") for key in rows if key.count(".") == 1 and "{" not in key}
        for key, default in told.items():
            section, name = key.split(".")
            used = Strategy.model_fields[section].default.model_dump()[name]
            if isinstance(used, dict) and "train" in used:
                continue
            assert default == (str(used).lower() if used is None or isinstance(used, bool) else str(used)), key
        assert len(told) > 50

    def test_what_is_allowed_is_told_with_its_bounds_and_unit(self) -> None:
        rows = rows_of_keys()
        assert rows["labels.lookahead"][1] == "whole number from 1 to 1,000 bars"
        assert rows["labels.threshold"][1] == "number above 0, up to 1,000"
        assert rows["labels.threshold_unit"][1] == "`fraction`, `atr`"
        assert rows["network.dropout"][1].startswith("number from 0, below ")
        assert rows["features.price_context"][1] == "`true`, `false`"
        assert rows["decision.max_dissimilarity"][1].endswith("or none")

    def test_the_forms_of_an_input_and_what_auto_takes_are_told(self) -> None:
        section = text_of("docs/reference/fuzzy-sets.md").split("## Forms\n")[1].split("\n## ")[0]
        rows = dict(re.findall(r"^\| `?(\w[\w ]*\w)`? \| (.+) \|$", section, flags=re.MULTILINE))
        assert set(get_args(Form)) - {"auto"} <= set(rows)
        units = {info.name: {output.unit for output in info.outputs} for info in available()}
        for unit in set().union(*units.values()):
            assert f"`{form_for('auto', 'any', unit)}`" in rows.get(unit.replace("_", " "), rows["any other"]), unit
        for unit in units["atr"]:
            assert f"ATR itself `{form_for('auto', 'atr', unit)}`" in rows[unit.replace("_", " ")]

    @pytest.mark.parametrize("key", list(keys_of(Strategy)))
    def test_a_key_has_a_meaning(self, key: str) -> None:
        meaning = rows_of_keys()[key][2]
        assert len(meaning) > 5
        assert "``" not in meaning

    def test_where_to_read_on_is_said_of_keys_that_there_are(self) -> None:
        assert set(docs_references.MORE) <= set(keys_of(Strategy))

    def test_a_shipped_strategy_has_no_key_that_the_page_lacks(self, tmp_path: Any) -> None:
        document = load_strategy("neuro_mean_reversion", Workspace(tmp_path)).strategy.document()
        plain = {f"{section}.{name}" for section, value in document.items() if isinstance(value, dict)
                 and section not in INNER for name, entry in value.items() if not isinstance(entry, dict)}  # fmt: skip
        assert plain <= set(rows_of_keys())


class TestAllowed:
    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"type": "integer", "minimum": 1}, "whole number from 1"),
            ({"type": "integer", "minimum": 0, "maximum": 2**53}, "whole number from 0"),
            ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "number above 0, below 1"),
            ({"type": "array", "items": {"type": "string"}}, "list of text"),
            ({"type": "array"}, "list of values"),
            ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or none"),
            ({"type": "object"}, "mapping"),
            ({"type": "object", "propertyNames": {"enum": ["a", "b"]}}, "mapping of `a`, `b`"),
            ({"$ref": "#/x"}, "mapping"),
            ({"enum": ["", "a"], "type": "string"}, "`a`"),
            ({}, ""),
        ],
    )
    def test_in_words(self, facts: dict[str, Any], words: str) -> None:
        assert docs_references.allowed(facts) == words


class TestRoutes:
    def test_every_route_of_the_document_has_a_heading(self) -> None:
        paths = docs_references.openapi()["paths"]
        routes = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
        assert set(re.findall(r"^### (.+)$", filled("http-api"), flags=re.MULTILINE)) == routes
        assert len(routes) > 15

    def test_the_how_to_tells_the_same_routes(self) -> None:
        table = re.findall(r"^\| (`(?:GET|POST|DELETE).*?) \|", text_of("docs/how-to/serve.md"), flags=re.MULTILINE)
        told: set[str] = set()
        for row in table:
            verb, base = "", ""
            for span in re.findall(r"`([^`]+)`", row):
                verb, path = span.split() if " " in span else (verb, span)
                base = path if " " in span else base
                told.add(f"{verb} {path if ' ' in span else _below(base, path)}")
        wanted = {re.sub(r"\{\w+\}", "{}", route.replace("/api/v1", "")) for route in _routes()}
        assert {re.sub(r"\{\w+\}", "{}", route) for route in told} == wanted

    def test_a_training_tells_its_fields_and_which_are_needed(self) -> None:
        section = filled("http-api").split("### POST /api/v1/trainings/start")[1].split("\n### ")[0]
        assert "| `strategy_name` | body | required | text; " in section
        assert "| `seed` | body | `0` |" in section
        assert section.rstrip().endswith("Answers 202.")

    @pytest.mark.parametrize(("body", "command"), docs_references.COMMANDS.items())
    def test_a_field_has_the_help_of_its_option(self, body: str, command: str) -> None:
        options = {
            each.name: each.help for words, told in every_command() for each in told.params if words == (command,)
        }
        fields = docs_references.openapi()["components"]["schemas"][body]["properties"]
        for name, facts in fields.items():
            option = docs_references.OPTIONS.get(name, name)
            if option in options:
                about = " ".join(facts.get("description", options[option]).split())
                assert f"; {about.replace('``', '`')} |" in filled("http-api").replace("\\|", "|"), name

    def test_every_field_has_a_meaning_that_holds_over_http(self) -> None:
        rows = re.findall(
            r"^\| `([\w-]+)` \| (?:body|query|path|header) \| .* \| (.*) \|$", filled("http-api"), re.MULTILINE
        )
        assert len(rows) > 60
        assert [name for name, told in rows if "; " not in told] == []
        assert [told for _, told in rows if "``" in told or re.search(r"(?<!`)--\w", told) or "YAML" in told] == []

    def test_the_document_is_made_without_a_file_or_a_thread(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        before = threading.enumerate()
        assert docs_references.openapi()["info"]["title"] == "KTRDR Desktop"
        assert (list(tmp_path.iterdir()), threading.enumerate()) == ([], before)


def _routes() -> list[str]:
    return re.findall(r"^### (.+)$", filled("http-api"), flags=re.MULTILINE)


def _below(base: str, path: str) -> str:
    """Return the route that a row means by a further path: one below the row's first, or one beside it."""
    known = {re.sub(r"\{\w+\}", "{}", route.replace("/api/v1", "")).split()[1] for route in _routes()}
    for candidate in (path, base + path):
        if re.sub(r"\{\w+\}", "{}", candidate) in known:
            return candidate
    return path


class TestNames:
    @pytest.mark.parametrize("room", docs_references.ROOMS)
    def test_a_room_has_all_of_its_names(self, room: str) -> None:
        section = filled("python").split(f"## ktrdr_app.{room}\n")[1].split("\n## ")[0]
        written = re.findall(r"^\| `(\w+)[^`]*` \| (.+) \|$", section, flags=re.MULTILINE)
        assert [name for name, _ in written] == list(docs_references.public_names(room))

    def test_each_use_case_says_what_it_does(self) -> None:
        section = filled("python").split("## ktrdr_app.workflows\n")[1].split("\n## ")[0]
        told = dict(re.findall(r"^\| `(\w+)[^`]*` \| (.+) \|$", section, flags=re.MULTILINE))
        assert set(told) == set(workflows.__all__)
        assert [name for name, said in told.items() if not re.match(r"^[A-Z].+[.]$", said)] == []

    def test_a_function_shows_its_parameters_and_a_class_only_its_name(self) -> None:
        assert "| `train(request, progress=…, cancel=…)` |" in filled("python").replace("executor=…, ", "")
        assert "| `CSVDataSource` |" in filled("python")
