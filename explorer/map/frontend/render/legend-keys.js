// What colours, heights and lines mean: the legend as data.

import { measure } from "../model/labels.js";

/**
 * @typedef {import("./painter.js").Look} Look
 * @typedef {{text: string, box: import("./theme.js").Colour, line?: undefined} | {text: string, box?: undefined, line: string, dash: number[]}} Key
 */

/** Dashes of the outlines that mark differences. */
export const DIFFERS = [6, 3];
export const MORE = [1.5, 3.5];

/** A sentence for the heat scale and one for the heights. @param {Look} look @returns {string[]} */
export function legendSentences({ colour, most, heights, metrics }) {
  const words = [];
  if (colour !== "kind") words.push(`Colour: ${metrics[colour].label}, square-root scale, 0 to ${measure(colour, most)}`);
  if (!heights.isEven) words.push(`Height: ${heightSentence(heights, metrics)}`);
  return words;
}

/** @param {import("../layout/box-heights.js").BoxHeights} heights @param {Look["metrics"]} metrics */
export function heightSentence({ metric, most }, metrics) {
  const ranks = Object.entries(most).filter(([, value]) => value);
  const highest = ranks.map(([rank, value]) => `${rank.slice(0, -1)} ${measure(metric, value)}`);
  return `square root of ${metrics[metric].label}; the tallest: ${highest.join(", ")}`;
}

/** Colours and lines, each with its meaning; no colours where they show a metric. @param {Look} look @returns {Key[]} */
export function legendKeys({ theme, colour, families, shortcuts, compares }) {
  const { ink } = theme;
  /** @type {Key[]} */
  const keys = [];
  if (colour === "kind") {
    for (const [family, text] of Object.entries(theme.palette.labels)) if (families.has(family)) keys.push({ text, box: theme.family(family) });
    if (shortcuts) keys.push({ text: "identity shortcut", line: ink.identity, dash: [] }, { text: "projection shortcut", line: ink.projection, dash: [5, 3] });
  }
  if (compares) keys.push({ text: "differs", line: ink.mark, dash: DIFFERS }, { text: "more or fewer parts", line: ink.mark, dash: MORE });
  return keys;
}

/** Families of the colours that a network has, whether or not its boxes are open. @param {import("../model/network.js").Net} net @param {import("./theme.js").Theme} theme @returns {Set<string>} */
export function coloursIn({ templates }, theme) {
  const coloured = templates.filter(({ kind, role = "" }) => kind || ["stage", "block", "bundle", "path"].includes(role));
  return new Set(coloured.map((template) => theme.familyOf(template)));
}
