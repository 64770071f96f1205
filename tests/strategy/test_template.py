"""The minimal template is a strategy that can be trained as it stands."""

from __future__ import annotations

from ktrdr_app.strategy.load import parse_strategy
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.strategy.template import MINIMAL


def test_it_is_valid_and_says_only_what_it_must() -> None:
    strategy = parse_strategy(MINIMAL, "minimal").strategy
    assert strategy.name == "new_strategy"
    required = {name for name, field in Strategy.model_fields.items() if field.is_required()}
    assert required <= strategy.model_fields_set <= required | {"description", "labels"}
