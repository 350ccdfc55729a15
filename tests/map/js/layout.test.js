// Geometry: series and parallel parts, what lies at a point, the camera, and labels of values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera, clampZoom } from "../../../explorer/map/frontend/layout/camera.js";
import { nearestSpot, openParts, partAt, seenParts, spotOf } from "../../../explorer/map/frontend/layout/hit-test.js";
import { layout } from "../../../explorer/map/frontend/layout/scene.js";
import { countOf, IN, OUT, seriesParallel } from "../../../explorer/map/frontend/layout/series-parallel.js";
import { full, measure, percent, shapeText, short } from "../../../explorer/map/frontend/model/labels.js";
import { Openness } from "../../../explorer/map/frontend/model/network.js";
import { networks } from "./resnext50.js";

const [net] = networks.in("grouped");

test("series, forks and bare shortcuts are told from other graphs", () => {
  const parts = (n, ...edges) => seriesParallel({ n, edges: edges.map(([a, b]) => [a, b, 1]) });
  assert.deepEqual(parts(2, [IN, 0], [0, 1], [1, OUT]), [0, 1]);
  const residual = parts(2, [IN, 0], [0, 1], [IN, 1], [1, OUT]);
  assert.equal(countOf(residual), 2);
  assert.deepEqual(residual.map((item) => typeof item), ["object", "number"]);
  const [{ branches }] = residual;
  assert.deepEqual(branches.map((items) => items.length).sort(), [0, 1]);
  // The bridge of Wheatstone, the smallest graph that is not made of series and parallel parts.
  assert.equal(parts(4, [IN, 0], [IN, 1], [0, 1], [0, 2], [1, 3], [2, OUT], [3, OUT], [2, 3]), null);
  assert.equal(parts(4, [IN, 0], [IN, 1], [0, 2], [1, 2], [0, 3], [2, 3], [3, OUT]), null);
});

test("the middle of each drawn layer belongs to it, and what is folded is found at its box", () => {
  for (const direction of ["right", "down"]) {
    for (const open of [new Openness("stages"), new Openness("layers"), Openness.parse("stages,stage2,stage2/block1")]) {
      const scene = layout([net], open, direction);
      for (const part of openParts(net.root, open)) {
        const { x, y, w, h } = spotOf(scene, part);
        if (part.isLayer || !open.isOpen(part)) assert.equal(partAt(scene, x + w / 2, y + h / 2).part, part, part.id);
      }
      assert.equal(partAt(scene, -50, -50), null);
    }
  }
  const scene = layout([net], new Openness("stages"), "right");
  const layer = net.find("stage2/block1/conv2");
  assert.equal(spotOf(scene, layer), null);
  assert.deepEqual(nearestSpot(scene, layer), spotOf(scene, net.find("stage2")));
});

test("parts that are seen, up to a number", () => {
  const scene = layout([net], new Openness("layers"), "right");
  const all = { x: 0, y: 0, zoom: 1, width: scene.w, height: scene.h };
  const drawn = [...openParts(net.root, new Openness("layers"))].length + 1;
  assert.equal(seenParts(scene, all, 0, 1e6).length, drawn);
  assert.equal(seenParts(scene, all, 0, drawn - 1), null);
  assert.deepEqual(seenParts(scene, { ...all, x: scene.w + 10 }, 0, 10), []);
});

test("the camera keeps the point under the pointer, and shows all of a rectangle", () => {
  const camera = new Camera(10, 20, 2);
  assert.deepEqual(camera.toMap(100, 50), [60, 45]);
  const nearer = camera.zoomed(1.5, 100, 50);
  assert.deepEqual([nearer.zoom, ...nearer.toMap(100, 50)], [3, 60, 45]);
  assert.deepEqual(camera.moved(30, -10).toMap(130, 40), [60, 45]);
  const on = Camera.on({ x: 100, y: 0, w: 400, h: 100 }, { x: 20, y: 20, w: 200, h: 200 });
  assert.equal(on.zoom, 0.5);
  assert.deepEqual(on.toMap(20, 120), [100, 50]);
  const half = camera.toward(new Camera(10, 20, 8), 0.5, 100, 100);
  assert.ok(Math.abs(half.zoom - 4) < 1e-9);
  assert.deepEqual([clampZoom(0), clampZoom(1), clampZoom(99)], [0.008, 1, 6]);
});

test("values in a few letters", () => {
  assert.deepEqual([0, 950, 9996, 25028904, 4230479872].map(short), ["0", "950", "10.0 k", "25.0 M", "4.23 G"]);
  assert.deepEqual([short(null), full(undefined), measure("memory", null), shapeText(null), percent(1, 0)], ["–", "–", "–", "?", "–"]);
  assert.deepEqual([full(25028904), measure("memory", 1536), measure("field", 427)], ["25,028,904", "1.50 KiB", "427 px"]);
  assert.deepEqual([percent(1, 8), percent(1, 1000), percent(1, 1e6), percent(0, 5), shapeText([56, 56, 64])], ["12.5 %", "0.1 %", "<0.1 %", "0.0 %", "56×56×64"]);
});
