// Where the camera goes: to the whole, to a part, or just so far that a part is seen.

import { Camera } from "./camera.js";

/**
 * @typedef {import("./camera.js").Rect} Rect
 * @typedef {import("./layout.js").Scene} Scene
 * @typedef {import("./locate.js").Spot} Spot
 */

const MARGIN_PX = 20;
/** Of card, legend and overview from the edges, as the style sheet says; and as much around them. */
export const INSET_PX = 12;
const AROUND_PX = 80;
const NARROW_PX = 640;
const READABLE_ZOOM = 0.36;
const READABLE_ZOOM_NARROW = 0.8;
const MOST_ZOOM_NARROW = 1.2;
/** A network that would be smaller on a narrow screen is cut at its right instead. */
const LEAST_ZOOM_NARROW = 0.6;
const READABLE_ZOOM_BLOCK = 0.68;
const LEAST_HEIGHT_PX = 9;

/** Aims the camera of a screen at what the legend and the card leave free. */
export class Aim {
  /** @param {import("./screen.js").Screen} screen @param {import("./frame.js").Frame} frame */
  constructor(screen, frame) {
    this.screen = screen;
    this.frame = frame;
  }

  /** The free part of the screen. @param {number} margin @returns {Rect} */
  area(margin) {
    const { width, height } = this.screen;
    const { card, legend } = this.frame;
    const [x, y] = [Math.min(margin, width / 30), Math.min(margin, height / 30)];
    const wide = width > NARROW_PX;
    // What is hidden has no size.
    const beside = wide && card.offsetWidth ? card.offsetWidth + INSET_PX : 0;
    const below = Math.max(legend.offsetHeight, wide ? 0 : card.offsetHeight);
    const foot = below ? Math.max(y, below + 2 * INSET_PX) : y;
    return { x, y, w: Math.max(80, width - 2 * x - beside), h: Math.max(80, height - y - foot) };
  }

  /** Whether nothing lies outside the screen. */
  get seesAll() {
    const { scene, view } = this.screen;
    const { x, y, zoom, width, height } = view;
    return x <= 1 && y <= 1 && x + width / zoom >= scene.w - 1 && y + height / zoom >= scene.h - 1;
  }

  /** @param {Scene} scene */
  whole(scene) {
    return Camera.on({ x: 0, y: 0, w: scene.w, h: scene.h }, this.area(MARGIN_PX));
  }

  /** First sight of a scene: all of it, or on a narrow screen the first network. @param {Scene} scene */
  home(scene) {
    const wide = this.screen.width > NARROW_PX || this.readable(scene);
    return wide ? this.whole(scene) : this.network(scene.roots[0]);
  }

  /** One of several networks: all of it, or on a narrow screen its top, large enough to be read. @param {Scene["roots"][number]} root */
  network({ x: left, y: top, box }) {
    const area = this.area(MARGIN_PX);
    if (this.screen.width > NARROW_PX) return Camera.on({ x: left, y: top, w: box.w, h: box.h }, area);
    const fitting = area.w / box.w;
    // Without what only a higher network beside it needs.
    const own = Math.max(...box.kids.map((kid) => kid.y + kid.box.h));
    const low = Math.max(READABLE_ZOOM_NARROW, area.h / own);
    const zoom = fitting < LEAST_ZOOM_NARROW ? READABLE_ZOOM_NARROW : Math.min(MOST_ZOOM_NARROW, fitting, low);
    const spare = Math.max(0, (area.w - box.w * zoom) / 2);
    return new Camera(left - (area.x + spare) / zoom, top - area.y / zoom, zoom);
  }

  /** As before, with a spot where it was on the screen. @param {Spot|null} before @param {Spot|null} after */
  kept(before, after) {
    const { camera } = this.screen;
    return before && after ? this.nudged(new Camera(camera.x + after.x - before.x, camera.y + after.y - before.y, camera.zoom), after) : camera;
  }

  /** A layer with all of its block, or with all of the block's width; null if neither could be read. @param {Rect} layer @param {Rect} block */
  inBlock(layer, block) {
    const across = { ...layer, x: block.x, w: block.w };
    const views = [block, across].map((spot) => Camera.on(spot, this.area(MARGIN_PX), 1.3));
    return views.find(({ zoom }) => zoom >= READABLE_ZOOM_BLOCK) ?? null;
  }

  /** @param {Rect} spot */
  part(spot) {
    return Camera.on(spot, this.area(AROUND_PX), 1.3);
  }

  /** After a box was opened or folded: all of it, at its old place if it fits. @param {Spot} before @param {Spot} after */
  reopened(before, after) {
    const { camera, width, height } = this.screen;
    const fits = after.w * camera.zoom < width && after.h * camera.zoom < height;
    if (!fits) return Camera.on(after, this.area(MARGIN_PX), Math.max(camera.zoom, 0.8));
    return this.kept(before, after);
  }

  /** Whether the whole can be read when all of it is seen. @param {Scene} scene */
  readable(scene) {
    const least = this.screen.width > NARROW_PX ? READABLE_ZOOM : READABLE_ZOOM_NARROW;
    return this.whole(scene).zoom >= least;
  }

  /** Moved just so far that a spot is seen. @param {Camera} camera @param {Rect} spot */
  nudged(camera, spot) {
    const { x, y, w, h } = this.area(MARGIN_PX);
    /** @type {(start: number, length: number, low: number, room: number) => number} */
    const over = (start, length, low, room) => {
      if (start < low) return low - start;
      return start + length > low + room ? Math.max(low + room - start - length, low - start) : 0;
    };
    const dx = over((spot.x - camera.x) * camera.zoom, spot.w * camera.zoom, x, w);
    const dy = over((spot.y - camera.y) * camera.zoom, spot.h * camera.zoom, y, h);
    return camera.moved(dx, dy);
  }

  /** Where a part can be seen and read. @param {Rect} spot */
  seen(spot) {
    const goal = this.nudged(this.screen.camera, spot);
    const readable = Math.min(spot.h, 40) * goal.zoom >= LEAST_HEIGHT_PX;
    return readable ? goal : Camera.on(spot, this.area(AROUND_PX * 1.5), 1);
  }
}
