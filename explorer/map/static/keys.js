// The keyboard, and what a screen reader is told: the map as a tree.

import { make } from "./dom.js";
import { spoken } from "./facts.js";
import { openParts, spotOf } from "./locate.js";
import { LEVELS } from "./model.js";

/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./netmap.js").NetMap} NetMap */

/** The part before or after in reading order. @param {NetMap} map @param {Part} part @param {number} step @returns {Part} */
function neighbour(map, part, step) {
  const order = map.nets.flatMap((net) => [...openParts(net.root, map.openness)]);
  const at = order.indexOf(part);
  // A network itself is in no order: its first part comes next.
  return order[Math.max(0, Math.min(order.length - 1, at < 0 ? order.indexOf(part.children[0]) : at + step))];
}

/** Do what a key says; false if it says nothing. @param {NetMap} map @param {KeyboardEvent} event */
export function press(map, event) {
  const part = map.focused;
  const { key } = event;
  if (event.altKey && (key === "ArrowLeft" || key === "ArrowRight")) map.travel(key === "ArrowLeft" ? -1 : 1);
  else if (event.ctrlKey || event.metaKey || event.altKey) return false;
  else if (event.shiftKey && key.startsWith("Arrow")) {
    const step = 70;
    map.pan(key === "ArrowLeft" ? step : key === "ArrowRight" ? -step : 0, key === "ArrowUp" ? step : key === "ArrowDown" ? -step : 0);
  } else if (key === "ArrowDown") map.focus(part ? neighbour(map, part, 1) : map.nets[0].root.children[0]);
  else if (key === "ArrowUp") map.focus(part ? neighbour(map, part, -1) : map.nets[0].root.children[0]);
  else if (key === "Home" || key === "End") map.focus(neighbour(map, map.nets[0].root.children[0], key === "Home" ? 0 : Infinity));
  else if (key === "ArrowRight" && part) {
    if (!part.isLayer && !map.openness.isOpen(part)) map.toggle(part, true);
    else if (!part.isLayer) map.focus(part.children[0]);
  } else if (key === "ArrowLeft" && part) {
    if (!part.isLayer && map.openness.isOpen(part)) map.toggle(part, false);
    else if (part.parent?.parent) map.focus(part.parent);
  } else if ((key === "Enter" || key === " ") && part) {
    map.select(part);
    if (!part.isLayer) map.toggle(part, !map.openness.isOpen(part));
  } else if ((key === "+" || key === "=") && part) map.toggle(part, true);
  else if (key === "-" && part) map.toggle(part, false);
  else if (key === "i" || key === "o") map.zoomBy(key === "i" ? 1.4 : 1 / 1.4);
  else if (key === "f" || key === "0") map.fit();
  else if (key === "s" && part) map.zoomTo(part);
  else if (key === "/") map.toolbar.input.focus();
  else if (key === "?") map.shown.help(true);
  else if (key === "Escape") map.escape();
  else if (/^[1-4]$/.test(key)) map.openLevel(LEVELS[Number(key) - 1]);
  else return false;
  return true;
}

/** Show the focused part to screen readers, at its place on the screen. @param {NetMap} map */
export function announce(map) {
  const { focused: part } = map;
  const { tree } = map.frame;
  tree.replaceChildren();
  if (!part || !part.parent) {
    tree.removeAttribute("aria-activedescendant");
    return;
  }
  const open = map.openness.isOpen(part);
  const item = make("div", {
    id: `${map.key}-item`,
    role: "treeitem",
    "aria-label": spoken(part, open, map.shown.differences.of(part)),
    "aria-level": String(part.ancestors.length - 1),
    "aria-posinset": String(part.index + 1),
    "aria-setsize": String(part.parent.children.length),
    "aria-selected": String(part === map.selected),
    "aria-expanded": part.isLayer ? undefined : String(open),
  });
  tree.append(item);
  tree.setAttribute("aria-activedescendant", item.id);
  follow(map);
}

/** Keep what screen readers see where its part is on the screen. @param {NetMap} map */
export function follow(map) {
  const item = /** @type {HTMLElement|null} */ (map.frame.tree.firstElementChild);
  const spot = item && map.focused && spotOf(map.screen.scene, map.focused);
  if (!item || !spot) return;
  const { x, y, zoom } = map.screen.camera;
  Object.assign(item.style, {
    left: `${(spot.x - x) * zoom}px`, top: `${(spot.y - y) * zoom}px`, width: `${spot.w * zoom}px`, height: `${spot.h * zoom}px`,
  });
}
