"""Upgrades indicators and fuzzy sets: the original's names to ours, its price units to ones that fit any symbol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ktrdr_app.strategy.legacy import LegacyIndicator, LegacySet, LegacyStrategy
from ktrdr_app.strategy.legacy_names import meant_type, type_of
from ktrdr_app.strategy.schema import parameter_fault
from ktrdr_app.strategy.upgrade_notes import Note
from ktrdr_app.strategy.upgrade_targets import PRESETS, TARGETS

WIDEST_IN_ATR = 2.0
"""Where the outermost number of rescaled sets comes to lie: MACD over ATR stays within two on 98 % of bars."""


@dataclass(frozen=True)
class Inputs:
    """The upgraded sections.

    Attributes
    ----------
    indicators, fuzzy_sets : dict
        As the new file has them.
    notes : list of Note
        What changed.
    """

    indicators: dict[str, Any]
    fuzzy_sets: dict[str, Any]
    notes: list[Note]


def upgrade_inputs(old: LegacyStrategy) -> Inputs:
    """Return the indicators and fuzzy sets of a strategy in our grammar.

    Parameters
    ----------
    old : LegacyStrategy
        What the original read.

    Returns
    -------
    Inputs
        Without any fuzzy set where no indicator of the strategy can be an input.
    """
    notes: list[Note] = []
    sources: dict[str, tuple[str, LegacyIndicator, str]] = {}
    indicators: dict[str, Any] = {}
    for entry in old.indicators:
        kind = meant_type(entry.name, entry.type)
        if kind not in TARGETS or (kind == "SMA" and entry.name == "volume_sma" and entry.name not in old.fuzzy_sets):
            notes.append(_left_out(entry, kind))
            continue
        key = _free_id(entry.name, indicators)
        indicators[key] = {"name": TARGETS[kind].name, **TARGETS[kind].fixed, **_parameters(key, entry, kind, notes)}
        notes += _about_indicator(key, entry, kind)
        sources.setdefault(entry.name, (key, entry, kind))
    fuzzy: dict[str, Any] = {}
    for name, sets in old.fuzzy_sets.items():
        found = _source(name, sources)
        written = {entry.name: _set(entry) for entry in sets if not _flat(entry)}
        if found is None or not written:
            why = "no indicator is called so; the original passed it over too" if written else "no set has a width"
            notes.append(Note(f"fuzzy_sets.{name}", [entry.name for entry in sets], None, why))
            continue
        key = _free_id(name, fuzzy)
        fuzzy[key] = _fuzzy_input(key, name, found, sets, notes)
    if not fuzzy:
        _add_presets(fuzzy, sources, notes)
    return Inputs(indicators, fuzzy, notes)


def _left_out(entry: LegacyIndicator, kind: str | None) -> Note:
    path = f"indicators.{entry.name}"
    if kind == "SMA":
        why = "the original took the mean of the CLOSE for it, and no set reads it; volume_ratio is what is meant"
    elif kind == "ZigZag":
        why = "it is drawn with knowledge of the future, so it cannot be an input"
    else:
        why = "no such indicator is known; the original left it out with no more than a line in its log"
    return Note(path, entry.type or entry.name, None, why)


def _free_id(name: str, taken: Mapping[str, Any]) -> str:
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "input"
    plain = plain if plain[0].isalpha() else f"i_{plain}"
    candidates = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 2)))
    return next(word for word in candidates if word not in taken)


def _parameters(key: str, entry: LegacyIndicator, kind: str, notes: list[Note]) -> dict[str, Any]:
    """Return what the author wrote, honoured by the original or not, and the original's defaults for the rest."""
    target = TARGETS[kind]
    found: dict[str, Any] = dict(target.params.values())
    for written, honoured in ((entry.ignored, False), (entry.params, True)):
        for name, value in written.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if name in target.params and number and not honoured and name in entry.params:
                why = "the original took the value under params, and so does this file"
                notes.append(Note(f"indicators.{entry.name}.{name}", value, None, why))
            elif name in target.params and number:
                ours, usual = target.params[name]
                found[ours] = value
                if not honoured and value != usual:
                    why = (
                        "the file said so, but the original passed over parameters beside name; "
                        f"write {usual} to compute what it did"
                    )
                    notes.append(Note(f"indicators.{key}.{ours}", usual, value, why))
            elif name != "source" or value != "close":
                why = "ours takes the close" if name == "source" else f"{target.name} has no such parameter"
                notes.append(Note(f"indicators.{entry.name}.{name}", value, None, why))
    return found


