// The state of a view that can be shared, and the same as text of a URL.

import { EVEN, LEVELS, METRICS, SIZES } from "./network.js";

/** Characters of a refused value that the message shows. */
const MOST_SHOWN = 60;

/**
 * @typedef {object} MapState
 * @property {string} open a level and the exceptions to it; see `Openness`
 * @property {string} selected id of the selected part, or empty
 * @property {number} network position of the network of the selected part
 * @property {string} form of the split; empty for the network's own
 * @property {string} colour `kind` or a metric
 * @property {string} size `even` or a metric, which the boxes' heights show
 * @property {string} search the query
 */

/** @type {MapState} */
export const START = { open: "stages", selected: "", network: 0, form: "", colour: "kind", size: "even", search: "" };

/** @param {MapState} state */
export function encodeState(state) {
  const some = Object.entries(state).filter(([key, value]) => value !== /** @type {any} */ (START)[key]);
  return new URLSearchParams(some.map(([key, value]) => [key, String(value)])).toString();
}

/** The values of a URL's hash; the app's addresses call the selected part `at`. @param {string} text @returns {Record<string, string>} */
export function decodeState(text) {
  const pairs = [...new URLSearchParams(text.replace(/^#/, ""))];
  return Object.fromEntries(pairs.map(([key, value]) => [key === "at" ? "selected" : key, value]));
}

/**
 * The valid part of a request, and a sentence for each value that is not valid.
 *
 * @param {Record<string, string>} request
 * @param {import("./networks.js").Networks} networks
 */
export function checkState(request, networks) {
  /** @type {Partial<MapState>} */
  const state = {};
  /** @type {string[]} */
  const refused = [];
  const { plain, forms } = networks;
  const numbers = plain.map((_, i) => String(i));
  /** @type {Record<string, string[]>} */
  const choices = { open: LEVELS, colour: ["kind", ...METRICS.filter((metric) => metric in networks.vocabulary.metrics)], size: [EVEN, ...SIZES], form: forms, network: numbers };
  const refuse = (/** @type {string} */ rule, /** @type {string} */ value, /** @type {string} */ instead) =>
    refused.push(`In the address: ${rule}. Received ${JSON.stringify(value.slice(0, MOST_SHOWN))}; ${instead}.`);
  for (const [key, value] of Object.entries(request)) {
    const first = key === "open" ? value.split(",").filter(Boolean)[0] : value;
    if (!(key in START)) refuse(`a key must be one of ${Object.keys(START).join(", ")}`, key, "it is ignored");
    else if (choices[key] && !choices[key].includes(first)) refuse(`${key} must be one of ${choices[key].join(", ")}`, value, "using the default");
    else Object.assign(state, { [key]: key === "network" ? Number(value) : value });
  }
  const net = networks.in(networks.formFor(state.form ?? ""))[state.network ?? 0];
  if (state.selected && !net.find(state.selected)) {
    const found = net.nearest(state.selected)?.id ?? "";
    const parts = net.root.children;
    refuse(`selected must be a part of ${net.name}, such as ${parts[parts.length - 1].id}`, state.selected, `showing ${found || "the whole network"}`);
    state.selected = found;
  }
  return { state, refused };
}
