// The keyboard's commands.

import { openParts } from "../layout/hit-test.js";
import { LEVELS } from "../model/network.js";

/** @typedef {import("../model/network.js").Part} Part */
/** @typedef {import("../netmap.js").NetMap} NetMap */

/** The part before or after in reading order. @param {NetMap} map @param {Part} part @param {number} step @returns {Part} */
function neighbour(map, part, step) {
  const order = map.nets.flatMap((net) => [...openParts(net.root, map.openness)]);
  const at = order.indexOf(part);
  // A network itself is not in the order: its first part comes next.
  return order[Math.max(0, Math.min(order.length - 1, at < 0 ? order.indexOf(part.children[0]) : at + step))];
}

/** Run the command of a key; false if it has none. @param {NetMap} map @param {KeyboardEvent} event */
export function press(map, event) {
  const part = map.focused;
  const { key } = event;
  if (event.altKey && (key === "ArrowLeft" || key === "ArrowRight")) map.travel(key === "ArrowLeft" ? -1 : 1);
  else if (event.ctrlKey || event.metaKey || event.altKey) return false;
  else if (event.shiftKey && key.startsWith("Arrow")) {
    const step = 70;
    map.pan(key === "ArrowLeft" ? step : key === "ArrowRight" ? -step : 0, key === "ArrowUp" ? step : key === "ArrowDown" ? -step : 0);
  } else if (key === "ArrowDown") map.walk(part ? neighbour(map, part, 1) : map.nets[0].root.children[0]);
  else if (key === "ArrowUp") map.walk(part ? neighbour(map, part, -1) : map.nets[0].root.children[0]);
  else if (key === "Home" || key === "End") map.walk(neighbour(map, map.nets[0].root.children[0], key === "Home" ? 0 : Infinity));
  else if (key === "ArrowRight" && part) {
    if (!part.isLayer && !map.openness.isOpen(part)) map.toggle(part, true);
    else if (!part.isLayer) map.walk(part.children[0]);
  } else if (key === "ArrowLeft" && part) {
    if (!part.isLayer && map.openness.isOpen(part)) map.toggle(part, false);
    else if (part.parent?.parent) map.walk(part.parent);
  } else if ((key === "Enter" || key === " ") && part) {
    if (part.opens) map.toggle(part, !map.openness.isOpen(part));
    else map.select(part);
  } else if ((key === "+" || key === "=") && part) map.toggle(part, true);
  else if (key === "-" && part) map.toggle(part, false);
  else if (key === "i" || key === "o") map.zoomBy(key === "i" ? 1.4 : 1 / 1.4);
  else if (key === "f") map.fit();
  else if (key === "0") map.showEverything();
  else if (key === "s" && part) map.zoomTo(part);
  else if (key === "/") map.toolbar.search.input.focus();
  else if (key === "?") map.overlays.help(true);
  else if (/^[1-4]$/.test(key)) map.openLevel(LEVELS[Number(key) - 1]);
  else return false;
  return true;
}
