"""Thirty selections in a row, by every way there is: card, address and outline agree after each."""

from urllib.parse import parse_qs, urlsplit

import pytest
from test_selection import pick_row
from waiting import settled, still, until

pytestmark = [pytest.mark.browser, pytest.mark.slow(20)]

# Colours on the canvas halfway along the sides of the outline of the selected part, which is
# three pixels outside of it.
OUTLINE = """(item) => {
  const canvas = item.getRootNode().querySelector(".netmap-canvas");
  const [box, frame] = [item.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const [left, top] = [box.left - frame.left, box.top - frame.top];
  const scale = canvas.width / frame.width;
  const sides = [
    [left + box.width / 2, top - 3], [left + box.width / 2, top + box.height + 3],
    [left - 3, top + box.height / 2], [left + box.width + 3, top + box.height / 2],
  ];
  return sides.filter(([x, y]) => x > 2 && y > 2 && x < frame.width - 2 && y < frame.height - 2)
    .map(([x, y]) => [...canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data]);
}"""
GLOW = [37, 99, 235]


class Walk:
    """One page, and the ways to select on it; each returns the place if that is known before."""

    def __init__(self, app, page):
        self.url = app.url
        self.page = page
        self.tree = page.locator(".netmap-tree")
        self.item = self.tree.locator("[role=treeitem]")
        self.search = page.locator(".netmap-search input")
        self.card = page.locator(".netmap-card .netmap-place")

    def by_link(self, place):
        self.page.goto(f"{self.url}/?open=layers&at={place}")
        return place

    def by_search(self, place):
        self.search.fill(place)
        self.search.press("Enter")
        return place

    def by_keyboard(self, _):
        self.tree.focus()
        self.page.keyboard.press("ArrowDown")

    def by_click(self, _):
        """Where the part before is known to be, because it was selected there by the keyboard."""
        self.tree.focus()
        self.page.keyboard.press("ArrowUp")
        box = still(self.item)  # the map moves to what is out of view
        place = self.card.inner_text()
        until(self.is_unselected)
        self.page.wait_for_url(lambda url: "at=" not in url)
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        return place

    def is_unselected(self):
        """After Escape, which ends a search before it takes the selection back."""
        self.tree.focus()
        self.page.keyboard.press("Escape")
        return self.card.is_hidden()

    def by_opening(self, place):
        """The block of a layer, which closes and opens again."""
        block = place.rpartition("/")[0]
        self.by_search(block)
        for expanded in ("false", "true"):
            self.tree.focus()
            self.page.keyboard.press("Enter")
            self.tree.locator(f"[role=treeitem][aria-expanded={expanded}]").wait_for(
                state="attached"
            )
        return block

    def by_row(self, place):
        pick_row(self.page.get_by_test_id("stDataFrame").first, int(place[-1]))

    def check(self, expected, before):
        """Card, address and outline agree, on ``expected`` if that is known."""
        from playwright.sync_api import expect

        self.page.wait_for_function(
            "(old) => decodeURIComponent(location.href) !== old && location.href.includes('at=')",
            arg=before,
        )
        settled(self.page)
        self.page.wait_for_timeout(300)  # a late answer would undo it now
        settled(self.page)
        place = parse_qs(urlsplit(self.page.url).query)["at"][0]
        assert expected in (None, place)
        expect(self.card).to_have_text(place)
        expect(self.item).to_have_attribute("aria-selected", "true")
        until(self.is_outlined)
        return place

    def is_outlined(self):
        colours = self.item.evaluate(OUTLINE)
        return colours and all(colour[:3] == GLOW for colour in colours)


def test_thirty_selections_in_a_row(app, page):
    walk = Walk(app, page)
    ways = (walk.by_link, walk.by_search, walk.by_keyboard, walk.by_click, walk.by_keyboard)
    ways += (walk.by_row, walk.by_opening)
    seen = []
    for turn in range(30):
        place = f"stage{1 + turn % 4}/block{1 + turn // 12}/conv{1 + turn % 3}"
        before = page.evaluate("decodeURIComponent(location.href)")
        expected = ways[turn % len(ways)](place)
        seen.append(walk.check(expected, before))
        assert turn == 0 or seen[-1] != seen[-2], (turn, seen)
    assert len(set(seen)) >= 15, seen
