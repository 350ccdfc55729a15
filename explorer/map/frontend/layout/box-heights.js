// Heights of boxes that show a metric: square roots of shares, within readable bounds.

import { EVEN, SIZES } from "../model/network.js";
import { MOST_CARD_RATIO, MOST_HEIGHT_RATIO } from "./constants.js";

/**
 * @typedef {import("../model/network.js").Net} Net
 * @typedef {"stages"|"blocks"|"layers"|"paths"} Rank
 */

/** The rank of boxes with which one is compared: next to a stage, every layer would be tiny. @param {string} role @param {string} around role of the box around it @returns {Rank} */
function rankOf(role, around) {
  if (around === "network") return "stages";
  if (around === "path" || role === "path") return "paths";
  return role === "layer" || role === "bundle" || role === "shortcut" ? "layers" : "blocks";
}

/** Heights of the boxes of networks that are shown together, by one metric. */
export class BoxHeights {
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

  /** @param {Net} net */
  measure(net) {
    for (const { role = "", children = [] } of net.templates) {
      for (const [, number] of children) {
        const rank = rankOf(net.templates[number].role ?? "layer", role);
        this.most[rank] = Math.max(this.most[rank], net.total(number, this.metric));
      }
    }
  }

  /**
   * Height of a closed box divided by that of the lowest of its rank.
   *
   * @param {Net} net
   * @param {number} number of its description
   * @param {string} around role of the box around it
   * @param {boolean} card whether it is a card of a strip to the right
   */
  of(net, number, around, card) {
    if (this.isEven) return 1;
    const most = this.most[rankOf(net.templates[number].role ?? "layer", around)];
    const share = most ? net.total(number, this.metric) / most : 0;
    return 1 + ((card ? MOST_CARD_RATIO : MOST_HEIGHT_RATIO) - 1) * Math.sqrt(share);
  }
}
