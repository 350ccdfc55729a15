"""The map on its way: from scene to scene, and under a hand that drags it."""

import functools

import pytest
from map_pages import SPEC

from explorer.map.export import to_html
from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser

LARGEST = ResNeXtSpec.from_name("resnext152_32x4d", form="aggregated")


page_of = functools.cache(to_html)


@pytest.fixture
def moving_map(browser, tmp_path, request):
    """A page whose map moves from scene to scene."""
    target = tmp_path / "moving.html"
    target.write_text(page_of(getattr(request, "param", SPEC)), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": 1200, "height": 800}, reduced_motion="no-preference"
    )
    page = context.new_page()
    page.goto(target.as_uri())
    page.wait_for_function("globalThis.map && map.map.screen.drawn > 0")
    page.wait_for_function("map.map.screen.move === null && !map.map.screen.frame")
    yield page
    context.close()


def test_boxes_grow_out_of_what_hid_them(moving_map):
    """Half way through opening a stage, its first block lies between the two places."""
    page = moving_map
    found = page.evaluate(
        """() => {
          const m = map.map;
          const stage = m.nets[0].find("stage2");
          m.toggle(stage, true);
          const movers = m.screen.move.movers;
          const mover = (id) => movers.find(({part}) => part.id === id);
          const flat = ({before, after, fade}) => [before.w, after.w, fade];
          return [flat(mover("stage2/block1")), flat(mover("stage2")), flat(mover("stage1"))];
        }"""
    )
    page.wait_for_function("map.map.screen.move === null")
    block, stage, other = found
    assert block[0] == stage[0]
    assert block[1] < stage[1]
    assert (block[2], stage[2], other[2]) == (1, 0, 0)
    assert other[0] == other[1]


@pytest.mark.parametrize("level", ["stages", "layers"])
def test_nothing_pops_as_a_move_begins_and_ends(moving_map, level):
    """The first and the last picture on the way are those before and after, wires and all."""
    begins, ends, wires = moving_map.evaluate(
        """(level) => {
          const {map: m} = map;
          const {screen} = m;
          const at = (now) => { cancelAnimationFrame(screen.frame); screen.tick(now); };
          const pixels = () => screen.context.getImageData(0, 0, screen.canvas.width,
            screen.canvas.height).data.slice();
          const unlike = (a, b) => a.reduce((n, v, i) => n + (Math.abs(v - b[i]) > 48), 0);
          m.openLevel(level);
          m.select(m.nets[0].find("stage2"));
          at(screen.move.start + 1e6);
          screen.draw();
          const before = pixels();
          m.toggle(m.nets[0].find("stage2"), level === "stages");
          const {start} = screen.move;
          at(start);
          const first = pixels();
          at(start + 239);
          const last = pixels();
          at(start + 1e6);
          const after = pixels();
          const {roots} = screen.scene;
          const bare = (box) => ({...box, wires: [],
            kids: box.kids.map((kid) => ({...kid, box: bare(kid.box)}))});
          screen.scene = {...screen.scene, roots: roots.map((r) => ({...r, box: bare(r.box)}))};
          screen.draw();
          return [unlike(first, before), unlike(last, after), unlike(pixels(), after)];
        }""",
        level,
    )
    assert wires > 2000  # what used to appear at once
    assert begins < wires / 20
    assert ends < wires / 20


