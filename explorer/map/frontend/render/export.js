// The picture as a file: SVG or PNG of all that is open, with its legend.

import { legendKeys, legendSentences } from "./legend-keys.js";
import { paint } from "./painter.js";
import { CanvasSurface, FONT, SvgSurface, widthOf } from "./surfaces.js";

/**
 * @typedef {import("../layout/scene.js").Scene} Scene
 * @typedef {import("./painter.js").Look} Look
 */

const MARGIN = 28;
const LINE = 20;
const STEP = 14;
const TYPE = 12.5;
/** Width before a key's text, and after it. */
const KEY = 20;
const MOST_PIXELS = 60e6;
const MOST_SIDE = 16000;

/**
 * Size of the picture at zoom 1, and the positions of its legend's keys: x and row.
 *
 * @param {Scene} scene @param {Look} look @param {string} family of the type
 */
function plan(scene, look, family) {
  const keys = legendKeys(look);
  let [x, row] = [0, 0];
  const places = keys.map(({ text }) => {
    const width = KEY + widthOf(text, TYPE, 400, family) + KEY;
    if (x && x + width > scene.w) [x, row] = [0, row + 1];
    const place = { x, row };
    x += width;
    return place;
  });
  const rows = keys.length ? row + 1 : 0;
  const h = scene.h + 2 * MARGIN + LINE * (rows + legendSentences(look).length);
  return { w: scene.w + 2 * MARGIN, h, keys, places, rows };
}

/** @param {import("./surfaces.js").Surface} surface @param {Scene} scene @param {Look} look @param {number} zoom @param {ReturnType<typeof plan>} planned */
function paintAll(surface, scene, look, zoom, { w, h, keys, places, rows }) {
  paint(surface, scene, { x: -MARGIN, y: -MARGIN, zoom, width: w * zoom, height: h * zoom }, { ...look, still: true });
  const base = (/** @type {number} */ row) => scene.h + MARGIN * 0.6 + LINE * (row + 0.5);
  keys.forEach((key, i) => {
    const { x, row } = places[i];
    if (key.box) surface.rect(x, base(row) - 10, 12, 12, 3, key.box.fill, { colour: key.box.border, width: 1 });
    else surface.line([x, base(row) - 4, x + 16, base(row) - 4], { colour: key.line, width: 2.5, dash: key.dash }, 0, 0);
    surface.text(key.text, x + KEY, base(row), TYPE, look.theme.ink.soft);
  });
  legendSentences(look).forEach((text, i) => {
    const y = base(rows + i);
    const steps = text.startsWith("Colour") ? 10 : 0;
    for (let k = 0; k < steps; k++) surface.rect(k * STEP, y - 9, STEP, 10, 0, look.theme.heat((k / 9) ** 2).fill);
    const x = steps ? steps * STEP + 10 : 0;
    surface.text(text, x, y, TYPE, look.theme.ink.soft, { room: w - MARGIN - x });
  });
}

/** Everything that is open, as SVG at zoom 1. @param {Scene} scene @param {Look} look @param {string} [family] of the type */
export function toSvg(scene, look, family = FONT) {
  const surface = new SvgSurface(family);
  const planned = plan(scene, look, family);
  paintAll(surface, scene, look, 1, planned);
  return surface.document([-MARGIN, -MARGIN, planned.w, planned.h], look.theme.ink.page);
}

/** Everything that is open, as PNG, twice as fine as the screen where that is not too large. @param {Scene} scene @param {Look} look @param {string} [family] of the type @returns {Promise<Blob|null>} */
export function toPng(scene, look, family = FONT) {
  const planned = plan(scene, look, family);
  const { w, h } = planned;
  const zoom = Math.min(2, Math.sqrt(MOST_PIXELS / (w * h)), MOST_SIDE / Math.max(w, h));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(w * zoom);
  canvas.height = Math.ceil(h * zoom);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = look.theme.ink.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(zoom, 0, 0, zoom, MARGIN * zoom, MARGIN * zoom);
  paintAll(new CanvasSurface(context, family), scene, look, zoom, planned);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Let the browser download a file. @param {string} name @param {Blob} blob */
export function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
