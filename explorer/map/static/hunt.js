// A search that is under way: what was found, and which of it is looked at.

import { search } from "./search.js";

export class Hunt {
  /** @param {import("./model.js").Net[]} nets @param {string} query @param {import("./model.js").Part|null} part that is looked at */
  constructor(nets, query, part) {
    this.query = "";
    /** @type {import("./model.js").Part[]} */
    this.matches = [];
    this.at = -1;
    this.start(nets, query);
    if (part) this.at = this.matches.indexOf(part);
  }

  /** Look for a query, unless it is the one that was looked for. @param {import("./model.js").Net[]} nets @param {string} query */
  start(nets, query) {
    if (query === this.query && this.matches.length) return;
    this.query = query;
    this.matches = nets.flatMap((net) => search(net, query));
    this.at = -1;
  }

  /** The next match, or the one before; around at the ends. @param {number} by 1 or -1 */
  step(by) {
    const count = this.matches.length;
    if (!count) return null;
    this.at = this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    return this.matches[this.at];
  }

  /** Such as `2 of 16`. */
  get words() {
    if (!this.query.trim()) return "";
    const place = this.at < 0 ? "" : `${this.at + 1} of `;
    return this.matches.length ? `${place}${this.matches.length.toLocaleString("en-US")}` : "none";
  }
}
