// The state of a view as text of an address, what an address may ask for, and the way back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ViewHistory } from "../../../explorer/map/frontend/input/history.js";
import { Camera } from "../../../explorer/map/frontend/layout/camera.js";
import { checkState, decodeState, encodeState, START } from "../../../explorer/map/frontend/model/state.js";
import { networks } from "./resnext50.js";

const STATE = {
  open: "blocks,stage1/block1", selected: "stage1/block1/conv1", network: 0, form: "split", colour: "macs", size: "params", search: "3x3 conv & more",
};

test("a state survives as text, which says nothing of what is as it starts", () => {
  assert.equal(encodeState(START), "");
  assert.equal(encodeState({ ...START, colour: "macs" }), "colour=macs");
  const { state, refused } = checkState(decodeState(`#${encodeState(STATE)}`), networks);
  assert.deepEqual(refused, []);
  assert.deepEqual({ ...START, ...state }, STATE);
  assert.deepEqual(decodeState("at=stem"), { selected: "stem" });
});

test("what cannot be is refused with its rule and its value", () => {
  const ask = (text) => checkState(decodeState(text), networks);
  for (const [text, rule] of [
    ["colour=red", /colour must be one of kind, params, .*field\. Received "red"; using the default/],
    ["size=field", /size must be one of even, params, macs, activations, memory\./],
    ["open=everything,stage1", /open must be one of stages, blocks, layers, paths/],
    ["network=1", /network must be one of 0\. Received "1"/],
    ["zoom=3", /a key must be one of open, selected, .*\. Received "zoom"; it is ignored/],
    [`form=${"x".repeat(200)}`, /Received "x{60}"/],
  ]) {
    const { state, refused } = ask(text);
    assert.equal(refused.length, 1, text);
    assert.match(refused[0], rule);
    assert.deepEqual(state, {});
  }
  const near = ask("selected=stage1/block1/path40&form=split");
  assert.match(near.refused[0], /showing stage1\/block1\.$/);
  assert.deepEqual(near.state, { form: "split", selected: "stage1/block1" });
});

test("back and forward; a new view ends the way forward, an equal one adds nothing", () => {
  const history = new ViewHistory();
  const entry = (colour) => ({ state: { ...START, colour }, camera: new Camera() });
  assert.deepEqual([history.canBack, history.canForward], [false, false]);
  for (const colour of ["kind", "params", "params", "macs"]) history.add(entry(colour));
  assert.equal(history.travel(-1).state.colour, "params");
  assert.equal(history.travel(-1).state.colour, "kind");
  assert.equal(history.travel(-1), undefined);
  assert.equal(history.travel(2).state.colour, "macs");
  history.travel(-2);
  history.add(entry("memory"));
  assert.deepEqual([history.canBack, history.canForward], [true, false]);
  assert.equal(history.travel(-1).state.colour, "kind");
});
