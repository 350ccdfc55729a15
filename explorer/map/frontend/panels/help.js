// The help: what a click and a double click do, and the keys.

import { make, makeButton } from "./dom.js";

const KEYS = [
  ["↑ ↓", "select the previous or the next part"],
  ["Enter", "open or close the selected box"],
  ["→ ←", "open the box, or go into it; close it, or go to the box around it"],
  ["+ −", "open, close"],
  ["Shift+arrows", "move the map"],
  ["i  o", "zoom in, zoom out"],
  ["f  0", "fit with readable text; fit everything"],
  ["s", "zoom in on the selected part"],
  ["1 2 3 4", "open everything down to stages, blocks, layers, paths"],
  ["/", "search; Enter and Shift+Enter go to the next and the previous match"],
  ["Alt+← Alt+→", "back, forward"],
  ["Esc", "close what is open, clear the search, clear the selection"],
];

/** @param {HTMLElement} help @param {() => void} onClose */
export function fillHelp(help, onClose) {
  help.append(
    make("h3", { text: "The map" }),
    make("p", { text: "A click selects a part and shows its card; nothing else moves. A double click opens or closes a box, and so does the + or − in its corner. Drag to move the map; turn the wheel or pinch to zoom." }),
    make("dl", {}, KEYS.flatMap(([key, text]) => [make("dt", { text: key }), make("dd", { text })])),
    makeButton("Close help", "Close", onClose),
  );
}
