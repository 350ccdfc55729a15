// Labels of numbers, shapes, layers and boxes.

/** @typedef {import("./network.js").Template} Template */

/** @type {Array<[number, string]>} */
const STEPS = [[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]];
/** @type {Array<[number, string]>} */
const BYTES = [[2 ** 30, " GiB"], [2 ** 20, " MiB"], [2 ** 10, " KiB"]];

/** 25.1 M. @param {number|null|undefined} value */
export function short(value) {
  return value === null || value === undefined ? "–" : scaled(value, STEPS, "");
}

/** 25,097,128. @param {number|null|undefined} value */
export function full(value) {
  return value === null || value === undefined ? "–" : value.toLocaleString("en-US");
}

/** A metric's value with its unit. @param {string} metric @param {number|null|undefined} value */
export function measure(metric, value) {
  if (value === null || value === undefined) return "–";
  if (metric === "time") return `${value >= 100 ? Math.round(value) : value.toPrecision(value < 0.1 ? 1 : 3)} ms`;
  if (metric === "memory") return scaled(value, BYTES, " B");
  return metric === "field" ? `${value} px` : short(value);
}

/** A metric's value with what it counts, in a few letters: `425 M MACs`. @param {import("./networks.js").Vocabulary} vocabulary @param {string} metric @param {number|null|undefined} value */
export function counted({ metrics }, metric, value) {
  return `${measure(metric, value)} ${metrics[metric].unit}`.trimEnd();
}

/** @param {number} value @param {Array<[number, string]>} steps @param {string} plain */
function scaled(value, steps, plain) {
  for (const [i, [step, unit]] of steps.entries()) {
    const below = steps[i + 1]?.[0] ?? 1;
    // A value that rounds up to the next unit, or to one digit more, is written that way.
    if (Math.round(value / below) * below >= step) {
      const part = value / step;
      const digits = [2, 1].find((count) => Math.round(value * 10 ** count / step) < 1000) ?? 0;
      return part.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }) + unit;
    }
  }
  return full(value) + plain;
}

/** 56×56×64. @param {number[]|null|undefined} lengths */
export function shapeText(lengths) {
  return lengths && lengths.length ? lengths.join("×") : "?";
}

/** 12.3 %. @param {number} part @param {number} whole */
export function percent(part, whole) {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  return share > 0 && share < 0.05 ? "<0.1 %" : `${share.toFixed(1)} %`;
}

/** Such as `3×3 conv, 128`. @param {Template} layer @param {boolean} [thin] in the few letters of a path */
export function layerLabel(layer, thin = false) {
  return (thin ? layer.short : layer.title) ?? layer.kind ?? "";
}

/** The title of a box: `stage 1`, `identity block × 5`, `32 paths`. @param {import("./network.js").Net} net @param {number} number @param {string} name */
export function boxTitle(net, number, name) {
  const template = net.templates[number];
  if (template.kind !== undefined) return layerLabel(template);
  const children = template.children ?? [];
  if (template.role === "run") return `${blockKind(net, children[0][1])} × ${children.length}`;
  if (template.role === "bundle") return `${children.length} ${plain(children[0][0])}s`;
  if (template.role === "network") return net.name;
  return name.replace(/\/$/, "").replace(/^(stage|group|block|path)(\d+)$/, "$1 $2");
}

/** `projection block` or `identity block`; `block` if it is neither. @param {import("./network.js").Net} net @param {number} number */
export function blockKind(net, number) {
  const template = net.templates[number];
  return template.role === "block" ? (template.label ?? "block") : plain(template.role ?? "box");
}

/** The blocks inside a box, one by one. @param {import("./network.js").Net} net @param {number} number @returns {string[]} */
export function blocksIn(net, number) {
  const { role, children = [] } = net.templates[number];
  if (role === "block") return [blockKind(net, number)];
  return children.flatMap(([, child]) => (net.templates[child].kind ? [] : blocksIn(net, child)));
}

/** Numbers of the first and the last block of a run: `2–6`. @param {Template} run */
export function rangeLabel(run) {
  const names = (run.children ?? []).map(([name]) => name);
  const [first, last] = [names[0], names[names.length - 1]].map((name) => name.match(/\d+$/)?.[0] ?? "");
  return last ? `${first}–${last}` : "";
}

/** @param {string} name */
function plain(name) {
  return name.replace(/[\d/]+$/, "");
}
