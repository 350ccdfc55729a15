// How a person moves over the picture: the camera's part of the map.

import { Aim } from "./aim.js";
import { Camera } from "./camera.js";
import { nearestSpot, spotOf } from "./locate.js";
import { Screen } from "./screen.js";

/** @typedef {import("./model.js").Part} Part */

/** A screen in its frame, with the camera over it. */
export class Pilot {
  /** @param {import("./frame.js").Frame} frame @param {() => void} onDraw called after each picture */
  constructor(frame, onDraw) {
    this.frame = frame;
    this.screen = new Screen(frame.canvas, onDraw);
    this.aim = new Aim(this.screen, frame);
    /** Whether the whole is to stay in view. */
    this.fitted = true;
  }

  /** Bring what lies around the picture up to date. */
  refresh() {}

  /** @param {Part} part */
  zoomTo(part) {
    const { roots } = this.screen.scene;
    const spot = part.parent ? nearestSpot(this.screen.scene, part) : null;
    const root = roots.length > 1 && !part.parent ? roots.find((one) => one.part === part) : undefined;
    if (!spot && !root) {
      this.fit();
      return;
    }
    this.fitted = false;
    this.screen.go(root ? this.aim.network(root) : this.aim.part(/** @type {import("./locate.js").Spot} */ (spot)));
  }

  /** Show a part that was asked for, a layer with as much of its block as can be read. @param {Part} part */
  approach(part) {
    const { scene } = this.screen;
    const around = part.isLayer ? part.ancestors.find(({ template }) => template.role === "block") : undefined;
    const [layer, block] = [part, around].map((one) => one && spotOf(scene, one));
    const camera = layer && block && this.aim.inBlock(layer, block);
    if (!camera) {
      this.zoomTo(part);
      return;
    }
    this.fitted = false;
    this.screen.go(camera);
  }

  /** Move a small spot out from under the card. @param {import("./locate.js").Spot} spot */
  uncover(spot) {
    const { w, h } = this.aim.area(0);
    const { camera } = this.screen;
    if (spot.w * camera.zoom < w && spot.h * camera.zoom < h) this.screen.go(this.aim.nudged(camera, spot));
  }

  fit() {
    this.fitted = true;
    this.screen.go(this.aim.whole(this.screen.scene));
    this.refresh();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.moveTo(this.screen.camera.moved(dx, dy));
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] */
  zoomBy(factor, x = this.screen.width / 2, y = this.screen.height / 2) {
    this.moveTo(this.screen.camera.zoomed(factor, x, y));
  }

  /** @param {number} x @param {number} y */
  centreOn(x, y) {
    const { width, height, camera } = this.screen;
    this.moveTo(new Camera(x - width / camera.zoom / 2, y - height / camera.zoom / 2, camera.zoom));
  }

  /** @param {Camera} camera */
  moveTo(camera) {
    this.fitted = false;
    this.screen.moveTo(camera);
  }
}
