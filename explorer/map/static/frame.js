// The elements that the map consists of, and which of them lie over the picture.

import { make } from "./dom.js";

/**
 * @typedef {object} Frame
 * @property {HTMLElement} element all of it
 * @property {HTMLElement} stage what lies under the bar
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLCanvasElement} overview
 * @property {HTMLElement} tree what screen readers see of the canvas
 * @property {HTMLElement} card
 * @property {HTMLElement} legend
 * @property {HTMLElement} help
 * @property {HTMLElement} crumbs
 */

/** @returns {Frame} */
export function makeFrame() {
  const canvas = make("canvas", { class: "netmap-canvas", "aria-hidden": "true" });
  const overview = make("canvas", { class: "netmap-overview", "aria-hidden": "true", hidden: true });
  const tree = make("div", {
    class: "netmap-tree",
    role: "tree",
    tabindex: "0",
    "aria-label": "Network map. Arrow keys move, Enter opens.",
  });
  const card = make("aside", { class: "netmap-card", "aria-label": "Selected part", hidden: true });
  const legend = make("div", { class: "netmap-legend", role: "group", "aria-label": "Legend" });
  const help = make("div", { class: "netmap-help", role: "dialog", "aria-label": "Help", hidden: true });
  const crumbs = make("nav", { class: "netmap-crumbs", "aria-label": "Place" });
  const stage = make("div", { class: "netmap-stage" }, [canvas, tree, legend, overview, card, help]);
  const element = make("div", { class: "netmap" }, [crumbs, stage]);
  return { element, stage, canvas, overview, tree, card, legend, help, crumbs };
}

/** Whether the focus is on the map itself. @param {Frame} frame */
export function hasFocus(frame) {
  const root = /** @type {Document|ShadowRoot} */ (frame.tree.getRootNode());
  return root.activeElement === frame.tree;
}
