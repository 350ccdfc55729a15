"""The form of the page Train in a browser: what is typed can be read."""

import pytest
from waiting import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("width", [1440, 1280])
def test_numbers_have_room(app, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{app.url}/train")
    page.get_by_test_id("stMain").get_by_text("More options").click()
    for label, text in (("Images used", "50000"), ("Epochs", "10000"), ("Learning rate", "0.0005")):
        field = page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")  # a value that can be cleared gets a button, which takes room
        settled(page)
        hidden = field.evaluate(
            """(field) => {
                const style = getComputedStyle(field), pen = document.createElement("canvas");
                const context = pen.getContext("2d");
                context.font = style.font;
                const room = field.clientWidth
                    - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
                return context.measureText(field.value).width - room;
            }"""
        )
        assert hidden <= 0, f"{label}: {text} lacks {hidden} px"
