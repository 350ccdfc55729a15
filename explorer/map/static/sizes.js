// Sizes of the picture in map units, which are pixels at zoom 1.

export const HEAD = 24;
export const PAD = 12;
export const GAP = 22;
export const ZONE = 13;
export const LANE = 26;
export const BESIDE = 16;
export const GUTTER = 34;
export const STAGE_GAP = 46;
export const STAGE_GAP_DOWN = 22;
/** Width of a run that is spread, by its height. */
export const RUN_SHAPE = 0.8;
export const NET_GAP = 36;
export const TITLE = 50;
export const THIN = { head: 15, pad: 5, gap: 13, beside: 6 };

/** Width and height of a closed box or layer. @type {Record<string, [number, number]>} */
const SIZES = {
  layer: [192, 30],
  thin: [60, 22],
  stage: [206, 46],
  group: [150, 46],
  block: [196, 50],
  run: [216, 58],
  bundle: [222, 60],
  path: [60, 40],
  shortcut: [84, 40],
  network: [220, 90],
};

/** As slabs of a strip that runs down: alone, as wide as a telephone, and beside others. @type {[number, number]} */
const SLAB = [330, 54];
/** @type {[number, number]} */
const SLAB_BESIDE = [226, 54];

/** Widths as cards of a strip that runs to the right: input, stem, four stages and classifier fill a page's column. @type {Record<string, number>} */
const CARD_WIDTHS = { layer: 80, stage: 97 };
/** Heights of cards with the volume of the output in them, and without. */
export const CARD_HEIGHT = 430;
export const CARD_HEIGHT_LOW = 218;
/** Where wires of the strip meet a card, from above: at the middle of the volume. */
export const CARD_WIRE = 150;
export const CARD_WIRE_LOW = 108;
/** Height of the highest boxes by that of the lowest, where a measure sizes them. */
export const MOST_GROWTH = 3;
export const MOST_CARD_GROWTH = 1.9;

/**
 * @param {string} role `layer` for a layer
 * @param {string} around role of the box around it
 * @param {boolean} card whether it stands in a strip to the right
 * @param {boolean} low whether it is to leave room for others
 * @returns {[number, number]} without what a measure adds to the height
 */
export function sizeOf(role, around, card, low) {
  if (card) return [CARD_WIDTHS[role] ?? CARD_WIDTHS.stage, low ? CARD_HEIGHT_LOW : CARD_HEIGHT];
  if (around === "path" && role === "layer") return SIZES.thin;
  if (around === "network" && ["stage", "group", "block", "run"].includes(role)) return low ? SLAB_BESIDE : SLAB;
  return SIZES[role] ?? SIZES.group;
}
