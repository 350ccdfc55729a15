// The tree of a network: places, sums, what is open, and what differs from another network.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openParts } from "../../../explorer/map/frontend/layout/hit-test.js";
import { Differences } from "../../../explorer/map/frontend/model/differences.js";
import { callOf, factsOf, spokenLabel } from "../../../explorer/map/frontend/model/facts.js";
import { blocksIn, boxTitle, layerLabel, measure } from "../../../explorer/map/frontend/model/labels.js";
import { Openness } from "../../../explorer/map/frontend/model/network.js";
import { Networks } from "../../../explorer/map/frontend/model/networks.js";
import { SearchSession } from "../../../explorer/map/frontend/model/search-session.js";
import { checkState } from "../../../explorer/map/frontend/model/state.js";
import { data, networks } from "./resnext50.js";

const [net] = networks.in("grouped");
const [split] = networks.in("split");
const part = (id, of = net) => of.find(id);
const layersIn = (of) => [...of.parts()].filter(({ isLayer }) => isLayer);

test("each part is found by its id, and a run adds nothing to an id", () => {
  const all = [...net.parts()].filter((one) => one.parent && !one.isVirtual);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  for (const one of all) assert.equal(net.find(one.id), one);
  assert.equal(part("stage1/block2/conv1").parent.parent.template.role, "run");
  assert.equal(net.find("stage9"), null);
  assert.equal(net.nearest("stage1/block2/path7/conv1").id, "stage1/block2");
  assert.equal(net.nearest("nowhere"), null);
});

test("sums of boxes are sums over their layers", () => {
  assert.equal(net.root.totals.params, 25028904); // as torchvision's resnext50_32x4d
  for (const of of [net, split]) {
    for (const metric of ["params", "macs", "activations", "memory"]) {
      const sum = layersIn(of).reduce((total, { template }) => total + template[metric], 0);
      assert.equal(of.root.value(metric), sum, metric);
    }
    assert.equal(of.root.totals.layers, of.layers);
    assert.equal(layersIn(of).length, of.layers);
  }
});

test("the receptive field of a box is the largest inside", () => {
  assert.equal(part("stem/conv").reach, 7);
  for (const id of ["stem", "stage2", "stage3/block4", ""]) {
    const inside = layersIn(net).filter((one) => one.id.startsWith(id)).map(({ field }) => field);
    if (inside.every((field) => field !== null)) assert.equal(part(id).reach, Math.max(...inside), id);
  }
});

test("a level opens boxes, and exceptions to it survive as text", () => {
  const seen = (open) => [...openParts(net.root, open)].map(({ id }) => id);
  const stages = new Openness("stages");
  assert.deepEqual(seen(stages), ["input", "stem", "stage1", "stage2", "stage3", "stage4", "classifier"]);
  const open = stages.with(part("stage2"), true);
  assert.equal(open.toString(), "stages,stage2");
  assert.equal(open.with(part("stage2"), false).toString(), "stages");
  assert.deepEqual(seen(Openness.parse("stages,stage2")), seen(open));
  assert.deepEqual(seen(open).slice(3, 5), ["stage2", "stage2/block1"]);
  const revealed = stages.revealing(part("stage3/block2/conv2"));
  assert.ok(seen(revealed).includes("stage3/block2/conv2"));
  assert.equal(new Openness("nonsense").level, "stages");
  assert.deepEqual(net.levels, ["stages", "blocks", "layers"]);
  assert.deepEqual(split.levels, ["stages", "blocks", "layers", "paths"]);
});

test("labels of boxes and layers", () => {
  const title = (one) => boxTitle(one.net, one.number, one.name);
  assert.equal(title(part("stage1")), "stage 1");
  assert.equal(title(part("stage1/block2").parent), "identity block × 2");
  assert.equal(title(part("stage1/block1/path7", split).parent), "32 paths");
  assert.deepEqual(blocksIn(net, part("stage1").number), ["projection block", "identity block", "identity block"]);
  const conv = part("stage1/block1/conv2").template;
  assert.equal(conv.label, "3×3 conv, 128, 32 groups");
  assert.equal(layerLabel(conv), "3×3 conv, 128");
  assert.equal(layerLabel(conv, true), "3×3, 128");
  assert.equal(layerLabel(part("stem/pool").template), "3×3 max pool");
  assert.equal(layerLabel(part("stem/bn").template, true), "BN");
  assert.equal(layerLabel(part("classifier/dense").template), "dense, 1000");
});

