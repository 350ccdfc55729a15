// Cameras that show the whole map, a part, or as little more as brings a part into view.

import { Camera } from "../layout/camera.js";
import { LEGIBLE_ZOOM } from "../layout/constants.js";
import { MOST_ZOOM, NARROW } from "../layout/scene.js";

/**
 * @typedef {import("../layout/camera.js").Rect} Rect
 * @typedef {import("../layout/scene.js").Scene} Scene
 * @typedef {import("../layout/hit-test.js").Spot} Spot
 */

const MARGIN_PX = 16;
const AROUND_PX = 80;
const MOST_ZOOM_PART = 1.3;
const MOST_ZOOM_NARROW = 1.2;
/** A part that is lower than this on the screen is shown nearer when it is asked for. */
const LEAST_HEIGHT_PX = 9;
/** A box that was opened or closed stays at least so far around the pointer. */
const UNDER_PX = 4;

/** Finds cameras for the screen. */
export class Framing {
  /** @param {import("../render/screen.js").Screen} screen */
  constructor(screen) {
    this.screen = screen;
  }

  /** The screen without its margins. @param {number} [margin] @returns {Rect} */
  area(margin = MARGIN_PX) {
    const { width, height } = this.screen;
    const [x, y] = [Math.min(margin, width / 30), Math.min(margin, height / 30)];
    return { x, y, w: Math.max(80, width - 2 * x), h: Math.max(80, height - 2 * y) };
  }

  /** Whether the whole map is in view. */
  get seesAll() {
    const { scene, view } = this.screen;
    const { x, y, zoom, width, height } = view;
    return x <= 1 && y <= 1 && x + width / zoom >= scene.w - 1 && y + height / zoom >= scene.h - 1;
  }

  /** A camera that shows a rectangle: all of it if its text is legible then, else its top left part. @param {Rect} rect @param {number} [margin] @param {number} [most] zoom */
  on(rect, margin = MARGIN_PX, most = MOST_ZOOM) {
    const area = this.area(margin);
    const zoom = Math.max(LEGIBLE_ZOOM, Camera.on(rect, area, most).zoom);
    /** @type {(start: number, length: number, low: number, room: number) => number} */
    const corner = (start, length, low, room) => start - (low + Math.max(0, room - length * zoom) / 2) / zoom;
    return new Camera(corner(rect.x, rect.w, area.x, area.w), corner(rect.y, rect.h, area.y, area.h), zoom);
  }

  /** All of the map, also where its text is too small to be drawn. @param {Scene} scene */
  everything(scene) {
    return Camera.on({ x: 0, y: 0, w: scene.w, h: scene.h }, this.area(), MOST_ZOOM);
  }

  /** The map as it begins and as Fit shows it: all of it, or what is legible of it from its start. @param {Scene} scene */
  home(scene) {
    const several = scene.roots.length > 1;
    if (several && this.screen.width <= NARROW) return this.network(scene.roots[0]);
    return this.on({ x: 0, y: 0, w: scene.w, h: scene.h });
  }

  /** One of several networks: all of it, or on a narrow screen its width. @param {Scene["roots"][number]} root */
  network({ x: left, y: top, box }) {
    if (this.screen.width > NARROW) return this.on({ x: left, y: top, w: box.w, h: box.h });
    const area = this.area();
    const zoom = Math.max(LEGIBLE_ZOOM, Math.min(MOST_ZOOM_NARROW, area.w / box.w));
    const spare = Math.max(0, (area.w - box.w * zoom) / 2);
    return new Camera(left - (area.x + spare) / zoom, top - area.y / zoom, zoom);
  }

  /** The present camera, moved so that a part keeps its position on the screen. @param {Spot|null} before @param {Spot|null} after */
  kept(before, after) {
    const { camera } = this.screen;
    return before && after ? new Camera(camera.x + after.x - before.x, camera.y + after.y - before.y, camera.zoom) : camera;
  }

  /** A layer with as much of its block as is legible; null if that is not half of it. @param {Rect} layer @param {Rect} block */
  inBlock(layer, block) {
    const across = { ...layer, x: block.x, w: block.w };
    const views = [block, across].map((spot) => Camera.on(spot, this.area(), MOST_ZOOM_PART));
    const whole = views.find(({ zoom }) => zoom >= LEGIBLE_ZOOM);
    const half = (block.w * LEGIBLE_ZOOM) / 2 < this.area().w;
    return whole ?? (half ? this.nudged(this.on(across), layer) : null);
  }

  /** @param {Rect} spot */
  part(spot) {
    return this.on(spot, AROUND_PX, MOST_ZOOM_PART);
  }

  /**
   * After a box was opened or closed: its corner stays where it was, and so does all that comes before it. Where the
   * box would then leave the pointer, it follows just so far; without a pointer, as far as brings it into view.
   *
   * @param {Spot} before
   * @param {Spot} after
   * @param {[number, number]} [pointer] on the screen
   */
  anchored(before, after, pointer) {
    const camera = this.kept(before, after);
    if (!pointer) return this.nudged(camera, after);
    const [px, py] = camera.toMap(...pointer);
    /** @type {(at: number, start: number, length: number) => number} */
    const beyond = (at, start, length) => {
      const edge = Math.min(UNDER_PX / camera.zoom, length / 2);
      return at - Math.max(start, Math.min(start + length - edge, at));
    };
    return camera.moved(beyond(px, after.x, after.w) * camera.zoom, beyond(py, after.y, after.h) * camera.zoom);
  }

  /** A camera moved just so far that a part is in view. @param {Camera} camera @param {Rect} spot */
  nudged(camera, spot) {
    const { x, y, w, h } = this.area();
    /** @type {(start: number, length: number, low: number, room: number) => number} */
    const over = (start, length, low, room) => {
      if (start < low) return low - start;
      return start + length > low + room ? Math.max(low + room - start - length, low - start) : 0;
    };
    const dx = over((spot.x - camera.x) * camera.zoom, spot.w * camera.zoom, x, w);
    const dy = over((spot.y - camera.y) * camera.zoom, spot.h * camera.zoom, y, h);
    return camera.moved(dx, dy);
  }

  /** Whether all of a part is in view and legible. @param {Rect} spot */
  sees(spot) {
    const { camera } = this.screen;
    const { x, y } = this.nudged(camera, spot);
    return x === camera.x && y === camera.y && camera.zoom >= LEGIBLE_ZOOM && this.screen.width >= spot.w * camera.zoom && this.screen.height >= spot.h * camera.zoom;
  }

  /** A camera with which a part is in view and not tiny. @param {Rect} spot */
  seen(spot) {
    const goal = this.nudged(this.screen.camera, spot);
    return Math.min(spot.h, 40) * goal.zoom >= LEAST_HEIGHT_PX ? goal : this.part(spot);
  }
}
