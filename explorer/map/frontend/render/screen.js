// The canvas: draws the scene after changes, and transitions from scene to scene.

import { Camera } from "../layout/camera.js";
import { spotOf } from "../layout/hit-test.js";
import { Fade } from "./fade.js";
import { paint } from "./painter.js";
import { CanvasSurface } from "./surfaces.js";
import { between, moversBetween, paintTransition } from "./transitions.js";

const MOVE_MS = 240;
const DOT = 1.3;
/** Pixels around a part that its outline may cover. */
const OUTLINE_ROOM = 6;
/** A picture that moves by a larger share of its side is drawn again. */
const MOST_SHIFT = 0.5;

/**
 * @typedef {import("../layout/scene.js").Scene} Scene
 * @typedef {import("../model/network.js").Part} Part
 * @typedef {{part: Part, colour: string, width: number, dash?: number[]}} Outline
 * @typedef {import("./transitions.js").Mover} Mover
 */

/** Shows a scene on a canvas. */
export class Screen {
  /** @param {HTMLCanvasElement} canvas @param {() => void} onDraw called after each picture */
  constructor(canvas, onDraw) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.surface = new CanvasSurface(this.context);
    this.onDraw = onDraw;
    this.camera = new Camera();
    /** @type {Scene} */
    this.scene = { w: 1, h: 1, roots: [] };
    /** @type {import("./painter.js").Look|null} */
    this.look = null;
    /** @type {Outline[]} */
    this.outlines = [];
    this.width = this.height = this.ratio = 1;
    this.frame = 0;
    this.drawn = 0;
    /** Whether more than the camera's position has changed since the last picture. */
    this.stale = true;
    /** Parts of which only the outlines have changed. @type {Set<Part>} */
    this.touched = new Set();
    /** The camera of the picture on the canvas. @type {Camera|null} */
    this.painted = null;
    /** @type {{start: number, from: Camera, to: Camera, movers: Mover[], fade: Fade|null}|null} */
    this.move = null;
    this.still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    // Whole pixels: a picture that ends within one leaves a line of the canvas's own colour.
    [this.width, this.height] = [Math.max(1, Math.floor(width)), Math.max(1, Math.floor(height))];
    this.ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    Object.assign(this.canvas.style, { width: `${this.width}px`, height: `${this.height}px` });
    this.canvas.width = Math.round(this.width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
    this.invalidate();
  }

  get view() {
    const { x, y, zoom } = this.camera;
    return { x, y, zoom, width: this.width, height: this.height };
  }

  invalidate() {
    this.stale = true;
    this.schedule();
  }

  /** Draw again around a part whose outline has changed. @param {Part} part */
  redrawAround(part) {
    this.touched.add(part);
    this.schedule();
  }

