// The camera: which part of the map is in view.

/**
 * @typedef {{x: number, y: number, w: number, h: number}} Rect
 *
 * @typedef {object} View The part of the map in view: its corner in map units, and the zoom.
 * @property {number} x
 * @property {number} y
 * @property {number} zoom
 * @property {number} width in pixels
 * @property {number} height
 */

const LEAST_ZOOM = 0.008;
const MOST_ZOOM = 6;

/** Corner of the view in map units, and pixels per unit. */
export class Camera {
  constructor(x = 0, y = 0, zoom = 1) {
    this.x = x;
    this.y = y;
    this.zoom = zoom;
  }

  /** A camera that shows all of a rectangle in an area of the screen. @param {Rect} rect @param {Rect} area @param {number} most zoom */
  static on(rect, area, most = 1.6) {
    const zoom = clampZoom(Math.min(area.w / rect.w, area.h / rect.h, most));
    const [cx, cy] = [area.x + area.w / 2, area.y + area.h / 2];
    return new Camera(rect.x + rect.w / 2 - cx / zoom, rect.y + rect.h / 2 - cy / zoom, zoom);
  }

  /** Zoomed by a factor about a point of the screen. @param {number} factor @param {number} px @param {number} py */
  zoomed(factor, px, py) {
    const zoom = clampZoom(this.zoom * factor);
    return new Camera(this.x + px / this.zoom - px / zoom, this.y + py / this.zoom - py / zoom, zoom);
  }

  /** Moved by pixels of the screen. @param {number} dx @param {number} dy */
  moved(dx, dy) {
    return new Camera(this.x - dx / this.zoom, this.y - dy / this.zoom, this.zoom);
  }

  /** The camera at a time 0 to 1 on the way to another, zooming evenly. @param {Camera} goal @param {number} t @param {number} width @param {number} height */
  toward(goal, t, width, height) {
    const zoom = this.zoom * (goal.zoom / this.zoom) ** t;
    const mid = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * t;
    const cx = mid(this.x + width / this.zoom / 2, goal.x + width / goal.zoom / 2);
    const cy = mid(this.y + height / this.zoom / 2, goal.y + height / goal.zoom / 2);
    return new Camera(cx - width / zoom / 2, cy - height / zoom / 2, zoom);
  }

  /** The point of the map at a point of the screen. @param {number} px @param {number} py @returns {[number, number]} */
  toMap(px, py) {
    return [this.x + px / this.zoom, this.y + py / this.zoom];
  }
}

/** @param {number} zoom */
export function clampZoom(zoom) {
  return Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, zoom));
}
