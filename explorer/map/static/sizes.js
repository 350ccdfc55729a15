// Sizes of the picture in map units, which are pixels at zoom 1.

export const HEAD = 24;
export const PAD = 12;
export const GAP = 22;
export const ZONE = 13;
export const LANE = 26;
export const BESIDE = 16;
export const GUTTER = 34;
export const STAGE_GAP = 74;
export const STAGE_GAP_DOWN = 38;
/** Width of a run that is spread, by its height. */
export const RUN_SHAPE = 0.8;
export const NET_GAP = 46;
export const TITLE = 50;
export const THIN = { head: 15, pad: 5, gap: 13, beside: 6 };

/** Width and height of a closed box or layer. @type {Record<string, [number, number]>} */
const SIZES = {
  layer: [180, 30],
  thin: [60, 22],
  stage: [206, 46],
  group: [150, 46],
  block: [206, 46],
  run: [238, 54],
  bundle: [206, 56],
  path: [60, 40],
  shortcut: [84, 40],
  network: [220, 90],
};

/** As slabs of a strip that runs down. @type {[number, number]} */
export const SLAB = [250, 88];

/** As cards of a strip that runs to the right. @type {Record<string, [number, number]>} */
const CARDS = {
  layer: [112, 292],
  stage: [196, 292],
  group: [136, 292],
  block: [196, 292],
  run: [196, 292],
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
  if (around === "network" && ["stage", "group", "block"].includes(role)) return SLAB;
  return SIZES[role] ?? SIZES.group;
}
