// How high boxes are by a measure: square roots of shares, within bounds, so that all can be read.

import { MOST_CARD_GROWTH, MOST_GROWTH } from "./sizes.js";

/**
 * @typedef {import("./model.js").Net} Net
 * @typedef {"stages"|"blocks"|"layers"|"paths"} Rank
 */

/** Measures that are the same for all parts of one description, which share a layout. */
export const SIZES = ["params", "macs", "activations", "memory"];
export const EVEN = "even";

/** Among which boxes one is measured: a stage would dwarf every layer. @param {string} role @param {string} around role of the box around it @returns {Rank} */
export function rankOf(role, around) {
  if (around === "network") return "stages";
  if (around === "path" || role === "path") return "paths";
  return role === "layer" || role === "bundle" || role === "shortcut" ? "layers" : "blocks";
}

/** Heights of the boxes of networks that are seen together, by one measure. */
export class Growth {
  /** @param {Net[]} nets @param {string} metric one of `SIZES`; all else is even */
  constructor(nets, metric) {
    this.metric = SIZES.includes(metric) ? metric : EVEN;
    /** The largest value in each rank. @type {Record<Rank, number>} */
    this.most = { stages: 0, blocks: 0, layers: 0, paths: 0 };
    if (!this.isEven) nets.forEach((net) => this.measure(net));
  }

  get isEven() {
    return this.metric === EVEN;
  }

  /** @param {Net} net @param {number} number @returns {number} */
  value(net, number) {
    return /** @type {any} */ (net.totalsOf(number))[this.metric];
  }

  /** @param {Net} net */
  measure(net) {
    for (const { role = "", children = [] } of net.templates) {
      for (const [, number] of children) {
        const rank = rankOf(net.templates[number].role ?? "layer", role);
        this.most[rank] = Math.max(this.most[rank], this.value(net, number));
      }
    }
  }

  /**
   * By how much a closed box is higher than the lowest of its rank.
   *
   * @param {Net} net
   * @param {number} number of its description
   * @param {string} around role of the box around it
   * @param {boolean} card whether it stands in a strip to the right
   */
  of(net, number, around, card) {
    if (this.isEven) return 1;
    const most = this.most[rankOf(net.templates[number].role ?? "layer", around)];
    const share = most ? this.value(net, number) / most : 0;
    return 1 + ((card ? MOST_CARD_GROWTH : MOST_GROWTH) - 1) * Math.sqrt(share);
  }
}
