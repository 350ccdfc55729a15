// The overview below the card: the whole map, with a frame around the part in view.

import { paint } from "../render/painter.js";
import { CanvasSurface } from "../render/surfaces.js";

const LONGEST = { w: 224, h: 120 };

/** Draws the whole scene once, and the frame after each picture. */
export class Overview {
  /** @param {HTMLCanvasElement} canvas @param {(x: number, y: number) => void} onGo to a point of the map */
  constructor(canvas, onGo) {
    this.canvas = canvas;
    /** @type {import("../layout/scene.js").Scene|null} */
    this.scene = null;
    /** @type {import("../render/painter.js").Look|null} */
    this.look = null;
    this.picture = document.createElement("canvas");
    this.zoom = 1;
    const go = (/** @type {PointerEvent} */ event) => {
      if (!event.buttons) return;
      const { left, top } = canvas.getBoundingClientRect();
      onGo((event.clientX - left) / this.zoom, (event.clientY - top) / this.zoom);
      event.stopPropagation();
    };
    canvas.addEventListener("pointerdown", go);
    canvas.addEventListener("pointermove", go);
  }

  /** @param {import("../render/screen.js").Screen} screen @param {boolean} needed unless all is in view */
  draw(screen, needed) {
    const { scene, look } = screen;
    const { x, y, zoom, width, height } = screen.view;
    if (needed && look && (scene !== this.scene || look !== this.look)) this.redraw(scene, look);
    this.canvas.hidden = !needed;
    if (this.canvas.hidden || !look) return;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.picture, 0, 0);
    const k = this.zoom * 2;
    context.fillStyle = look.theme.ink.glow + (look.theme.mode === "light" ? "1a" : "29");
    context.strokeStyle = look.theme.ink.glow;
    context.lineWidth = 3;
    const frame = /** @type {[number, number, number, number]} */ ([x * k, y * k, (width / zoom) * k, (height / zoom) * k]);
    context.fillRect(...frame);
    context.strokeRect(...frame);
  }

  /** @param {import("../layout/scene.js").Scene} scene @param {import("../render/painter.js").Look} look */
  redraw(scene, look) {
    [this.scene, this.look] = [scene, look];
    this.zoom = Math.min(LONGEST.w / scene.w, LONGEST.h / scene.h);
    const [w, h] = [scene.w, scene.h].map((side) => Math.max(12, Math.ceil(side * this.zoom)));
    for (const canvas of [this.canvas, this.picture]) [canvas.width, canvas.height] = [w * 2, h * 2];
    Object.assign(this.canvas.style, { width: `${w}px`, height: `${h}px` });
    const context = /** @type {CanvasRenderingContext2D} */ (this.picture.getContext("2d"));
    context.fillStyle = look.theme.ink.panel;
    context.fillRect(0, 0, w * 2, h * 2);
    context.setTransform(this.zoom * 2, 0, 0, this.zoom * 2, 0, 0);
    paint(new CanvasSurface(context), scene, { x: 0, y: 0, zoom: this.zoom, width: w, height: h }, { ...look, still: true });
  }
}
