"""A click made while the first page is still arriving is not lost."""

import pytest
from waiting import settled

pytestmark = pytest.mark.browser

# The frame after the first picture has been put into the page waits until Train has been clicked,
# and what the server answers to that arrives late, as from a busy machine.
BUSY = """
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (name, handler, ...rest) {
  const late = (event) => (window.clicked ? setTimeout(() => handler(event), 700) : handler(event));
  return listen.call(this, name, name === "message" ? late : handler, ...rest);
};
document.addEventListener("click", () => { window.clicked = true; }, true);
const frame = window.requestAnimationFrame;
let mounting = false;
window.requestAnimationFrame = (callback) => {
  if (!mounting) return frame(callback);
  window.held = callback;
  return 0;
};
const remember = WeakMap.prototype.set;
WeakMap.prototype.set = function (key, value) {
  if (value && value.picture && "sent" in value && !window.held) {
    mounting = true;
    queueMicrotask(() => { mounting = false; });
  }
  return remember.call(this, key, value);
};
"""


def test_a_page_chosen_before_the_first_one_is_complete_is_shown(app, page):
    from playwright.sync_api import expect

    page.add_init_script(BUSY)
    page.goto(app.url)
    page.wait_for_function("window.held")
    page.get_by_role("link", name="Train").first.click()
    page.evaluate("requestAnimationFrame(window.held)")
    page.wait_for_url("**/train*")
    settled(page)
    page.wait_for_timeout(3_000)  # longer than the first page waits to ask for its rest
    settled(page)
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    assert "/train" in page.url
