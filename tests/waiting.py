"""Waiting for what another process or a page does."""

import time


def until(condition, seconds=90.0):
    """What the condition gives as soon as it holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


# Before its first run the app is not running either; its own rules of style come with that run.
SETTLED = """() => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
  && [...document.querySelectorAll("style")].some((one) => one.textContent.includes("stTopNav"))"""


def settled(page, patience=None):
    """Wait until the app has run the page's last change to its end; at most milliseconds."""
    page.wait_for_function(SETTLED, timeout=patience)


# Whether the app has taken its theme, dark or light.
THEME = """(dark) => {
  const [red] = getComputedStyle(document.querySelector(".stApp")).backgroundColor.match(/\\d+/g);
  return (red < 128) === dark;
}"""


def still(locator):
    """Where an element is, as soon as two frames in turn show it there and no style changes."""
    return locator.evaluate(
        """async (element) => {
          const frame = () => new Promise(requestAnimationFrame);
          const place = () => {
            const {x, y, width, height} = element.getBoundingClientRect();
            return {x, y, width, height};
          };
          const moving = () => document.getAnimations()
            .some((one) => one.effect.getComputedTiming().iterations !== Infinity);
          for (let before = "", same = 0; same < 3; await frame()) {
            const now = JSON.stringify(place());
            same = now === before && !moving() ? same + 1 : 0;
            before = now;
          }
          return place();
        }"""
    )
