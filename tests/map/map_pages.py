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
# The middle of a part (or of its title) on the screen.
POINT = """([id, head]) => {
  const {map: m} = map;
  let [x, y] = [0, 0];
  const net = m.nets[0];
  const root = m.screen.scene.roots[0];
  let box = root.box;
  [x, y] = [root.x, root.y];
  for (const part of net.find(id).ancestors.slice(1)) {
    const kid = box.kids[part.index];
    [x, y, box] = [x + kid.x, y + kid.y, kid.box];
  }
  const {left, top} = m.frame.canvas.getBoundingClientRect();
  const camera = m.screen.camera;
  return [left + (x + box.w / 2 - camera.x) * camera.zoom,
          top + (y + (head ? 10 : box.h / 2) - camera.y) * camera.zoom];
}"""


def click(page, place, head=False, tap=False):
    x, y = page.evaluate(POINT, [place, head])
    (page.touchscreen.tap if tap else page.mouse.click)(x, y)
    page.wait_for_timeout(60)


def state(page):
    return page.evaluate("map.state()")


def card(page):
    """The card's rows by name."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".netmap-card dt")]
             .map((dt) => [dt.textContent, dt.nextElementSibling.textContent]))"""
    )
