// Moves the camera for commands: fit, pan, zoom, and show a part.

import { Camera } from "../layout/camera.js";
import { nearestSpot, spotOf } from "../layout/hit-test.js";
import { Screen } from "../render/screen.js";
import { Framing } from "./framing.js";

/** @typedef {import("../model/network.js").Part} Part */

/** A screen in its frame, and its camera. */
export class CameraController {
  /** @param {import("../panels/frame.js").Frame} frame @param {() => void} onDraw called after each picture */
  constructor(frame, onDraw) {
    this.frame = frame;
    this.screen = new Screen(frame.canvas, onDraw);
    this.framing = new Framing(this.screen);
    /** Whether the map stays as Fit shows it. */
    this.fitted = true;
  }

  /** Update the panels around the picture. */
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
    this.screen.go(root ? this.framing.network(root) : this.framing.part(/** @type {import("../layout/hit-test.js").Spot} */ (spot)));
  }

  /** Show a requested part; of a layer's block as much as can be read. Nothing moves if it is in view. @param {Part} part */
  approach(part) {
    const { scene } = this.screen;
    const around = part.isLayer ? part.ancestors.find(({ template }) => template.role === "block") : undefined;
    const [layer, block] = [part, around].map((one) => one && spotOf(scene, one));
    if (part.parent && [block ?? layer].some((spot) => spot && this.framing.sees(spot))) return;
    const camera = layer && block && this.framing.inBlock(layer, block);
    if (!camera) {
      this.zoomTo(part);
      return;
    }
    this.fitted = false;
    this.screen.go(camera);
  }

  /** Move just so far that a part is in view. @param {Part} part */
  see(part) {
    const spot = spotOf(this.screen.scene, part);
    const goal = spot && this.framing.seen(spot);
    const { camera } = this.screen;
    if (!goal || (goal.x === camera.x && goal.y === camera.y && goal.zoom === camera.zoom)) return;
    this.fitted = false;
    this.screen.go(goal);
  }

  /** Show all of the map, or what is legible of it. */
  fit() {
    this.fitted = true;
    this.screen.go(this.framing.home(this.screen.scene));
    this.refresh();
  }

  /** Show all of the map, however small. */
  showEverything() {
    this.fitted = false;
    this.screen.go(this.framing.everything(this.screen.scene));
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
