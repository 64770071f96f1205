"""JSON documents made of records."""

from __future__ import annotations

import json

from ktrdr_app.cli.documents import indicator_document
from ktrdr_app.core.files import json_text
from ktrdr_app.indicators import available


def test_every_indicator_can_be_told_as_json():
    for info in available():
        document = json.loads(json_text(indicator_document(info)))
        assert document["name"] == info.name
        assert len(document["outputs"]) == len(info.outputs)
        assert document["unit"] == document["outputs"][0]["unit"]
        assert document["uses_volume"] == (document["category"] == "volume")
        assert document["warm_up"] >= 0
        for entry in document["parameters"]:
            assert {"name", "type", "default", "minimum", "maximum", "description"} <= set(entry)