def _about_indicator(key: str, entry: LegacyIndicator, kind: str) -> Iterator[Note]:
    target, path = TARGETS[kind], f"indicators.{key}"
    if key != entry.name:
        yield Note(path, entry.name, key, "an id is made of letters, digits and _, and stands once")
    if target.formula:
        yield Note(f"{path}.name", kind, target.name, target.formula)
    sides = (type_of(entry.name, entry.type), type_of(entry.name, entry.type, "serving"))
    if None in sides:
        lost = " and ".join(word for word, side in zip(("training", "backtests"), sides, strict=True) if side is None)
        yield Note(path, "left out", target.name, f"the original found no class of that name in its {lost}")
    if sides[0] == "SMA" and entry.name == "volume_sma":
        yield Note(path, "mean of the close", "sma", "so it stays; the indicator volume_ratio reads the volume")


def _source(name: str, sources: Mapping[str, tuple[str, LegacyIndicator, str]]) -> tuple[str, str, str, bool] | None:
    """Return id, output, class and whether the original found it too, for a key under ``fuzzy_sets``."""
    if name in sources:
        key, _, kind = sources[name]
        return key, "", kind, True
    if name.startswith("price_to_") and name.removeprefix("price_to_") in sources:
        key, _, kind = sources[name.removeprefix("price_to_")]
        return key, "", f"ratio:{kind}", False
    for indicator, (key, _, kind) in sources.items():
        output = TARGETS[kind].outputs.get(name.removeprefix(f"{indicator}_"))
        if output and name.startswith(f"{indicator}_"):
            return key, output, kind, False
    return None


def _fuzzy_input(
    key: str, name: str, found: tuple[str, str, str, bool], sets: tuple[LegacySet, ...], notes: list[Note]
) -> dict[str, Any]:
    indicator, output, kind, matched = found
    path = f"fuzzy_sets.{key}"
    ratio = kind.startswith("ratio:") or (kind in ("SMA", "EMA") and name in ("sma", "ema"))
    target = TARGETS[kind.removeprefix("ratio:")]
    form = "ratio_to_price" if ratio else target.form
    entry: dict[str, Any] = {}
    if output or indicator != key:
        entry["input"] = f"{indicator}.{output}" if output else indicator
    entry["form"] = form
    factor = _to_atr(sets) if form == "atr" else 1.0
    entry["sets"] = {item.name: _set(item, factor) for item in sets if not _flat(item)}
    if not matched:
        notes.append(Note(path, "never matched", entry.get("input", key), "the original found no column called so"))
    if form == "atr":
        why = (
            f"a difference of prices means something else on every symbol; now it is divided by ATR and the numbers "
            f"are multiplied by {factor:g}, so that the outermost lies at {WIDEST_IN_ATR:g} ATR"
        )
        notes.append(Note(f"{path}.form", "price units", form, why))
    elif target.unit and not ratio:
        notes.append(Note(f"{path}.form", "own units", form, target.unit))
    notes += _about_sets(path, sets)
    return entry


def _to_atr(sets: tuple[LegacySet, ...]) -> float:
    widest = max((abs(value) for entry in sets if not _flat(entry) for value in entry.parameters), default=0.0)
    return WIDEST_IN_ATR / widest if widest > 0 else 1.0


def _set(entry: LegacySet, factor: float = 1.0) -> dict[str, Any]:
    numbers = [float(f"{value * factor:.10g}") for value in entry.parameters]
    return {"type": entry.kind, "parameters": [int(value) if value.is_integer() else value for value in numbers]}


def _flat(entry: LegacySet) -> bool:
    return bool(parameter_fault(entry.kind, entry.parameters))


def _about_sets(path: str, sets: tuple[LegacySet, ...]) -> Iterator[Note]:
    for entry in sets:
        here = f"{path}.sets.{entry.name}"
        numbers = entry.parameters
        if _flat(entry):
            yield Note(here, list(numbers), None, parameter_fault(entry.kind, numbers))
        elif entry.kind == "trapezoidal" and (numbers[0] == numbers[1] or numbers[2] == numbers[3]):
            why = "at its vertical edge itself the original gave 0, ours gives 1"
            yield Note(here, "0 at the edge", "1 at the edge", why)
        if entry.listed:
            yield Note(here, list(numbers), entry.kind, "a bare list, which the original could not load")


def _add_presets(
    fuzzy: dict[str, Any], sources: Mapping[str, tuple[str, LegacyIndicator, str]], notes: list[Note]
) -> None:
    for key, _, kind in sources.values():
        preset = PRESETS.get(TARGETS[kind].name)
        if preset is None:
            continue
        form, low, middle, high = preset
        fuzzy[key] = {
            "form": form,
            "sets": {
                "low": {"type": "trapezoidal", "parameters": [2 * low - middle, low, low, middle], "shoulder": "left"},
                "middle": {"type": "triangular", "parameters": [low, middle, high]},
                "high": {
                    "type": "trapezoidal",
                    "parameters": [middle, high, high, 2 * high - middle],
                    "shoulder": "right",
                },
            },
        }
        why = "none of the file's sets belongs to an indicator, so it could never be trained; these are usual ones"
        notes.append(Note(f"fuzzy_sets.{key}", None, ["low", "middle", "high"], why))
