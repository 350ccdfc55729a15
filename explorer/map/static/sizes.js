// Sizes of the picture in map units, which are pixels at zoom 1.

export const HEAD = 24;
export const PAD = 12;
export const GAP = 22;
export const ZONE = 13;
export const LANE = 26;
export const BESIDE = 16;
export const GUTTER = 34;
export const STAGE_GAP = 58;
export const NET_GAP = 46;
export const TITLE = 34;
export const THIN = { head: 15, pad: 5, gap: 13, beside: 6 };

/** Width and height of a closed box or layer. @type {Record<string, [number, number]>} */
const SIZES = {
  layer: [150, 30],
  thin: [60, 22],
  stage: [196, 76],
  group: [150, 46],
  block: [190, 46],
  run: [190, 54],
  bundle: [176, 56],
  path: [60, 40],
  shortcut: [84, 40],
  network: [220, 90],
};

/** As cards of a strip that runs to the right. @type {Record<string, [number, number]>} */
const CARDS = {
  layer: [92, 210],
  stage: [186, 210],
  group: [128, 210],
  block: [186, 210],
  run: [186, 210],
};

/**
 * @param {string} role `layer` for a layer
 * @param {string} around role of the box around it
 * @param {boolean} card whether it stands in a strip to the right
 * @returns {[number, number]}
 */
export function sizeOf(role, around, card) {
  if (card) return CARDS[role] ?? CARDS.stage;
  if (around === "path" && role === "layer") return SIZES.thin;
  if (around === "network" && role === "group") return SIZES.stage;
  if (around === "network" && role === "layer") return [196, 40];
  return SIZES[role] ?? SIZES.group;
}
