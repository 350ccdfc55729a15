// What colours, heights and lines mean: on the map, and in words for its pictures.

import { make } from "./dom.js";
import { SCALE } from "./theme.js";
import { measure, METRIC_WORDS } from "./words.js";

/** @typedef {import("./paint.js").Look} Look */

/** @type {Array<[string, string]>} */
const KINDS = [
  ["conv", "conv"], ["grouped", "grouped, paths"], ["norm", "batch norm"], ["activation", "ReLU"],
  ["pool", "pooling"], ["merge", "add, concat, slice"], ["dense", "dense"],
];
/** Dashes of what is marked where networks are compared. */
export const DIFFERS = [6, 3];
export const MORE = [1.5, 3.5];

/** What the heat and the heights show, a sentence each. @param {Look} look @returns {string[]} */
export function legendWords({ colour, most, growth }) {
  const words = [];
  if (colour !== "kind") words.push(`Colour: ${METRIC_WORDS[colour]}, square-root scale, 0 to ${measure(colour, most)}`);
  if (!growth.isEven) words.push(`Height: ${heightWords(growth)}`);
  return words;
}

/** @param {import("./growth.js").Growth} growth */
function heightWords({ metric, most }) {
  const names = Object.entries({ stages: "stage", blocks: "block", layers: "layer", paths: "path" });
  const highest = names.filter(([rank]) => /** @type {any} */ (most)[rank]).map(([rank, name]) => `${name} ${measure(metric, /** @type {any} */ (most)[rank])}`);
  return `${METRIC_WORDS[metric]}, square-root scale in each rank; highest: ${highest.join(", ")}`;
}

/**
 * What is explained is what is seen: kinds of layers only once there are layers.
 *
 * @param {HTMLElement} legend
 * @param {Look} look
 * @param {{layers: boolean, blocks: boolean, compares: boolean}} seen
 */
export function fillLegend(legend, look, { layers, blocks, compares }) {
  const { theme, colour, growth } = look;
  const { ink } = theme;
  const marks = [lineKey(ink.mark, DIFFERS, "differs"), lineKey(ink.mark, MORE, "more or fewer parts")];
  const shortcuts = [lineKey(ink.identity, [], "identity shortcut"), lineKey(ink.projection, [5, 3], "projection")];
  const kinds = [...KINDS.map(([family, text]) => swatch(theme.family(family), text)), ...shortcuts];
  const blockKinds = ["projection block", "identity block"].map((family) => swatch(theme.family(family), family));
  legend.replaceChildren(
    ...(colour !== "kind" ? [scale(look)] : layers ? kinds : blocks ? blockKinds : []),
    ...(compares ? marks : []),
    ...(growth.isEven ? [] : [make("span", { class: "netmap-height", text: `Height: ${heightWords(growth)}` })]),
  );
}

/** @param {Look} look */
function scale({ theme, colour, most }) {
  const end = SCALE.length - 1;
  const stops = SCALE.map((_, i) => `${theme.heat((i / end) ** 2).fill} ${(100 * i) / end}%`);
  return make("div", { class: "netmap-scale" }, [
    make("b", { text: `Colour: ${METRIC_WORDS[colour]}, square-root scale` }),
    make("i", { style: `background: linear-gradient(90deg, ${stops.join(",")})` }),
    make("span", {}, [0, 0.25, 1].map((share) => make("span", { text: measure(colour, Math.round(most * share)) }))),
  ]);
}

/** @param {import("./theme.js").Colour} colour @param {string} text */
function swatch({ fill, border }, text) {
  return make("span", {}, [make("i", { style: `background:${fill};border-color:${border}` }), text]);
}

/** @param {string} colour @param {number[]} dash @param {string} text */
function lineKey(colour, dash, text) {
  const key = make("span");
  key.innerHTML = `<svg width="20" height="10" aria-hidden="true"><path d="M1 5H19" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash.join(" ")}"/></svg>`;
  key.append(text);
  return key;
}
