"""The layout, apart from any drawing: positions, routes and transitions of the pure modules."""

import itertools

import pytest

from explorer.formatting import numbers
from resnext import FORMS, Graph, Node, ResNeXtSpec, layers

LEVELS = ["stages", "blocks", "layers", "paths"]
MEASURES = ["params", "macs", "activations", "memory"]
SMALL = ResNeXtSpec(blocks=(2, 5, 3), cardinality=8, width=4, input_shape=(64, 64, 3), classes=10)

# All that is drawn, flat: for each box its rectangle, its siblings and its wires.
FLAT = """(data, form, level, direction, size = "even") => {
  const nets = data.networks.map((n) => new M.Net(n.forms[form] ?? n.forms[n.form], n.name));
  const scene = M.layout(nets, new M.Openness(level), direction, size);
  const rows = [];
  const visit = (part, box, x, y, parent) => {
    const at = rows.length;
    rows.push({id: part.id, layer: part.isLayer, role: part.template.role ?? "layer",
      value: part.totals[size] ?? 0, open: box.open, x, y, w: box.w, h: box.h, parent,
      wires: box.wires.map((w) => ({from: w.from, to: w.to, n: w.n,
        points: w.points.map((v, i) => v + (i % 2 ? y : x))})),
      kids: []});
    box.kids.forEach((kid, i) => {
      rows[at].kids.push(visit(part.children[i], kid.box, x + kid.x, y + kid.y, at));
    });
    return at;
  };
  scene.roots.forEach((r) => visit(r.part, r.box, r.x, r.y, -1));
  return {w: scene.w, h: scene.h, rows};
}"""


def mesh():
    """A graph that is not made of series and parallel parts, as foreign models can be."""
    shape = (8, 8, 16)
    nodes = [Node(layers.Input("input", shape), (), (), shape)]
    sources = {
        "a": ["input"],
        "b": ["input"],
        "c": ["a", "b"],
        "d": ["a", "b"],
        "e": ["c", "d", "input"],
        "f": ["b", "e"],
        "deep/g": ["f"],
        "deep/h": ["f", "a"],
        "out": ["deep/g", "deep/h"],
    }
    for name, inputs in sources.items():
        layer = layers.Add(name) if len(inputs) > 1 else layers.ReLU(name)
        nodes.append(Node(layer, tuple(inputs), (shape,) * len(inputs), shape))
    return Graph("mesh", tuple(nodes))


def overlap(a, b):
    return (
        min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"]) > 0.01
        and min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"]) > 0.01
    )


def crosses(segment, box):
    """Whether an upright or level piece of wire runs through the inside of a box."""
    x1, y1, x2, y2 = segment
    return (
        max(x1, x2) > box["x"] + 0.01
        and min(x1, x2) < box["x"] + box["w"] - 0.01
        and max(y1, y2) > box["y"] + 0.01
        and min(y1, y2) < box["y"] + box["h"] - 0.01
    )


def check(flat):
    """Boxes lie in their boxes, none on another, and no wire runs through one."""
    rows = flat["rows"]
    for row in rows:
        assert row["x"] >= -0.01
        assert row["y"] >= -0.01
        assert row["x"] + row["w"] <= flat["w"] + 0.01
        assert row["y"] + row["h"] <= flat["h"] + 0.01
        kids = [rows[i] for i in row["kids"]]
        for kid in kids:
            assert kid["x"] >= row["x"] - 0.01, kid["id"]
            assert kid["y"] >= row["y"] - 0.01, kid["id"]
            assert kid["x"] + kid["w"] <= row["x"] + row["w"] + 0.01, kid["id"]
            assert kid["y"] + kid["h"] <= row["y"] + row["h"] + 0.01, kid["id"]
        for one, other in itertools.combinations(kids, 2):
            assert not overlap(one, other), (one["id"], other["id"])
        for wire in row["wires"]:
            points = wire["points"]
            segments = [points[i : i + 4] for i in range(0, len(points) - 2, 2)]
            for segment in segments:
                assert abs(segment[0] - segment[2]) < 0.01 or abs(segment[1] - segment[3]) < 0.01
                for number, kid in enumerate(kids):
                    assert not crosses(segment, kid), (row["id"], wire["from"], wire["to"], number)


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("form", FORMS)
def test_nothing_overlaps_and_no_wire_runs_through_a_box(modules, data_of, form, level, direction):
    flat = modules(FLAT, data_of(SMALL), form, level, direction)
    check(flat)
    assert flat == modules(FLAT, data_of(SMALL), form, level, direction)


