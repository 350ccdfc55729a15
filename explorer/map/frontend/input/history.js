// What was seen before, to go back and forward through.

import { encodeState } from "./state.js";

const MOST = 200;

/** @typedef {{state: import("./state.js").MapState, camera: import("./camera.js").Camera}} Entry */

/** A line of views, with the one that is seen now. */
export class Past {
  constructor() {
    /** @type {Entry[]} */
    this.entries = [];
    this.at = -1;
  }

  get canBack() {
    return this.at > 0;
  }

  get canForward() {
    return this.at < this.entries.length - 1;
  }

  /** @param {Entry} entry */
  add(entry) {
    const last = this.entries[this.at];
    if (last && encodeState(last.state) === encodeState(entry.state)) return;
    this.entries = [...this.entries.slice(0, this.at + 1), { ...entry, state: { ...entry.state } }].slice(-MOST);
    this.at = this.entries.length - 1;
  }

  /** The view so many steps away, which is the present one from now on. @param {number} step @returns {Entry|undefined} */
  travel(step) {
    const entry = this.entries[this.at + step];
    if (entry) this.at += step;
    return entry;
  }
}
