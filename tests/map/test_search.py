"""The words that the map's search understands; js/search.test.js tests the search itself."""

import pytest

from explorer.map.data import map_data
from explorer.map.vocabulary import vocabulary
from resnext import ResNeXtSpec

SPEC = ResNeXtSpec.from_name("resnext50_32x4d")


@pytest.mark.slow
def test_the_search_knows_every_setting_that_a_layer_has():
    data = map_data([SPEC])
    templates = data["networks"][0]["forms"]["split"]["templates"]
    settings = {key for template in templates for key in template.get("tags", ())}
    assert {"groups", "kernel", "stride", "channels"} <= settings
    assert settings <= set(data["vocabulary"]["keys"])


def test_words_for_settings_lead_to_settings():
    keys = vocabulary([{"tags": {"groups": 32, "odd": 1}}], "MACs")["keys"]
    assert keys["cardinality"] == "groups"
    assert keys["odd"] == "odd"
    assert "strides" not in keys
    assert {keys[name] for name in keys.values()} == set(keys.values())