@pytest.mark.slow
@pytest.mark.parametrize("size", MEASURES)
@pytest.mark.parametrize("level", LEVELS)
def test_heights_by_a_measure_overlap_nothing(modules, data_of, level, size):
    for form, direction in itertools.product(("aggregated", "split", "grouped"), ("right", "down")):
        check(modules(FLAT, data_of(SMALL), form, level, direction, size))
    two = data_of(SMALL, SMALL.replace(blocks=(3, 4, 3)))
    check(modules(FLAT, two, "grouped", level, "right", size))
    check(modules(FLAT, data_of(mesh()), "", level, "right", size))


def heights(flat, role):
    """Values and heights of folded boxes of a role."""
    rows = [row for row in flat["rows"] if row["role"] == role and not row["open"]]
    return sorted((row["value"], row["h"]) for row in rows)


@pytest.mark.parametrize("size", MEASURES)
@pytest.mark.parametrize(
    ("level", "role", "least", "times"),
    [("stages", "stage", 209, 1.9), ("blocks", "block", 44, 3), ("layers", "layer", 30, 3)],
)
def test_heights_grow_with_the_measure(modules, data_of, level, role, least, times, size):
    """In the order of the values, by square roots of shares, never too low to be read."""
    data = data_of(SMALL)
    direction = "right" if role == "stage" else "down"
    flat = modules(FLAT, data, "split", level, direction, size)
    found = heights(flat, role)
    values, tall = zip(*found, strict=True)
    assert list(tall) == sorted(tall)
    assert min(tall) >= least
    assert max(tall) <= least * times + 0.5
    assert len(set(tall)) > 1
    # Runs and bundles are on the scale of blocks and layers: the largest of all ends it.
    if role == "stage":
        expected = [least * (1 + (times - 1) * (v / values[-1]) ** 0.5) for v in values]
        assert list(tall) == pytest.approx(expected, abs=0.51)
        assert max(tall) == pytest.approx(least * times, abs=0.51)


def test_even_heights_and_the_receptive_field_size_nothing(modules, data_of):
    """Parts of one description share a layout, and their receptive fields differ."""
    even, field, none = (
        modules(FLAT, data_of(SMALL), "grouped", "layers", "right", size)
        for size in ("even", "field", "nonsense")
    )
    places = [
        [{k: row[k] for k in ("id", "x", "y", "w", "h")} for row in flat["rows"]]
        for flat in (even, field, none)
    ]
    assert places[0] == places[1] == places[2]


@pytest.mark.slow
def test_networks_side_by_side_share_one_scale(modules, data_of):
    small, large = SMALL, SMALL.replace(cardinality=16)
    flat = modules(FLAT, data_of(small, large), "grouped", "stages", "right", "params")
    stages = [row for row in flat["rows"] if row["id"] == "stage3"]
    assert stages[0]["value"] < stages[1]["value"]
    assert stages[0]["h"] < stages[1]["h"]


