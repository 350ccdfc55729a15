// Where channels are drawn, and which of them a channel reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { channelAt, edge, rowAt, sources, strips, Y } from "../../../explorer/charts/cardinality/frontend/layout.js";

const CASES = [[128, 32], [64, 1], [112, 8], [512, 8], [256, 256], [4096, 64], [65536, 65536], [3, 3]];

test("every channel has a place of its own, from left to right, inside the room", () => {
  for (const [channels, paths] of CASES) {
    for (const room of [150, 240, 420, 900]) {
      const row = strips(channels, paths, 100, room);
      let last = 100;
      for (let channel = 0; channel < channels; channel += Math.ceil(channels / 300)) {
        const x = edge(row, channel, paths);
        assert.ok(x >= last - 1e-6 && x + row.cell <= 100 + room + 1e-6, `${channels} in ${paths} at ${room}: ${channel}`);
        last = x;
      }
    }
  }
});

test("a pointer finds the channel that is drawn there", () => {
  for (const [channels, paths] of CASES) {
    const row = strips(channels, paths, 100, 400);
    for (let channel = 0; channel < channels; channel += Math.ceil(channels / 500)) {
      assert.equal(channelAt(row, edge(row, channel, paths) + row.cell / 2, paths), channel, `${channels} in ${paths}`);
    }
    assert.equal(channelAt(row, -50, paths), 0);
    assert.equal(channelAt(row, 9999, paths), channels - 1);
  }
});

test("paths have gaps between them, and share strips where there is no room", () => {
  const row = strips(128, 32, 0, 320);
  assert.deepEqual([row.count, row.bundle, row.cells], [32, 1, true]);
  assert.ok(row.width < row.step);
  const narrow = strips(256, 256, 0, 240);
  assert.ok(narrow.bundle > 1 && narrow.count * narrow.bundle >= 256);
  assert.ok(narrow.step >= 3.4);
  assert.equal(strips(512, 8, 0, 400).cells, false); // 64 channels in 36 pixels
  assert.equal(strips(64, 1, 0, 300).width, 300);
});

test("a channel of a path reads the path's channels, any other all", () => {
  const grouped = { channels: 128, groups: 32, reads: 4 };
  assert.deepEqual(sources(grouped, 0), [0, 4]);
  assert.deepEqual(sources(grouped, 66), [64, 68]);
  assert.deepEqual(sources(grouped, 127), [124, 128]);
  assert.deepEqual(sources({ channels: 64, groups: 1, reads: 64 }, 33), [0, 64]);
  assert.deepEqual(sources({ channels: 256, groups: 1, reads: 128 }, 200), [0, 128]);
});

test("a height belongs to the nearest row of channels", () => {
  assert.equal(rowAt(0), 1);
  assert.equal(rowAt(Y.one + 3), 1);
  assert.equal(rowAt(Y.two + 3), 2);
  assert.equal(rowAt(Y.end), 3);
});