@pytest.mark.parametrize("moving_map", [LARGEST], indirect=True)
def test_too_many_parts_to_move_fade(moving_map):
    """Every path of a network: the old picture at first, both on the way, the new in the end."""
    found = moving_map.evaluate(
        """() => {
          const {map: m} = map;
          const {screen} = m;
          const at = (now) => { cancelAnimationFrame(screen.frame); screen.tick(now); };
          const pixels = () => screen.context.getImageData(0, 0, screen.canvas.width,
            screen.canvas.height).data.slice();
          const unlike = (a, b) => a.reduce((n, v, i) => n + (Math.abs(v - b[i]) > 16), 0);
          m.openLevel("paths");
          m.zoomBy(0.13);
          m.centreOn(screen.scene.w / 2, screen.scene.h / 3);
          at(0);
          const before = pixels();
          m.openLevel("layers");
          const {start, movers} = screen.move;
          const draw = screen.draw.bind(screen);
          let drawn = 0;
          screen.draw = () => { drawn++; draw(); };
          at(start);
          const first = pixels();
          at(start + 40);
          const middle = pixels();
          at(start + 239);
          const last = pixels();
          const once = drawn;
          at(start + 1e6);
          const after = pixels();
          draw();
          return {movers: movers.length, once, changed: unlike(before, after),
            begins: unlike(first, before), ends: unlike(last, after),
            onTheWay: Math.min(unlike(middle, before), unlike(middle, after)),
            clean: unlike(after, pixels()), moving: screen.move};
        }"""
    )
    assert (found["movers"], found["once"]) == (0, 1)
    assert found["changed"] > 100_000
    assert found["onTheWay"] > found["changed"] / 3
    assert found["begins"] == found["ends"] == found["clean"] == 0
    assert found["moving"] is None


def test_who_wants_no_motion_gets_none(open_map):
    page = open_map(SPEC)
    page.evaluate("map.map.toggle(map.map.nets[0].find('stage2'), true)")
    assert page.evaluate("map.map.screen.move") is None


def test_a_shifted_picture_is_the_picture_painted_anew(open_map):
    page = open_map(SPEC)
    differing = page.evaluate(
        """() => {
          const {map: m} = map;
          const {screen} = m;
          const tick = () => { cancelAnimationFrame(screen.frame); screen.tick(0); };
          const pixels = () => screen.context.getImageData(0, 0, screen.canvas.width,
            screen.canvas.height).data.slice();
          m.remake({form: "aggregated"});
          m.openLevel("paths");
          m.zoomBy(5);
          tick();
          let drawn = 0;
          const draw = screen.draw.bind(screen);
          screen.draw = () => { drawn++; draw(); };
          for (const [dx, dy] of [[7, -13], [-31, 5], [0, 40], [12, 0]]) { m.pan(dx, dy); tick(); }
          const shifted = pixels();
          draw();
          const anew = pixels();
          return [drawn, shifted.reduce((n, v, i) => n + (Math.abs(v - anew[i]) > 48), 0)];
        }"""
    )
    assert differing[0] == 0
    assert differing[1] < 20


def test_what_is_hovered_is_painted_without_the_rest_and_leaves_nothing(open_map):
    page = open_map(SPEC)
    whole, changed, left = page.evaluate(
        """() => {
          const {map: m} = map;
          const {screen} = m;
          const tick = () => { cancelAnimationFrame(screen.frame); screen.tick(0); };
          const pixels = () => screen.context.getImageData(0, 0, screen.canvas.width,
            screen.canvas.height).data.slice();
          const unlike = (a, b) => a.reduce((n, v, i) => n + (Math.abs(v - b[i]) > 48), 0);
          m.remake({form: "aggregated"});
          m.openLevel("paths");
          m.zoomBy(6);
          tick();
          const before = pixels();
          let whole = 0;
          const draw = screen.draw.bind(screen);
          screen.draw = () => { whole++; draw(); };
          const move = (x, y) => { const {left, top} = screen.canvas.getBoundingClientRect();
            screen.canvas.dispatchEvent(new PointerEvent("pointermove",
              {clientX: left + x, clientY: top + y})); tick(); };
          let changed = 0;
          for (let i = 0; i < 40; i++) {
            move(100 + 25 * i, 120 + 11 * i);
            changed = Math.max(changed, unlike(before, pixels()));
          }
          const now = pixels();
          draw();
          return [whole, changed, unlike(now, pixels())];
        }"""
    )
    assert whole == 0
    assert changed > 50
    assert left < 20
