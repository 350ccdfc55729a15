"""The browser and Python agree on the selection whatever happened on the way between them."""

import json

import pytest
from waiting import settled

pytestmark = pytest.mark.browser


def test_a_map_that_shows_another_selection_takes_the_one_that_python_has(app, page):
    from playwright.sync_api import expect

    # As if an answer had been lost: one that the browser shows, and of which Python knows nothing.
    page.add_init_script(
        """
        const WeakMapSet = WeakMap.prototype.set;
        WeakMap.prototype.set = function (key, value) {
          if (value && value.handle && "asked" in value) window.mounted = value;
          return WeakMapSet.call(this, key, value);
        };
        """
    )
    page.goto(f"{app.url}/architecture?open=layers&at=stage4/block3")
    card = page.locator(".netmap-card .netmap-place")
    expect(card).to_have_text("stage4/block3")
    settled(page)
    page.evaluate("window.mounted.handle.show({selected: 'stage3/block2/conv2'})")
    expect(card).to_have_text("stage3/block2/conv2")
    page.get_by_role("radio", name="101").first.check(force=True)  # any run of the page
    expect(card).to_have_text("stage4/block3")
    assert "at=stage4/block3" in json.dumps(page.url).replace("%2F", "/")
