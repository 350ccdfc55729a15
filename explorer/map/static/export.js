// The picture as a file: SVG of all that is open, PNG of the same.

import { paint } from "./paint.js";
import { CanvasSurface, SvgSurface } from "./surfaces.js";

const MARGIN = 28;
const MOST_PIXELS = 60e6;
const MOST_SIDE = 16000;

/** Everything that is open, as SVG at zoom 1. @param {import("./layout.js").Scene} scene @param {import("./paint.js").Look} look */
export function toSvg(scene, look) {
  const surface = new SvgSurface();
  const [w, h] = [scene.w + 2 * MARGIN, scene.h + 2 * MARGIN];
  paint(surface, scene, { x: -MARGIN, y: -MARGIN, zoom: 1, width: w, height: h }, look);
  return surface.document([-MARGIN, -MARGIN, w, h], look.theme.ink.page);
}

/** Everything that is open, as PNG, twice as fine as the screen where that is not too large. @param {import("./layout.js").Scene} scene @param {import("./paint.js").Look} look @returns {Promise<Blob|null>} */
export function toPng(scene, look) {
  const [w, h] = [scene.w + 2 * MARGIN, scene.h + 2 * MARGIN];
  const zoom = Math.min(2, Math.sqrt(MOST_PIXELS / (w * h)), MOST_SIDE / Math.max(w, h));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(w * zoom);
  canvas.height = Math.ceil(h * zoom);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = look.theme.ink.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(zoom, 0, 0, zoom, MARGIN * zoom, MARGIN * zoom);
  paint(new CanvasSurface(context), scene, { x: -MARGIN, y: -MARGIN, zoom, width: canvas.width, height: canvas.height }, look);
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
