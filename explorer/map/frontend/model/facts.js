// Facts about a part for its card and for screen readers.

import { blocksIn, boxTitle, full, measure, percent, shapeText } from "./labels.js";

/** @typedef {import("./network.js").Part} Part */

/** @param {Part} part */
export function titleOf(part) {
  return boxTitle(part.net, part.number, part.name);
}

/** @param {Part} part */
export function kindOf(part) {
  const { kind, label } = part.template;
  return kind ?? label ?? "box";
}

/** Rows of name and value. @param {Part} part @param {string} unit of the counting convention, such as MACs @returns {Array<[string, string]>} */
export function factsOf(part, unit) {
  const { net, template, totals } = part;
  const whole = net.totalsOf(net.root.number);
  /** @type {Array<[string, string]>} */
  const rows = [["kind", kindOf(part)]];
  const shapes = template.kind ? (template.in ?? []) : [net.inShape(part.number)].filter((s) => s !== null);
  if (shapes.length) rows.push(["in", shapesText(shapes)]);
  rows.push(["out", shapeText(net.outShape(part.number))]);
  for (const [name, value] of Object.entries(template.tags ?? {})) {
    rows.push([name, name === "kernel" && typeof value === "number" ? `${value}×${value}` : String(value)]);
  }
  if (!part.isLayer) {
    const blocks = blocksIn(net, part.number);
    if (blocks.length > 1) rows.push(["blocks", String(blocks.length)]);
    const paths = net.pathsIn(part.number);
    if (blocks.length && paths) rows.push([blocks.length > 1 ? "paths in each block" : "paths", String(paths)]);
    rows.push(["layers", full(totals.layers)]);
  }
  const known = (/** @type {"params"|"macs"|"activations"|"memory"} */ metric) => (part.isLayer ? template[metric] : totals[metric]);
  rows.push(["parameters", withShare(known("params"), whole.params)]);
  rows.push([unit, withShare(known("macs"), whole.macs)]);
  if (template.formula) rows.push([`${unit} =`, template.formula]);
  rows.push(["activations", withShare(known("activations"), whole.activations)]);
  rows.push(["feature maps", known("memory") === null ? "–" : `${measure("memory", known("memory"))}, ${percent(totals.memory, whole.memory)}`]);
  if (totals.time) rows.push([part.isLayer ? "time alone" : "time, layers alone", `${measure("time", totals.time)}, ${percent(totals.time, whole.time)}`]);
  if (part.reach) rows.push(["receptive field", `${part.reach}×${part.reach} px`]);
  return rows;
}

/** The Keras call that makes a layer; empty if it is not known. @param {Part} part */
export function callOf(part) {
  const width = Number(part.template.tags?.channels ?? 0);
  const path = Number(part.parent?.name.match(/\d+$/)?.[0] ?? 1);
  const name = part.id.replaceAll("/", "_");
  return (part.template.call ?? "")
    .replace("{name}", JSON.stringify(name))
    .replace("{pad}", JSON.stringify(`${name}_pad`))
    .replaceAll("{start}", String((path - 1) * width))
    .replaceAll("{stop}", String(path * width))
    .replaceAll("{rest}", String((part.template.in?.[0]?.at(-1) ?? 0) - path * width));
}

/** @type {Record<import("./differences.js").Mark, string>} */
const MARK_LABELS = { differs: "differs from the other networks", only: "not in every network", more: "more or fewer parts than in the other networks" };

/** A part in one sentence, for a screen reader. @param {Part} part @param {boolean} open @param {import("./differences.js").Mark} [mark] */
export function spokenLabel(part, open, mark) {
  const words = [titleOf(part)];
  if (!part.isLayer && kindOf(part) !== words[0]) words.push(kindOf(part));
  words.push(`output ${shapeText(part.net.outShape(part.number)).replaceAll("×", " by ")}`);
  words.push(`${full(part.totals.params)} parameters`);
  if (mark) words.push(MARK_LABELS[mark]);
  if (!part.isLayer) words.push(open ? "open" : "closed");
  return words.join(", ");
}

/** @param {number[][]} shapes */
function shapesText(shapes) {
  const texts = shapes.map(shapeText);
  const same = texts.every((text) => text === texts[0]);
  return texts.length > 1 && same ? `${texts.length} of ${texts[0]}` : texts.join(", ");
}

/** @param {number|null|undefined} part @param {number} whole */
function withShare(part, whole) {
  return part === null || part === undefined ? "unknown" : part ? `${full(part)}  (${percent(part, whole)})` : "0";
}
