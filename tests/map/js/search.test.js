// The search against parts found by hand-written rules.

import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, search } from "../../../explorer/map/frontend/model/search.js";
import { networks } from "./resnext50.js";

const [net] = networks.in("grouped");
const every = [...net.parts()].filter((part) => part.parent && !part.isVirtual);
const ids = (query, of = net) => search(of, query).map((part) => part.id);
const where = (keep) => every.filter(keep).map((part) => part.id);
const tags = (part) => part.template.tags ?? {};
const isConv = (part) => /^(Grouped)?Conv2D$/.test(part.template.kind);
const isBlock = (part) => /\/block\d+$/.test(part.id);
const isProjection = (part) => isBlock(part) && part.name === "block1";

/** The same result by each of several queries. */
const CASES = [
  [["3x3", "3×3", "3 x 3", "3X3"], (part) => tags(part).kernel === 3],
  [["3x3 conv", "conv 3×3", "3x3 convolutions", "kernel=3 conv", "conv, kernel 3x3"], (part) => isConv(part) && tags(part).kernel === 3],
  [["conv2 stage4", "stage4 conv2", "stage 4 conv2", "Stage4 CONV2"], (part) => /^stage4\/block\d+\/conv2$/.test(part.id)],
  [["groups 32", "groups=32", "groups = 32", "groups: 32", "groups == 32", "32 groups", "cardinality 32"], (part) => tags(part).groups === 32],
  [["stride = 2", "stride=2", "stride 2", "stride: 2", "strides =2", "stride>1", "stride ≥ 2"], (part) => tags(part).stride === 2],
  [["projection"], (part) => isProjection(part) || part.name === "shortcut"],
  [["projection block", "block projection", "projection blocks"], isProjection],
  [["identity", "identity block", "identity shortcut"], (part) => isBlock(part) && !isProjection(part)],
  [["shortcut", "skip connection", "skip", "projection shortcut"], (part) => part.name === "shortcut"],
  [["shortcut conv"], (part) => part.id.endsWith("/shortcut/conv")],
  [["block 1", "block1"], (part) => part.name === "block1"],
  [["batch normalization stem", "stem bn", "stem batch norm"], (part) => part.id === "stem/bn"],
  [["fully connected", "fc", "kind=dense", "dense"], (part) => part.template.kind === "Dense"],
  [["3x3 max pool", "max pooling"], (part) => part.template.kind === "MaxPooling2D"],
  [["params > 1M", "params>1e6", "parameters > 1,000,000", "params > 1 M"], (part) => part.isLayer && part.template.params > 1e6],
  [["total_params=512 stage1/", "stage1/ total params 512"], (part) => part.id.startsWith("stage1/") && part.template.total_params === 512],
  [["receptive field > 400", "rf>400", "field > 400 px"], (part) => part.isLayer && part.field > 400],
  [["memory > 1 MiB", "memory>1048576"], (part) => part.isLayer && part.template.memory > 2 ** 20],
  [["7x7x2048", "out=7×7×2048"], (part) => part.isLayer && part.template.out.join("x") === "7x7x2048"],
  [["stage3/ kind=Add", "kind = add stage3/"], (part) => part.id.startsWith("stage3/") && part.template.kind === "Add"],
];

for (const [queries, keep] of CASES) {
  for (const query of queries) {
    test(query, () => {
      const expected = where(keep);
      assert.ok(expected.length);
      assert.deepEqual(ids(query), expected);
    });
  }
}

test("params are what training changes: moving statistics are in total_params alone", () => {
  const bn = net.find("stem/bn").template;
  assert.deepEqual([bn.params, bn.total_params], [128, 256]);
  assert.ok(ids("params=128").includes("stem/bn"));
  assert.ok(!ids("params=256").includes("stem/bn"));
  assert.ok(ids("total_params=256").includes("stem/bn"));
});

test("a number at the end of a name is the whole number", () => {
  const [paths] = networks.in("aggregated");
  assert.deepEqual(ids("path1 stage1 block2", paths), ["stage1/block2/path1"]);
  assert.equal(ids("paths stage1 block2", paths).length, 32);
});

test("every example finds something", () => {
  for (const query of net.vocabulary.examples) assert.ok(ids(query).length, query);
});

test("nothing is found without a reason", () => {
  assert.deepEqual(ids("   "), []);
  for (const [query, why] of [
    ["qqq", /^Nothing found: no part matches “qqq”\.$/],
    ["conv2 groups=33", /^Nothing found: no part matches “groups = 33”\.$/],
    ["stem dense", /^Nothing found: no part matches all of “stem”, “dense”\.$/],
    ["flavour=3", /^“flavour” is not a setting or measure\. Known: activation, activations, .*stride.*units\.$/],
    ["constructor=3", /^“constructor” is not a setting/],
    ["[(*", /^Nothing found/],
    ["=", /^Nothing found/],
  ]) {
    assert.deepEqual(ids(query), [], query);
    assert.match(explain([net], query), why);
  }
});
