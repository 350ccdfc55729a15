"""Words in pictures stay in their boxes, in the wide letters that a machine may have."""

import xml.etree.ElementTree as ET

import pytest
from map_pages import SMALL, SPEC

from resnext import FORMS

pytestmark = pytest.mark.browser

WIDE = SPEC.replace(blocks=(1, 2, 2, 1))

# Words of the picture that leave the smallest box drawn around their middle, or that no box
# holds and that reach into one. Boxes and words are taken where the PNG's canvas draws them.
LEAVING = """async () => {
  const {map} = globalThis;
  map.map.overlays.overview.draw = () => {};  // it paints on a canvas of its own, too
  const proto = CanvasRenderingContext2D.prototype;
  const [boxes, words] = [[], []];
  const own = {};
  const file = (context) => !context.canvas.isConnected;
  const at = (context, x, y) => context.getTransform().transformPoint({x, y});
  const box = function (x, y, w, h) {
    const [a, b] = [at(this, x, y), at(this, x + w, y + h)];
    if (file(this) && w > 6 && h > 6) boxes.push({left: a.x, top: a.y, right: b.x, bottom: b.y});
  };
  for (const name of ["rect", "roundRect", "fillText"]) own[name] = proto[name];
  proto.rect = function (...a) { box.apply(this, a); return own.rect.apply(this, a); };
  proto.roundRect = function (...a) { box.apply(this, a); return own.roundRect.apply(this, a); };
  proto.fillText = function (text, x, y) {
    const {actualBoundingBoxLeft: l, actualBoundingBoxRight: r} = this.measureText(text);
    const [a, b] = [at(this, x - l, y), at(this, x + r, y)];
    const tall = 0.72 * parseFloat(this.font.match(/([\\d.]+)px/)[1]) * this.getTransform().a;
    if (file(this)) words.push({text, left: a.x, right: b.x, top: a.y - tall, bottom: a.y});
    own.fillText.call(this, text, x, y);
  };
  await map.map.overlays.save("png");
  Object.assign(proto, own);
  const area = (b) => (b.right - b.left) * (b.bottom - b.top);
  const found = [];
  for (const word of words) {
    const [x, y] = [(word.left + word.right) / 2, (word.top + word.bottom) / 2];
    const around = boxes.filter((b) => b.left < x && x < b.right && b.top < y && y < b.bottom);
    const home = around.sort((a, b) => area(a) - area(b))[0];
    const leaves = home && (word.left < home.left || word.right > home.right);
    const meets = (b) => word.left < b.right - 1 && b.left < word.right - 1
      && word.top < b.bottom && b.top < word.bottom;
    const holds = (b) => b.left <= word.left && word.right <= b.right;
    const others = boxes.filter((b) => !around.includes(b) && meets(b) && !holds(b));
    if (leaves || others.length) found.push([word.text, leaves ? "leaves" : "meets another"]);
  }
  return [words.length, found];
}"""


@pytest.mark.parametrize("form", FORMS)
def test_words_of_a_png_stay_in_their_boxes_at_every_level(open_map, form):
    page = open_map(WIDE)
    for level in ("stages", "blocks", "layers", "paths"):
        for colour, size in (("kind", "even"), ("macs", "params")):
            page.evaluate(
                "(state) => map.map.setState(state)",
                {"form": form, "open": level, "colour": colour, "size": size},
            )
            count, found = page.evaluate(LEAVING)
            assert count > 20
            assert found == [], (level, colour)


def test_words_of_networks_side_by_side_stay_in_their_boxes(open_map):
    page = open_map(WIDE, SMALL, width=390, height=844)
    for level in ("stages", "blocks"):
        page.evaluate("(open) => map.map.setState({open})", level)
        assert page.evaluate(LEAVING)[1] == []


def test_a_file_is_set_in_the_type_of_the_map(open_map):
    """A file's words were measured in one font and set in another."""
    page = open_map(SMALL)
    with page.expect_download():  # the SVG's is the next one
        fonts = page.evaluate(
            """async () => {
              map.map.frame.element.style.fontFamily = '"Liberation Serif", serif';
              map.map.overlays.applyTheme();
              const seen = new Set();
              const own = CanvasRenderingContext2D.prototype.fillText;
              CanvasRenderingContext2D.prototype.fillText = function (...a) {
                seen.add(this.font.replace(/.*px /, ""));
                own.apply(this, a);
              };
              await map.map.overlays.save("png");
              CanvasRenderingContext2D.prototype.fillText = own;
              return [...seen];
            }"""
        )
    assert fonts == ['"Liberation Serif", serif']
    with page.expect_download() as waiting:
        page.evaluate("map.map.overlays.save('svg')")
    svg = ET.parse(waiting.value.path()).getroot()
    assert svg.get("font-family") == fonts[0]
    words = list(svg.iter("{http://www.w3.org/2000/svg}text"))
    assert all(float(word.get("textLength")) > 0 for word in words)
