"""Where a person lands: every page by its address, the drawer of a phone, steps of the lesson."""

import pytest
from app_pages import PAGES

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_every_page_has_an_address(app, page):
    from playwright.sync_api import expect

    for path, title in PAGES.items():
        page.goto(f"{app.url}/{path}?network=resnext29_8x64d")
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_first_page_is_at_the_root_and_its_name_leads_there(app, page):
    from playwright.sync_api import expect

    page.goto("about:blank")
    page.goto(f"{app.url}/architecture?network=resnext29_8x64d&at=stage1")
    expect(page.get_by_role("heading", name="resnext29_8x64d", level=2)).to_be_visible()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
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


@pytest.mark.parametrize("device", ["page", "phone"])
def test_steps_of_the_lesson_begin_at_their_top(app, request, device):
    """The foot of a long step is far below the top of the next one."""
    page = request.getfixturevalue(device)
    page.goto(f"{app.url}/learn?lesson=Forms")
    for button, step in (("Next step", 3), ("Back", 2), ("Next step", 3)):
        page.get_by_role("button", name=button).click()
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
