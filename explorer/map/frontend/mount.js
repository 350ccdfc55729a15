// Mounting a map in an element: the one function that hosts call.

import { NetMap } from "./netmap.js";

/**
 * @typedef {import("./state.js").MapState} MapState
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
 * @param {any} data as `explorer.map.data.map_data` gives it
 * @param {Options} [options]
 * @param {Callbacks} [callbacks]
 */
export function mount(root, data, options = {}, callbacks = {}) {
  const map = new NetMap(root, data, options, callbacks);
  return {
    map,
    /** @param {any} newData @param {Partial<MapState>} [state] */
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
