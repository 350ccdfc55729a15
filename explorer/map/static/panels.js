// The card of the selected part, the breadcrumbs and the help.

import { make, makeButton } from "./dom.js";
import { callOf, factsOf, kindOf, titleOf } from "./facts.js";

/** @typedef {import("./model.js").Part} Part */

const KEYS = [
  ["arrows", "from part to part; right opens, left folds"],
  ["Enter  +  −", "open or fold; Enter shows a layer's card"],
  ["Shift+arrows", "move the map"],
  ["i  o  f", "zoom in, out, fit everything"],
  ["s", "zoom to the selection"],
  ["1 2 3 4", "open down to stages, blocks, layers, paths"],
  ["/", "search; Enter and Shift+Enter step through matches"],
  ["Alt+← Alt+→", "back and forward"],
  ["Esc", "close the card, clear the search"],
];

const CRUMB_ROOM = 10;

/**
 * Fill the card with a part.
 *
 * @param {HTMLElement} card
 * @param {Part|null} part
 * @param {{unit: string, open: boolean, notes: string[], close: () => void, toggle: () => void, zoom: () => void}} how
 */
export function fillCard(card, part, how) {
  card.hidden = !part;
  card.replaceChildren();
  if (!part) return;
  const call = callOf(part);
  const actions = [makeButton("Zoom to this", "Zoom to", how.zoom)];
  if (!part.isLayer && part.parent) actions.unshift(makeButton(how.open ? "Fold this box" : "Open this box", how.open ? "Fold" : "Open", how.toggle));
  card.append(
    make("h3", { text: titleOf(part) }),
    make("div", { class: "netmap-place", text: part.id || kindOf(part) }),
    makeButton("Close the card (Esc)", "×", how.close, "netmap-close"),
    make("dl", {}, factsOf(part, how.unit).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])),
    ...how.notes.map((text) => make("p", { text })),
    ...(call ? [make("pre", { text: call })] : []),
    make("div", { class: "netmap-actions" }, actions),
  );
}

/**
 * The way to a part; several networks are all named, and the part's own is marked.
 *
 * @param {HTMLElement} bar
 * @param {Part} part
 * @param {import("./model.js").Net[]} nets
 * @param {(part: Part) => void} onGo
 */
export function fillCrumbs(bar, part, nets, onGo) {
  const crumb = (/** @type {Part} */ at, cls = "") => makeButton(`Go to ${titleOf(at)}`, titleOf(at), () => onGo(at), cls);
  const [root, ...line] = part.ancestors;
  const names = nets.map((net) => crumb(net.root, nets.length > 1 ? "netmap-name" : ""));
  const own = names[nets.findIndex((net) => net.root === root)];
  if (nets.length > 1) own?.classList.add("netmap-own");
  const buttons = line.map((at) => crumb(at));
  const last = buttons[buttons.length - 1] ?? own;
  last?.setAttribute("aria-current", "true");
  const arrow = () => make("span", { text: "›", "aria-hidden": "true" });
  bar.replaceChildren(...names, ...buttons.flatMap((button) => [arrow(), button]));
  if (last) bar.scrollLeft = last.offsetLeft + last.offsetWidth - bar.offsetLeft - bar.clientWidth + CRUMB_ROOM;
}

/** @param {HTMLElement} help @param {() => void} onClose */
export function fillHelp(help, onClose) {
  help.append(
    make("h3", { text: "The map" }),
    make("p", { text: "Click a box to open it, its title to fold it, a layer for its card. Drag to move, wheel or pinch to zoom." }),
    make("dl", {}, KEYS.flatMap(([key, text]) => [make("dt", { text: key }), make("dd", { text })])),
    makeButton("Close help", "Close", onClose),
  );
}