@pytest.mark.parametrize(
    ("count", "width", "height", "expected"),
    [
        (1, 1440, 800, "right"),
        (1, 1000, 540, "right"),
        (1, 390, 760, "down"),
        (3, 1000, 540, "down"),
    ],
)
def test_the_strip_runs_where_it_can_be_read(modules, data_of, count, width, height, expected):
    """And fills that side of the screen."""
    direction, scene = modules(
        """(data, w, h) => {
          const nets = data.networks.map((n) => new M.Net(n.forms[n.form], n.name));
          const strip = M.stripFor(nets, "even", {w, h});
          const folded = M.layout(nets, new M.Openness("stages"), strip);
          return [strip.direction, [folded.w, folded.h]];
        }""",
        data_of(*[SMALL] * count),
        width,
        height,
    )
    assert direction == expected
    zoom = max(10 / 11, min(1.35, width / scene[0], height / scene[1]))
    assert scene[0] * zoom == pytest.approx(width, rel=0.02)


def test_boxes_of_a_strip_are_as_tall_as_what_is_in_them(modules, data_of):
    """More rows make a taller box: shape, layers, blocks, paths."""
    for direction in ("right", "down"):
        flat = modules(FLAT, data_of(SMALL), "grouped", "stages", direction)
        tall = {row["id"]: row["h"] for row in flat["rows"] if row["parent"] == 0}
        assert tall["input"] < tall["classifier"] <= tall["stem"] < tall["stage1"]
        assert tall["stage1"] == tall["stage2"] == tall["stage3"]


def test_opening_a_stage_resizes_no_box_that_fills_the_screen(modules, data_of):
    found = modules(
        """(data) => {
          const nets = data.networks.map((n) => new M.Net(n.forms[n.form], n.name));
          const strip = M.stripFor(nets, "even", {w: 1500, h: 600});
          return ["stages", "stages,stage1", "blocks"].map((open) => {
            const scene = M.layout(nets, M.Openness.parse(open), strip);
            return ["input", "stem", "classifier"].map((id) => M.spotOf(scene, nets[0].find(id)).w);
          });
        }""",
        data_of(SMALL),
    )
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("level", LEVELS)
def test_a_graph_that_is_no_series_parallel_one(modules, data_of, level):
    data = data_of(mesh())
    flat = modules(FLAT, data, "", level, "right")
    check(flat)
    if level == "paths":
        drawn = {row["id"] for row in flat["rows"] if row["layer"]}
        assert drawn == {node.name for node in mesh()}


@pytest.mark.parametrize("form", FORMS)
def test_with_everything_open_every_layer_and_tensor_is_drawn_once(modules, data_of, form):
    from resnext import trace

    graph = trace(SMALL.replace(form=form))
    flat = modules(FLAT, data_of(SMALL), form, "paths", "right")
    drawn = [row["id"] for row in flat["rows"] if row["layer"]]
    assert sorted(drawn) == sorted(node.name for node in graph)
    rows = flat["rows"]
    inner = {(a, b) for a, b in graph.edges if a.rpartition("/")[0] == b.rpartition("/")[0]}
    wired = set()
    for row in rows:
        for wire in row["wires"]:
            if wire["from"] >= 0 and wire["to"] >= 0:
                ends = rows[row["kids"][wire["from"]]], rows[row["kids"][wire["to"]]]
                if all(end["layer"] for end in ends):
                    wired.add(tuple(end["id"] for end in ends))
    assert wired == {(a, b) for a, b in inner if "/" in a}


@pytest.mark.slow
def test_the_largest_network_shares_the_layout_of_equal_blocks(modules, data_of):
    """11,415 layers are drawn, and few boxes are made: time grows with the kinds of parts."""
    data = data_of(ResNeXtSpec.from_name("resnext152_32x4d", form="aggregated"))
    drawn, made = modules(
        """(data) => {
          const net = new M.Net(data.networks[0].forms.aggregated, "x");
          const {box} = M.layout([net], new M.Openness("paths"), "right").roots[0];
          const boxes = new Set();
          const visit = (one) => {
            if (boxes.has(one)) return;
            boxes.add(one);
            one.kids.forEach((kid) => visit(kid.box));
          };
          visit(box);
          return [box.count, boxes.size];
        }""",
        data,
    )
    assert drawn > 11_415
    assert made < 300


