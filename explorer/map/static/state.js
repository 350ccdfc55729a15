// What can be shared of a map: a few values, and the same as text for a URL.

/**
 * @typedef {object} MapState
 * @property {string} open level and the boxes that differ from it; see `Openness`
 * @property {string} selected id of the selected part, or empty
 * @property {number} network in which it is
 * @property {string} form of the split; empty for the network's own
 * @property {string} colour `kind` or a metric
 * @property {string} size `even` or a metric, which the boxes' heights show
 * @property {string} search what is looked for
 */

/** @type {MapState} */
export const START = { open: "stages", selected: "", network: 0, form: "", colour: "kind", size: "even", search: "" };

/** @param {MapState} state */
export function encodeState(state) {
  const some = Object.entries(state).filter(([key, value]) => value !== /** @type {any} */ (START)[key]);
  return new URLSearchParams(some.map(([key, value]) => [key, String(value)])).toString();
}

/** Known values of a URL's hash; others are left out. @param {string} text @returns {Partial<MapState>} */
export function decodeState(text) {
  /** @type {any} */
  const state = {};
  for (const [key, value] of new URLSearchParams(text.replace(/^#/, ""))) {
    if (key === "network") state[key] = Number(value) >= 0 ? Math.floor(Number(value)) : 0;
    else if (key in START) state[key] = value;
  }
  return state;
}
