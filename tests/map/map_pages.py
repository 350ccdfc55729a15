"""What the browser tests of the map share: networks, what is seen, and clicks."""

from resnext import ResNeXtSpec

SPEC = ResNeXtSpec.from_name("resnext50_32x4d")
SMALL = ResNeXtSpec(blocks=(2, 3), cardinality=4, width=4, input_shape=(32, 32, 3), classes=10)
STAGES = ["input", "stem", "stage1", "stage2", "stage3", "stage4", "classifier"]

VISIBLE = """() => {
  const ids = [];
  const walk = (part) => {
    if (part.parent) ids.push(part.id);
    if (map.map.openness.isOpen(part)) part.children.forEach(walk);
  };
  map.map.nets.forEach((net) => walk(net.root));
  return ids;
}"""
# By network and place, the rectangle of every part that is drawn, in pixels of the window.
RECTS = """() => {
  const {map: m} = map;
  const {left, top} = m.frame.canvas.getBoundingClientRect();
  const {x: cx, y: cy, zoom} = m.screen.camera;
  const rects = {};
  const walk = (network, part, box, x, y) => {
    if (part.parent) rects[`${network}:${part.id}`] = {x: left + (x - cx) * zoom,
      y: top + (y - cy) * zoom, width: box.w * zoom, height: box.h * zoom};
    box.kids.forEach((kid, i) => walk(network, part.children[i], kid.box, x + kid.x, y + kid.y));
  };
  m.screen.scene.roots.forEach(({part, box, x, y}, i) => walk(i, part, box, x, y));
  return rects;
}"""
# The middle of a part's button, or of the part, on the screen.
SPOT = """(part, place) => {
  const {map: m} = map;
  const root = m.screen.scene.roots[0];
  let {x, y, box} = root;
  for (const at of m.nets[0].find(part).ancestors.slice(1)) {
    const kid = box.kids[at.index];
    [x, y, box] = [x + kid.x, y + kid.y, kid.box];
  }
  const {left, top} = m.frame.canvas.getBoundingClientRect();
  const {camera} = m.screen;
  const [dx, dy] = place(box);
  return [left + (x + dx - camera.x) * camera.zoom, top + (y + dy - camera.y) * camera.zoom];
}"""
POINT = f"(id) => ({SPOT})(id, ({{w, h}}) => [w / 2, h / 2])"
BUTTON = f"(id) => ({SPOT})(id, () => [14, 13])"


def click(page, place, tap=False):
    """Select a part."""
    x, y = page.evaluate(POINT, place)
    (page.touchscreen.tap if tap else page.mouse.click)(x, y)
    page.wait_for_timeout(60)


def toggle(page, place):
    """Open or close a box by its button."""
    page.mouse.click(*page.evaluate(BUTTON, place))
    page.wait_for_timeout(450)  # or another press would be the second of a double click


def button(page, place, aside=0):
    """Where a part's button is, or a place to the right of it, in pixels."""
    x, y = page.evaluate(BUTTON, place)
    return x + aside, y


def opened(page, place):
    return page.evaluate("(id) => map.map.openness.isOpen(map.map.nets[0].find(id))", place)


def state(page):
    return page.evaluate("map.state()")


def card(page):
    """The card's rows by name."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".netmap-card dt")]
             .map((dt) => [dt.textContent, dt.nextElementSibling.textContent]))"""
    )
