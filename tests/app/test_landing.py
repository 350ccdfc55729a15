"""Where a person lands: every page by its address, the drawer of a phone, steps of the lesson."""

from pathlib import Path

import pytest
from app_pages import PAGES
from waiting import settled

from explorer.app.components import landing

SCRIPT = Path(landing.__file__).with_suffix(".js")

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(new_page):
    return new_page(390, 844, touch=True)


def test_every_page_has_an_address(app, page):
    from playwright.sync_api import expect

    for path, title in PAGES.items():
        page.goto(f"{app.url}/{path}?network=resnext29_8x64d")
        expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_first_page_is_at_the_root_and_its_name_leads_there(app, page):
    from playwright.sync_api import expect

    page.goto("about:blank")
    page.goto(f"{app.url}/architecture?network=resnext29_8x64d&at=stage1")
    expect(page.get_by_role("heading", name="resnext29_8x64d", level=2)).to_be_visible()
    settled(page)
    assert page.url.startswith(f"{app.url}/?")
    assert "network=resnext29_8x64d" in page.url
    assert "at=stage1" in page.url
    link = page.get_by_role("link", name="Architecture", exact=True).first
    expect(link).to_have_attribute("aria-current", "page")
    page.go_back()  # one step, as nothing led on from a page before
    assert page.url == "about:blank"


def test_the_drawer_of_a_phone_closes_when_a_page_is_chosen(app, phone):
    from playwright.sync_api import expect

    phone.goto(f"{app.url}/compare")
    drawer = phone.get_by_test_id("stSidebar")
    for name, title in (("Tables", "in numbers"), ("Learn", "Learn"), ("Compare", "Compare")):
        phone.get_by_test_id("stExpandSidebarButton").click()
        drawer.get_by_role("link", name=name).click()
        expect(phone.get_by_role("heading", name=title).first).to_be_visible()
        phone.wait_for_function(
            "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0"
        )


def test_a_heading_is_kept_at_the_top_while_the_page_is_put_together(page):
    """Too short for its place between two frames, then longer than before: no one has scrolled."""
    page.goto("about:blank")
    page.set_content("<main><p>Above</p><h2>Here</h2><p>Below</p></main>")
    page.add_style_tag(content="main { height: 500px; overflow-y: auto } p { height: 2000px }")
    places = page.evaluate(
        """async (source) => {
          const {default: land} = await import(
            URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
          const frames = async () => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
          };
          const [box, heading] = ["main", "h2"].map((name) => document.querySelector(name));
          const [above, below] = document.querySelectorAll("p");
          const top = () => heading.getBoundingClientRect().top - box.getBoundingClientRect().top;
          const places = [];
          land({data: {turns: 0, moves: 1, heading: "Here"}});
          await frames();
          places.push(top());
          for (const part of [above, below]) part.style.height = "10px";
          places.push(box.scrollTop);
          above.style.height = "3000px";
          below.style.height = "2000px";
          await frames();
          places.push(top());
          box.scrollTop = 40;
          await frames();
          return [...places, box.scrollTop];
        }""",
        SCRIPT.read_text(encoding="utf-8"),
    )
    landed, cut, kept, left = places
    assert (landed, cut, kept) == (pytest.approx(80, abs=1), 0, pytest.approx(80, abs=1))
    assert left == 40  # a scroll by something else ends it


@pytest.mark.parametrize("device", ["page", "phone"])
def test_steps_of_the_lesson_begin_at_their_top(app, request, device):
    """The foot of a long step is far below the top of the next one."""
    page = request.getfixturevalue(device)
    page.goto(f"{app.url}/learn?lesson=Forms")
    for button, step in (("Next step", 3), ("Back", 2), ("Next step", 3)):
        page.get_by_role("button", name=button, exact=True).click()  # a map has one, too
        page.wait_for_function(
            """(step) => {
              const start = `Step ${step} of 6: `;
              const heading = document.activeElement;
              const top = heading.getBoundingClientRect().top;
              return heading.tagName === "H2" && heading.textContent.startsWith(start)
                && top >= 0 && top < 250;
            }""",
            arg=step,
        )
