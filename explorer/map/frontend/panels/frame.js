// The elements of the map.

import { make } from "./dom.js";

/**
 * @typedef {object} Frame
 * @property {HTMLElement} element all of it
 * @property {HTMLElement} stage the picture, and messages over it
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLCanvasElement} overview
 * @property {HTMLElement} tree the canvas for screen readers
 * @property {HTMLElement} card of the selected part, next to the picture
 * @property {HTMLElement} about the networks, in the card's place while nothing is selected
 * @property {HTMLElement} legend
 * @property {HTMLElement} help
 * @property {HTMLElement} note a message over the picture
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
    "aria-label": "Network map. Arrow keys select a part, Enter opens or closes it.",
  });
  const card = make("section", { class: "netmap-card", "aria-label": "Selected part", hidden: true });
  const about = make("section", { class: "netmap-about", "aria-label": "Networks" });
  const legend = make("div", { class: "netmap-legend", role: "group", "aria-label": "Legend" });
  const help = make("div", { class: "netmap-help", role: "dialog", "aria-label": "Help", hidden: true });
  const note = make("div", { class: "netmap-note", role: "status", hidden: true });
  const crumbs = make("nav", { class: "netmap-crumbs", "aria-label": "Place" });
  const stage = make("div", { class: "netmap-stage" }, [canvas, tree, note, help]);
  const details = make("div", { class: "netmap-details" }, [card, about]);
  // Always there, so that the picture keeps its size and place when something is selected.
  const panel = make("aside", { class: "netmap-panel", "aria-label": "Details" }, [crumbs, details, overview]);
  const body = make("div", { class: "netmap-body" }, [make("div", { class: "netmap-main" }, [stage, legend]), panel]);
  // It can have the focus, so that keys work after a click on anything that cannot.
  const element = make("div", { class: "netmap", tabindex: "-1" }, [body]);
  return { element, stage, canvas, overview, tree, card, about, legend, help, note, crumbs };
}

/** Whether the focus is on the map itself. @param {Frame} frame */
export function hasFocus(frame) {
  const root = /** @type {Document|ShadowRoot} */ (frame.tree.getRootNode());
  return root.activeElement === frame.tree;
}
