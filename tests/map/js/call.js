// Calls functions of the pure modules for Python's tests: one JSON text a line, in and out.

import { createInterface } from "node:readline";

const FRONTEND = "../../../explorer/map/frontend";
const NAMES = [
  "model/network", "model/labels", "layout/scene", "layout/hit-test", "render/transitions", "render/wire-transitions",
];
const M = {};
for (const name of NAMES) Object.assign(M, await import(`${FRONTEND}/${name}.js`));

for await (const line of createInterface({ input: process.stdin })) {
  const { call, values } = JSON.parse(line);
  let answer;
  try {
    answer = { value: new Function("M", `return (${call});`)(M)(...values) };
  } catch (error) {
    answer = { error: error.stack };
  }
  console.log(JSON.stringify(answer));
}