test("facts of the card, the Keras call and the spoken label", () => {
  const facts = Object.fromEntries(factsOf(part("stage1/block1/conv2"), "MACs"));
  assert.equal(facts.in, "56×56×128");
  assert.equal(facts.kernel, "3×3");
  assert.match(facts.parameters, /^4,608 {2}\(/);
  assert.equal(facts["MACs ="], "3 × 3 × 4 × 128 × 56 × 56");
  assert.equal(Object.fromEntries(factsOf(net.root, "MACs")).parameters, "25,028,904  (100.0 %)");
  assert.match(callOf(part("stage1/block1/path7/slice", split)), /^# x\[\.\.\., 24:28\]\n.*Cropping2D\(\(\(0, 0\), \(24, 100\)\), .*name="stage1_block1_path7_slice"\)$/);
  for (const of of [net, split]) for (const layer of layersIn(of)) assert.doesNotMatch(callOf(layer), /[{}]/, layer.id);
  const stage = Object.fromEntries(factsOf(part("stage3"), "MACs"));
  assert.deepEqual([stage.blocks, stage["paths in each block"]], ["6", "32"]);
  const counts = ["stem", "stage1", "stage1/block1", "stage1/block1/conv2", "stage1/block1/conv1"].map((id) => net.pathsIn(part(id).number));
  assert.deepEqual(counts, [0, 32, 32, 32, 0]);
  assert.equal(split.pathsIn(part("stage1/block1", split).number), 32);
  assert.equal(spokenLabel(part("stage1"), false, "differs"), "stage 1, stage, output 56 by 56 by 256, 205,824 parameters, differs from the other networks, closed");
});

test("a network differs from itself in nothing, and from its other form in its blocks", () => {
  const two = new Networks({ ...data, networks: [data.networks[0], data.networks[0]] });
  assert.deepEqual(new Differences(two.in("grouped")).marks.map(({ size }) => size), [0, 0]);
  const unlike = new Differences([net, split]);
  assert.equal(unlike.of(part("stem")), undefined);
  assert.equal(unlike.of(part("stage1/block1/conv1")), undefined);
  assert.equal(unlike.of(part("stage1/block1/conv2")), "only");
  assert.equal(unlike.of(part("stage1/block1")), "more");
  assert.match(unlike.notes(part("stage1/block1/conv2"))[0], /^Not in network 2\.$/);
});

test("a search session steps around, says where it is, and starts anew", () => {
  const session = new SearchSession([net], "max pool", null);
  assert.equal(session.status, "1");
  const many = new SearchSession([net], "3x3 conv", part("stage1/block1/conv2"));
  const count = layersIn(net).filter(({ template }) => template.tags?.kernel === 3 && "filters" in template.tags).length;
  assert.equal(many.status, `1 of ${count}`);
  assert.equal(many.step(-1), many.matches[count - 1]);
  assert.equal(many.step(1), part("stage1/block1/conv2"));
  many.start("qqq");
  assert.deepEqual([many.status, many.step(1)], ["no matches", null]);
  assert.match(many.explanation, /qqq/);
});

test("measured times sum up, and only a measured network offers them as a colour", () => {
  const timed = structuredClone(data);
  for (const template of timed.networks[0].forms.grouped.templates) if (template.kind) template.time = 0.25;
  timed.vocabulary.metrics.time = { label: "time", unit: "" };
  const all = new Networks(timed);
  const [one] = all.in("grouped");
  assert.equal(one.root.value("time"), 0.25 * one.layers);
  assert.equal(one.find("stage1").value("time"), 0.25 * one.find("stage1").totals.layers);
  assert.equal(measure("time", one.find("stem/conv").value("time")), "0.250 ms");
  assert.deepEqual([measure("time", 123.4), measure("time", 12.34), measure("time", 0.0123)], ["123 ms", "12.3 ms", "0.01 ms"]);
  assert.ok(factsOf(one.find("stage1"), "MACs").some(([label]) => label.startsWith("time")));
  assert.ok(!factsOf(net.find("stage1"), "MACs").some(([label]) => label.startsWith("time")));
  assert.deepEqual(checkState({ colour: "time" }, all), { state: { colour: "time" }, refused: [] });
  assert.equal(checkState({ colour: "time" }, networks).refused.length, 1);
});
