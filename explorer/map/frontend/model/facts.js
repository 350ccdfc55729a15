// What the card says about a part, as plain rows; the card and screen readers show it.

import { blockKind, blocksIn, boxTitle, full, measure, percent, shapeText } from "./words.js";

/** @typedef {import("./model.js").Part} Part */

/** @type {Record<string, string>} */
const KIND_NAMES = { run: "blocks in a row", bundle: "parallel paths", group: "group of layers", network: "network", stage: "stage", path: "path", shortcut: "projection shortcut" };

/** @param {Part} part */
export function titleOf(part) {
  return boxTitle(part.net, part.number, part.name);
}

/** @param {Part} part */
export function kindOf(part) {
  const { kind, role } = part.template;
  return kind ?? (role === "block" ? blockKind(part.net, part.number) : (KIND_NAMES[role ?? ""] ?? "box"));
}

/**
 * Rows of name and value.
 *
 * @param {Part} part
 * @param {string} unit of the counting convention, such as MACs
 * @returns {Array<[string, string]>}
 */
export function factsOf(part, unit) {
  const { net, template, totals } = part;
  const whole = net.totalsOf(net.root.number);
  /** @type {Array<[string, string]>} */
  const rows = [["kind", kindOf(part)]];
  const shapes = template.kind ? (template.in ?? []) : [net.inShape(part.number)].filter((s) => s !== null);
  if (shapes.length) rows.push(["in", inWords(shapes)]);
  rows.push(["out", shapeText(net.outShape(part.number))]);
  for (const [name, value] of Object.entries(template.tags ?? {})) {
    rows.push([name, name === "kernel" && typeof value === "number" ? `${value}×${value}` : String(value)]);
  }
  if (!part.isLayer) {
    const blocks = blocksIn(net, part.number);
    if (blocks.length > 1) rows.push(["blocks", String(blocks.length)]);
    rows.push(["layers", full(totals.layers)]);
  }
  const known = (/** @type {"params"|"macs"|"activations"|"memory"} */ metric) => (part.isLayer ? template[metric] : totals[metric]);
  rows.push(["parameters", withShare(known("params"), whole.params)]);
  rows.push([unit, withShare(known("macs"), whole.macs)]);
  if (template.formula) rows.push([`${unit} =`, template.formula]);
  rows.push(["activations", withShare(known("activations"), whole.activations)]);
  rows.push(["output memory", known("memory") === null ? "–" : `${measure("memory", known("memory"))}, ${percent(totals.memory, whole.memory)}`]);
  if (part.reach) rows.push(["receptive field", `${part.reach}×${part.reach} px`]);
  return rows;
}

/** The Keras call that makes a layer; empty where none is known. @param {Part} part */
export function callOf(part) {
  const width = Number(part.template.tags?.channels ?? 0);
  const path = Number(part.parent?.name.match(/\d+$/)?.[0] ?? 1);
  return (part.template.call ?? "")
    .replace("{name}", JSON.stringify(part.id.replaceAll("/", "_")))
    .replace("{start}", String((path - 1) * width))
    .replace("{stop}", String(path * width));
}

/** @type {Record<import("./differ.js").Mark, string>} */
const MARK_WORDS = { differs: "differs from the other networks", only: "not in every network", more: "more or fewer parts than in the other networks" };

/** In one sentence, for a screen reader. @param {Part} part @param {boolean} open @param {import("./differ.js").Mark} [mark] */
export function spoken(part, open, mark) {
  const words = [titleOf(part)];
  if (!part.isLayer && kindOf(part) !== words[0]) words.push(kindOf(part));
  words.push(`output ${shapeText(part.net.outShape(part.number)).replaceAll("×", " by ")}`);
  words.push(`${full(part.totals.params)} parameters`);
  if (mark) words.push(MARK_WORDS[mark]);
  if (!part.isLayer) words.push(open ? "open" : "folded");
  return words.join(", ");
}

/** @param {number[][]} shapes */
function inWords(shapes) {
  const texts = shapes.map(shapeText);
  const same = texts.every((text) => text === texts[0]);
  return texts.length > 1 && same ? `${texts.length} of ${texts[0]}` : texts.join(", ");
}

/** @param {number|null|undefined} part @param {number} whole */
function withShare(part, whole) {
  return part === null || part === undefined ? "unknown" : part ? `${full(part)}  (${percent(part, whole)})` : "0";
}
