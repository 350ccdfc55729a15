// The picture as a file: SVG of all that is open, PNG of the same, with what colours and heights mean.

import { legendWords } from "./legend.js";
import { paint } from "./paint.js";
import { CanvasSurface, SvgSurface } from "./surfaces.js";

/**
 * @typedef {import("./layout.js").Scene} Scene
 * @typedef {import("./paint.js").Look} Look
 */

const MARGIN = 28;
const LINE = 20;
const STEP = 14;
const MOST_PIXELS = 60e6;
const MOST_SIDE = 16000;

/** Size of the picture at zoom 1. @param {Scene} scene @param {Look} look @returns {[number, number]} */
function sizeOf(scene, look) {
  return [scene.w + 2 * MARGIN, scene.h + 2 * MARGIN + LINE * legendWords(look).length];
}

/** @param {import("./surfaces.js").Surface} surface @param {Scene} scene @param {Look} look @param {number} zoom */
function paintAll(surface, scene, look, zoom) {
  const [w, h] = sizeOf(scene, look);
  paint(surface, scene, { x: -MARGIN, y: -MARGIN, zoom, width: w * zoom, height: h * zoom }, look);
  legendWords(look).forEach((text, i) => {
    const y = scene.h + MARGIN * 0.6 + LINE * (i + 0.5);
    const steps = text.startsWith("Colour") ? 10 : 0;
    for (let k = 0; k < steps; k++) surface.rect(k * STEP, y - 9, STEP, 10, 0, look.theme.heat((k / 9) ** 2).fill);
    surface.text(text, steps ? steps * STEP + 10 : 0, y, 12.5, look.theme.ink.soft);
  });
}

/** Everything that is open, as SVG at zoom 1. @param {Scene} scene @param {Look} look */
export function toSvg(scene, look) {
  const surface = new SvgSurface();
  paintAll(surface, scene, look, 1);
  return surface.document([-MARGIN, -MARGIN, ...sizeOf(scene, look)], look.theme.ink.page);
}

/** Everything that is open, as PNG, twice as fine as the screen where that is not too large. @param {Scene} scene @param {Look} look @returns {Promise<Blob|null>} */
export function toPng(scene, look) {
  const [w, h] = sizeOf(scene, look);
  const zoom = Math.min(2, Math.sqrt(MOST_PIXELS / (w * h)), MOST_SIDE / Math.max(w, h));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(w * zoom);
  canvas.height = Math.ceil(h * zoom);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = look.theme.ink.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(zoom, 0, 0, zoom, MARGIN * zoom, MARGIN * zoom);
  paintAll(new CanvasSurface(context), scene, look, zoom);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Hand a file to the browser's downloads. @param {string} name @param {Blob} blob */
export function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