@pytest.mark.slow
def test_stages_of_networks_side_by_side_start_at_one_line(modules, data_of):
    names = ("resnext50_32x4d", "resnext101_32x4d", "resnext29_8x64d")
    data = data_of(*(ResNeXtSpec.from_name(name) for name in names))
    for level, direction in itertools.product(LEVELS[:3], ("right", "down")):
        flat = modules(FLAT, data, "grouped", level, direction)
        check(flat)
        axis = "x" if direction == "right" else "y"
        starts = {}
        for row in flat["rows"]:
            if row["parent"] >= 0 and "/" not in row["id"] and row["id"].startswith("stage"):
                starts.setdefault(row["id"], set()).add(round(row[axis], 2))
        assert set(starts) == {"stage1", "stage2", "stage3", "stage4"}
        assert all(len(found) == 1 for found in starts.values())


def test_folding_one_box_moves_nothing_before_it(modules, data_of):
    """A box opened in stage 2 leaves stage 1 and the stem where they were."""
    found = modules(
        """(data) => {
          const net = new M.Net(data.networks[0].forms.grouped, "x");
          const place = (openness) => {
            const scene = M.layout([net], openness, "right");
            return ["stem", "stage1", "stage1/block1"].map((id) => {
              const {x, y, w, h} = M.spotOf(scene, net.find(id));
              return [x, y, w, h];
            });
          };
          const openness = new M.Openness("blocks");
          return [place(openness), place(openness.with(net.find("stage2/block1"), true))];
        }""",
        data_of(SMALL),
    )
    assert found[0] == found[1]


@pytest.mark.slow
def test_wires_stay_joined_to_boxes_that_move(modules, data_of):
    """At any time each wire of the strip begins and ends at the edges of its two parts."""
    apart, slanted, count = modules(
        """(data) => {
          const net = new M.Net(data.networks[0].forms.grouped, "x");
          const view = {x: -1e6, y: -1e6, width: 2e6, height: 2e6, zoom: 1};
          const scene = (openness) => M.layout([net], openness, "right");
          const folded = new M.Openness("stages");
          const open = folded.with(net.find("stage2"), true).with(net.find("stage4"), true);
          let [apart, slanted, count] = [0, 0, 0];
          for (const [one, other] of [[folded, open], [open, folded]]) {
            const movers = M.moversBetween(scene(one), scene(other), view, view);
            const strip = movers.find(({part}) => !part.parent);
            const at = (id) => movers.find(({part}) => part.id === id);
            for (const t of [0, 0.3, 0.7, 1]) {
              for (const {wire, points} of M.wiresAt(strip, t)) {
                const ends = [[wire.from, points.slice(0, 2)], [wire.to, points.slice(-2)]];
                ends.forEach(([child, [px, py]], side) => {
                  const {x, y, w, h} = M.between(at(net.root.children[child].id), t);
                  apart = Math.max(apart, Math.abs(px - (side ? x : x + w)), y - py, py - y - h);
                });
                for (let i = 0; i + 3 < points.length; i += 2) {
                  const [x1, y1, x2, y2] = points.slice(i, i + 4);
                  slanted = Math.max(slanted, Math.min(Math.abs(x1 - x2), Math.abs(y1 - y2)));
                }
                count++;
              }
            }
          }
          return [apart, slanted, count];
        }""",
        data_of(ResNeXtSpec.from_name("resnext50_32x4d")),
    )
    assert count == 2 * 4 * 6
    assert apart < 0.01
    assert slanted < 0.01


def test_the_map_writes_numbers_as_the_pages_do(modules):
    values = [0, 999, 9_995, 9_996, 99_960, 112_500, 999_999, 25_028_904, 99_990_000, 4_230_479_872]
    values += [1_005, 10**15, 5 * 2**19 + 2**14]
    call = "(values) => values.map((v) => [M.short(v), M.measure('memory', v)])"
    assert modules(call, values) == [[numbers.short(v), numbers.size(v)] for v in values]
