// The views of the past, to go back and forward.

import { encodeState } from "../model/state.js";

const MOST = 200;

/** @typedef {{state: import("../model/state.js").MapState, camera: import("../layout/camera.js").Camera}} Entry */

/** A list of views, with the present one. */
export class ViewHistory {
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

  /** Make the view this many steps away the present one. @param {number} step @returns {Entry|undefined} */
  travel(step) {
    const entry = this.entries[this.at + step];
    if (entry) this.at += step;
    return entry;
  }
}
