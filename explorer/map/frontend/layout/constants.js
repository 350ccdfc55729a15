// Sizes in map units, which are pixels at zoom 1.

export const HEAD = 26;
export const PAD = 12;
export const GAP = 22;
export const ZONE = 13;
export const LANE = 26;
export const BRANCH_GAP = 16;
export const GUTTER = 34;
/** Distances between the boxes of a strip to the right and of one that runs down, at least. */
export const STAGE_GAP = 16;
export const STAGE_GAP_DOWN = 14;
/** Width of an open run divided by its height. */
export const RUN_SHAPE = 0.8;
export const NET_GAP = 24;
export const TITLE = 48;
export const THIN = { head: 24, pad: 6, gap: 15, branchGap: 8 };
/** The button that opens and closes a box, from the box's corner; at the same place in both states. */
export const BUTTON = { x: 6, y: 5, size: 16 };

/** The smallest type in map units, and on the screen in pixels: smaller text is not drawn. */
export const LEAST_TYPE = 11;
export const LEGIBLE_PX = 10;
/** The zoom from which all text is legible. */
export const LEGIBLE_ZOOM = LEGIBLE_PX / LEAST_TYPE;

/** Width and height of a closed box or layer. @type {Record<string, [number, number]>} */
const SIZES = {
  layer: [208, 30],
  grouped: [208, 40],
  thin: [70, 24],
  stage: [206, 46],
  group: [150, 46],
  block: [214, 44],
  run: [232, 52],
  bundle: [256, 60],
  path: [76, 40],
  shortcut: [104, 40],
  network: [220, 90],
};
/** Height of a row that draws the paths of a block. */
export const PATHS_ROW = 16;

/** Widths of boxes of a strip, at least: cards to the right, slabs of one network and of several. */
export const CARD_WIDTHS = { layer: 86, box: 96 };
export const SLAB_WIDTH = 330;
export const SLAB_WIDTH_NARROW = 168;
/** Widths up to which these are stretched to fill a screen. */
export const MOST_CARD_WIDTH = 210;
export const MOST_SLAB_WIDTH = 560;
/** Distance from a card's top to its wires: the middle of the drawing, or the title. */
export const CARD_WIRE = 90;
export const CARD_WIRE_LOW = 38;
/** Height of the highest boxes divided by that of the lowest, where heights show a metric. */
export const MOST_HEIGHT_RATIO = 3;
export const MOST_CARD_RATIO = 1.9;

/** Width and height of a closed box that is not in a strip, before a metric adds to it. @param {string} role `layer` for a layer @param {string} around role of the box around it @param {number} paths that it shows @returns {[number, number]} */
export function sizeOf(role, around, paths) {
  if (around === "path" && role === "layer") return SIZES.thin;
  if (role === "layer") return paths > 1 ? SIZES.grouped : SIZES.layer;
  const [w, h] = SIZES[role] ?? SIZES.group;
  return [w, h + (paths && (role === "block" || role === "run") ? PATHS_ROW : 0)];
}
