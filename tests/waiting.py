"""Waiting for what another process or a page does."""

import time


def until(condition, seconds=90.0):
    """What the condition gives as soon as it holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def settled(page):
    """Wait until the app has run the page's last change to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


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
