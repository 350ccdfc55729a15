// Marks on boxes: the button that opens and closes one, and the paths of its blocks.

import { BUTTON } from "../layout/constants.js";

/** @typedef {import("./painter.js").Painter} Painter */

/** A smaller button is not drawn, and cannot be pressed. */
const LEAST_BUTTON_PX = 9;
/** Up to this number, each path is a bar. */
const MOST_BARS = 64;

/** Whether buttons are drawn at a zoom. @param {number} zoom */
export function hasButtons(zoom) {
  return BUTTON.size * zoom >= LEAST_BUTTON_PX;
}

/** The button of a box: plus to open it, minus to close it. @param {Painter} p @param {number} x of the box @param {number} y @param {boolean} open @param {{fill: string}} colour of the box */
export function paintButton(p, x, y, open, { fill }) {
  if (p.look.still || !hasButtons(p.view.zoom)) return;
  const { size } = BUTTON;
  const [left, top] = [x + BUTTON.x, y + BUTTON.y];
  const { ink, soft, panel } = p.theme.ink;
  p.surface.rect(left, top, size, size, 4.5, fill === panel ? p.theme.ink.hover : panel, { colour: soft, width: 1 });
  const [arm, thick] = [4, 1.6];
  const [cx, cy] = [left + size / 2, top + size / 2];
  p.surface.rect(cx - arm, cy - thick / 2, 2 * arm, thick, 0, ink);
  if (!open) p.surface.rect(cx - thick / 2, cy - arm, thick, 2 * arm, 0, ink);
}

/** The colour of a block's paths: that of grouped convolutions, or of any other where there is a single one. @param {Painter} p @param {number} count @param {string} other where colours show a metric */
export function pathColour({ look, theme }, count, other) {
  return look.colour === "kind" ? theme.family(count > 1 ? "grouped" : "conv").border : other;
}

/** A bar for each of up to 64 paths: many thin ones, or a single wide one. @param {Painter} p @param {number} count @param {number} x @param {number} y @param {number} w @param {number} h @param {string} fill */
export function pathBars(p, count, x, y, w, h, fill) {
  const drawn = Math.min(count, MOST_BARS);
  const step = w / drawn;
  const bar = drawn === 1 ? w : Math.max(step * 0.6, 0.8);
  for (let i = 0; i < drawn; i++) p.surface.rect(x + i * step, y, bar, h, 0, fill);
}
