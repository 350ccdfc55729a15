// A running search: its matches, and which of them is shown.

import { explain, search } from "./search.js";

export class SearchSession {
  /** @param {import("./network.js").Net[]} nets @param {string} query @param {import("./network.js").Part|null} part that is shown */
  constructor(nets, query, part) {
    this.nets = nets;
    this.query = "";
    /** @type {import("./network.js").Part[]} */
    this.matches = [];
    this.at = -1;
    this.start(query);
    if (part) this.at = this.matches.indexOf(part);
  }

  /** Search for a query, unless it is the present one. @param {string} query */
  start(query) {
    if (query === this.query && this.matches.length) return;
    this.query = query;
    this.matches = this.nets.flatMap((net) => search(net, query));
    this.at = -1;
  }

  /** The next or the previous match, starting over at the ends. @param {number} by 1 or -1 */
  step(by) {
    const count = this.matches.length;
    if (!count) return null;
    this.at = this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    return this.matches[this.at];
  }

  /** Such as `2 of 16`. */
  get status() {
    if (!this.query.trim()) return "";
    const place = this.at < 0 ? "" : `${this.at + 1} of `;
    return this.matches.length ? `${place}${this.matches.length.toLocaleString("en-US")}` : "no matches";
  }

  /** Why nothing was found, in a sentence; empty if there are matches or no query. */
  get explanation() {
    return this.query.trim() && !this.matches.length && this.nets.length ? explain(this.nets, this.query) : "";
  }

  /** Queries that find something here, with their numbers of matches. @returns {Array<[string, number]>} */
  get examples() {
    const queries = this.nets[0]?.vocabulary.examples ?? [];
    const counted = queries.map((query) => /** @type {[string, number]} */ ([query, this.nets.flatMap((net) => search(net, query)).length]));
    return counted.filter(([, count]) => count);
  }
}