  schedule() {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** Go to another view, and from one scene to the next. @param {Camera} goal @param {Scene} [scene] */
  go(goal, scene) {
    const before = this.scene;
    const from = this.camera;
    /** @type {Mover[]|null} */
    let movers = [];
    if (scene && !this.still && this.drawn) movers = moversBetween(before, scene, this.view, { ...this.view, ...goal });
    if (scene) this.scene = scene;
    this.camera = goal;
    const fade = movers || !this.drawn ? null : new Fade(this.context);
    const moving = { start: performance.now(), from: fade ? goal : from, to: goal, movers: movers ?? [], fade };
    this.move = this.still || !this.drawn ? null : moving;
    this.invalidate();
  }

  /** End a transition where it is. */
  halt() {
    if (this.move) this.stale = true;
    this.move = null;
  }

  /** Move the camera without a transition. @param {Camera} camera */
  moveTo(camera) {
    this.halt();
    const { painted } = this;
    if (painted && painted.zoom === camera.zoom) {
      // By whole pixels, so that the picture can be shifted.
      const k = camera.zoom * this.ratio;
      const snapped = (/** @type {number} */ from, /** @type {number} */ to) => from + Math.round((to - from) * k) / k;
      this.camera = new Camera(snapped(painted.x, camera.x), snapped(painted.y, camera.y), camera.zoom);
    } else {
      this.camera = camera;
      this.stale = true;
    }
    this.schedule();
  }

  /** @param {number} now */
  tick(now) {
    this.frame = 0;
    if (!this.look) return;
    if (!this.move) {
      if (this.stale || !this.shift()) this.draw();
      else for (const part of this.touched) this.drawAround(part);
      this.touched.clear();
    } else {
      const t = Math.min(1, Math.max(0, now - this.move.start) / MOVE_MS);
      const eased = 1 - (1 - t) ** 3;
      const { from, to, movers, fade } = this.move;
      this.camera = from.toward(to, eased, this.width, this.height);
      if (t < 1 && fade) fade.paint(eased, () => this.draw());
      else if (t >= 1 || !movers.length) this.draw();
      else this.drawTransition(movers, eased);
      if (t >= 1) this.move = null;
      if (this.move) this.invalidate();
    }
    this.drawn++;
    this.onDraw();
  }

  /** Shift the picture on the canvas and draw what comes into view; false if that saves nothing. */
  shift() {
    const { painted, camera, canvas, context, ratio } = this;
    if (!painted || painted.zoom !== camera.zoom) return false;
    const k = camera.zoom * ratio;
    const [dx, dy] = [Math.round((painted.x - camera.x) * k), Math.round((painted.y - camera.y) * k)];
    const [w, h] = [canvas.width, canvas.height];
    if (Math.abs(dx) > w * MOST_SHIFT || Math.abs(dy) > h * MOST_SHIFT) return false;
    if (!dx && !dy) return true;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.drawImage(canvas, dx, dy);
    if (dx) this.drawStrip(dx > 0 ? 0 : w + dx, 0, Math.abs(dx), h);
    if (dy) this.drawStrip(0, dy > 0 ? 0 : h + dy, w, Math.abs(dy));
    this.painted = camera;
    return true;
  }

  /** @param {Part} part */
  drawAround(part) {
    const spot = spotOf(this.scene, part);
    if (!spot) return;
    const { camera, ratio, canvas } = this;
    const k = camera.zoom * ratio;
    const edge = OUTLINE_ROOM * ratio;
    const [left, top] = [Math.max(0, Math.floor((spot.x - camera.x) * k - edge)), Math.max(0, Math.floor((spot.y - camera.y) * k - edge))];
    const right = Math.min(canvas.width, Math.ceil((spot.x + spot.w - camera.x) * k + edge));
    const bottom = Math.min(canvas.height, Math.ceil((spot.y + spot.h - camera.y) * k + edge));
    if (right > left && bottom > top) this.drawStrip(left, top, right - left, bottom - top);
  }

  /** Draw a part of the canvas only. @param {number} x @param {number} y @param {number} w @param {number} h */
  drawStrip(x, y, w, h) {
    const { context, ratio, camera } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(x, y, w, h);
    context.clip();
    this.clear(x / ratio, y / ratio, w / ratio, h / ratio);
    this.mapTransform();
    const k = camera.zoom * ratio;
    const view = { x: camera.x + x / k, y: camera.y + y / k, zoom: camera.zoom, width: w / ratio, height: h / ratio };
    paint(this.surface, this.scene, view, /** @type {import("./painter.js").Look} */ (this.look));
    this.drawOutlines();
    context.restore();
    this.surface.reset();
  }

  /** Draw the page and its grid of dots. @param {number} [left] @param {number} [top] @param {number} [w] @param {number} [h] */
  clear(left = 0, top = 0, w = this.width, h = this.height) {
    const { context, ratio } = this;
    const { page, dots } = /** @type {import("./painter.js").Look} */ (this.look).theme.ink;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    this.surface.reset();
    context.fillStyle = page;
    context.fillRect(left, top, w, h);
    const step = gridStep(this.camera.zoom);
    context.fillStyle = dots;
    /** The last dot before an edge. @type {(corner: number, edge: number) => number} */
    const start = (corner, edge) => {
      const origin = -corner * this.camera.zoom;
      return origin + Math.floor((edge - DOT - origin) / step) * step;
    };
    for (let x = start(this.camera.x, left); x < left + w; x += step) {
      for (let y = start(this.camera.y, top); y < top + h; y += step) context.fillRect(x, y, DOT, DOT);
    }
  }

  mapTransform() {
    const { x, y, zoom } = this.camera;
    const k = zoom * this.ratio;
    this.context.setTransform(k, 0, 0, k, -x * k, -y * k);
    this.surface.reset();
  }

  draw() {
    this.clear();
    this.mapTransform();
    paint(this.surface, this.scene, this.view, /** @type {import("./painter.js").Look} */ (this.look));
    this.drawOutlines();
    this.stale = false;
    this.painted = this.camera;
  }

  /** @param {(part: Part) => import("../layout/camera.js").Rect|null} [spotFor] */
  drawOutlines(spotFor = (part) => spotOf(this.scene, part)) {
    const { context, ratio, camera } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const { part, colour, width, dash } of this.outlines) {
      const spot = spotFor(part);
      if (!spot) continue;
      const grow = width / 2 + 1.5;
      const [x, y] = [(spot.x - camera.x) * camera.zoom - grow, (spot.y - camera.y) * camera.zoom - grow];
      const [w, h] = [spot.w * camera.zoom + 2 * grow, spot.h * camera.zoom + 2 * grow];
      if (x > this.width || y > this.height || x + w < 0 || y + h < 0) continue;
      context.beginPath();
      context.roundRect(x, y, w, h, Math.min(10 * camera.zoom + grow, w / 2, h / 2));
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.setLineDash(dash ?? []);
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** @param {Mover[]} movers @param {number} t */
  drawTransition(movers, t) {
    this.clear();
    this.stale = true;
    this.mapTransform();
    const look = /** @type {import("./painter.js").Look} */ (this.look);
    paintTransition(this.context, this.surface, this.view, look, movers, t);
    const now = new Map(movers.map((mover) => [mover.part, mover]));
    this.drawOutlines((part) => {
      const mover = now.get(part);
      return mover ? between(mover, t) : null;
    });
  }
}

/** @param {number} zoom */
function gridStep(zoom) {
  let step = 24 * zoom;
  while (step < 16) step *= 2;
  while (step > 48) step /= 2;
  return step;
}
