// Numbers, shapes and layers in a few words.

/** @typedef {import("./model.js").Template} Template */

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
  if (metric === "memory") return scaled(value, BYTES, " B");
  return metric === "field" ? `${value} px` : short(value);
}

/** What metrics are called. @type {Record<string, string>} */
export const METRIC_WORDS = {
  params: "parameters", macs: "MACs", activations: "activations", memory: "memory", field: "receptive field",
};

/** @type {Record<string, string>} */
const UNITS = { params: " params", macs: " MACs", activations: " activ." };

/** The same with what it counts, in a few letters: `425 M MACs`. @param {string} metric @param {number|null|undefined} value */
export function counted(metric, value) {
  return measure(metric, value) + (UNITS[metric] ?? "");
}

/** @param {number} value @param {Array<[number, string]>} steps @param {string} plain */
function scaled(value, steps, plain) {
  for (const [step, unit] of steps) {
    if (value >= step) {
      const part = value / step;
      return part.toFixed(part < 10 ? 2 : part < 100 ? 1 : 0) + unit;
    }
  }
  return `${value}${plain}`;
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

/** @type {Record<string, string>} */
const KINDS = {
  InputLayer: "input",
  BatchNormalization: "batch norm",
  GlobalAveragePooling2D: "average pool",
  GlobalMaxPooling2D: "max pool",
  Add: "add",
  Concatenate: "concatenate",
  Flatten: "flatten",
  ChannelSlice: "slice",
};
/** @type {Record<string, string>} */
const THIN_KINDS = { BatchNormalization: "BN", Concatenate: "concat" };

/** Such as `3×3 conv, 128`. @param {Template} layer @param {boolean} [thin] in the few letters of a path */
export function layerWords(layer, thin = false) {
  const kind = layer.kind ?? "";
  const { kernel, filters, units } = layer.tags ?? {};
  const window = kernel === undefined ? "" : String(kernel).includes("x") ? String(kernel) : `${kernel}×${kernel}`;
  if (filters !== undefined) return thin ? `${window}, ${filters}` : `${window} conv, ${filters}`;
  if (kind === "MaxPooling2D") return `${window} max pool`;
  if (kind === "AveragePooling2D") return `${window} average pool`;
  if (units !== undefined) return `dense, ${units}`;
  return (thin && THIN_KINDS[kind]) || (KINDS[kind] ?? kind);
}

/** What a box is called: `stage 1`, `5 × identity block`, `32 paths`. @param {import("./model.js").Net} net @param {number} number @param {string} name */
export function boxTitle(net, number, name) {
  const template = net.templates[number];
  if (template.kind !== undefined) return layerWords(template);
  const children = template.children ?? [];
  if (template.role === "run") return `${blockKind(net, children[0][1])} × ${children.length}`;
  if (template.role === "bundle") return `${children.length} ${plain(children[0][0])}s`;
  if (template.role === "network") return net.name;
  return name.replace(/\/$/, "").replace(/^(stage|group|block|path)(\d+)$/, "$1 $2");
}

/** `projection block` or `identity block`; `block` if it is neither. @param {import("./model.js").Net} net @param {number} number */
export function blockKind(net, number) {
  const template = net.templates[number];
  if (template.role !== "block") return plain(template.role ?? "box");
  const children = template.children ?? [];
  if (children.some(([, child]) => net.templates[child].role === "shortcut")) return "projection block";
  const skips = children.some(([, , sources]) => sources.length > 1 && sources.includes(-1));
  return skips ? "identity block" : "block";
}

/** The blocks inside a box, one by one. @param {import("./model.js").Net} net @param {number} number @returns {string[]} */
export function blocksIn(net, number) {
  const { role, children = [] } = net.templates[number];
  if (role === "block") return [blockKind(net, number)];
  return children.flatMap(([, child]) => (net.templates[child].kind ? [] : blocksIn(net, child)));
}

/** Where a run's names begin and end: `2–6`. @param {Template} run */
export function rangeWords(run) {
  const names = (run.children ?? []).map(([name]) => name);
  const [first, last] = [names[0], names[names.length - 1]].map((name) => name.match(/\d+$/)?.[0] ?? "");
  return last ? `${first}–${last}` : "";
}

/** @param {string} name */
function plain(name) {
  return name.replace(/[\d/]+$/, "");
}
