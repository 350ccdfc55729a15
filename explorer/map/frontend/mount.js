// Puts a map into an element: the function that hosts call.

import { NetMap } from "./netmap.js";

/**
 * @typedef {import("./model/state.js").MapState} MapState
 *
 * @typedef {object} Options
 * @property {Partial<MapState>} [state] to begin with
 * @property {number} [height] in pixels; without it the map fills its element
 * @property {"auto"|"light"|"dark"} [theme] `auto` follows the system
 * @property {boolean} [marks] mark what differs among networks, unless false
 * @property {boolean} [url] keep the state in the address, behind #
 *
 * @typedef {{change?: (state: MapState) => void}} Callbacks
 */

/**
 * Put a map into an element.
 *
 * @param {HTMLElement|ShadowRoot} root
 * @param {import("./model/networks.js").MapData} data
 * @param {Options} [options]
 * @param {Callbacks} [callbacks]
 */
export function mount(root, data, options = {}, callbacks = {}) {
  const map = new NetMap(root, data, options, callbacks);
  return {
    map,
    /** @param {import("./model/networks.js").MapData} newData @param {Partial<MapState>} [state] */
    update(newData, state) {
      if (state) map.state = { ...map.state, ...state };
      map.setData(newData);
    },
    /** @param {Partial<MapState>} state */
    show: (state) => map.show(state),
    /** @param {"light"|"dark"} theme */
    setTheme: (theme) => {
      if (theme !== map.options.theme) map.setTheme(theme);
    },
    state: () => ({ ...map.state }),
    destroy: () => map.destroy(),
  };
}
